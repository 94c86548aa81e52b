"""Types for the fields of settings and request bodies."""
