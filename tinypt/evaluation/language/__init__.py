"""Language-model metrics on held-out text: masked tokens and whole words."""
