"""Evaluation tasks: official files and hub data sets as one table, checked for contamination."""
