"""Text to arrays of token ids: tokenizers, blocks, masking, words shared by two tokenizers."""
