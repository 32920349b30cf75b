"""The fine-tuning protocol: task models, learning-rate choice, training and task distillation."""
