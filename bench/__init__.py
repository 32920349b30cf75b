"""Benchmarks: each module runs by itself and says what it compares."""
