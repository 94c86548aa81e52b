"""Whether a project is right: its own tools run side by side, and the report of what they found.

It knows a project as it was read and how programs are run. It changes no file of the project.
"""
