"""The report's charts: SVG, the same bytes each time, in colours for light and dark and for the colour-blind."""
