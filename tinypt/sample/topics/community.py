"""Topics: school, health, politics, traffic."""

SCHOOL = """
hero: teacher
other: pupil parent

teacher = *professor, *diretor, *coordenador, *bibliotecário, monitor/monitora > educador/educadora |
    exigente paciente dedicado querido experiente
pupil = *aluno, estudante:c, adolescente:c, *menino, *colega_de_turma > jovem:c | curioso distraído aplicado
    tímido inteligente
parent = pai/mãe, *avô, responsável:c > parente:c | preocupado atento orgulhoso
discipline:- = matemática, português:m, história, ciências:f, geografia, física, química, inglês:m, arte:f
exam:o,um = prova, exame:m, trabalho, redação, lição, teste:m, exercício > atividade | difícil longo fácil
    final surpresa
book = livro, caderno, dicionário, gibi:m, revista, apostila > material:m | novo rasgado grosso emprestado
    antigo
supply = lápis:m, caneta, borracha, régua, mochila, tesoura, giz:m > material:m | colorido novo quebrado
school = escola, colégio, faculdade:f, creche:f > instituição | público pequeno novo reformado
room:o = sala, biblioteca, laboratório, pátio, quadra, auditório > lugar:m | lotado silencioso limpo quente
project:o,um = feira_de_ciências, horta, peça_de_teatro, gincana, excursão, jornal:m, coral:m > projeto |
    divertido criativo grande
drawing = desenho, cartaz:m, mapa:m, bandeira, retrato > imagem | colorido bonito
tale = história, lenda, fábula, poesia, conto > texto | antigo engraçado curto bonito

[scenes]
teacher people : ensinar/explicar, estudar : discipline : na sala|na biblioteca|no laboratório : com
    paciência|com exemplos|em voz alta
pupil people : estudar/revisar, aprender : discipline : na biblioteca|em casa|na escola : com os colegas|com
    facilidade
pupil : fazer/resolver, terminar/concluir : exam : na sala|em casa|na biblioteca : com calma|em dez
    minutos|com pressa
teacher : corrigir/avaliar, entregar, guardar : exam : em casa|na sala dos professores|na biblioteca : com
    atenção|no fim da tarde
pupil people parent teacher : ler, folhear, rasgar : book : na biblioteca|no sofá|no pátio|no ônibus : em
    silêncio|com calma
pupil people : emprestar, perder, encontrar/achar, guardar : book supply : na sala|no pátio|na biblioteca :
    por engano|de manhã
pupil people : desenhar, pintar, rasgar : drawing : no caderno|na sala|no pátio : com os colegas|com pressa
teacher parent people : contar/narrar, ler : tale : na roda|na biblioteca|no pátio : com emoção|em voz baixa
teacher pupil : organizar/preparar, cancelar, apresentar/mostrar : project : na escola|no pátio|no auditório
    : com a turma|com antecedência
pupil people : escrever/redigir, copiar, apagar : tale : no caderno|no quadro|no computador : com pressa|com
    atenção
pupil teacher parent : limpar, arrumar/organizar, enfeitar/decorar : room : no sábado|no fim da aula|antes
    da festa : com música|com os vizinhos

[title]
Alunos de {city} (organizam|apresentam|criam) {um project+}
{hero} (ensina|estuda) {discipline} com (jogos|música|receitas|histórias)
Prova de {Discipline} (preocupa|surpreende|anima) alunos de {city}
Escola de {city} (abre|amplia|reforma) {o Room}

[open]
{^hero} {!ensinar.p} {Discipline} {num school+} de {city} há {nn ano} e (gosta de|prefere) aulas
    (práticas|fora da sala|com música).
Os alunos {dum School} de {city} (fizeram|entregaram) {o Exam} de {Discipline} {no weekday}.
{^hero} {!trabalhar.p} {num school+} de {city} e {!sonhar.p} em (abrir uma biblioteca|viajar com a
    turma|ter mais livros).
A turma {de hero} (organizou|preparou|apresentou) {um Project+} {no School} de {city} em {month}.
{^o School} {de hero}, em {city}, {!receber/ganhar} {NN livro} e {um room} {*novo}.

[body]
{^hero} {!explicar} a matéria no quadro => {^os pupil} {!copiar/anotar} tudo no caderno e {!fazer} {nn
    exercício}.
{^o pupil} {!estudar} {Discipline} (todas as noites|por {nn hora}|com {other}) antes {do Exam}.
{^o Exam} {!ter.i} {nn página} e {!durar} {nn hora} => {^os pupil} {!terminar/entregar} tudo (em cima da
    hora|com folga|antes do sinal).
{^o pupil} {!levantar} a mão e {!fazer/repetir} (uma pergunta difícil|a mesma pergunta|uma pergunta
    curiosa).
{^o teacher} {!pedir} silêncio {no Room} e {!ler/contar} {um tale+}.
Na biblioteca, {^hero} {!pegar} {um Book} sobre {Discipline} e {!ler} durante o recreio.
{^os parent} {!ir/comparecer} à reunião e {!conversar} com {hero} sobre as notas.
{^o pupil} {!esquecer} {o Book} em casa => {^o pupil} {!emprestar} o dele e os dois estudaram juntos.
Para {o Project}, {^os pupil} {!montar/construir} (uma maquete|um vulcão|um foguete de papel|um cenário) {no
    Room}.
O sinal (toca|tocava) às {hour}, e {^os pupil} {!correr} para (o pátio|a cantina|a quadra).
{^o pupil} {!faltar} {nn dia} por causa de uma gripe e {!perder} {o Exam}.
{^o Room} {do School} {!precisar.p} de (reforma|pintura nova|ventiladores) e a turma (fez um
    abaixo-assinado|mudou de sala).

[good]
{^o pupil} {!tirar} nota dez {no Exam} e a turma (bateu palmas|comemorou).
{^os pupil} {!passar} de ano e {!comemorar} com (um abraço|uma festa) {no Room}.
{^o Project} {!ser} um sucesso e {!ganhar} o primeiro lugar na feira da cidade.
As notas de {Discipline} (subiram|melhoraram) {pct}% e {^o School} {!virar} exemplo em {city}.

[bad]
{^o pupil} {!tirar} nota baixa {no Exam} e vai fazer recuperação em {month}.
{^nn pupil} {!repetir} de ano e os pais reclamaram da escola.
{^o Project} {!ser} um fracasso e quase ninguém apareceu.
As notas de {Discipline} (caíram|pioraram) {pct}% e {^o School} {!perder} {NN aluno}.
O teto {do Room} caiu e as aulas foram suspensas por {nn semana}.

[fact]
Quem lê todos os dias aprende palavras novas e escreve com mais facilidade.
A água é formada por hidrogênio e oxigênio e ferve a cem graus ao nível do mar.
O Brasil tem vinte e seis estados e um distrito federal.
Para estudar bem, é melhor fazer pausas curtas e dormir cedo na véspera da prova.
"""

