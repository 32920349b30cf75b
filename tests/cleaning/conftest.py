"""Parameters and texts shared by the tests of cleaning, measuring and selecting."""

from typing import get_args

from hypothesis import strategies as st

from tests.conftest import ROOT, sample_params
from tinypt.params.clean import Clean, Repair
from tinypt.params.loader import load
from tinypt.params.select import Select

REPAIRS: tuple[Repair, ...] = get_args(Repair)
# The sample's parameters, with every repair on and a boilerplate limit for a few hundred documents.
RULES = Clean(**sample_params()["clean"] | {"repairs": REPAIRS, "boilerplate_documents": 4})
SELECT: Select = load("select", Select, ROOT / "params/sample.yaml")

_FRAGMENTS = [
    *"aàáãâçéêíóôõúüÁÃÂÇÉÊÓñèœŒ×°ªº–—…•·€™®«»‘’“”\"'&;<>()[]{}/.,!?-:|",
    *"\n\n\n  \t\r\xa0\xad\u200b\u2028\x85\x96\ufffd\ufeff",
    *"ﬁＡ！´¨¢£§¶",
    "e\u0301", "não", "São Paulo", "informa??o", "n?o", "Ã§Ã£o", "Ã\xa0", "Ã ", "Â ", "â€œ", "â€", "Ã©", "ÃƒÂ§",
    "&amp;", "&lt;b&gt;", "&amp;lt;p&amp;gt;", "&nbsp;", "&eacute;", "&#231;", "&copy", "<b>", "</b>", "<p>", "</p>",
    "<br/>", "<b", "a<b e c>d", "<script>", "</script>", "<nav>", "</nav>", "<o:p>", "</o:p>", "<valor>", "<!-- ",
    " -->", "<a href='x'>", "</a>",
    "</>", "<?php a(); ?>", "<?php e ", " ?>", '<a href="', "</p",
    "http://x.com/a", "www.x.com.br", "(http://x.com)", "<https://x.org/>", "x.com/y", "Tags: a, b", "12/03/2010",
    "Por Ana Prado",
    "\npor Ana Prado\n", "\npublicado em 1881\n", "\nem 1/2/2010\n", "Publicado em 1/2/2010 às 10h",
    "Compartilhe", "3 comentários", "palavra", "de", "a", "1",
]  # fmt: skip

# Text with everything that cleaning handles, in any order.
web_text = st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=3), max_size=25).map("".join)

# Characters and words on which Python and Rust, or two repairs, might disagree.
_TRICKS = [
    *" \n\t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\xad\x00\x1a\x1b\x7f\u1680\u2003\u200b\u2028\u2029\u202f\u3000",
    *"\ufdd0\ufeff\ufffd\u0301\u0327<>()[]&;:/.?!-_=|\"'#0aAizſKİıåÅßœŒÃÂÎÐà×°²€“”‘’ʼ‚„вЂГΒβāØÙ√≈·–—…ﬁＷ٣²Ⅷ",
    "http://", "HTTPſ://", "ftp://", "www.", "WWW.", ".com/", ".İnfo/", ".ıo/", ".br/a", "x", "a.b", "teKhttp",
    "<\n", "\n>", "(\n", "\n)", "<b>", "</b>", "<DİV>", "<ſpan ", "<sKript>", "<!--", "-->", "]]>", "<?xml", "</x>",
    "<x/>", "<a href=“", "＜b＞", "&lt;", "&#60;", "&amp;", "a??b", "ª?o", "Â ", "Ã ", "Ã\xa0", "â€œ", "â€", "ГўВЂВ",
    "publİcado em ", "Por ", "Ana", "data: ", "1/1/2010", "12h30", "٣/٣/2010", "Tags:", "3 votos", "curtir", "ſexta",
    "\u034f", "\u3164", "\ufe0f", "\U000e0041", "\U000f0000",
    "\x1b[1m", "e\u0301", "ana@x.com.br", "(11) 98765-4321", "123.456.789-09",
]  # fmt: skip
tricky_text = st.lists(st.sampled_from(_TRICKS), max_size=12).map("".join)
