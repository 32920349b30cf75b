"""Topics: cooking, pets, weather."""

COOKING = """
hero: cook
other: cook customer

cook = *cozinheiro, chef:c, *confeiteiro, *padeiro, *merendeiro, *quituteiro > profissional:c | experiente
    famoso paciente caprichoso jovem
customer = cliente:c, *freguês, *convidado > pessoa | faminto exigente satisfeito antigo
dish = bolo, torta, sopa, feijoada, moqueca, lasanha, pudim:m, empada, pão_de_queijo:m, farofa, salada,
    cuscuz:m > prato | delicioso caseiro quente saboroso simples tradicional
vegetable:o,um,os,--,dois = cebola, tomate:m, cenoura, batata, alho, abobrinha, pimentão:m, couve:f,
    mandioca, berinjela, pepino > legume:m | fresco maduro grande picado orgânico
fruit:o,um,os,--,dois = banana, laranja, manga, limão:m, abacaxi:m, maçã, morango, goiaba, mamão:m, uva >
    fruta | maduro doce verde pequeno fresco
meat:o = frango, carne:f, peixe:m, costela, linguiça, camarão:m, lombo > ingrediente:m | fresco assado
    temperado grelhado
staple:o,- = farinha, leite:m, açúcar:m, manteiga, óleo, fubá:m, queijo, creme:m, iogurte:m > ingrediente:m
    | integral fresco caseiro
grain:o,- = arroz:m, feijão:m, lentilha, milho, ervilha > alimento | integral branco
spice:-,o = sal:m, pimenta, coentro, salsinha, cominho, canela, orégano, louro > tempero
utensil = panela, faca, colher:f, frigideira, forma, tigela, assadeira, batedeira, peneira > utensílio |
    grande velho limpo pequeno de_ferro
drink:o,- = café:m, suco, chá:m, leite:m, limonada > bebida | quente gelado doce
kitchen = cozinha, restaurante:m, padaria, cantina, lanchonete:f > lugar:m | pequeno movimentado limpo

[scenes]
cook people : cortar/picar, lavar, temperar : vegetable meat : na cozinha|na mesa|na pia : com cuidado|com
    pressa|para o almoço
cook people : descascar, lavar, amassar/esmagar : vegetable fruit : na pia|na cozinha|no quintal : com
    calma|com as mãos
cook people : preparar/fazer, queimar : dish : na cozinha|no fogão a lenha|em casa : para a família|para o
    jantar|sem receita
cook people : assar, grelhar, fritar : meat vegetable : no forno a lenha|na churrasqueira|no quintal :
    lentamente|por uma hora|com azeite
cook people : misturar/mexer, bater, peneirar : staple : na tigela|na panela|na cozinha : com uma colher|sem
    parar|com delicadeza
cook people customer : provar/experimentar, elogiar, recusar/rejeitar : dish : na cozinha|no restaurante|na
    mesa : com curiosidade|com educação
cook people : lavar, secar/enxugar, guardar : utensil : na pia|na área|na cozinha : com pressa|com cuidado
cook people : comprar, escolher, vender : vegetable fruit meat grain staple : na feira|no mercado|na
    mercearia : pela manhã|com atenção
people customer : comer/devorar, dividir/repartir : dish fruit : na mesa|no jantar|na varanda : com
    gosto|devagar|com os amigos
cook people : servir/oferecer, vender : dish : no almoço|na festa|na praça : com um sorriso|em pratos
    pequenos
people cook : beber/tomar, preparar/fazer, servir/oferecer : drink : na varanda|no almoço|na padaria : sem
    açúcar|com os amigos

[title]
Como fazer {Dish} (em casa|com pouco dinheiro|em {nn hora}|sem segredo)
Receita de {Dish} com {Vegetable} (conquista|agrada) {city}
{hero} (ensina a|mostra como) fazer {Dish}
(Festival|Concurso|Feira) de {Dish} (agita|movimenta) {city}

[open]
{^hero} {!trabalhar.p} {num kitchen+} de {city} e {!fazer.p} {o Dish} mais {*famoso/conhecido/pedido} do
    bairro.
{^hero} {!preparar/fazer} {um Dish+} (no almoço de domingo|{no weekday}|para a festa da escola) com (uma
    receita antiga|a receita {do kin}).
A receita {do Dish} de hoje leva {Vegetable}, {Staple} e {Spice} e (rende|serve) {nn pessoa}.
{^hero} {!aprender} a cozinhar com {o kin} e {!abrir} {um kitchen+} em {city} (em {year}|há {nn ano}).
{^hero} {!inscrever} {o Dish} em um concurso de culinária de {city} (em {month}|{no weekday}).

[body]
Primeiro, {^hero} {!lavar/descascar} {o Vegetable} e {!cortar/picar} tudo (em rodelas|em cubos|em pedaços
    pequenos).
{^hero} {!misturar/juntar} {o Staple} com {o staple} na (tigela|panela|batedeira|bacia) e {!mexer/bater} até
    a massa ficar (lisa|firme|cremosa).
{^hero} {!temperar} {o Meat} com {Spice}, {Spice2} e alho( e deixou descansar por {nn hora}|).
{^o Dish} {!ficar} {nn hora} no forno => O cheiro {do Dish} tomou conta da casa e a fome apertou.
{^hero} {!provar} {o Dish} e {!colocar} mais um pouco de {Spice}.
O segredo {do Dish}, segundo {hero}, é (o fogo baixo|a manteiga fresca|a paciência|não economizar {no
    spice}).
Faltou {Staple} na despensa => {^other} {!correr/ir} ao mercado e {!voltar} com {nn quilo}.
{^hero} {!ligar/acender} o (forno|fogo) cedo e {!deixar} {o Meat} assar (devagar|por {nn hora}).
{^o customer} {!pedir} {Dish} com {Vegetable} e um copo de suco de {fruit}.
Nos fins de semana, {o Kitchen} (serve|vende) {NN prato} e a fila chega à calçada.
(Na feira|No mercado), {^hero} {!escolher/comprar} {Vegetable}, {vegetable} e {fruit} por {money}.
{^hero} {!untar} a forma com manteiga e {!espalhar} a massa com uma colher.

[good]
{^o Dish} {!ficar} {~delicioso/saboroso/perfeito} e não sobrou nem um pedaço.
{^os customer} {!elogiar/adorar} {o Dish} e {!pedir} a receita {a hero}.
{^hero} {!ganhar/vencer} o concurso com {o Dish} e {!receber} um prêmio de {money}.
O tempero estava (ótimo|no ponto|perfeito) e todo mundo repetiu {o Dish}.
O movimento {do Kitchen} (cresceu|dobrou) e {^hero} {!contratar} {nn cook}.

[bad]
{^o Dish} {!ficar} {~queimado/duro/amargo/salgado} e foi quase tudo para o lixo.
{^os customer} {!reclamar} {do Dish} e {!sair} sem pagar a conta.
{^hero} {!esquecer} {o Dish} no forno e a cozinha se encheu de fumaça.
O tempero estava (péssimo|forte demais|sem graça) e quase ninguém comeu {o Dish}.
O movimento {do Kitchen} (caiu|diminuiu) e {^hero} {!fechar} as portas em {month}.

[fact]
Para o arroz ficar solto, use duas xícaras de água para cada xícara de arroz.
O feijão cozinha mais rápido quando fica de molho na água durante a noite.
A massa do bolo só cresce se o forno já estiver quente.
Frutas e legumes devem ser lavados antes de ir para a geladeira.
"""

