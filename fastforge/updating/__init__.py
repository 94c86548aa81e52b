"""Bringing a project that fastforge made to other templates or answers, and back.

It knows parts, releases and the merge. It knows no command line.
"""
