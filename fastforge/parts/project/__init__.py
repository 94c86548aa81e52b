"""A new project: asked for, rendered, written, committed, verified and told about.

It knows uv, git and the checks, as `fastforge new` needs them all. It knows no other kind of part.
"""
