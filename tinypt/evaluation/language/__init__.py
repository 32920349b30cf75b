"""Language-model metrics: masked tokens, whole words, completion."""
