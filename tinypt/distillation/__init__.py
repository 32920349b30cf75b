"""The training objective, its loss terms, and the loop with its checkpoints."""
