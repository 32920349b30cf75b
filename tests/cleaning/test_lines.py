import pytest

from tinypt.cleaning.lines import is_lossy, is_metadata, line_key, without


@pytest.mark.parametrize(
    "line",
    [
        "Publicado em 12/03/2014 às 10h22",
        "Por Redação, em 28/05/2007",
        "Tags: futebol, copa",
        "Compartilhe no Facebook",
        "Comentários (12)",
        "Acessos: 336",
        "Visualizado 202 vezes",
        "12 de março de 2014",
    ],
)
def test_metadata(line: str) -> None:
    assert is_metadata(line)


@pytest.mark.parametrize(
    "line",
    [
        "Publicado em 1899, o romance conta a história de Bento.",
        "Em 12 de março de 2014 o time venceu o jogo e a torcida invadiu o campo para comemorar com os jogadores",
        "A menina comeu a maçã",
        "Por isso ele foi embora cedo.",
    ],
)
def test_sentences_are_no_metadata(line: str) -> None:
    assert not is_metadata(line)


def test_lossy_mojibake_is_told_from_questions() -> None:
    assert is_lossy("A informa??o n?o chegou")
    assert not is_lossy("Você vem? não sei")
    assert not is_lossy("Sim?\nNão")


def test_keys_ignore_case() -> None:
    assert line_key("Leia Mais") == line_key("leia mais") != line_key("leia menos")
    assert without(["Leia mais", "Texto."], {line_key("LEIA MAIS")}) == ["Texto."]
