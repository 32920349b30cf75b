"""The scanner of markup against BeautifulSoup's tree, on well-formed pages."""

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from tinypt.cleaning.markup import _DROPPED, strip_markup

PROSE = "Uma frase comprida. " * 30
_TEXTS = st.text(alphabet="abçé0.;-\n ", max_size=12)
_HIDDEN = st.sampled_from(["<!-- <p>a</p> -->", "<script>if (a < 1) '<p>';</script>", "<style>p {}</style>", "<br/>"])
_NAMES = st.sampled_from(["p", "div", "b", "span", "td", "h1", "form", "nav", "select", "rt", "template"])
_ATTRIBUTES = st.sampled_from(["", " class='x'", ' title="a > b"', " hidden", " id=y style=''"])


def _element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = st.lists(children, max_size=4).map("".join)
    parts = st.tuples(_NAMES, _ATTRIBUTES, inside)
    return parts.map(lambda element: f"<{element[0]}{element[1]}>{element[2]}</{element[0]}>")


PAGES = st.lists(st.recursive(_TEXTS | _HIDDEN, _element, max_leaves=12), max_size=5).map("".join)


def _letters(text: str) -> str:
    """Without white space: line breaks around blocks are the scanner's own."""
    return "".join(text.split())


@given(PAGES)
def test_the_text_is_that_of_the_tree_without_what_is_no_prose(page: str) -> None:
    page = f"<p>{PROSE}</p>{page}"  # so much prose that no form is the page
    tree = BeautifulSoup(page, "html.parser")
    for element in tree.find_all(sorted(_DROPPED)):
        if not element.decomposed:
            element.decompose()
    assert _letters(strip_markup(page)) == _letters(tree.get_text())
