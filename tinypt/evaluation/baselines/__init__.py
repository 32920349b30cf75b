"""Baselines without a neural network: constant predictions, word overlap, character n-grams."""
