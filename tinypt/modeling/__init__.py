"""Models: loading and saving, student construction, embedding initialisation, projections."""
