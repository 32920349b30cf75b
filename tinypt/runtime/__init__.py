"""Running a stage: the errors a user can act on, the progress line, and the frame every stage runs in.

Nothing here can change an output, so dvc.yaml names it nowhere.
"""
