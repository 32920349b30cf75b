import pytest

from tinypt.sample.inflection import conjugate, feminine, plural


@pytest.mark.parametrize(
    ("singular", "expected"),
    [
        ("bola", "bolas"), ("flor", "flores"), ("luz", "luzes"), ("pão", "pães"), ("irmão", "irmãos"),
        ("caminhão", "caminhões"), ("animal", "animais"), ("papel", "papéis"), ("lençol", "lençóis"), ("azul", "azuis"),
        ("funil", "funis"), ("difícil", "difíceis"), ("jovem", "jovens"), ("freguês", "fregueses"), ("mês", "meses"),
        ("ônibus", "ônibus"), ("posto de saúde", "postos de saúde"), ("rede social", "redes sociais"),
        ("mais velho", "mais velhos"), ("gol", "gols"),
    ],
)  # fmt: skip
def test_plural(singular: str, expected: str) -> None:
    assert plural(singular) == expected


@pytest.mark.parametrize(
    ("masculine", "expected"),
    [
        ("novo", "nova"), ("jogador", "jogadora"), ("freguês", "freguesa"), ("grande", "grande"), ("bom", "boa"),
        ("capitão", "capitã"), ("avô", "avó"), ("mais velho", "mais velha"),
        ("técnico de enfermagem", "técnica de enfermagem"),
    ],
)  # fmt: skip
def test_feminine(masculine: str, expected: str) -> None:
    assert feminine(masculine) == expected


@pytest.mark.parametrize(
    ("infinitive", "present", "past", "imperfect", "future"),
    [
        ("cortar", "corta cortam", "cortou cortaram", "cortava cortavam", "cortará cortarão"),
        ("vender", "vende vendem", "vendeu venderam", "vendia vendiam", "venderá venderão"),
        ("abrir", "abre abrem", "abriu abriram", "abria abriam", "abrirá abrirão"),
        ("fazer", "faz fazem", "fez fizeram", "fazia faziam", "fará farão"),
        ("ser", "é são", "foi foram", "era eram", "será serão"),
        ("possuir", "possui possuem", "possuiu possuíram", "possuía possuíam", "possuirá possuirão"),
        ("seguir", "segue seguem", "seguiu seguiram", "seguia seguiam", "seguirá seguirão"),
        ("construir", "constrói constroem", "construiu construíram", "construía construíam", "construirá construirão"),
    ],
)  # fmt: skip
def test_finite_forms(infinitive: str, present: str, past: str, imperfect: str, future: str) -> None:
    verb = conjugate(infinitive)
    assert [" ".join(forms) for forms in verb[1:5]] == [present, past, imperfect, future]


def test_nominal_forms_and_pronoun() -> None:
    assert conjugate("propor").participle == "proposto"
    assert conjugate("propor").gerund == "propondo"
    assert conjugate("se esconder").past == ("se escondeu", "se esconderam")
