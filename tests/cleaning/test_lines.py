from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cleaning import reference
from tests.cleaning.conftest import tricky_text, web_text
from tinypt.cleaning.lines import LOSSY, METADATA, is_continued, is_lossy, is_metadata
from tinypt.cleaning.screen import found
from tinypt.sample.noise_lines import BOILERPLATE, metadata_line


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
    assert pl.Series([f"Texto.\n{line}"]).str.contains(METADATA).all()


@pytest.mark.parametrize(
    "line",
    [
        "Publicado em 1899, o romance conta a história de Bento.",
        "Em 12 de março de 2014 o time venceu o jogo e a torcida invadiu o campo para comemorar com os jogadores",
        "A menina comeu a maçã",
        "Por isso ele foi embora cedo.",
    ],
)
def test_sentences_are_not_metadata(line: str) -> None:
    assert not is_metadata(line)


def test_lossy_mojibake_is_distinguished_from_questions() -> None:
    assert is_lossy("A informa??o n?o chegou")
    assert not is_lossy("Você vem? não sei")
    assert not is_lossy("Sim?\nNão")
    assert not is_lossy("Abra /busca?tipo=casa e depois /lista?pagina=duas.")
    assert not is_lossy("os nomes arc?e e arc?s casam com o padrão " + "e assim por diante " * 30)


@settings(max_examples=300)
@given(st.lists(web_text | tricky_text, min_size=1))
def test_the_screens_find_every_unwanted_line(texts: list[str]) -> None:
    column = pl.Series(map(reference.normalise_space, texts), dtype=pl.String)
    for screens, unwanted in (((METADATA,), is_metadata), (LOSSY, is_lossy)):
        for text in column.filter(~column.is_in(column.gather(found(column, *screens)).implode())):
            assert not any(map(unwanted, text.split("\n")))


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
        "Por: Marina",
        "Por Marina em 12/03/2010",
        "12/03/2010 12h30 14h30hs 15h12:40",
        "Última modificação 01/02/2013 10h15",
        "registrado em: eleições, Senado",
    ],
)
def test_more_metadata(line: str) -> None:
    assert is_metadata(line)
    assert pl.Series([f"Texto.\n{line}"]).str.contains(METADATA).all()


@pytest.mark.parametrize(
    "line",
    [
        "Por que estudar",
        "Por falar nisso, informem os parentes",
        "POR UMA NOVA VIDA",
        "Por Deus",
        "Por Amor",
        "Por Toda Minha Vida",
        "Por Deus, eu juro que não volto",
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


@pytest.mark.parametrize(
    "line",
    [
        "Por Ana Prado",
        "Por Ludmila Souza",
        "por Joao Silva e Maria Souza",
        "Por José da Silva, da Redação",
        "Por Ana Prado – O Globo",
        "Por Ana Prado (texto) e João Lima (fotos)",
        "Por J. R. Guimarães",
        "Por Dr. Célio Prado",
        "Por Redação",
        "Por Vanessa | G1",
        "por Fulano de Tal — publicado 12/03/2010 10h20, última modificação 13/03/2010 11h00",
        "Publicado em Notícias, Esportes",
        "Publicado em Notícias | Deixe um comentário",
        "Publicado em Notícias e marcado copa, brasil",
        "Publicado em março 12, 2014 por admin",
        "Publicado em Quarta, 12 Março 2014 10:22",
        "Publicado por Editora do Vale",
        "Escrito por Ana Prado Sáb, 12 de Março de 2010 10:20",
        "Postado por blogdaserra às 10:00",
        "12 curtidas, 3 compartilhamentos",
    ],
)
def test_bylines(line: str) -> None:
    assert is_metadata(line)
    assert pl.Series([f"Texto.\n{line}"]).str.contains(METADATA).all()


@pytest.mark.parametrize(
    "line",
    [
        "Por Outro Lado",
        "Por Castelos Altos",
        "Por Água Abaixo",
        "Por Mares Nunca Dantes Navegados",
        "Por Trás da Máscara",
        "Por São Paulo",
        "Por Zeus, que calor",
        "Por Outro Lado | Blog da Serra",
        "Por Maria, eu faria tudo",
        "Por João, por Maria, por Pedro",
        "por Brás Cubas, que já morreu",
        "Publicado em 1881 e inaugurou o realismo",
        "Publicado em 1881 por Ana Prado, com o",
        "Publicado em Lisboa e traduzido para o inglês",
        "Escrito em Pedra",
        "Escrito por Linhas Tortas",
        "Escrita por Ana Prado, Pedro Lima e",
        "Enviado por Deus",
        "escritas por voluntários para adicionar",
        "3 votos, e venceu o candidato",
    ],
)
def test_titles_verses_and_parts_of_sentences_are_no_bylines(line: str) -> None:
    assert not is_metadata(line)


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("O romance foi", "publicado em 1881", "Outro veio depois"),
        ("um programa", "escrito por Ana Prado", "e mantido por outros"),
        ("", "Publicado em 1881 por Ana Prado,", "o romance conta"),
        ("A aliança foi assinada", "em 12/03/2010", "Nela"),
        ("Ela nasceu em", "12 de março de 2010,", "em Lisboa"),
        ("escrita cuja", "fonte: a mesma de ontem", "foi revista"),
        ("Fui amado", "por Maria Clara", "Fui deixado"),
        ('a chamada "nova lei"', "publicada em 12/03/2010", "entrou em vigor"),
    ],
)
def test_a_part_of_a_broken_sentence_is_text(before: str, line: str, after: str) -> None:
    assert is_metadata(line)
    assert is_continued(before, line, after)


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("", "por Ana Prado", ""),
        ("A história acaba aqui.", "por Ana Prado", "Era uma vez"),
        ('"É o fim."', "por Ana Prado", "Era uma vez"),
        ("DISCURSO DA POSSE", "por Ana Prado", "—"),
        ("Discurso da posse", "Por Ana Prado", "Era uma vez"),
        ("Discurso da posse", "por Ana Prado em 12/03/2010", "Era uma vez"),
        ("Discurso da posse", "publicado em 12/03/2010 às 10h22", "Era uma vez"),
        ("publicado", "14/06/2013 17h57,", "última modificação"),
        ('date: "2017-02-21"', 'tags: ["pacotes"]', 'categories: ["r"]'),
        ("Posse do ministro - Brasília/DF", "Tweet", "por Portal da serra"),
        ("Discurso da posse", "12 de março de 2010", "Era uma vez"),
    ],
)
def test_metadata_next_to_other_lines_stays_metadata(before: str, line: str, after: str) -> None:
    assert is_metadata(line)
    assert not is_continued(before, line, after)


