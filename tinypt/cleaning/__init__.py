"""Cleaning: repairs and filters of web text, duplicate finding, and the counts that come out of them."""
