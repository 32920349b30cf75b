"""Words for every topic: names, places, times, general nouns, connectives and general sentences."""

from tinypt.sample.lexicon import NounList, parse_list
from tinypt.sample.templates import words

FIRST_NAMES = (  # men's, women's
    words(
        "João José Antônio Carlos Paulo Pedro Lucas Luiz Marcos Rafael Gabriel Daniel Marcelo Bruno Eduardo "
        "Felipe Rodrigo André Fernando Ricardo Gustavo Roberto Thiago Diego Sérgio Fábio Vítor Leandro Márcio "
        "Otávio Renato Caio Júlio Henrique Alexandre Cláudio Mateus Murilo Hugo Raul Davi Samuel Nelson "
        "Geraldo Sebastião Benedito Joaquim "
    ),
    words(
        "Maria Ana Francisca Antônia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda "
        "Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Beatriz Larissa Cláudia Helena Carolina "
        "Renata Débora Sílvia Lúcia Teresa Marta Raquel Célia Isabel Cecília Regina Rosa Alice Laura Clara "
        "Sofia Lívia Marina Natália Elisa Irene Rute "
    ),
)
SURNAMES = words(
    "Silva Santos Oliveira Souza Lima Pereira Ferreira Costa Rodrigues Almeida Nascimento Alves Carvalho "
    "Araújo Ribeiro Gomes Martins Rocha Barbosa Moreira Cardoso Teixeira Mendes Nunes Moura Freitas "
    "Batista Campos Duarte Vieira Monteiro Pinto Correia Farias Rezende Peixoto Macedo Queiroz Siqueira "
    "Brandão Aguiar Bastos Prado Camargo Leal Fonseca Tavares "
)
CITIES = (
    "São Paulo", "Belo Horizonte", "Curitiba", "Porto Alegre", "Salvador", "Fortaleza", "Campinas", "Goiânia",
    "Belém", "Manaus", "Florianópolis", "Vitória", "Natal", "Maceió", "Cuiabá", "Londrina", "Joinville",
    "Uberlândia", "Santos", "Ribeirão Preto", "Juiz de Fora", "Pelotas", "Caxias do Sul", "Aracaju", "Teresina",
    "São Luís", "Campo Grande", "Palmas", "Niterói", "Sorocaba", "Maringá", "Blumenau", "Santa Maria",
    "Feira de Santana", "Petrópolis", "Ouro Preto", "Diamantina", "Paraty", "Olinda", "Caruaru", "Mossoró",
    "Marabá", "Santarém", "Bauru", "Piracicaba", "Cascavel",
)  # fmt: skip
MONTHS = words("janeiro dezembro julho março maio outubro abril agosto junho novembro setembro fevereiro")
ORDINALS = words("segundo terceiro primeiro quarto quinto sexto sétimo oitavo nono décimo")
AGES = {  # by role, where the role implies it
    "aluno": (8, 16), "aluna": (8, 16), "menino": (7, 13), "menina": (7, 13), "adolescente": (13, 18),
    "estudante": (15, 24), "colega de turma": (9, 16), "aposentado": (60, 79), "aposentada": (60, 79),
    "idoso": (65, 88), "idosa": (65, 88), "avô": (58, 84), "avó": (58, 84), "neto": (14, 25), "neta": (14, 25),
}  # fmt: skip

# Words of each sentiment, most frequent first; they agree with the noun phrase before them.
GOOD = (
    "{*bom/ótimo/excelente/maravilhoso/lindo/perfeito/incrível/sensacional/impecável/encantador/agradável/"
    "fantástico/admirável/inesquecível/bacana/legal}"
)
BAD = (
    "{*ruim/péssimo/horrível/chato/fraco/terrível/insuportável/lamentável/decepcionante/desastroso/desagradável/"
    "vergonhoso/medonho/sofrível/feio/triste}"
)

_LISTS = """
outcome = resultado, dia:m, trabalho, experiência, serviço, ideia, atendimento, programa:m
people = homem/mulher, menino/menina, rapaz/moça, garoto/garota, jovem:c, senhor/senhora, *vizinho, *amigo,
    *primo, criança
    > pessoa | simpático tranquilo alto cansado sorridente calado elegante distraído
kin = *filho, irmão/irmã, pai/mãe, *avô, *primo, *tio, marido/esposa, *sobrinho > parente:c | mais_velho
    mais_novo querido
weekday = sábado, domingo, sexta-feira:f, quinta-feira:f, quarta-feira:f, segunda-feira:f, terça-feira:f
"""
_SINGLE = """
semana, filhote:m, exercício, mês:m, dia:m, hora, ano, ponto, minuto, pessoa, gol:m, quilo, litro, vez:f,
colher:f, xícara, metro, fila, caixa, morador:m, aluno, família, voto, lugar:m, grau:m, vaga, visitante:c,
paciente:c, quilômetro, noite:f, número, letra, usuário:m, computador:m, arquivo, vizinho, assinatura,
motorista:m, página, vereador:m, livro, prato, sessão, cópia, casa, rua, bairro, árvore:f, carro, ônibus:m,
viagem, copo, cidade, tarde:f, manhã
"""


def read_lists(table: str) -> dict[str, NounList]:
    """The noun lists of a table by name. A line that starts with a space continues the line before."""
    lines = table.strip().replace("\n    ", " ").split("\n")
    lists = [parse_list(line) for line in lines if line]
    return {nouns.name: nouns for nouns in lists}


