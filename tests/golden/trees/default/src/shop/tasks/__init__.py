"""Background tasks. Each has a file of its name, with a `TASK` in it, which discovery finds."""
