"""What the answers of jobs and of tasks have in common."""

from fastforge.errors import UsageError

MOST = 1000

IDEMPOTENCE = "Run a run again that a crash or timeout cut off; otherwise it is recorded as lost."
IDEMPOTENT = {
    "yes": "twice does no harm: it sets, replaces or deletes",
    "no": "twice does harm: it charges, sends or adds",
}


def usual_description(name: str) -> str:
    """Give the description of a part whose author said nothing about it."""
    return f"{name.replace('_', ' ').capitalize()}."


def check_count(option: str, value: int, least: int) -> None:
    """Raise UsageError unless `value` is one that people mean."""
    if not least <= value <= MOST:
        flag = f"--{option.replace('_', '-')}"
        raise UsageError(f"{flag} {value} is not between {least} and {MOST}.", "Give another.")
