"""The checks of a project: each one runs a program and reads that program's own report.

It knows the project and its tools. It does not know which checks a command wants, or what is told.
"""
