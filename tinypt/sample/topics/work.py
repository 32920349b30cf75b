"""Topics: farm, computers, commerce."""

FARM = """
hero: farmer
other: farmer buyer expert

farmer = *agricultor, *fazendeiro, *produtor_rural, *criador_de_gado, *lavrador, pecuarista:c >
    trabalhador/trabalhadora | antigo jovem experiente teimoso
expert = *agrônomo, *veterinário, *técnico_agrícola, *pesquisador > profissional:c | jovem experiente atento
buyer = comerciante:c, atacadista:c, feirante:c, *comprador > pessoa | exigente antigo
crop:-,o = milho, soja, café:m, arroz:m, feijão:m, cana, trigo, algodão:m, mandioca > planta | novo seco
    maduro orgânico
produce:--,os,o = tomate:m, alface:f, laranja, uva, banana, abóbora, melancia, cenoura > alimento | fresco
    maduro grande doce
cattle = vaca, boi:m, cavalo, porco, galinha, ovelha, cabra, bezerro, burro > animal:m | gordo doente novo
    manso preto
cow = vaca, cabra, ovelha > animal:m | gordo manso branco
horse = cavalo, égua, burro, touro > animal:m | bravo manso preto
machine = trator:m, colheitadeira, arado, caminhão:m, bomba_de_água, carroça > máquina | velho novo quebrado
    vermelho
tool = enxada, foice:f, balde:m, pá:f, facão:m, cerca, mangueira > ferramenta | velho enferrujado novo
land:o = fazenda, sítio, lavoura, pasto, pomar:m, horta, campo > terra | grande verde seco fértil
pest:o,os = praga, lagarta, formiga, ferrugem:f, gafanhoto | resistente voraz
dairy:-,o = leite:m, queijo, ovo, manteiga, mel:m, doce:m > produto | fresco caseiro natural
input:- = adubo, veneno, esterco, calcário

[scenes]
farmer people : plantar/cultivar, colher : crop produce : na fazenda|no sítio|na horta : com as mãos|sem
    veneno|com os filhos
farmer people : vender, transportar/carregar, guardar : crop produce : na feira|na cooperativa|no galpão :
    antes da chuva|em caixas
farmer people : alimentar, cuidar_de/tratar, vender : cattle : no pasto|no curral|no sítio : todos os
    dias|ao amanhecer
farmer people : ordenhar, amarrar/prender, escovar : cow : no curral|no pasto|no estábulo : de madrugada|com
    paciência
farmer people : montar, puxar, domar : horse : na fazenda|no pasto|na estrada : com paciência|com coragem
farmer : dirigir/conduzir, consertar/arrumar, lavar : machine : na lavoura|no galpão|na estrada : com
    cuidado|com o filho
farmer people : usar/utilizar, guardar, limpar : tool : na horta|no galpão|no quintal : com cuidado|todos os
    dias
expert : estudar/analisar, combater, filmar : pest : no laboratório|na lavoura|na estufa : com atenção|com
    cuidado
farmer buyer people : vender, comprar, oferecer : dairy : na feira|no sítio|na cooperativa : por um bom
    preço|em pequena quantidade
farmer : regar/irrigar, cercar, limpar : land : ao amanhecer|no verão|em março : com pouca água|com a
    família
cattle : comer/devorar, pisar, derrubar : crop : no pasto|na lavoura|no sítio : durante a noite|sem parar

[title]
Safra de {Crop} (cresce|cai|surpreende) em {city}
{hero} (planta|colhe|cultiva) {Crop} (sem veneno|com pouca água|há {nn ano}) em {city}
Preço {do Crop} (sobe|cai|dispara) {pct}% em {month}
{o Pest} (ameaça|ataca|preocupa) produtores de {Crop}

[open]
{^hero} {!plantar/cultivar.p} {Crop} {num land+} perto de {city} (há {nn ano}|desde {year}|com {o kin}).
A colheita {do Crop} (começou|terminou|atrasou) em {city} {no weekday}, (com máquinas|depois de {nn mês}|com
    o tempo seco).
{^hero} {!herdar/comprar} {um Land+} em {city} e {!trocar} {o crop} {pelo Crop} em {year}.
{^hero} {!acordar.p} às quatro da manhã para cuidar de {NN cattle} {num land+} de {city}.
Os produtores de {Crop} de {city} (estão preocupados|se reuniram {no weekday}|esperam uma boa safra), conta
    {hero}.

[body]
{^hero} {!arar/preparar} a terra com {o Machine} e {!plantar/semear} {o Crop} em {month}.
Choveu (pouco|menos do que o esperado) em {month} => {^o Crop} {!crescer} (devagar|pouco) {no Land} e as
    folhas (secaram|ficaram amarelas).
Choveu (bem|na hora certa) em {month} => {^o Crop} {!crescer} (depressa|bem) {no Land} e as folhas ficaram
    (verdes|fortes).
{^o Pest} {!atacar} {o Land} => {^hero} {!chamar} {o expert} e {!usar/espalhar} {input} nas folhas.
{^o Machine} {!quebrar} no meio da colheita => {^hero} {!terminar} o trabalho com {o tool} e {nn vizinho}.
{^o cattle} {!fugir} pela cerca e {!comer} parte {do Crop} {de other}.
{^hero} {!vender.p} {Dairy} e {produce} na feira de {city} {no weekday}.
{^o expert} {!analisar} o solo {do Land} e {!recomendar/indicar} {input}.
{^hero} {!tirar.p} {nn litro} de leite por dia e {!fazer.p} {dairy} com a ajuda {do kin}.
O quilo {do Crop} (custa|chegou a) {money} na cooperativa de {city2}.
{^o buyer} {!oferecer} {money} pelo saco {do Crop} => {^hero} {!pensar/negociar} e {!aceitar/recusar} a
    oferta.
Com a seca, {^hero} {!cavar/abrir} um poço e {!regar} {o Land} (à noite|com mangueiras).
A família guardou parte da semente para o ano que vem.

[good]
{^o Crop} {!crescer} bem e a colheita foi (ótima|farta|a melhor em {nn ano}).
{^hero} {!vender} toda a safra por um (bom|ótimo) preço e {!pagar} o banco.
A chuva veio na hora certa e {^o Land} {!ficar} {~verde/florido/bonito} de novo.
{^o Dairy} {de hero} {!ganhar} um prêmio na exposição de {city}.

[bad]
{^o Crop} {!secar/apodrecer} e a colheita foi (péssima|fraca|a pior em {nn ano}).
{^hero} {!perder} metade da safra e não {!pagar} o banco.
A geada queimou as folhas e {^o Land} {!ficar} {~seco/preto/perdido} em uma noite.
O preço {do Crop} caiu tanto que {^hero} {!jogar} parte da produção fora.

[fact]
O milho precisa de sol e de chuva regular nos primeiros meses.
Depois da colheita, a terra deve descansar ou receber outra planta.
O café é colhido entre maio e setembro, quando os grãos ficam vermelhos.
As abelhas levam o pólen de uma flor a outra e ajudam o pomar a dar frutos.
"""

