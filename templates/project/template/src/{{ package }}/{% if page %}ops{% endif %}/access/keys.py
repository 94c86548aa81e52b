"""Whose key a text is."""

from secrets import compare_digest

from ...settings import Settings

OPERATOR, READER = "operator", "reader"
READS_ONLY = "OPS_READ_KEY only reads: changes need OPS_API_KEY"


def whose(settings: Settings, key: str) -> str | None:
    """Return OPERATOR for OPS_API_KEY, READER for OPS_READ_KEY, None for anything else."""
    found = None
    for name, own in ((READER, settings.ops_read_key), (OPERATOR, settings.ops_api_key)):
        if own is not None and compare_digest(key.encode(), own.get_secret_value().encode()):
            found = name
    return found
