"""Cleaning web text: repairs inside documents and the removal of lines that many documents share."""
