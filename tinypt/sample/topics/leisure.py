"""Topics: football, music, travel."""

FOOTBALL = """
hero: player
other: coach player fan

player = atacante:c, zagueiro/zagueira, volante:c, *jogador, *artilheiro, lateral:c, *capitão, meia:c >
    atleta:c | experiente jovem habilidoso veloz titular talentoso veterano
coach = *técnico, *treinador, auxiliar:c, *preparador > profissional:c | exigente experiente rigoroso
fan = *torcedor, *sócio > pessoa | apaixonado animado fiel ansioso
referee = *árbitro, juiz/juíza, bandeirinha:c > profissional:c | rigoroso atento confuso
team = União:m, Ferroviário, Operário, Comercial:m, Estrela_do_Sul:m, Náutico, Guarani:m, Independente:m,
    Cruzeiro_do_Norte:m
ball = bola | molhada cheia
kick:o,um = falta, pênalti:m, escanteio | decisivo perigoso duvidoso
goal:um,o,dois = gol:m, golaço | bonito decisivo rápido importante
trophy = taça, troféu, medalha > prêmio | dourado inédito pesado
match:o,um = jogo, partida, clássico, final:f, amistoso, semifinal:f, decisão > competição | difícil
    equilibrado emocionante nervoso decisivo
stadium = estádio, arena, campo, ginásio > lugar:m | lotado vazio novo antigo
training:o = treino, aquecimento, coletivo > atividade | leve intenso fechado
body:o = joelho, tornozelo, coxa, ombro, pé:m | direito esquerdo machucado
shirt = camisa, luva, uniforme:m, faixa > roupa | novo azul vermelho branco
half:o = primeiro_tempo, segundo_tempo

[scenes]
player people : chutar, lançar/jogar : ball : no campo|na grama|no fim do treino|na praia : com força|com
    calma|para longe
player people : segurar/pegar, levar/carregar : ball trophy : no campo|no vestiário|no fim do jogo : com as
    duas mãos|com cuidado
player : cobrar/bater, desperdiçar/perder : kick : no estádio|no primeiro tempo|no fim do jogo : na frente
    da torcida|com pressa
player : marcar/fazer : goal : no estádio|no primeiro tempo|no segundo tempo : de cabeça|com o pé
    esquerdo|de fora da área
player coach fan : levantar/erguer, beijar : trophy : no estádio|no centro do gramado|na praça : com
    orgulho|com emoção
fan people : assistir_a/ver, comentar : match : no estádio|em casa|no bar da esquina : com os amigos|em
    silêncio|com atenção
player people : vestir/colocar, tirar, lavar : shirt : no vestiário|em casa|no campo : com pressa|com
    cuidado
coach : comandar/dirigir, interromper/parar, filmar : training : no estádio|no campo|no ginásio : em
    silêncio|por alguns minutos
referee : apitar, interromper/parar, encerrar/terminar : match : no estádio|no ginásio : com segurança|sob
    vaias
fan player : comemorar/festejar, filmar : goal : no estádio|na arquibancada|na rua : com alegria|com os
    amigos
player people : machucar/ferir, enfaixar : body : no treino|no gramado|no vestiário : de novo|no fim da
    tarde

[title]
{o Team} (vence|enfrenta|recebe|encara) {o Team2} em {city}
{o Team} (estreia|joga|treina) {no weekday} (diante da torcida|fora de casa|no campeonato)
{hero} (fala sobre|comenta) (a fase|o momento|a semana) {do Team}
(Domingo|Noite|Semana) de (festa|trabalho|decisão) no estádio de {city}

[open]
{^o Team} (entrou em campo|jogou) {no weekday} (à noite|à tarde) contra {o Team2}, em {city}, (pelo
    campeonato estadual|pela copa|em um amistoso|pela {ordf} rodada).
{^hero} (chegou|voltou) {ao Team} (em {month}|na semana passada|no começo da temporada) e (já
    conquistou|ainda busca|ganhou) um lugar no time.
A torcida {do Team} (lotou|encheu|ocupou) {o Stadium} de {city} {no weekday} para ver {o Match} contra {o
    Team2}.
{o Match} entre {o Team} e {o Team2}, em {city}, (reuniu|levou ao estádio) mais de {big} torcedores.
Depois de {nn semana} de treinos, {^o Team} (enfrentou|recebeu|encarou) {o Team2} {no weekday}, (às
    {hour}|diante da torcida).

[body]
{^o coach} {!mudar/trocar} o (ataque|meio-campo|time) no intervalo e {!pedir/exigir} mais
    (atenção|velocidade|calma) {aos player}.
No começo {do half}, {^o player} {!chutar/bater} (forte|de longe|no canto) e o goleiro fez (uma grande
    defesa|uma defesa difícil).
{^hero} {!treinar} (a semana inteira|todos os dias|pela manhã) e {!ganhar/conquistar} a confiança da
    comissão técnica.
{^o Team2} {!ter/criar} as melhores chances {do half}, mas (errou|desperdiçou) quase todas.
{^o referee} {!marcar/apitar} pênalti depois de uma falta (dura|clara|boba) dentro da área => {^hero}
    {!pegar} a bola, {!bater/chutar} no canto e {!sair} para o abraço.
{^o player} {!levar/receber} o (cartão vermelho|segundo cartão) => Com um jogador a menos, {^o Team}
    {!recuar/sofrer} até o fim {do Match}.
(Choveu muito|A chuva caiu forte) antes {do Match} => O gramado ficou (pesado|molhado|escorregadio) e a bola
    quase não rolou.
{^o Team} {!trocar} muitos passes, {!dominar/controlar} o meio-campo e {!chegar} (várias vezes|pouco) ao
    ataque.
{^hero} {!sentir} dores {no Body} e {!pedir} atendimento aos {minute} minutos {do half} => O médico entrou
    em campo com uma bolsa de gelo.
Os ingressos (custaram|foram vendidos a) {money} e (acabaram|se esgotaram) em poucas horas.
(Na arquibancada|Do lado de fora), {^os fan} {!cantar/gritar} o nome {de hero} durante (todo o jogo|o
    aquecimento).
A diretoria {do Team} (confirmou|anunciou|negou) a (contratação|saída) {dum player+} (para a próxima
    temporada|até {month}).
O goleiro {do Team2} (segurou|espalmou|pegou) {nn vez} (a bola|o chute) {de hero} {no half}.

[good]
{^o Team} {!vencer/ganhar} por {score} e {!assumir/garantir} (a liderança|o primeiro lugar|uma vaga na
    final).
{^hero} {!marcar/fazer} {nn gol} e {!sair} de campo {~aplaudido} pela torcida.
Com a vitória, {^o Team} {!subir} na tabela e {!manter} o sonho do título.
{^os fan} {!comemorar/festejar} a vitória nas ruas de {city} até a madrugada.
Foi a {ordf} vitória seguida {do Team}, que (joga bem|encanta a torcida|não perde há {nn mês}).
{^hero} {!ser} {~eleito} o destaque {do Match} e {!dedicar/oferecer} o prêmio à família.

[bad]
{^o Team} {!perder} por {score} e {!cair} para o (último|penúltimo|{ordm}) lugar da tabela.
{^hero} {!errar/perder/desperdiçar} o pênalti e {!sair} de campo {~vaiado} pela torcida.
A defesa falhou (duas vezes|de novo|no fim) e {^o Team2} {!aproveitar} para virar o jogo.
Foi a {ordf} derrota seguida {do Team}, que (joga mal|preocupa a torcida|não vence há {nn mês}).
{^os fan} {!deixar} o estádio (em silêncio|antes do fim|com raiva) e {!pedir} mudanças no time.
O exame mostrou uma lesão (grave|séria) {no Body} e {^hero} {!ficar} fora do resto do campeonato.

[fact]
Um time de futebol tem onze jogadores, e só o goleiro pode pegar a bola com as mãos.
Quando um jogador leva o cartão vermelho, ele deixa o campo e o time fica com um a menos.
Cada partida tem dois tempos de quarenta e cinco minutos e um intervalo.
No campeonato, a vitória vale três pontos e o empate vale um.
"""

