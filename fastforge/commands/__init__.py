"""The command line: one file a command, and the app that they make up.

It knows arguments and which step comes next, and decides nothing else. It imports what a command
needs when that runs.
"""
