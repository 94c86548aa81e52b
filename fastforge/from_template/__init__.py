"""Projects made from anybody's Copier template, and their updates: copier does the work.

Copier runs in a copy; what it did there is shown, written all or nothing, and undone as our own.
"""
