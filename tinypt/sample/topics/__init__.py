"""What the sample's documents are about: one table of nouns, scenes and sentences per topic."""