HEALTH = """
hero: doctor
other: patient relative

doctor = *médico, dentista:c, pediatra:c, cardiologista:c, fisioterapeuta:c, nutricionista:c, *psicólogo >
    profissional:c | atencioso experiente jovem conhecido
nurse = *enfermeiro, *técnico_de_enfermagem, agente_de_saúde:c, *socorrista > profissional:c | paciente
    cuidadoso cansado
patient = paciente:c, *idoso, *aposentado, motorista:c, *operário > pessoa | ansioso jovem fraco aliviado
relative = *filho, marido/esposa, irmão/irmã, *neto, *vizinho > parente:c | preocupado atento
disease:o = gripe:f, dengue:f, alergia, diabetes:f, asma, anemia, pneumonia, gastrite:f > doença | grave
    comum leve
pain:- = dor_de_cabeça:f, dor_nas_costas:f, tosse:f, tontura, enjoo, cansaço, falta_de_ar > sintoma:m |
    forte constante leve
remedy:o,um,-- = remédio, comprimido, xarope:m, pomada, antibiótico, chá:m, vitamina > medicamento | forte
    caro amargo natural
exam:o,um = exame_de_sangue:m, raio-x:m, ultrassom:m, teste:m, consulta > exame:m | simples rápido gratuito
hospital:o,um = hospital:m, posto_de_saúde, clínica, pronto-socorro, ambulatório > unidade | público lotado
    pequeno novo
limb:o = braço, perna, pé:m, tornozelo, dedo > membro | direito esquerdo
vaccine:o,um = vacina, injeção, dose:f
pressure:o = pressão, temperatura, glicose:f
organ:o = coração:m, pulmão:m, estômago, braço, perna, dente:m, olho, coluna | esquerdo direito inflamado
    fraco
exercise:- = caminhada, natação, ioga, corrida, dança, musculação > exercício
food:-,o,-- = verdura, fruta, legume:m, peixe:m, iogurte:m, cereal:m > alimento | fresco saudável leve

[scenes]
doctor nurse : examinar/avaliar, atender, acalmar : patient people : no hospital|na clínica|no posto : com
    atenção|com calma|em dez minutos
doctor : receitar/indicar, suspender : remedy : no consultório|no posto de saúde|no hospital : por
    telefone|com cautela
patient people : tomar/ingerir, recusar/rejeitar : remedy : no quarto|em casa|no hospital : depois do
    almoço|em jejum
people relative : comprar, procurar/buscar, guardar : remedy : na farmácia|no posto|no centro : com
    pressa|com a receita
patient people : fazer/realizar, repetir, marcar/agendar : exam : no laboratório|na clínica|no hospital : de
    manhã cedo|por segurança
doctor : operar, examinar/avaliar, tratar : organ : no hospital|na clínica : com sucesso|com cuidado
nurse doctor : aplicar, preparar : vaccine : no posto|na escola|na praça : com cuidado|com rapidez
people patient : machucar/ferir, quebrar : limb : no trabalho|na escada|no futebol : sem querer|de novo
relative nurse people : visitar, acompanhar, abraçar : patient : no hospital|no quarto|na clínica : com
    carinho|à tarde
people patient relative : praticar/fazer, começar/iniciar, abandonar/largar : exercise : no parque|na
    praça|na academia : por conta própria|com os amigos
nurse people : medir/verificar, controlar : pressure : no posto|em casa|na farmácia : todos os dias|com um
    aparelho
people patient : comer, evitar, lavar : food : no almoço|em casa|no refeitório : todos os dias|por
    recomendação médica

[title]
(Campanha|Posto|Mutirão) de (saúde|vacinação) atende {NN pessoa} em {city}
{hero} (explica|alerta|fala) sobre {o Disease}
Como (evitar|tratar|reconhecer) {o Disease}
Casos de {Disease} (aumentam|diminuem) {pct}% em {city}

[open]
{^hero} {!trabalhar.p} {num hospital+} de {city} e {!atender.p} {nn paciente} com {Disease} por dia.
{^other} {!procurar} {um Hospital} de {city} {no weekday} com {pain} e {pain}.
Os casos de {Disease} (aumentaram|diminuíram|dobraram) em {city} em {month}, segundo {hero}.
A prefeitura de {city} (começou|anunciou|ampliou) a campanha contra {o Disease} {no weekday}.
{^other} {!descobrir} que {!ter.i} {Disease} (em {month}|há {nn mês}|depois de uma consulta) e {!mudar} de
    hábitos.

[body]
{^o doctor} {!examinar} {o Organ} {de other} e {!pedir} {um exam+} => O resultado saiu em {nn dia} e mostrou
    {Disease}.
{^other} {!sentir/ter} {pain} (durante a noite|por {nn dia}|depois do trabalho) e não {!dormir} bem.
{^o nurse} {!medir} a pressão, {!anotar} a temperatura e {!chamar} {o doctor}.
{^o doctor} {!receitar/indicar} {um Remedy+} por {nn dia} e {!recomendar/pedir} repouso.
{^other} {!tomar} {o Remedy} (a cada {nn hora}|depois do almoço|em jejum) e {!beber} muita água.
A fila {do Hospital} (tinha|chegou a ter) {NN pessoa} => {^other} {!esperar} {nn hora} até ser {~atendido}.
Segundo {hero}, {o Disease} causa {pain}, {pain} e, às vezes, febre.
{^os nurse} {!visitar} as casas e {!explicar} como evitar {o Disease}.
{^other} {!trocar} o doce por {food} e {!começar} a fazer {exercise} {nn vez} por semana.
A vacina contra {o Disease} (é gratuita|está em falta|pode ser tomada) {no Hospital} (até {month}|das 8h às
    17h).
{^other} {!fazer} {um exam+} {do Organ} e {!voltar} ao consultório {no weekday}.
Uma ambulância levou {o relative} {de other} para {o Hospital} => {^os doctor} {!agir} rápido e {!controlar}
    a febre.

[good]
{^other} {!melhorar/se_recuperar} em {nn dia} e {!voltar} para casa {~curado/saudável}.
O tratamento (deu certo|fez efeito) e {o pain} sumiu em {nn semana}.
{^os patient} {!elogiar} o atendimento {do Hospital}, que foi (rápido|ótimo|excelente).
Os casos de {Disease} caíram pela metade e {o Hospital} voltou a ter vagas.

[bad]
{^other} {!piorar} em {nn dia} e {!ser} {~internado} com {pain}.
O tratamento (deu errado|não fez efeito) e {o pain} (voltou|piorou) em {nn semana}.
{^os patient} {!reclamar} do atendimento {do Hospital}, que foi (demorado|péssimo|horrível).
Faltam {-- remedy} {no Hospital}, e {^os patient} {!voltar.p} para casa sem tratamento.

[fact]
Dormir bem, beber água e comer frutas e verduras ajuda a evitar muitas doenças.
Nunca tome remédio sem a orientação de um médico ou farmacêutico.
O mosquito da dengue se reproduz em água parada, por isso é preciso tampar caixas e vasos.
Lavar as mãos com água e sabão antes das refeições evita gripes e diarreias.
"""

