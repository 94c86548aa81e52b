"""A new project: asked for, rendered, written, committed, verified and told about.

It knows what `fastforge new` does. It knows nothing of jobs, tasks and modules added later.
"""
