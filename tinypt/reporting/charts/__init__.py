"""The charts of the report, as SVG with reproducible bytes and colours for light, dark and colour-blind readers."""
