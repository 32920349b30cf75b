"""Benchmarks. Each module is a command; its docstring names the comparison."""
