"""Lines that say by whom, when or in which section a page was published, told from titles, verses and sentences.

Lines have their white space in normal form: single spaces, none at the ends.
"""

import re
import unicodedata

MONTH = "(?:janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)"
_DATE = (
    r"[0-9]{1,2}(?:/[0-9]{1,2}/[0-9]{2,4}|-[0-9]{1,2}-[0-9]{4}|\.[0-9]{1,2}\.[0-9]{4}"
    rf"|º? de {MONTH}(?: de)? [0-9]{{4}})(?![0-9])"
)
CLOCK = r"[0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2})?|h(?:[0-9]{2}(?!:[0-9]|h(?!s)))?)(?: ?min| ?hs?)?"
DAY = "(?:segunda|terça|quarta|quinta|sexta|sábado|domingo)"
_WEEKDAY = rf"{DAY}(?:-feira)?"
STAMP = rf"(?:{_WEEKDAY}[ ,–-]+)?{_DATE}(?:[ ,|–-]*(?:\b(?:às|as|a) |{CLOCK}|\b{_WEEKDAY}))*\W*"
DONE = "(?:publicad|postad|atualizad|enviad|criad|escrit|modificad)[oa]s?"
COUNTED = (
    r"(?:coment[áa]rios?|visualizações|acessos?|curtidas?|compartilhamentos?|visitas?|votos?|respostas?|leituras?)"
)