PETS = """
hero: owner vet
other: vet owner

owner = *dono, *tutor, *criador, *adestrador, *voluntário > pessoa | carinhoso paciente cuidadoso preocupado
vet = *veterinário, *tratador, *biólogo, *zootecnista > profissional:c | experiente atencioso calmo
animal = cachorro, gato, cadela, gata, coelho, papagaio, passarinho, tartaruga, hamster:m, filhote:m >
    animal:m | pequeno preto branco manso marrom assustado
wild = macaco, tucano, arara, onça, jacaré:m, capivara, tamanduá:m, coruja, cobra > animal:m | grande
    selvagem ferido raro
toy = bola, osso, corda, graveto, brinquedo, almofada > objeto | velho pequeno colorido
feed:-,o = ração, petisco, osso, leite:m, cenoura, fruta > alimento | seco fresco barato
gear = coleira, guia, casinha, caixa, tigela, cama, gaiola > objeto | novo apertado confortável azul
ailment = febre:f, alergia, ferida, infecção, tosse:f
room:o = quintal:m, jardim:m, sala, varanda, parque:m > lugar:m | grande molhado ensolarado

[scenes]
owner people vet : alimentar, cuidar_de/tratar, pesar : animal : no quintal|em casa|no abrigo : com
    carinho|todos os dias
owner people : lavar, escovar, secar/enxugar : animal : no quintal|no banheiro|na varanda : com água
    morna|com paciência
owner people : acariciar, abraçar, segurar/pegar : animal : no sofá|no parque|na calçada : com carinho|com
    as duas mãos
vet : examinar/avaliar, vacinar, operar : animal wild : na clínica|no abrigo|no zoológico : com cuidado|com
    calma
owner people : adotar, resgatar/salvar, encontrar/achar : animal : na rua|no abrigo|na praça : por acaso|com
    alegria
owner people : jogar/lançar, esconder, procurar/buscar : toy : no quintal|no parque|no jardim : com
    pressa|com as crianças
animal : morder/roer, carregar, esconder : toy : no quintal|no tapete|no sofá : sem parar|durante a noite
animal wild : comer/devorar, farejar/cheirar : feed : no quintal|no jardim|na tigela : com pressa|devagar
animal : perseguir/seguir, assustar, lamber : animal : no jardim|na rua|no quintal : sem parar|em silêncio
owner people : comprar, trocar, escolher : gear feed : na loja|no mercado|na feira : com cuidado|por um bom
    preço
vet people : soltar/libertar, capturar, observar : wild : na mata|no rio|na reserva : com cuidado|com uma
    corda

[title]
{hero} (resgata|adota|salva) {um Animal+} em {city}
Como cuidar {dum Animal} (no verão|em apartamento|sem gastar muito)
Feira de adoção (encontra|procura) lar para {NN animal} em {city}
{o Animal} que (virou|é) (atração|notícia) em {city}

[open]
{^hero} {!encontrar/adotar/resgatar} {um Animal+} (na rua|em um abrigo|perto de casa), em {city}, (em
    {month}|há {nn mês}|{no weekday}).
{^hero} {!cuidar.p} de {nn animal} em um abrigo de {city} e {!precisar.p} de (ajuda|ração|voluntários).
{^hero} {!trabalhar.p} em um abrigo de {city} e {!receber.p} {nn animal} por semana.
{^o Animal} {de hero} {!sumir/desaparecer} {no weekday} em {city} e a família (espalhou cartazes|procurou
    por {nn dia}).
Quem tem {um Animal} em casa precisa de (tempo|paciência|alguns cuidados), lembra {hero}.

[body]
{^hero} {!dar} {feed} e água {ao Animal} e {!arrumar} {um gear+} (na varanda|no quintal|na sala).
{^o Animal} {!estar.i} com {ailment} e não {!querer.i} comer => {^hero} {!levar} {o Animal} ao veterinário
    (na mesma hora|no dia seguinte).
{^o Animal} {!dormir.p} {no Room}, {!brincar.p} com {um toy+} e (só come|quase não faz barulho|acorda) (à
    noite|quando tem fome).
{^o vet} {!examinar} {o Animal} e {!receitar/indicar} (um remédio|uma vacina|repouso) por {nn dia}.
{^o Animal} {!roer/morder/destruir} {o gear} {*novo} => {^hero} {!comprar} {um toy} para gastar a energia
    {do Animal}.
{^hero} {!passear.p} com {o Animal} {no room} (de manhã|todas as tardes|depois do trabalho).
{^o Animal} {!ter} {nn filhote} {no Room} => {^hero} {!procurar} uma família para cada filhote.
Um barulho (forte|estranho) assustou {o Animal}, que {!correr} e {!se_esconder} (embaixo da cama|atrás do
    sofá|no telhado).
A clínica cobra {money} pela vacina e {money} pela consulta.
{^hero} {!colocar} {um gear+} {no Animal} para ele não fugir (de novo|no passeio).
{^o Animal} {!tomar.p} banho (uma vez por mês|a cada {nn semana}) e {!detestar/adorar.p} água.
Um guarda encontrou {um wild+} perto da estrada => {^o vet} {!tratar} do bicho e {!soltar} o bicho na
    reserva.

[good]
{^o Animal} {!se_recuperar} bem e já {!correr/brincar.p} {no Room}.
{^hero} {!encontrar} {o Animal} depois de {nn dia}, {~feliz/aliviado}, e chorou de alegria.
{^nn animal} {!ganhar} uma casa na feira e a ONG comemorou.
{^o Animal} {!ser.p} {~dócil/carinhoso/saudável} e faz companhia {ao kin} {de hero}.

[bad]
{^o Animal} {!piorar} durante a noite e não {!resistir}.
{^hero} não {!encontrar} {o Animal} e {!voltar} para casa {~triste/abatido}.
O abrigo está (lotado|sujo|sem dinheiro) e {^nn animal} {!ficar} sem ração.
{^o Animal} {!ser.p} {~bravo/teimoso/arisco} e {!morder} {o kin} {de hero}.

[fact]
Cachorros e gatos precisam de água limpa, vacina em dia e um lugar seco para dormir.
Chocolate, cebola e uva fazem mal aos cães, mesmo em pequena quantidade.
Um gato pode dormir quinze horas por dia e prefere lugares altos.
Animais silvestres não devem ser criados em casa sem autorização.
"""

