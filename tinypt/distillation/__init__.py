"""Distillation: the loss terms, the teacher (live or cached), and the objective that trains a student."""
