"""The one room that writes to the user's tree: planned, then all of it or nothing, or undone.

It knows rendered files, and a project as it was read. It knows no kind of part.
"""
