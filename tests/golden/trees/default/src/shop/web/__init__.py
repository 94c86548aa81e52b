"""Shared by all routes: access control, error responses, limits on requests."""
