"""The checks of a project: each one runs a program and reads that program's own report."""
