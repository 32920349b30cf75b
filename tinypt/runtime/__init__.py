"""Frame of every stage: user errors, the progress line, and exit statuses.

Nothing here can change an output, so no stage in dvc.yaml depends on it.
"""
