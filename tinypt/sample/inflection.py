"""Portuguese inflection by rule: plurals, feminines, verb forms, and contracted determiners."""

from typing import NamedTuple

_PLURALS = {
    "gol": "gols", "designer": "designers", "hamster": "hamsters", "avô": "avós", "pão": "pães", "irmão": "irmãos",
    "cidadão": "cidadãos", "capitão": "capitães", "ônibus": "ônibus", "lápis": "lápis", "vírus": "vírus",
    "mês": "meses", "túnel": "túneis", "móvel": "móveis", "fácil": "fáceis", "difícil": "difíceis",
    "frágil": "frágeis", "incrível": "incríveis", "horrível": "horríveis", "terrível": "terríveis",
    "confortável": "confortáveis", "saudável": "saudáveis", "responsável": "responsáveis",
    "inesquecível": "inesquecíveis", "impecável": "impecáveis", "simples": "simples", "juiz": "juízes",
    "dócil": "dóceis", "fértil": "férteis", "português": "portugueses", "inglês": "ingleses",
    "freguês": "fregueses", "arroz": "arrozes", "açúcar": "açúcares", "mulher": "mulheres",
    "insuportável": "insuportáveis",
    "agradável": "agradáveis", "desagradável": "desagradáveis", "admirável": "admiráveis", "lamentável": "lamentáveis",
    "sofrível": "sofríveis",
}  # fmt: skip
_FEMININES = {
    "avô": "avó", "bom": "boa", "ruim": "ruim", "comum": "comum", "jovem": "jovem", "marrom": "marrom",
    "capitão": "capitã",
}  # fmt: skip

_ADVERBS = ("mais", "menos", "muito")


def plural(word: str) -> str:
    """Plural of a noun or adjective. In `posto de saúde` only the first word inflects, in `milho verde` both do."""
    if " " in word:
        head, *rest = word.split(" ")
        if rest[0] in ("de", "do", "da", "dos", "das", "em", "a", "à"):
            return " ".join([plural(head), *rest])
        return " ".join(part if part in _ADVERBS else plural(part) for part in word.split(" "))
    if word in _PLURALS:
        return _PLURALS[word]
    for ending, replacement in (
        ("ão", "ões"),
        ("al", "ais"),
        ("el", "éis"),
        ("ol", "óis"),
        ("ul", "uis"),
        ("il", "is"),
    ):
        if word.endswith(ending):
            return word[: -len(ending)] + replacement
    if word.endswith("ês"):
        return word[:-2] + "eses"
    if word.endswith("m"):
        return word[:-1] + "ns"
    return word + ("es" if word[-1] in "rzs" else "s")


def feminine(word: str) -> str:
    """Feminine of an adjective, or of a noun for a person."""
    if " " in word:
        head, rest = word.split(" ", 1)
        return f"{head} {feminine(rest)}" if head in _ADVERBS else f"{feminine(head)} {rest}"
    if word in _FEMININES:
        return _FEMININES[word]
    if word.endswith("o") and not word.endswith("ão"):
        return word[:-1] + "a"
    if word.endswith("ês"):
        return word[:-2] + "esa"
    return word + "a" if word.endswith(("dor", "sor", "tor", "lor")) else word


class Verb(NamedTuple):
    """The forms of a verb that the sample uses: third person of four tenses, and the nominal forms."""

    infinitive: str
    present: tuple[str, str]
    past: tuple[str, str]
    imperfect: tuple[str, str]
    future: tuple[str, str]
    gerund: str
    participle: str


# Present singular and plural, past singular and plural, imperfect singular, participle; "-" where the form is regular.
_IRREGULAR = {
    "ser": "é são foi foram era sido", "estar": "está estão esteve estiveram estava -",
    "ter": "tem têm teve tiveram tinha -", "fazer": "faz fazem fez fizeram fazia feito",
    "ir": "vai vão foi foram ia ido", "ver": "vê veem viu viram via visto", "dar": "dá dão deu deram dava -",
    "dizer": "diz dizem disse disseram dizia dito", "querer": "quer querem quis quiseram queria -",
    "manter": "mantém mantêm manteve mantiveram mantinha -", "sair": "sai saem saiu saíram saía saído",
    "cair": "cai caem caiu caíram caía caído", "subir": "sobe sobem - - - -",
    "construir": "constrói constroem construiu construíram construía construído",
    "destruir": "destrói destroem destruiu destruíram destruía destruído", "produzir": "produz produzem - - - -",
    "conduzir": "conduz conduzem - - - -", "propor": "propõe propõem propôs propuseram propunha proposto",
    "abrir": "- - - - - aberto", "escrever": "- - - - - escrito", "descobrir": "- - - - - descoberto",
    "ganhar": "- - - - - ganho", "pagar": "- - - - - pago", "passear": "passeia passeiam - - - -",
    "frear": "freia freiam - - - -", "semear": "semeia semeiam - - - -", "entregar": "- - - - - entregue",
    "ler": "lê leem leu leram lia lido", "fugir": "foge fogem - - - -", "aceitar": "- - - - - aceito",
    "compor": "compõe compõem compôs compuseram compunha composto", "saudar": "saúda saúdam - - - -",
    "prender": "- - - - - preso", "acender": "- - - - - aceso", "suspender": "- - - - - suspenso",
    "limpar": "- - - - - limpo", "roer": "rói roem roeu roeram roía roído",
}  # fmt: skip
_FUTURE_STEMS = {"fazer": "far", "dizer": "dir"}


