"""Baselines without a network: constant answers, word overlap, character n-grams."""
