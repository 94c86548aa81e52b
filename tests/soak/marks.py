"""What the tasks of `fire.py` left: when each attempt began and ended."""

from collections.abc import Mapping, Sequence
from pathlib import Path

Span = tuple[float, float]
Marks = dict[tuple[str, int], Span]


def read_marks(file: Path, ended: Mapping[int, float]) -> Marks:
    """Give the span of each attempt; one that was cut off lasted until its process was killed."""
    starts: dict[tuple[str, int], tuple[float, int]] = {}
    spans: Marks = {}
    for line in file.read_text().splitlines():
        what, _, run_id, attempt, at, pid = line.split()
        key = (run_id, int(attempt))
        if what == "start":
            assert key not in starts, f"attempt {key} was started twice"
            starts[key] = (float(at), int(pid))
        else:
            spans[key] = (starts[key][0], float(at))
    for key, (at, pid) in starts.items():
        spans.setdefault(key, (at, ended.get(pid, at)))
    return spans


def most_at_once(spans: Sequence[Span]) -> int:
    """Count how many spans cover one instant, at most."""
    steps = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    most = now = 0
    for _, step in steps:
        now += step
        most = max(most, now)
    return most


def most_in_a_second(spans: Sequence[Span], most: int) -> int:
    """Count the starts in half a second: a thread may be late, so that claims were further apart.

    With `most` of them in any second, claims in this time are no more either.
    """
    starts = sorted(start for start, _ in spans)
    return max(
        sum(start <= other < start + 0.5 for other in starts[n : n + 2 * most])
        for n, start in enumerate(starts)
    )
