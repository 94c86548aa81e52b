"""A background task: its answers and what its template is given.

It knows params and what all parts share. It knows nothing of jobs and modules.
"""