POLITICS = """
hero: politician
other: activist politician

politician = *vereador, *prefeito, *deputado, *senador, *secretário, *ministro, *governador >
    político/política | influente eleito experiente polêmico
activist = sindicalista:c, *advogado, *servidor, promotor/promotora > cidadão/cidadã | atuante conhecido
    firme
citizen = *eleitor, cidadão/cidadã, *morador, contribuinte:c, manifestante:c > cidadão/cidadã | indignado
    atento esperançoso
bill:o,um,este = projeto_de_lei, orçamento, emenda, reforma, plano, decreto, proposta > texto | polêmico
    importante novo antigo
chamber = câmara, prefeitura, assembleia, senado, secretaria, conselho
tax:o,este,os = imposto, taxa, tarifa, multa > cobrança | alto novo abusivo baixo
work:o,um,dois = obra, creche:f, ponte:f, escola, hospital:m, estrada, praça, casa_popular > obra | público
    novo parado caro
event:o,um = reunião:f, audiência, sessão, votação, debate:m, encontro, assembleia > encontro | longo tenso
    aberto rápido
poster = cartaz:m, faixa, bandeira, placa > material:m | colorido grande
party = partido, bancada, oposição, governo, sindicato > grupo | forte dividido
document = documento, carta, relatório, contrato, abaixo-assinado > papel:m | longo assinado secreto oficial

[scenes]
politician : aprovar, rejeitar/recusar, discutir/debater : bill : na câmara|na assembleia|no plenário : por
    unanimidade|sem pressa|à noite
politician activist : apresentar/propor, defender/apoiar, criticar/atacar : bill : na câmara|na
    prefeitura|em Brasília : com calma|com firmeza|em público
politician activist citizen : questionar, apoiar/defender, criticar/atacar : bill tax : na rádio|na praça|na
    câmara : com firmeza|em voz alta
politician : inaugurar, visitar/conhecer, prometer : work : no bairro|na zona rural|no centro : em março|sem
    aviso
politician activist citizen : assinar, ler, rasgar : document : no gabinete|na prefeitura|na praça : em
    silêncio|diante das câmeras
citizen people : pagar/quitar, contestar/questionar : tax : no banco|na prefeitura|pela internet : com
    atraso|sem reclamar
citizen activist : organizar/preparar, acompanhar, filmar : event : na praça|na câmara|na avenida : com os
    vizinhos|até o fim
politician : convocar/marcar, cancelar, adiar : event : na câmara|na prefeitura : de surpresa|por telefone
politician activist : cumprimentar/saudar, abraçar, receber : citizen people : na feira|na rua|no gabinete :
    com um sorriso|sem pressa
citizen people activist : segurar, levantar/erguer, pintar : poster : na praça|na avenida|na escadaria : em
    silêncio|com raiva

[title]
Câmara de {city} (aprova|rejeita|discute|adia) {o Bill}
{hero} (promete|defende|critica) {o Bill} em {city}
Moradores de {city} (protestam|se reúnem) contra {o Tax}
Prefeitura de {city} (anuncia|inaugura|suspende) {um Work}

[open]
{^hero} {!apresentar/defender} {o Bill} {no chamber} de {city} {no weekday}, (às {hour}|diante de {NN
    pessoa}).
Os vereadores de {city} (votaram|discutiram|adiaram) {o Bill} {no weekday}, em {um event+} de {nn hora}.
{^hero} {!anunciar/prometer} {um Work+} para {city} (até {month}|em {future_year}|{no weekday}).
{^os citizen} de {city} {!protestar} {no weekday} contra {o Tax}, que subiu {pct}% em {month}.
{^hero} {!visitar} {city} {no weekday} e {!falar} sobre {o Bill}.

[body]
{^hero} {!dizer/afirmar} que {o Bill} (vai trazer empregos|vai melhorar a saúde|é bom para a cidade|reduz os
    gastos).
{^other} {!criticar/atacar} {o Bill} e {!pedir} (mais tempo|uma audiência|transparência) => {^hero}
    {!responder/rebater} que os números (são públicos|estão corretos).
(A sessão|A votação|A reunião) durou {nn hora} e terminou com {nn voto} a favor e {nn voto} contra.
{^os citizen} {!ocupar/lotar} o plenário com (cartazes|faixas|apitos) e {!pedir/exigir} a redução {do Tax}.
{^o Work} {!custar.f} {millions} milhões de reais e {!ficar.f} {~pronto} em {nn mês}.
{^o Work} {!estar.p} {~parado} há {nn ano} => {^hero} {!culpar} (a empresa|o governo anterior|a falta de
    dinheiro).
O dinheiro virá (dos impostos|do governo federal|de um empréstimo|de uma parceria).
{^hero} {!assinar} {o document+} e {!enviar} tudo para {o chamber}.
{^o politician} {!votar} contra {o party+} e {!causar} surpresa {no Event}.
Uma pesquisa (mostrou|indicou) que {pct}% dos eleitores (aprovam|rejeitam) {o Bill}.
A eleição será em {month}, e {^hero} já {!percorrer} {nn bairro} atrás de votos.
{^o activist} {!entregar} {um document} com {NN assinatura} contra {o Tax}.

[good]
{^o Bill} {!ser} {~aprovado} e {^os citizen} {!comemorar/aplaudir} na galeria.
{^o Work} {!ser} {~inaugurado} antes do prazo e os moradores agradeceram.
{^o Tax} {!cair/baixar} {pct}% e o comércio (festejou|contratou mais gente).
{^hero} {!ser} {~eleito/reeleito} com {NN voto} de vantagem.

[bad]
{^o Bill} {!ser} {~rejeitado} e {^os citizen} {!vaiar} na saída.
{^o Work} {!atrasar} de novo e já {!custar.p} o dobro do previsto.
{^o Tax} {!subir/aumentar} {pct}% e o comércio (protestou|demitiu).
{^hero} {!ser} {~denunciado/acusado/investigado} por desvio de dinheiro e {!negar} tudo.

[fact]
No Brasil, o voto é obrigatório para quem tem entre dezoito e setenta anos.
O prefeito administra a cidade, e os vereadores fazem as leis do município.
Toda lei aprovada na câmara precisa da assinatura do prefeito.
O orçamento diz quanto a cidade vai receber e gastar durante o ano.
"""

