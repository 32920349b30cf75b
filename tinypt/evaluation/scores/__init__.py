"""Predictions into scores: metrics, bootstrap intervals, comparisons."""
