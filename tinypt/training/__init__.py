"""The training loop for any objective over token blocks, its checkpoints, and pre-training by MLM."""
