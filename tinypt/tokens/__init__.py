"""From text to arrays of token ids: tokenizers, blocks, masking, and words aligned between two tokenizers."""