def conjugate(infinitive: str) -> Verb:
    """All forms of a verb. A pronoun before the infinitive (`se esconder`) precedes each form."""
    if infinitive.startswith("se "):
        verb = conjugate(infinitive[3:])
        finite = (verb.present, verb.past, verb.imperfect, verb.future)
        present, past, imperfects, future = ((f"se {one}", f"se {several}") for one, several in finite)
        return Verb(infinitive, present, past, imperfects, future, f"se {verb.gerund}", verb.participle)
    stem, vowel = infinitive[:-2], infinitive[-2]
    regular = {
        "a": ("a", "am", "ou", "aram", "ava", "ado"),
        "e": ("e", "em", "eu", "eram", "ia", "ido"),
        "i": ("e", "em", "iu", "iram", "ia", "ido"),
        "o": ("e", "em", "eu", "eram", "ia", "ido"),
    }[vowel]
    if infinitive.endswith("uir") and not infinitive.endswith(("guir", "quir")):
        regular = ("i", "em", "iu", "íram", "ía", "ído")
    given = _IRREGULAR.get(infinitive, "- - - - - -").split(" ")
    forms = [stem + ending if form == "-" else form for form, ending in zip(given, regular, strict=True)]
    stem_of_future = _FUTURE_STEMS.get(infinitive, infinitive)
    imperfect = forms[4]
    many = "eram" if imperfect == "era" else imperfect + "m"
    return Verb(
        infinitive,
        (forms[0], forms[1]),
        (forms[2], forms[3]),
        (imperfect, many),
        (stem_of_future + "á", stem_of_future + "ão"),
        infinitive[:-1] + "ndo",
        forms[5],
    )


# Number of the following noun (0 singular, 1 plural), masculine form, feminine form.
DETERMINERS = {
    "o": (0, "o", "a"), "do": (0, "do", "da"), "no": (0, "no", "na"), "ao": (0, "ao", "à"),
    "pelo": (0, "pelo", "pela"), "um": (0, "um", "uma"), "num": (0, "em um", "em uma"),
    "dum": (0, "de um", "de uma"), "este": (0, "este", "esta"), "esse": (0, "esse", "essa"),
    "desse": (0, "desse", "dessa"), "nesse": (0, "nesse", "nessa"), "seu": (0, "seu", "sua"),
    "cada": (0, "cada", "cada"), "outro": (0, "outro", "outra"), "nenhum": (0, "nenhum", "nenhuma"),
    "novo": (0, "o novo", "a nova"), "mesmo": (0, "o mesmo", "a mesma"), "próprio": (0, "o próprio", "a própria"),
    "qualquer": (0, "qualquer", "qualquer"), "algum": (0, "algum", "alguma"), "todo": (0, "todo o", "toda a"),
    "os": (1, "os", "as"), "dos": (1, "dos", "das"), "nos": (1, "nos", "nas"), "aos": (1, "aos", "às"),
    "pelos": (1, "pelos", "pelas"), "uns": (1, "uns", "umas"), "alguns": (1, "alguns", "algumas"),
    "muitos": (1, "muitos", "muitas"), "poucos": (1, "poucos", "poucas"), "vários": (1, "vários", "várias"),
    "todos": (1, "todos os", "todas as"), "outros": (1, "outros", "outras"), "esses": (1, "esses", "essas"),
    "seus": (1, "seus", "suas"), "novos": (1, "novos", "novas"), "quantos": (1, "quantos", "quantas"),
    "dois": (1, "dois", "duas"), "três": (1, "três", "três"), "quatro": (1, "quatro", "quatro"),
    "cinco": (1, "cinco", "cinco"), "seis": (1, "seis", "seis"), "dez": (1, "dez", "dez"),
    "doze": (1, "doze", "doze"), "-": (0, "", ""), "--": (1, "", ""),
}  # fmt: skip
