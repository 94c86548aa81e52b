"""Payments: `router` has the routes, `service` the rules, `repository` the SQL."""
