"""Parts that are added to a project and removed from it: jobs, tasks, modules."""
