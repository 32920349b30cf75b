"""Selecting documents: rules, duplicates, the funnel, and the split into training and held-out text."""
