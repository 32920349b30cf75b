"""params.yaml as typed values: one module per section, all read with `loader.load`."""