COMPUTERS = """
hero: developer
other: technician user

developer = *programador, analista:c, *desenvolvedor, *engenheiro_de_software, designer:c > profissional:c |
    jovem criativo experiente autodidata
user = *usuário, *aluno, *secretário, jornalista:c, *aposentado > pessoa | curioso iniciante impaciente
technician = *técnico, *vendedor, atendente:c, especialista:c, *instrutor > profissional:c | paciente rápido
    caro
device = computador:m, celular:m, notebook:m, tablet:m, impressora, câmera, roteador:m, televisão > aparelho
    | novo velho lento caro barato portátil
part = teclado, mouse:m, tela, bateria, memória, disco, cabo, carregador:m > peça | novo quebrado original
    barato
software:o,um = programa:m, aplicativo, jogo, navegador:m, sistema:m, antivírus:m, editor_de_texto:m >
    software:m | gratuito novo pesado leve simples
file = arquivo, foto:f, documento, vídeo, planilha, mensagem:f, senha > dado | importante antigo grande
    protegido
fault:o,um,os = vírus:m, erro, defeito, travamento, falha > problema:m | grave estranho comum
message = mensagem, texto, recado, relatório, carta > texto | longo curto urgente
site = site:m, blog:m, página, rede_social:f, fórum:m, loja_virtual | popular lento novo seguro
company = empresa, startup:f, escola, universidade:f, loja > organização | pequeno famoso jovem
skill:- = programação, informática, desenho_digital, robótica

[scenes]
user people developer : usar/utilizar, ligar, desligar : device : no escritório|em casa|na escola|no ônibus
    : com cuidado|pela primeira vez
technician developer : consertar/arrumar, montar, limpar : device part : na oficina|na loja|na bancada : com
    ferramentas|com atenção
user technician people : comprar, vender, trocar/substituir : part device : na loja|no centro|pela internet
    : com desconto|por um bom preço
people user : carregar/levar, derrubar, perder : device : no metrô|na escada|na rua : com pressa|na chuva
developer : criar/desenvolver, testar, apresentar/mostrar : software site : no escritório|em casa|no
    laboratório : com um amigo|de madrugada
user people technician : instalar, baixar, atualizar : software : no computador|no celular|na escola : de
    graça|com pressa
user people : apagar/deletar, salvar/guardar, copiar, enviar/mandar : file : no computador|no celular|na
    nuvem : por engano|por segurança
developer technician : corrigir/resolver, descobrir/encontrar, estudar : fault : no sistema|no servidor|no
    aplicativo : depois do almoço|com um teste
user people : visitar/acessar, criar/fazer : site : no celular|na biblioteca|em casa : pela primeira vez|com
    uma senha
user people developer : digitar/escrever, ler, apagar/deletar : message : no computador|no celular|no tablet
    : com dois dedos|com pressa
technician developer : ensinar/explicar, estudar : skill : na escola|na internet|no laboratório : com
    exemplos|de graça

[title]
{Software} criado em {city} (ajuda|conquista|chega a) {NN usuário}
Como (limpar|escolher|proteger) {o Device}
{hero} (cria|lança|testa) {um Software+}
{o Fault} (derruba|ataca|afeta) {-- site} em {city}

[open]
{^hero} {!criar/desenvolver/lançar} {um Software+} em {city} (em {month}|com {other}|depois de {nn mês} de
    trabalho).
{^o Device} {de hero} {!parar} de funcionar {no weekday}, (no meio do trabalho|depois de uma atualização|sem
    aviso).
{^hero} {!trabalhar.p} {num company} de {city} e {!passar.p} {nn hora} por dia na frente {do Device}.
{^um Fault+} {!afetar/atingir} {NN computador} em {city} {no weekday}, segundo {hero}.
{^hero} {!comprar} {um Device+} por {wage} reais em uma loja de {city} {no weekday}.

[body]
{^o Device} ({!ficar}|{!estar.i}) muito {~lento/quente} => {^hero} {!apagar} {-- file} {*antigo} e
    {!reiniciar} o sistema.
{^hero} {!abrir} um anexo (estranho|suspeito) => {^um Fault} {!apagar/bloquear} {nn arquivo} {do Device}.
{^o technician} {!abrir} {o Device}, {!limpar} a poeira e {!trocar} {o Part}.
{^hero} {!instalar/baixar} {o Software} e {!criar} uma senha com {nn letra} e {nn número}.
{^o Software} {!travar} {nn vez} => {^hero} {!corrigir/encontrar} {o fault} em uma linha do código.
{^o Software} {!ser.p} {~gratuito} e {!funcionar.p} (no celular|sem internet|em qualquer computador).
{^hero} {!salvar/guardar} {o File} na nuvem e {!enviar} uma cópia para {other}.
A bateria {do Device} (dura|durou) {nn hora} e (demora|demorou) {nn minuto} para carregar.
{^o Company} {!contratar} {nn developer} para (criar|melhorar|testar) {o Software}.
{^hero} {!aprender} {skill} ({h~sozinho}|na internet|em um curso gratuito) e {!dar.p} aulas {no weekday}.
{^os user} {!pedir} (mais segurança|uma versão em português|uma tela maior) e {^hero} {!prometer} novidades
    em {month}.
O conserto {do Device} (custou|vai custar) {money} e (demorou|deve demorar) {nn dia}.

[good]
{^o Device} {!voltar} a funcionar e {^hero} não {!perder} nenhum arquivo.
{^o Software} {!chegar} a {NN usuário} em {nn mês} e {!receber} notas altas.
{^os user} {!elogiar/adorar} {o Software}, que ficou (rápido|fácil de usar|bonito).
{^hero} {!vender} {o Software} para uma grande empresa por {millions} milhões.

[bad]
{^o Device} não {!ligar} mais e {^hero} {!perder} todas as fotos.
{^o Software} {!perder} {NN usuário} em {nn mês} e {!receber} notas baixas.
{^os user} {!reclamar} {do Software}, que ficou (lento|difícil de usar|cheio de propaganda).
A garantia {do Device} acabou e {^hero} {!pagar} caro pelo conserto.

[fact]
Uma boa senha tem letras, números e sinais, e não deve ser usada em dois lugares.
Quem guarda tudo em um só disco pode perder tudo de uma vez.
O computador entende apenas zeros e uns, que os programas transformam em texto e imagem.
Nunca abra anexos de desconhecidos, porque eles podem trazer vírus.
"""

