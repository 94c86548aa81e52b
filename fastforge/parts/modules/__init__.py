"""A module: its fields, its table and revisions, its place in a project, and its removal.

It knows params and what all parts share. It knows nothing of jobs and tasks.
"""
