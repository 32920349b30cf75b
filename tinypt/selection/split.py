"""Dividing the corpus: held-out documents chosen by a hash of their text, so that like texts stay together."""

import xxhash


def is_held_out(cluster_hash: bytes, seed: int, share: float) -> bool:
    """Whether a document belongs to the test split: a function of its cluster's hash, the seed and the share."""
    return xxhash.xxh3_64_intdigest(f"{seed} ".encode() + cluster_hash) < share * 2**64