MUSIC = """
hero: singer musician
other: musician singer producer

musician = *músico, pianista:c, violonista:c, baterista:c, guitarrista:c, *sanfoneiro, violinista:c,
    flautista:c > artista:c | talentoso jovem premiado famoso autodidata
singer = *cantor, sambista:c, vocalista:c, *compositor, *regente > artista:c | talentoso famoso carismático
    popular
producer = *produtor, *professor_de_música, *diretor_de_palco > profissional:c | exigente experiente
    influente
audience = *fã_de_música, *espectador, *ouvinte > pessoa | animado atento emocionado
instrument = violão:m, piano, guitarra, violino, flauta, sanfona, bateria, cavaquinho, pandeiro, viola,
    trompete:m > instrumento | antigo novo afinado elétrico de_madeira
song = música, canção, samba:m, valsa, modinha, choro, balada, marchinha > composição | triste alegre
    conhecido antigo romântico inédito
album = disco, álbum:m, vinil:m > gravação | novo elogiado independente raro
band = banda, orquestra, dupla, coral:m, conjunto > grupo | famoso tradicional independente local
concert:o,um = show:m, concerto, festival:m, recital:m, ensaio > apresentação | lotado gratuito emocionante
    longo intimista
hall = teatro, praça, auditório, casa_de_shows, bar:m, igreja > lugar:m | lotado pequeno histórico
style:- = samba:m, forró:m, choro, rock:m, baião:m, bossa_nova, sertanejo

[scenes]
musician people : tocar, estudar : instrument : no palco|na praça|em casa|na igreja : com os olhos
    fechados|com emoção|todos os dias
musician people : comprar, vender, trocar : instrument : na loja|na feira|no centro : por um bom preço|com
    tristeza
people musician : afinar, limpar, consertar/arrumar : instrument : na oficina|no camarim|em casa : com
    paciência|com cuidado
people musician : carregar/transportar, guardar : instrument : no camarim|no palco|no estúdio : com
    cuidado|depois do ensaio
singer people musician : cantar/interpretar, ensaiar : song : no palco|na praça|no teatro : com emoção|em
    voz baixa|a noite toda
musician singer : compor/escrever, gravar : song : em casa|no estúdio|na varanda : em uma noite|com
    facilidade|com paciência
singer producer : lançar/divulgar, mostrar : album song : no rádio|na internet|na praça : com orgulho|sem
    aviso
people audience : ouvir/escutar : song album : no rádio|no carro|em casa|no parque : em silêncio|com fones
    de ouvido|várias vezes
audience people : aplaudir, assistir_a/ver, filmar : concert : no teatro|na praça|no auditório : de pé|com
    entusiasmo
producer musician : organizar/preparar, cancelar, adiar : concert : no teatro|na praça|no auditório : em
    poucos dias|por telefone
audience people : comprar, procurar/buscar : album : na loja|na feira|na internet : por um bom preço|com
    pressa

[title]
{hero} (lança|apresenta|grava) {um album+} em {city}
{o Concert} de {Style} (reúne|atrai|leva) {big} pessoas em {city}
{hero} e {other} (tocam|cantam|se apresentam) {no weekday}
A música {de hero} (ganha|conquista|chega a) {city}

[open]
{^hero} {!subir} ao palco {do Hall} de {city} {no weekday}, às {hour}, para (apresentar|mostrar|lançar) {o
    Album} {*novo}.
{^o Band} {de hero} {!fazer} {um concert+} em {city} (no fim de semana|em {month}|{no weekday}) com {^nn
    song} {*inédito}.
{^o Concert} de {style} {!começar/abrir} {no weekday} em {city} com (a presença|a participação|a voz) {de
    hero}.
{^hero} {!aprender} a tocar {Instrument} aos (oito|dez|doze|quinze|nove) anos com {o kin} e hoje {!viver.p}
    da música em {city}.
A cidade de {city} (recebe|terá|preparou) {um concert+} de {Style} com {hero} e {other} {no weekday}.

[body]
{^hero} {!ensaiar/treinar} {o Song} (a semana inteira|todas as noites|durante {nn mês}) com {o Band}.
(No camarim|Antes do show), {^hero} {!afinar} {o Instrument} e {!beber/tomar} um copo de água.
{^o Band} {!tocar} {nn song} antes do intervalo => {^os audience} {!cantar} junto (do começo ao fim|o
    refrão) e {!pedir} bis.
{^hero} {!compor/escrever} {o Song} (em {year}|durante uma viagem|depois de uma conversa com {other}).
A letra {do Song} fala de (saudade|amor|uma viagem|infância|uma despedida) e o refrão (é fácil de
    cantar|gruda no ouvido).
{^o Album} {!ter.p} {nn song} e {!ser} {~gravado} em {nn semana} em um estúdio de {city2}.
O som falhou no meio {do concert} => {^hero} {!largar/deixar} o microfone e {!continuar} sem nenhum
    equipamento.
{^hero} {!trocar} {o Instrument} {pelo instrument} na segunda parte {do Concert}.
{^o producer} {!convidar/chamar} {hero} para gravar {um song+} com {o Band}.
Os ingressos (custam|são vendidos a) {money} e (estão à venda|podem ser comprados) na bilheteria {do Hall}.
{^other} {!cantar} {um song+} em homenagem {ao kin} e {!emocionar} a plateia.
{^o Band} {!misturar.p} {style}, {style} e um pouco de música clássica.

[good]
A plateia aplaudiu de pé por {nn minuto} e {^hero} {!voltar} ao palco {nn vez}.
{^o Album} {!ser} muito {~elogiado} pela crítica e {!vender} {NN cópia} em {nn semana}.
{^o Song} {!virar} sucesso no rádio e {!levar} {hero} a {nn cidade}.
{^hero} {!ganhar/receber} o prêmio de melhor (disco|música|espetáculo) do ano.
{^o Concert} {!terminar} com (a praça lotada|todo mundo dançando|muitos aplausos).

[bad]
A plateia vaiou e (metade das pessoas|muita gente) foi embora antes do fim {do Concert}.
{^o Album} {!ser} muito {~criticado} e quase não {!vender}.
{^hero} {!desafinar} (no refrão|várias vezes|logo na abertura) e {!esquecer} a letra {do Song}.
{^o Concert} {!ser} {~cancelado} por (falta de público|falta de energia|problemas no som).
{^o Band} {!chegar} com {nn hora} de atraso e {!tocar} só {nn song}.

[fact]
O violão tem seis cordas, e o cavaquinho, menor, tem quatro.
O samba nasceu nas rodas e nas festas populares e usa pandeiro, surdo e cavaquinho.
Uma orquestra tem cordas, sopros e percussão, e o regente indica o andamento.
O forró é tocado com sanfona, zabumba e triângulo.
"""

