"""The release of a student: model card and ONNX graphs."""
