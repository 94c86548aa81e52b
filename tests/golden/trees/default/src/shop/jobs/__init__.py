"""Scheduled jobs. Each has a file of its name, with a `JOB` in it, which discovery finds."""
