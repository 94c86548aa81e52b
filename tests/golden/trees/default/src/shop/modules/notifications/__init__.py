"""Notifications: `POST /notify` queues the task `send_email`, which does the sending."""
