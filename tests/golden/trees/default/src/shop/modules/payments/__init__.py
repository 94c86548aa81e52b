"""Payments: `router` speaks HTTP, `service` decides, `gateway` charges, `repository` remembers."""
