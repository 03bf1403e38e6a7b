"""Rows of the spaces app, one subject a file."""
