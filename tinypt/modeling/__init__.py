"""Models: loading and saving, building students, initialising embeddings and encoders, and forward passes."""
