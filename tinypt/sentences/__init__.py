"""Sentences of the training split, and the sentence teacher's vectors of them."""