# Titles and verses have capitals too ("Por Outro Lado"), so an author is known by a common first name, by another
# beginning of an author's name, or by a common family name that is no other word. Lower case without accents.
_FIRST = frozenset(
    """
    abel abilio adalberto adao adelaide ademar ademir adilson admin adriana adriano afonso agencia agnaldo
    ailton alan alana alberto alceu alcides alda aldo alessandra alessandro alex alexandra alexandre alexsandro
    alfredo alice aline alisson allan almir aloisio alvaro amanda amelia ana anderson andre andrea andreia
    andressa angela angelo anna anselmo antonia antonio aparecida ariana ariane arlindo armando arnaldo arthur
    artur ascom assessoria augusto aurelio barbara beatriz benedito bernardo beto bianca blog breno bruna bruno
    caetano caio camila carina carla carlos carmen carolina caroline cassia cassio catarina cecilia celia celio
    celso cesar charles christian christiane cicero cintia clarice clarissa claudia claudinei claudio clayton
    cleber cleide cleiton cristian cristiana cristiane cristiano cristina cynthia dagoberto daiane daniel
    daniela daniele danielle danilo dario davi david debora deise denis denise dennis diana diego dilma diogo
    dirceu djalma domingos douglas dr dra edgar edilson edimar edison edmilson edmundo edna edson eduarda
    eduardo elaine elena eliana eliane elias eliete elisa elisabete elisangela eliseu elizabeth eloisa elson
    elton elza emanuel emanuelle emerson emilia emilio equipe eric erica erick erico erika ernesto estela ester
    euclides eugenia eugenio eunice evandro everaldo everton fabia fabiana fabiano fabio fabiola fabricio fatima
    felipe felix fernanda fernando filipe flavia flavio francisca francisco franklin fred frederico gabriel
    gabriela gabrielle geovana geovane geraldo gerson getulio gilberto gildasio gilmar gilson giovana giovani
    giovanna gisele giselle glauber glauco gleice graziela gregorio guilherme gustavo heitor helena helio
    heloisa henrique herbert hermes hilda hugo humberto iara igor inacio ines ingrid irene isaac isabel isabela
    isabella isadora ismael ivan ivana ivo ivone izabel jacqueline jaime jair jairo jamil janaina jane janete
    jaqueline jean jefferson jessica joana joao joaquim joel joelma jonas jonatas jonathan jorge jornal jose
    joseane josefa josiane josue joyce juan julia juliana juliano julio junior jussara karen karina karine karla
    katia keila kelly kleber laercio laerte laila lais larissa laura lauro leandra leandro leila leonardo leonel
    leonor leticia lia lidia ligia lilian liliana lincoln livia lorena lourenco lourival lucas lucia luciana
    luciano luciene lucilia lucio luis luisa luiz luiza magali magda maicon manoel manoela manuel manuela marcel
    marcela marcelo marcia marcio marco marcos marcus margareth margarida maria mariana mariane mariano marilda
    marilene marilia marina marino mario marisa maristela marlene marli marlon marta martha mateus matheus
    matias mauricio mauro max mayara maysa meire melissa mercedes michel michele michelle miguel milena milton
    miriam moacir moises monica murilo nadia natalia natasha nathalia neide nelson neusa newton ney nicolas
    nicole nilson nilton nivaldo norma odair olga olivia orlando oscar osmar osvaldo oswaldo otavio paloma
    pamela paola patricia paula paulo pe pedro portal priscila prof profa professor professora rafael rafaela
    raimundo ramon raphael raquel raul rebeca redacao regiane regina reginaldo reinaldo renan renata renato
    ricardo rita roberta roberto robson rodolfo rodrigo roger rogerio romeu romulo ronaldo roney rosana
    rosangela rose roseli rosemary rosemeire rosilene rosimeire ruben rubens rui ruth ruy sabrina samanta samuel
    sandra sandro sara sebastiao selma sergio severino sheila sidnei silas silmara silvana silvia silvio simone
    sofia solange sonia sophia stella stephanie suelen sueli suely susana suzana sylvia taina tais tamara tania
    tarcisio tatiana tatiane teresa tereza thais thales thaynara thiago thomas tiago tomas ulisses valdemar
    valdir valeria valter vanda vanderlei vanessa vania vera veronica vicente victor vilma vinicius virginia
    vitor vivian viviane wagner waldemar waldir walter wanda wanderley washington wellington wesley william
    wilma wilson yago yasmin yuri zelia zilda
    """.split()
)
_FAMILY = frozenset(
    """
    abreu aguiar almeida alves amaral andrade araujo assis azevedo barbosa barros batista bezerra borges braga brito
    cardoso carvalho castro cavalcante cavalcanti correa correia cunha duarte farias fernandes ferreira figueira
    figueiredo fonseca freitas gomes goncalves gonzaga guimaraes lacerda lima lopes macedo maciel magalhaes marques
    martins mattos medeiros mello melo mendes menezes miranda monteiro moraes moreira motta moura muniz nascimento
    novaes nunes oliveira pacheco padilha paiva peixoto pereira peres pinheiro pires queiroz rangel rezende ribeiro
    rodrigues salles sampaio schmidt silva silveira simoes siqueira soares sousa souza tavares teixeira toledo vargas
    vasconcelos vaz veloso viana vieira xavier
    """.split()
)
_ALONE = ("admin", "redacao")  # authors without a second name
# Words of such lines: names and sections, dates, trades, counters. A line with other words is a sentence
# ("Publicado em 1881 e inaugurou o realismo").
_CAPITALISED = r"(?-i:[A-ZÀ-ÖØ-Þ])[\w.'’&/-]{0,30}"
_CONNECTOR = "(?:d[aeo]s?|e|em|n[ao]s?|pel[ao]|por|com|para|às?|as?)"
_WORD = re.compile(
    rf"[\W_]?(?:{_CAPITALISED}|[0-9][0-9h:./-]{{0,18}}[hsºª]{{0,2}}|{MONTH}|{_WEEKDAY}|{_CONNECTOR}|{COUNTED}|{DONE}"
    r"|jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez|seg|ter|qua|qui|sex|sáb|dom|hs?|horas?|min|nº|edição"
    r"|última|modificação|atualização|admin|redação|jornalista|repórter|enviad[oa]|especial|colunista|colaboradora?"
    r"|correspondente|editora?|professora?|fotos?|textos?|[\w.+-]{1,60}@[\w.-]{1,60}|)[\W_]{0,3}",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(_CONNECTOR, re.IGNORECASE)
_DATED = re.compile("[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}")
_INITIAL = re.compile(r"(?:[A-ZÀ-ÖØ-Þ]\.)+")
_SIGNED = re.compile(rf"(?:({DONE}):? )?(por|em)(:?) (.+)", re.IGNORECASE)
_FILED = re.compile("publicad|postad", re.IGNORECASE)  # only these are followed by a section
_TAGS = re.compile(r" com as? tags?\b| e (?:marcad|etiquetad)[oa]\b|\|", re.IGNORECASE)  # anything follows


def is_byline(line: str) -> bool:
    """Whether a line is `Por` or `Publicado por` and an author, or `Publicado em` and a date or section."""
    signed = _SIGNED.fullmatch(line)
    if not signed:
        return False
    done, preposition, colon, rest = signed.groups()
    tags = _TAGS.search(rest)
    words = (rest[: tags.start()] if tags else rest).split()
    if not words or not all(map(_WORD.fullmatch, words)) or _UNFINISHED.fullmatch(words[-1]):
        return False
    filed, capital = bool(done and _FILED.match(done)), words[0][0].isupper()
    if preposition.lower() == "em":
        return bool(done) and (any(map(str.isdecimal, rest)) or (filed and capital))
    if "por" in map(str.lower, words):  # "Por João, por Maria"
        return False
    first, several = _plain(words[0]), len(words) > 1
    named = first in _FIRST or filed or (capital and bool(colon or _DATED.search(rest)))
    named = named or (capital and not _FAMILY.isdisjoint(map(_plain, words[1:])))
    named = named or (several and bool(_INITIAL.fullmatch(words[0])))
    return named and (several or first in _ALONE or bool(done or colon or tags))


def _plain(word: str) -> str:
    """The letters of a word in lower case, without accents."""
    return "".join(filter(str.isalpha, unicodedata.normalize("NFD", word.lower())))
