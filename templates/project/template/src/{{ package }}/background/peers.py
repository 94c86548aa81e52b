"""Which other processes have ended, by nobody's wall clock (S2, S17).

Each process counts its beats up in a row of its own. The others compare two looks at that number:
one that stands still for longer than a lease, on the reader's monotonic clock, has ended or stands
still itself. A clock that is set forward or back changes nothing, on this machine or on another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MOST_STALLS = 6


@dataclass(slots=True)
class Seen:
    """The beats of a process, when they were first seen, and how often we stood still since."""

    beats: int
    since: float
    stalls: int = 0


class Peers:
    """Remembers when the count of beats of each process was last seen to change."""

    def __init__(self, longest_silence: float) -> None:
        """Take how many seconds a process may be silent."""
        self._longest_silence = longest_silence
        self._seen: dict[str, Seen] = {}
        self._looked_at = float("-inf")

    def silent(self, beats: Mapping[str, int], moment: float) -> set[str]:
        """Give the processes whose count has stood still for too long.

        `beats` has the count of each process, `moment` is the time on the monotonic clock. Who
        looks for the first time finds nobody silent. Who stood still itself does not know what it
        missed, and the others may have stood still with it: they get half of that time anew. Not
        for ever, though: on a busy machine that may be so at each look.
        """
        half_ago = moment - self._longest_silence / 2
        stood_still, self._looked_at = self._looked_at < half_ago, moment
        for peer in self._seen.keys() - beats.keys():
            del self._seen[peer]
        for peer, count in beats.items():
            seen = self._seen.get(peer)
            if seen is None or seen.beats != count:
                self._seen[peer] = Seen(count, moment)
            elif stood_still:
                seen.since, seen.stalls = max(seen.since, half_ago), seen.stalls + 1
        return {peer for peer, seen in self._seen.items() if self._is_silent(seen, moment)}

    def _is_silent(self, seen: Seen, moment: float) -> bool:
        return moment - seen.since > self._longest_silence or seen.stalls > MOST_STALLS
