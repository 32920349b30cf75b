"""The command `tinypt`, as `python -m tinypt`."""

from tinypt.cli import main

main()