WEATHER = """
hero: expert
other: resident rescuer

expert = meteorologista:c, *pesquisador, *geógrafo, *engenheiro > especialista:c | atento experiente
    preocupado
resident = *morador, comerciante:c, *agricultor, *aposentado, *pescador > pessoa | preocupado antigo
    assustado aliviado
rescuer = *bombeiro, agente:c, *voluntário, *soldado > profissional:c | corajoso rápido cansado
storm:o,um = chuva, tempestade:f, temporal:m, ventania, granizo, enchente:f > fenômeno | forte violento
    rápido intenso
dry:o,um = seca, estiagem, onda_de_calor > fenômeno | longo severo forte
cold:o,um = frio, geada, frente_fria:f, nevoeiro > fenômeno | intenso forte raro
damage = telhado, muro, árvore:f, poste:m, ponte:f, janela, carro, barraco | velho alto danificado novo
area:o = rua, bairro, avenida, vale:m, morro, centro, litoral:m, serra > lugar:m | alagado alto vazio baixo
river:o = rio, córrego, represa, lagoa | cheio sujo fundo raso
house:o,os,seu = calçada, casa, garagem, quintal:m, loja | alagado sujo
furniture = sofá:m, colchão:m, geladeira, fogão:m, armário, mesa > móvel:m | molhado pesado velho
clothes = casaco, capa, luva, bota, cobertor:m, gorro > roupa | molhado quente velho vermelho grosso

[scenes]
people resident : vestir/colocar, tirar, perder : clothes : na rua|no ponto de ônibus|em casa : com
    pressa|por causa da chuva
people resident : lavar, secar/enxugar, comprar : clothes : no quintal|na varanda|na feira : pela manhã|com
    pressa
storm : derrubar, destruir/arrasar, danificar/estragar : damage : no centro|na zona rural|no litoral :
    durante a madrugada|em poucos minutos
resident people rescuer : consertar/arrumar, pintar, fotografar : damage : na rua|no bairro|na vila : com a
    ajuda dos vizinhos|depois da chuva
rescuer people : resgatar/salvar, procurar/buscar, abrigar : people resident : na enchente|no morro|na vila
    : com cuidado|durante a noite
resident people : limpar, varrer, lavar : house : depois da chuva|pela manhã|no sábado : com os vizinhos|com
    vassouras
expert : medir, estudar/analisar, observar/acompanhar : river storm cold : na estação|no litoral|no
    laboratório : com atenção|com um radar
resident people : atravessar/cruzar, evitar, fotografar : area river : pela manhã|no inverno|à noite : com
    medo|com cuidado
storm : atingir/castigar, alagar/inundar : area : durante a noite|no fim da tarde : por duas horas|sem aviso
resident people : carregar/levar, perder, secar/enxugar : furniture : na calçada|no quintal|na garagem :
    depois da enchente|com os vizinhos

[title]
(Chuva|Temporal|Frio) (atinge|castiga|surpreende) {city} {no weekday}
Previsão do tempo: {city} terá (sol|chuva|frio) {no weekday}
{hero} explica (a seca|o calor|a chuva) em {city}
(Calor|Frio) em {city} é o maior (desde {year}|em {nn ano})

[open]
{^um Storm+} {!atingir/castigar/surpreender} {city} {no weekday}, (por volta das {hour}|no fim da
    tarde|durante a madrugada), e {!assustar} os moradores.
Os termômetros de {city} marcaram {hot} graus {no weekday}, (a tarde mais quente|o dia mais abafado|o maior
    calor) do ano.
Os termômetros de {city} marcaram {cold} graus {no weekday}, (a manhã mais gelada|a noite mais fria|o maior
    frio) do ano.
{^um Dry} {!castigar.p} a região de {city} há {nn mês} e preocupa {hero}.
{^um Cold} {!chegar} a {city} {no weekday} e {!derrubar} a temperatura para {cold} graus.
A previsão para {city} (é de|indica) (sol|chuva|nuvens|vento forte) até {weekday}, segundo {hero}.

[body]
Nuvens (escuras|pesadas|carregadas) cobriram {o Area} => Em {nn minuto}, {^o Storm} {!começar/chegar} com
    raios e vento.
{^o Storm} {!derrubar/danificar/destruir} {nn damage} (no centro|na zona sul|perto do rio).
{^o River} {!subir} {nn metro} => A água invadiu {NN casa} e {^os resident} {!subir} para o telhado.
A energia (caiu|faltou|acabou) por {nn hora} e {^os resident} {!usar} velas.
{^hero} {!explicar} que (uma massa de ar frio|a umidade da floresta|o calor do oceano) causou {o Storm}.
{^os rescuer} {!resgatar/retirar} {nn pessoa} (com um bote|com cordas) {do Area}.
As escolas {do Area} (suspenderam as aulas|abriram as portas para as famílias) {no weekday}.
Sem chuva há {nn mês}, {^o River2} {!secar/baixar} => A prefeitura cortou a água (durante a noite|em {nn
    bairro}).
{^os resident} {!vestir/usar} {-- clothes} e {!ficar} em casa por causa do frio.
O vento chegou a {kmh} quilômetros por hora e arrancou {-- damage}.
{^other} {!perder/salvar} os móveis {no storm} e {!passar} a noite na casa (de um amigo|de um vizinho|da família).
O sol (voltou|apareceu|saiu) {no weekday} => {^os resident} {!colocar} roupas e colchões na calçada para
    secar.

[good]
A chuva encheu {o River} e {^os resident} {!comemorar} o fim da seca.
Apesar do susto, ninguém ficou ferido e {^os rescuer} {!ser} {~aplaudido}.
O tempo melhorou, o céu ficou (azul|limpo) e as praias (encheram|ficaram cheias).
{^os rescuer} {!salvar} {nn pessoa} e {!receber} uma homenagem da cidade.

[bad]
A enchente deixou {NN família} sem casa e {^os resident} {!pedir} socorro.
{^nn pessoa} {!ficar} {~ferido} e {^other} {!perder} tudo {no storm}.
O tempo piorou, a lama cobriu {o Area} e os prejuízos (são enormes|passam de {big} reais).
A seca matou o gado, {o River} secou e {^os resident} {!ficar} sem água.

[fact]
No verão chove mais à tarde, porque o calor da manhã forma nuvens altas.
Durante um temporal com raios, não fique embaixo de árvores nem perto de postes.
A geada se forma nas noites frias, sem vento e com céu limpo.
Quando o ar fica muito seco, é preciso beber mais água e evitar exercícios à tarde.
"""
