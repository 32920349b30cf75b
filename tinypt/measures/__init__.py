"""Document statistics, hashes and signatures: compiled, computed once by clean, read by select and split."""
