"""Document statistics, hashes and signatures: computed by `clean`, read by `select` and `split`."""
