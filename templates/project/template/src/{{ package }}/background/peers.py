"""Which other processes have ended, by nobody's wall clock (S2, S17).

Each process counts its beats up in a row of its own. The others compare two looks at that number:
one that stands still for longer than a lease, on the reader's monotonic clock, has ended or stands
still itself. A clock that is set forward or back changes nothing, on this machine or on another.
"""

from collections.abc import Mapping


class Peers:
    """Remembers when the count of beats of each process was last seen to change."""

    def __init__(self, longest_silence: float) -> None:
        """Take how many seconds a process may be silent."""
        self._longest_silence = longest_silence
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked_at = float("-inf")

    def silent(self, beats: Mapping[str, int], moment: float) -> set[str]:
        """Give the processes whose count has stood still for too long.

        `beats` has the count of each process, `moment` is the time on the monotonic clock. Who
        looks for the first time finds nobody silent. Who stood still itself does not know what it
        missed, and the others may have stood still with it: they get half of that time anew.
        """
        half_ago = moment - self._longest_silence / 2
        if self._looked_at < half_ago:
            known = self._seen.items()
            self._seen = {peer: (count, max(since, half_ago)) for peer, (count, since) in known}
        self._looked_at = moment
        self._seen = {
            peer: seen
            if (seen := self._seen.get(peer, (count, moment)))[0] == count
            else (count, moment)
            for peer, count in beats.items()
        }
        return {
            peer
            for peer, (_, since) in self._seen.items()
            if moment - since > self._longest_silence
        }
