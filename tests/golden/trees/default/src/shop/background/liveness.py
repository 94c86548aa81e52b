"""Tells whether the parts of a process are stalled (S15)."""

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Protocol

STALLED_AFTER_SECONDS = 60


class Part(Protocol):
    """What must not stall: runner, scheduler."""

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        raise NotImplementedError

    @property
    def last_pass(self) -> float:
        """When it last finished a pass, on the monotonic clock."""
        raise NotImplementedError


def stalled(parts: Mapping[str, Part]) -> str:
    """Name those of `parts` that have finished no pass for a minute."""
    names = [
        name
        for name, part in parts.items()
        if part.running and monotonic() - part.last_pass > STALLED_AFTER_SECONDS
    ]
    return f"stalled: {', '.join(names)}" if names else ""


def beat(heartbeat: Path, parts: Mapping[str, Part]) -> None:
    """Touch the heartbeat file, unless something is stalled."""
    if not stalled(parts):
        heartbeat.touch()
