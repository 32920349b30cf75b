"""Evaluation: tasks, frozen embeddings, fine-tuning, language-model metrics, baselines, and the cost of running."""
