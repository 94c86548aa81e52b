"""Reads what the pages show; each statement reads few rows, however many there are."""
