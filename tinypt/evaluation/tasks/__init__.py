"""Evaluation tasks: reading official files and hub data sets into one table format, and checking them."""
