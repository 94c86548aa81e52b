"""Slows down whoever sends wrong keys: each wrong one doubles the time until the next try.

Each process counts for itself. Only the event loop uses it, so it needs no lock.
"""

from ipaddress import IPv6Address, IPv6Network
from math import ceil
from time import monotonic

FREE = 5
"""So many wrong keys cost nothing: people mistype."""
LONGEST_SECONDS = 300
FORGOTTEN_AFTER_SECONDS = 3600
MOST_CALLERS = 10_000
"""More are not remembered; the one whose wrong key is the oldest is forgotten."""


class Tries:
    """The wrong keys of each caller."""

    def __init__(self) -> None:
        """Know no caller."""
        self._callers: dict[str, tuple[int, float]] = {}

    def wait(self, caller: str) -> int:
        """Return the seconds until the caller may send a key, right or wrong; 0 for now."""
        return max(ceil(self._known(caller)[1] - monotonic()), 0)

    def count_wrong(self, caller: str) -> None:
        """Count a wrong key."""
        count = self._known(caller)[0] + 1
        seconds = 0 if count <= FREE else min(2 ** (count - FREE), LONGEST_SECONDS)
        self._callers.pop(caller, None)
        self._callers[caller] = count, monotonic() + seconds
        if len(self._callers) > MOST_CALLERS:
            del self._callers[next(iter(self._callers))]

    def forget(self, caller: str) -> None:
        """Forget the wrong keys of a caller who has sent a right one."""
        self._callers.pop(caller, None)

    def _known(self, caller: str) -> tuple[int, float]:
        """Return how many keys were wrong, and the moment of the next try."""
        count, then = self._callers.get(caller, (0, 0.0))
        return (0, 0.0) if monotonic() > then + FORGOTTEN_AFTER_SECONDS else (count, then)


def network(address: str) -> str:
    """Return where a caller is: who has one address of IPv6 has all of its /64."""
    try:
        ipv6 = IPv6Address(address)
    except ValueError:
        return address
    return str(ipv6.ipv4_mapped or IPv6Network((ipv6, 64), strict=False))
