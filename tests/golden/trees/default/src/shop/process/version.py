"""The version of this service that is installed."""

from importlib.metadata import distributions

NAME = "shop"
VERSION = next((each.version for each in distributions(name=NAME)), "unknown")
