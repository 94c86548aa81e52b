"""Real servers for tests, without Docker and without root: `python -m tests.servers`."""
