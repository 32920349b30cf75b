"""params.yaml as typed values: one module per section, all read through `loader.load`."""
