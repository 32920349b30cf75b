"""Use of a release: missing words, vectors of texts, similarity and search, with ONNX Runtime alone."""
