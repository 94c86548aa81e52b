"""Scaffold FastAPI services whose background work is right, and prove it."""

__version__ = "0.2.0"