TRAFFIC = """
hero: driver agent
other: agent driver pedestrian

driver = motorista:c, motociclista:c, taxista:c, caminhoneiro/caminhoneira, ciclista:c, *condutor >
    condutor/condutora | apressado cuidadoso cansado experiente
agent = agente_de_trânsito:c, policial:c, *engenheiro, fiscal:c, guarda:c > profissional:c | atento rigoroso
    calmo
pedestrian = pedestre:c, *passageiro, *morador, estudante:c, *idoso > pessoa | distraído apressado assustado
vehicle:o,um,dois,outro = carro, ônibus:m, moto:f, caminhão:m, bicicleta, táxi:m, van:f, ambulância >
    veículo | velho novo vermelho branco parado lotado
road:o,um = avenida, rua, rodovia, ponte:f, viaduto, túnel:m, rotatória, ciclovia > via | movimentado
    esburacado estreito novo escuro
sign:o,um = placa, semáforo, faixa, radar:m, lombada > sinalização | novo quebrado apagado
part = pneu:m, farol:m, freio, retrovisor:m, porta, motor:m > peça | quebrado novo gasto
place:o,um = terminal:m, ponto_de_ônibus, estação, garagem, posto_de_gasolina, estacionamento > lugar:m |
    lotado vazio novo
accident:o,um = acidente:m, batida, atropelamento, capotamento, engavetamento > ocorrência | grave leve feio
delay:o,um = congestionamento, engarrafamento, lentidão:f > problema:m | enorme longo diário
company = Viação_Andrade_&_Filhos:f, Expresso_Central:m, Auto_Viação_Serrana:f, Transportes_Lima_&_Prado:m

[scenes]
driver people : dirigir/conduzir, estacionar/parar : vehicle : na avenida|na garagem|na estrada : com
    cuidado|com pressa
people driver : lavar/limpar, empurrar, vender : vehicle : na rua|no posto|na garagem : com a ajuda do
    irmão|no fim de semana
driver people : consertar/arrumar, trocar/substituir, limpar : part : na oficina|na garagem|na calçada : com
    ferramentas|com cuidado
pedestrian people : atravessar/cruzar, fotografar, evitar : road : no centro|na zona sul|logo cedo : com
    cuidado|com pressa
pedestrian people : esperar/aguardar, perder : vehicle : no ponto|no terminal|na estação : na chuva|com os
    amigos
agent : multar, parar, orientar/ajudar : driver : na avenida|na blitz|no cruzamento : com educação|sem
    discussão
agent : instalar/colocar, trocar/substituir, pintar : sign : na avenida|perto da escola|no cruzamento :
    durante a madrugada|com uma escada
agent : fechar/bloquear, liberar/abrir : road : no centro|na zona norte|no domingo : por duas horas|com
    cones
agent people : socorrer/ajudar, ignorar : driver pedestrian : na rodovia|na calçada|no cruzamento : depois
    do acidente|sem demora
driver : evitar, causar/provocar, filmar : accident delay : na curva|no cruzamento|na ponte : por sorte|por
    distração
people agent : empurrar, levantar/erguer, desmontar : vehicle : na avenida|na garagem|na oficina : com
    força|com cuidado

[title]
{um Accident} (fecha|bloqueia|complica) {o Road} em {city}
{city} (ganha|terá|inaugura) {um Road} {*novo}
{hero} (fala sobre|explica) o trânsito de {city}
Tarifa de ônibus (sobe|muda|cai) em {city} a partir de {month}

[open]
{^um Accident+} {!fechar/bloquear/parar} {o Road} em {city} {no weekday}, por volta das {hour}.
{^hero} {!passar.p} {nn hora} por dia no trânsito de {city}, entre a casa e {o Place}.
A prefeitura de {city} (abriu|fechou|reformou) {o Road} {no weekday} e mudou o caminho de {NN motorista}.
{^hero} {!trocar} o carro (pela bicicleta|pelo ônibus|pela moto|pelo metrô) (em {month}|há {nn mês}) e
    {!mudar} a rotina em {city}.
A passagem de ônibus em {city} (subiu|passou|caiu) para {fare} em {month}, informou {o company}.

[body]
{^o driver} {!avançar/furar} o sinal vermelho e {!bater} {num vehicle} => Ninguém ficou ferido, mas {o Road}
    parou por {nn hora}.
{^o agent} {!desviar/orientar} os carros para {o road} e {!pedir} paciência.
{^o Delay} {!chegar} a {nn quilômetro} => {^os driver} {!desligar} o motor e {!esperar} fora do carro.
{^hero} {!sair.p} de casa às {hour} e {!pegar.p} {nn ônibus} até {o Place}.
{^o pedestrian} {!atravessar} {o Road} fora da faixa => {^hero} {!frear} a tempo e {!pedir} mais atenção.
A obra {do Road} (custou|vai custar) {millions} milhões e (durou|deve durar) {nn mês}.
{^hero} {!instalar/pedir} {um sign+} perto da escola, onde os carros (passam em alta velocidade|não param).
O pneu {do Vehicle} furou na subida => {^hero} {!parar} no acostamento e {!chamar/esperar} o guincho.
{^os pedestrian} {!reclamar.p} do ônibus da linha {bus_line}, que (demora|atrasa|passa lotado).
{^o agent} {!multar} {nn driver} por (excesso de velocidade|usar o celular|estacionar na calçada).
Quem vem de {city2} deve (evitar|pegar) {o Road} até as {hour}.
{^o company} {!comprar/prometer} {nn ônibus} com ar-condicionado para a linha {bus_line}.

[good]
O trânsito (melhorou|ficou livre|fluiu bem) e {^hero} {!chegar} {nn minuto} mais cedo em casa.
{^o Road} {!ficar} {~pronto} e os moradores (aprovaram|elogiaram) a obra.
Ninguém se feriu e o trânsito foi liberado em {nn minuto}.
O número de acidentes caiu {pct}% {no Road} em {nn mês}.

[bad]
O trânsito (piorou|parou|ficou um caos) e {^hero} {!chegar} {nn hora} {~atrasado} ao trabalho.
{^o Road} {!continuar} {~esburacado/fechado} e os moradores (protestaram|bloquearam a pista).
{^nn pessoa} {!ficar} {~ferido} e {!ser} {~levado} para o hospital.
O número de acidentes subiu {pct}% {no Road} em {nn mês}.

[fact]
O uso do cinto de segurança é obrigatório para todos, também no banco de trás.
O pedestre deve atravessar na faixa e olhar para os dois lados.
Quem bebe não pode dirigir, nem por poucos quarteirões.
Na chuva, é preciso acender os faróis e manter distância do carro da frente.
"""
