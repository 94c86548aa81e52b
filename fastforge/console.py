"""What is printed: errors, notes and tables."""

import sys

from fastforge.errors import FastforgeError


def print_error(error: Exception) -> None:
    """Say on stderr what went wrong and what to do about it."""
    if isinstance(error, FastforgeError):
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        return
    kind = type(error).__name__
    print(f"error: fastforge failed with {kind}: {error}", file=sys.stderr)
    print("  This is a defect; run it again with --debug for the traceback.", file=sys.stderr)
