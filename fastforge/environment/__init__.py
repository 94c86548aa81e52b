"""The programs that are run: uv, git, and which variables each kind of child sees.

It knows folders and errors, and nothing of a project's answers. It writes through these alone.
"""
