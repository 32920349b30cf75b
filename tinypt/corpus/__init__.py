"""The raw corpus: records, their sources, and the shards that store them."""
