"""An existing project, read: its records, its sources without running them, whom it trusts.

It knows answers and schedules. It changes nothing in a project: that is for `changes`, above it.
"""
