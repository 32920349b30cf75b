"""params.yaml as typed values: one module per section, all read with `loader.load`.

Schemas check values and compute none. DVC tracks the values themselves, so no stage in dvc.yaml depends on this folder.
"""
