"""The version of this service that is installed."""

from importlib.metadata import distributions

VERSION = next((each.version for each in distributions(name="shop")), "unknown")
