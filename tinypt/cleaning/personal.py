"""Masking personal data: e-mail addresses, telephone numbers and CPFs, as they are written in Brazil.

What is masked is what has an unmistakable form; a number without its separators stays, since it may be anything.
The placeholders have the form of what they stand for, so that text reads on and masking twice changes nothing.
"""

import polars as pl

from tinypt.cleaning.screen import EDGE

PATTERNS = {
    r"[0-9A-Za-z][0-9A-Za-z._%+-]*@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*\.[A-Za-z]{2,}": "nome@exemplo.com.br",
    rf"{EDGE}[0-9]{{3}}\.[0-9]{{3}}\.[0-9]{{3}}-[0-9]{{2}}{EDGE}": "000.000.000-00",
    rf"(?:\+55 ?)?\([0-9]{{2,3}}\) ?9? ?[0-9]{{4}}[-. ][0-9]{{4}}{EDGE}": "(00) 0000-0000",
}
PERSONAL = "|".join(PATTERNS)  # the screen


def mask_personal_data(texts: pl.Series) -> pl.Series:
    """Put placeholders in the place of e-mail addresses, CPFs and telephone numbers with an area code."""
    for pattern, placeholder in PATTERNS.items():
        texts = texts.str.replace_all(pattern, placeholder)
    return texts
