"""Scheduled jobs: one file each, named as the job, with a `JOB` in it; found by discovery."""