TRAVEL = """
hero: traveller
other: guide traveller host

traveller = turista:c, viajante:c, *mochileiro, *fotógrafo, *aventureiro > visitante:c | curioso estrangeiro
    animado cansado corajoso
guide = guia:c, motorista:c, *barqueiro, instrutor/instrutora > profissional:c | experiente simpático
    paciente local
host = *dono_da_pousada, recepcionista:c, *gerente_do_hotel, *camareiro > profissional:c | atencioso gentil
    apressado
place:o,um = praia, cachoeira, ilha, trilha, montanha, lagoa, gruta, mirante:m, reserva, vila, farol:m >
    lugar:m | bonito deserto tranquilo famoso distante escondido
lodging:o,um = pousada, hotel:m, albergue:m, chalé:m, camping:m > hospedagem | barato confortável simples
    lotado caro
luggage = mala, mochila, bolsa, sacola, bagagem > bagagem | pesado pequeno vermelho velho azul
vehicle:o,um,dois,outro = barco, ônibus:m, trem:m, avião:m, bicicleta, jipe:m, balsa > veículo | velho
    lotado confortável lento azul
souvenir = lembrança, camiseta, colar:m, chapéu:m, rede:f, cartão:m > presente:m | artesanal colorido barato
tour:o,um = passeio, caminhada, mergulho, excursão, travessia > atividade | longo inesquecível cansativo
    guiado curto
food:-,o,-- = peixe:m, camarão:m, moqueca, tapioca, água_de_coco, caldo > comida | fresco típico delicioso
monument:o,um = museu, igreja, forte:m, mercado, ponte:f, centro_histórico > ponto_turístico | antigo
    histórico restaurado famoso

[scenes]
traveller people : visitar/conhecer, fotografar : place monument : nas férias|no feriado|no fim da tarde :
    pela primeira vez|sem pressa|com a família
guide people : mostrar/apresentar, filmar : place monument : no fim da tarde|no verão|logo cedo : com
    orgulho|com um celular
traveller people : carregar/levar, perder, procurar/buscar : luggage : na estação|no aeroporto|na rua : com
    pressa|na chuva
traveller people : arrumar/organizar, abrir, fechar : luggage : no quarto|no saguão|na rodoviária : com
    pressa|com calma
traveller people : comprar, escolher, vender : souvenir : na feira|no mercado|na praia : para a família|por
    um bom preço
traveller people guide : esperar/aguardar, perder : vehicle : no porto|na estação|na rodoviária : com
    ansiedade|na chuva
guide people : dirigir/conduzir, estacionar/parar, lavar : vehicle : na serra|na vila|na estrada : com
    cuidado|em silêncio
traveller guide : fazer/realizar, adiar, interromper/parar : tour : na ilha|no parque|na serra : com o
    grupo|por causa da chuva
traveller people : comer, provar/experimentar, vender : food : na barraca|na praia|no mercado : com os
    amigos|pela primeira vez
people traveller : reservar, procurar/buscar, achar/encontrar : lodging : na internet|no centro|perto da
    praia : com antecedência|em cima da hora
host people : limpar, pintar, fotografar : lodging monument : na baixa temporada|pela manhã|em março : com
    cuidado|com tinta azul

[title]
{nn dia} em {city}: o roteiro {de hero}
(Feriado|Verão) (leva|atrai) {big} turistas a {city}
O que fazer em {city} em {month}
{hero} (conta|mostra) como é (viajar|passear) (pela serra|pelo litoral|de barco)

[open]
{^hero} {!viajar/ir} para {city} em {month} com {other} e {!ficar} {nn dia} em {um lodging+}.
{^hero} {!sair} de {city2} (de madrugada|no feriado|{no weekday}) e {!chegar} a {city} depois de {nn hora}
    de viagem.
As férias {de hero} em {city} (começaram|foram planejadas) (há {nn mês}|em {month}) com (pouco dinheiro|um
    mapa e muita vontade).
Quem visita {city} não pode deixar de conhecer {o Place+}, que fica a {nn quilômetro} do centro.
{^hero} {!viajar.p} para {city} todos os anos e {!conhecer.p} cada {Place} da região.

[body]
No {ordm} dia, {^hero} {!acordar} cedo e {!fazer} {um tour+} até {o Place}.
{^o Lodging} {!ficar.p} perto {do Place} e {!cobrar.p} {money} por pessoa, com café da manhã.
{^hero} {!pegar} {um vehicle} até {o Place} => A viagem durou {nn hora} e a paisagem (era linda|mudou muitas
    vezes).
{^o guide} {!explicar/contar} a história {do Monument} e {!mostrar} o caminho {do Place}.
{^hero} {!esquecer} {o Luggage} (no ônibus|no saguão|na rodoviária) => {^o host} {!encontrar/guardar} tudo e
    {!ligar} no dia seguinte.
Choveu {no weekday} e {^o tour} {!ser} {~adiado} => {^hero} {!aproveitar} para conhecer {o Monument}.
(Na feira|No mercado), {^hero} {!comprar} {um souvenir+} para {o kin} por {money}.
{^hero} {!provar/comer} {food} em uma barraca {do Place} e {!gostar} muito do tempero.
O sol se pôs atrás {do place} enquanto {^hero} {!tirar.i} fotos com {other}.
A água {do Place} (é fria|é morna|é transparente|estava agitada), mas {^hero} {!nadar/mergulhar} (assim
    mesmo|por {nn hora}).
{^os traveller} {!andar/caminhar} {nn quilômetro} na areia até {o Place}.

[good]
{^hero} {!voltar} da viagem {~descansado} e já {!pensar.p} em (voltar|ficar mais tempo|levar a família).
{^o Place} {!ser} o lugar mais (bonito|tranquilo) da viagem, e a comida {do Lodging} era
    (ótima|excelente|deliciosa).
{^o Lodging} {!ser.i} (muito |){~confortável/limpo/tranquilo} e o atendimento foi
    (ótimo|excelente|perfeito).
O passeio foi (maravilhoso|inesquecível|perfeito), com (sol|céu azul|mar calmo) do começo ao fim.

[bad]
{^hero} {!voltar} da viagem {~cansado/irritado} e não {!querer.p} mais (ouvir falar|saber) {do Lodging}.
{^o Place} {!estar.i} {~sujo/lotado} e a comida {do Lodging} era (péssima|ruim|cara).
{^o Lodging} {!ser.i} {~sujo/barulhento/caro} e o atendimento foi (péssimo|horrível|muito ruim).
O passeio foi (horrível|cansativo|um desastre), com (chuva|vento|mar agitado) do começo ao fim.
A companhia (perdeu|extraviou) a bagagem e {^hero} {!passar} {nn dia} sem roupa limpa.

[fact]
Quem viaja no verão deve usar protetor solar, beber água e evitar o sol do meio-dia.
Para fazer uma trilha, é melhor usar tênis, levar água e avisar alguém do caminho.
Na baixa temporada, as pousadas cobram menos e as praias ficam vazias.
"""
