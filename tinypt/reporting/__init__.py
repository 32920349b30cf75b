"""The report on all models: its tables, charts and pages, and the table of numbers they select from."""
