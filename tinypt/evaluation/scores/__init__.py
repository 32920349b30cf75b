"""Scores of predictions: metrics, bootstrap intervals, comparisons."""
