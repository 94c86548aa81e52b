"""Background tasks: one file each, named as the task, with a `TASK` in it; found by discovery."""
