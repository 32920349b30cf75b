"""Dividing the corpus: held-out documents chosen by their text, so that copies of one text stay together."""

from tinypt.cleaning.duplicates import normalised_hash


def is_held_out(text: str, seed: int, share: float) -> bool:
    """Whether a document belongs to the test split: a function of its normalised text, the seed and the share."""
    number = int.from_bytes(normalised_hash(f"{seed} {text}")[:8], "big")
    return number < share * 2**64
