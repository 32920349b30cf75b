"""The raw corpus: records, the sources they come from, and the shards they are kept in."""
