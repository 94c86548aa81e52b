"""A scheduled job: its answers, what its template is given, and what is told about it.

It knows schedules and what all parts share. It knows nothing of tasks and modules.
"""
