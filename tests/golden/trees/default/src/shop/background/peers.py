"""Tells which other processes are dead, without comparing wall clocks (S2, S17).

Each process counts its beats in its own row of a table. The others read that count again and again.
If it does not change for a lease, measured by the reader's monotonic clock, the process has ended
or hangs. Setting the clock of any machine has no effect on this.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MOST_STALLS = 6


@dataclass(slots=True)
class Seen:
    """The beats of a process, when this count was first read, and the reader's own stalls since."""

    beats: int
    since: float
    stalls: int = 0


class Peers:
    """Remembers for each process when its count of beats last changed."""

    def __init__(self, longest_silence: float) -> None:
        """Set how many seconds the count of a living process may stay the same."""
        self._longest_silence = longest_silence
        self._seen: dict[str, Seen] = {}
        self._last_call = float("-inf")

    def silent(self, beats: Mapping[str, int], moment: float) -> set[str]:
        """Return the processes whose count has not changed for too long.

        `beats` has the count of each process, `moment` is the monotonic time. The first call
        returns none. If this process was stalled itself, the others may have been stalled too, so
        they get half of the time again; at most MOST_STALLS times, because on a busy machine this
        process may be stalled before each call.
        """
        half_ago = moment - self._longest_silence / 2
        was_stalled, self._last_call = self._last_call < half_ago, moment
        for peer in self._seen.keys() - beats.keys():
            del self._seen[peer]
        for peer, count in beats.items():
            seen = self._seen.get(peer)
            if seen is None or seen.beats != count:
                self._seen[peer] = Seen(count, moment)
            elif was_stalled:
                seen.since, seen.stalls = max(seen.since, half_ago), seen.stalls + 1
        return {peer for peer, seen in self._seen.items() if self._is_silent(seen, moment)}

    def _is_silent(self, seen: Seen, moment: float) -> bool:
        return moment - seen.since > self._longest_silence or seen.stalls > MOST_STALLS