def test_metadata_of_the_sample_is_found_and_its_boilerplate_is_not() -> None:
    lines = [metadata_line(Random(seed)) for seed in range(2000)]
    assert all(map(is_metadata, lines))
    assert pl.Series(lines).str.contains(METADATA).all()
    assert not any(map(is_metadata, BOILERPLATE))


@pytest.mark.parametrize(
    "line",
    [
        "Curta (51) 3333-0000 - (51) 99999-0000 Padaria",
        "Compartilhar" + " -" * 12 + "-" * 10_000 + " Notícias",
        "Seguir compartilhar " + "1" * 30_000 + " x",
        "1/1/2010 " + "30h" * 10_000 + "x",
        "Por Ana" + " A." * 11 + "B" * 10_000,
    ],
)
def test_a_line_is_judged_at_once(line: str) -> None:
    """Each of these took longer than a life with an expression that could read it in several ways."""
    assert not is_metadata(line)


@pytest.mark.parametrize(
    ("line", "lossy"),
    [
        ("informa??o", True),
        ("n?o foi poss?vel", True),
        ("fundo duplo?respeitando a regra", False),
        ("Sim? Não? E agora?", False),
        ("o quê??? não", False),
        ("Oi?tudo bem?hoje eu cheguei cedo em casa", False),
        ("vc vem?to esperando!e o joao?nao vem?que pena", False),
        ("E aí?sumiu?quanto tempo", False),
        ("sa?de p?blica", True),
        ("pol?tica e hist?ria", True),
        ("for?a e cora?o", True),
        ("n\ufffdo", True),
        ("A informa\ufffd\ufffdo chegou", True),
        ("A EDUCA\ufffd\ufffdO", True),
        ("\ufffdOlá\ufffd, disse \ufffd e saiu", False),
        ("n\ufffdo " + "e assim por diante " * 30, False),
        ("informaç\ufffd", True),
        ("A \ufffdgua \ufffd fria", True),
        ("a \ufffd\ufffdgua da fonte é fria", True),
        ("o \ufffdltimo caf\ufffd", True),
        ("A \ufffdrea ser\ufffd vendida", True),
        ("Vamos amanh\ufffd.", True),
        ("E voc\ufffd?", True),
        ("\ufffdPor que n\ufffd?", True),
        ("São Paulo \ufffd SP", False),
        ("Que bom \ufffd", False),
        ("Que bom!\ufffd\ufffd", False),
        ("amo você\ufffd\ufffd", False),
        ("\ufffdTudo bem\ufffd, disse então", False),
        ("\ufffdJá vou,\ufffd disse", False),
        ("\ufffdJá vou\ufffd, \ufffdtudo bem\ufffd e n\ufffd", True),
        ('"perdeu a cabeça\ufffd?.', False),
        ('o mercado "X\ufffd? firmou', False),
        ("E VOC\ufffd?", True),
        ("1\ufffd lugar a 25\ufffdC", False),
    ],
)
def test_lossy_lines(line: str, lossy: bool) -> None:
    assert is_lossy(line) == lossy