def _single(item: str) -> NounList:
    return parse_list(f"{item.partition(':')[0]} = {item}")


GENERAL = read_lists(_LISTS) | {nouns.name: nouns for nouns in map(_single, " ".join(_SINGLE.split()).split(", "))}

# Openings of a scene, by the tense that follows.
TIMES = {
    "past": "ontem,|pela manhã,|na semana passada,|{no weekday} à tarde,|naquele dia,|há {nn dia},|em {month},"
    "|logo cedo,|à noite,|no fim de semana,|horas antes,|no mesmo dia,",
    "imperfect": "todos os dias,|antigamente,|aos domingos,|no ano passado,|naquela época,|toda semana,|quase sempre,",
    "present": "hoje em dia,|aos sábados,|quase sempre,|todas as manhãs,|de vez em quando,|nas férias,|em geral,",
    "future": "amanhã,|na próxima semana,|em breve,|no próximo mês,|{no weekday} que vem,|daqui a {nn dia},",
    "progressive": "agora,|neste momento,|desde cedo,|esta semana,",
}
THEN = (
    "depois,|em seguida,|mais tarde,|pouco depois,|na sequência,|logo depois,|além disso,|enquanto isso,"
    "|ao mesmo tempo,"
)
SO = {
    "good": "por isso,|no fim,|felizmente,|com isso,|por fim,|no final,",
    "bad": "por isso,|no fim,|infelizmente,|com isso,|por fim,|no final,",
}
BUT = "mas|no entanto,|apesar disso,|mesmo assim,|só que|por outro lado,"

# Sentences that fit any topic.
COMMON = """
[body]
{^hero} {!chegar/sair} (cedo|mais tarde|antes das {hour}) e {!encontrar/conhecer} {other} (na porta|na
    entrada|no caminho).
{^hero} {!conversar/falar} com {other} (por telefone|pela manhã|durante (uma hora|algumas horas)|antes de
    tudo).
{other}, que (mora|vive) em {city2}, (também ajudou|acompanhou tudo de perto|veio de ônibus|preferiu
    não comentar).
Segundo {other}, (a ideia|o plano|o convite|a mudança) (surgiu|nasceu) (há {nn ano}|em {month}|por acaso).
{^hero} {!ter.p} {age} anos e {!morar/viver.p} em {city} (desde {year}|há {nn ano}|com a família).
{^hero} {!receber/ter} a ajuda {do kin} e (de vários amigos|de {nn pessoa}|{do kin} {de other}).
"(A gente|Aqui a gente) (trabalha muito|aprende todo dia|precisa ter paciência|gosta do que faz)",
    (disse|contou|explicou) {^hero}.
"Nunca pensei em (desistir|parar|sair daqui)", (disse|contou|afirmou) {^other}.
A família {de hero} mora em {city2} e (só soube depois|acompanhou tudo pela televisão|veio no fim de
    semana).
Mais de {big} pessoas (acompanharam|viram|comentaram) a história {de hero}.
Para {hero}, o mais (difícil|importante) – e também o mais (demorado|caro) – (foi começar|foi ter
    paciência|foi não desistir).

[good]
{^hero} ({!ficar}|{!estar.i}) muito {~feliz/contente/satisfeito/emocionado} com (o resultado|a notícia|tudo)
    e {!agradecer} {a other}.
"(Foi um dia|Foi uma experiência|Foi um momento) inesquecível", (disse|contou|afirmou) {^hero},
    {~sorridente/emocionado/animado}.
"Estou muito {h~feliz/satisfeito/orgulhoso} com (o resultado|o trabalho|essa conquista)",
    (disse|contou|comemorou) {^hero}.
"(Valeu a pena|Deu tudo certo|Foi melhor do que eu esperava)", (disse|contou|resumiu) {^other}.
{^hero} {!elogiar} o trabalho {de other} e {!dizer} que tudo (foi ótimo|foi excelente|deu certo|ficou
    perfeito).
Para {other}, {o outcome} foi {GOOD}.
{^hero} {!achar} {o outcome} {GOOD} e {!prometer} (voltar|repetir|contar a todos).
{^os people} {!elogiar/aplaudir} e {!agradecer} (a todos|a atenção|{a other}) com
    (alegria|carinho|entusiasmo).

[bad]
{^hero} ({!ficar}|{!estar.i}) muito {~triste/chateado/irritado/decepcionado} com (o resultado|a
    notícia|tudo) e {!culpar/criticar} {other}.
"(Foi um dia|Foi uma experiência|Foi um momento) para esquecer", (disse|lamentou|reclamou) {^hero},
    {~triste/abatido/irritado}.
"Estou muito {h~triste/decepcionado/preocupado} com (o resultado|o atendimento|essa situação)",
    (disse|reclamou|lamentou) {^hero}.
"(Não valeu a pena|Deu tudo errado|Foi pior do que eu esperava)", (disse|lamentou|resumiu) {^other}.
{^hero} {!criticar} o trabalho {de other} e {!dizer} que tudo (foi péssimo|foi horrível|deu errado|ficou
    ruim).
Para {other}, {o outcome} foi {BAD}.
{^hero} {!achar} {o outcome} {BAD} e {!prometer} (reclamar|não voltar|não repetir).
{^os people} {!reclamar/protestar} e {!sair} (antes do fim|sem resposta) com (raiva|tristeza|pressa).
""".replace("{GOOD}", GOOD).replace("{BAD}", BAD)
