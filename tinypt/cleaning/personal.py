"""Masking personal data: e-mail addresses, telephone numbers and CPFs, as they are written in Brazil.

What is masked is what has an unmistakable form; a number without its separators stays, since it may be anything.
The placeholders have the form of what they stand for, so that text reads on and masking twice changes nothing.
"""

import polars as pl

# Without look-around, so that the same patterns run in Rust and in Python's re.
PATTERNS = {
    r"[0-9A-Za-z][0-9A-Za-z._%+-]*@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*\.[A-Za-z]{2,}": "nome@exemplo.com.br",
    r"\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b": "000.000.000-00",
    r"(?:\+55 ?)?\([0-9]{2,3}\) ?9? ?[0-9]{4}[-. ][0-9]{4}\b": "(00) 0000-0000",
}
# What mask_personal_data could change holds one of these. Without word boundaries, of which Rust's fast search knows
# nothing in text that is not ASCII.
PERSONAL = "|".join(PATTERNS).replace(r"\b", "")


def mask_personal_data(texts: pl.Series) -> pl.Series:
    """Put placeholders in the place of e-mail addresses, CPFs and telephone numbers with an area code."""
    for pattern, placeholder in PATTERNS.items():
        texts = texts.str.replace_all(pattern, placeholder)
    return texts
