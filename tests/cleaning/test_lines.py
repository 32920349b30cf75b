from random import Random

import pytest

from tinypt.cleaning.lines import is_lossy, is_metadata, line_key, without
from tinypt.corpus.sample.noise_lines import BOILERPLATE, metadata_line


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


@pytest.mark.parametrize(
    "line",
    [
        "Por Marina Prado | 12 comentários",
        "Por João da Silva, do Rio",
        "Publicado em 12/03/2010 às 10h32",
        "publicado 29/04/2015 20h59,",
        "quinta-feira, 3 de março de 2011",
        "Em 12/03/2010",
        "1º de maio de 2014 - 10:00",
        "Visualizado 202 vezes",
        "62.089 votos",
        "Curtir (3) | Compartilhar | Comentar",
        "Enviar por e-mail",
        "Tags: política, eleições",
    ],
)
def test_more_metadata(line: str) -> None:
    assert is_metadata(line)


@pytest.mark.parametrize(
    "line",
    [
        "Por que estudar",
        "Por falar nisso, informem os parentes",
        "POR UMA NOVA VIDA",
        "18.2.10 Seção [printers]",
        "7 de setembro de 1822 e o Brasil",
        "Escrita criativa",
        "Modificado",
        "Visualizar",
        "Curta metragem",
        "Compartilhamento de arquivos",
        "Imprimir",
        "Em 12/03/2010 o governo anunciou a medida",
        "Publicado em 12/03/2010.",
        "Fonte: " + "palavra " * 15,
    ],
)
def test_text_that_only_resembles_metadata(line: str) -> None:
    assert not is_metadata(line)


def test_the_sample_s_metadata_and_nothing_of_its_boilerplate() -> None:
    assert [line for seed in range(2000) if not is_metadata(line := metadata_line(Random(seed)))] == []
    assert not any(map(is_metadata, BOILERPLATE))


def test_metadata_patterns_take_no_time_on_hostile_lines() -> None:
    for piece in ("1/1/2010 ", "curtir | ", "a-", "Por Ana ", "12h", "terça-feira ", "3 de maio de 2000 às "):
        is_metadata((piece * 20_000).replace(" ", "\xa0"))  # hangs where the expression backtracks


@pytest.mark.parametrize(
    ("line", "lossy"),
    [
        ("informa??o", True),
        ("n?o foi poss?vel", True),
        ("fundo duplo?respeitando a regra", False),
        ("Sim? Não? E agora?", False),
        ("o quê??? não", False),
    ],
)
def test_lossy_lines(line: str, lossy: bool) -> None:
    assert is_lossy(line) == lossy
