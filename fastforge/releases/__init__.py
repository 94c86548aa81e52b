"""What earlier releases of fastforge made: each is packed in the wheel and renders as it did.

A release is its whole package with its templates, run in a process of its own, since what a
template is given comes from code that changes from release to release.
"""
