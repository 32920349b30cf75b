"""Masking personal data in its Brazilian forms: e-mail addresses, telephone numbers and CPFs (tax numbers).

Only unmistakable forms are masked. A number without its separators stays, since it may be anything. A placeholder
has the form of the data it replaces, so that the text stays readable and masking twice changes nothing.
"""

import polars as pl

from tinypt.cleaning.screen import EDGE

_LETTER = "0-9A-Za-zÀ-ÖØ-öø-ɏ\u0300-\u036f"  # of Latin scripts, with accents: joão@maçã.com.br
_BLANK = "[ \xa0\u2007\u202f]"
_DASH = "[-‐-―−]"
_BETWEEN = rf"(?:{_BLANK}?{_DASH}{_BLANK}?|[. \xa0\u2007\u202f])"
PATTERNS = {
    rf"[{_LETTER}][{_LETTER}._%+-]*@[{_LETTER}-]+(?:\.[{_LETTER}-]+)*\.[A-Za-zÀ-ÖØ-öø-ɏ]{{2,}}": "nome@exemplo.com.br",
    rf"{EDGE}[0-9]{{3}}\.[0-9]{{3}}\.[0-9]{{3}}{_BLANK}?{_DASH}{_BLANK}?[0-9]{{2}}{EDGE}": "000.000.000-00",
    rf"(?:\+55{_BLANK}?)?\([0-9]{{2,3}}\){_BLANK}?9?{_BETWEEN}?[0-9]{{4}}{_BETWEEN}[0-9]{{4}}{EDGE}": "(00) 0000-0000",
}
PERSONAL = "|".join(PATTERNS)  # screen of mask_personal_data


def mask_personal_data(texts: pl.Series) -> pl.Series:
    """Replace e-mail addresses, CPFs and telephone numbers with an area code by placeholders."""
    for pattern, placeholder in PATTERNS.items():
        texts = texts.str.replace_all(pattern, placeholder)
    return texts
