"""Topics of the sample's documents: one table of nouns, scenes and sentences per topic."""