COMMERCE = """
hero: trader
other: worker customer

trader = *empresário, comerciante:c, *vendedor, *dono_da_loja, lojista:c, gerente:c > profissional:c |
    esperto jovem honesto conhecido
worker = *funcionário, *costureiro, *marceneiro, *pedreiro, balconista:c, *carpinteiro, *sapateiro >
    trabalhador/trabalhadora | cansado habilidoso pontual
customer = cliente:c, *consumidor, *freguês, *noivo > comprador/compradora | exigente satisfeito apressado
    antigo
good = sapato, vestido, camisa, bolsa, relógio, móvel:m, tapete:m, anel:m, cadeira, mesa > produto | caro
    barato bonito usado novo elegante
material:o = tecido, madeira, couro, ferro, tijolo, cimento, tinta, linha > material:m | resistente barato
    grosso
tool = martelo, tesoura, agulha, serrote:m, pincel:m, furadeira, escada > ferramenta | velho afiado pesado
shop:o,um = loja, mercado, fábrica, oficina, banca, papelaria, sapataria > comércio | pequeno movimentado
    novo antigo
sum:o,- = dinheiro, troco, salário, aluguel:m, empréstimo, lucro, desconto
item = caixa, pacote:m, sacola, encomenda, embrulho > volume:m | pesado pequeno frágil
firm = Casa_Moreira_&_Filhos:f, Alves_&_Irmãos:m, Armazém_Central:m, Malharia_Duarte_&_Cia:f,
    Empório_da_Serra:m

[scenes]
trader worker : vender, oferecer, mostrar/exibir : good : na loja|na feira|no balcão : com desconto|com um
    sorriso
customer people : comprar, escolher, experimentar/provar : good : na loja|na feira|no centro : com calma|com
    a família
customer people : trocar/substituir, devolver : good : na loja|no balcão|no centro : com a nota|sem problema
worker people : fazer/produzir, consertar/arrumar, limpar : good : na oficina|em casa|na fábrica : com
    capricho|com atenção
worker : cortar, medir, carregar/transportar : material : na oficina|na obra|no galpão : com cuidado|com
    pressa
worker people : usar/utilizar, guardar, emprestar : tool : na obra|na oficina|no quintal : com cuidado|por
    alguns dias
trader worker people : abrir, fechar, limpar : shop : de manhã|no feriado|na hora do almoço : com pressa|com
    a família
trader customer : contar, pedir/solicitar, perder : sum : no caixa|no banco|no balcão : na segunda-feira|sem
    perceber
worker people trader : entregar, carregar/transportar, embrulhar : item : na porta|na calçada|no correio :
    com cuidado|com pressa
trader : contratar, demitir, treinar/preparar : worker : na fábrica|na loja|no mercado : em março|sem pressa

[title]
Comércio de {city} (cresce|cai|muda) {pct}% em {month}
{hero} (abre|fecha|amplia) {um Shop+} em {city}
Preço {do Good} (sobe|cai|assusta) em {city}
{o Firm} (contrata|demite|treina) {nn worker} em {city}

[open]
{^hero} {!abrir} {um Shop+} no centro de {city} (em {month}|em {year}|com o dinheiro de um empréstimo) e
    {!vender.p} {-- good}.
{^o Firm}, a loja mais antiga de {city}, {!completar/comemorar} {nn ano} {no weekday}.
As vendas de {-- good} (cresceram|caíram) {pct}% em {city} em {month}, segundo {hero}.
{^hero} {!trabalhar.p} {num Shop+} de {city} há {nn ano} e {!fazer.p} {-- Good} à mão.
{^o Firm} {!anunciar/abrir} {nn vaga} em {city} {no weekday}, com salário de {wage} reais.

[body]
{^hero} {!baixar} o preço {do Good} {no weekday} => {^os customer} {!fazer} fila na porta {do Shop} desde as
    {hour}.
{^o customer} {!pedir} desconto => {^hero} {!fazer} as contas e {!vender} {o Good} por {money}.
{^hero} {!comprar} {o Material} em {city2} e {!fazer} {nn good} em {nn dia}.
{^o worker} {!cortar/medir} {o Material} e {!usar} {um tool+} para terminar {o Good}.
O aluguel {do Shop} subiu {pct}% => {^hero} {!mudar} {o Shop} para (uma rua menor|a garagem de casa|outro
    bairro).
{^o customer} {!devolver} {o Good} com defeito e {!receber} (o dinheiro de volta|um novo|um pedido de
    desculpas).
{^hero} {!pegar} um empréstimo no banco para (comprar máquinas|pagar os funcionários|reformar a loja).
{^o Shop} {!abrir.p} às {hour} e {!receber.p} {nn customer} por dia.
{^hero} {!mandar} {o item} pelo correio e {!cobrar} {money} de frete.
{^o Firm} {!vender.p} {-- good}, {-- good} e {-- item} (pela internet|no atacado|em {nn cidade}).
{^o worker} {!pedir} (aumento|férias|demissão) {no weekday} => {^hero} {!conversar} com a equipe e {!pedir}
    paciência.
Em {month}, {^hero} {!contratar/treinar} {nn worker} para atender no fim de ano.

[good]
As vendas dobraram e {^hero} {!pagar} todas as dívidas {do Shop}.
{^os customer} {!elogiar} o atendimento e {!voltar} com os amigos.
{^o Good} {!ficar} {~perfeito/lindo/impecável} e {!ser} {~vendido} no mesmo dia.
O lucro {do Firm} subiu {pct}% e {^os worker} {!ganhar} um prêmio.

[bad]
As vendas caíram e {^hero} {!fechar} {o Shop} com muitas dívidas.
{^os customer} {!reclamar} do atendimento e não {!voltar} mais.
{^o Good} {!ficar} {~torto/feio/manchado} e {!ser} {~devolvido} no mesmo dia.
O lucro {do Firm} caiu {pct}% e {^nn worker} {!perder} o emprego.

[fact]
Antes de abrir uma loja, é preciso fazer as contas e conhecer o bairro.
Quem compra pela internet pode devolver o produto em até sete dias.
Pesquisar preços em três lugares ajuda a economizar no fim do mês.
Guardar um pouco do salário todo mês evita dívidas no fim do ano.
"""
