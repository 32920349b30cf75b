"""Evaluation: task data, masked language modelling, frozen embeddings, fine-tuning, and what needs no model at all."""
