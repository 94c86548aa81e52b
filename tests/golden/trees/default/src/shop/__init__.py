"""Routes and services in `modules/`, scheduled jobs in `jobs/`, background tasks in `tasks/`."""
