"""What is answered: what can be chosen of a project, names, and asking a person for what lacks.

It knows values, the terminal and schedules' timezones. It reads and writes no project.
"""
