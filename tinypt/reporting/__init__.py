"""What the outside sees: the released model with its card, and the report on all models."""
