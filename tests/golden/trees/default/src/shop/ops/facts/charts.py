"""Computes the bars of the charts, which the template writes as SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil, log10

from .activity import QUARTERS, Outcome, Quarter
from .durations import in_words

HEIGHT = 160.0
STEP = 10
"""From one bar to the next."""
LEAST = 3.0
"""The least height of a bar, so that one failure is seen beside a million successes."""
SHORTEST = 0.001
"""The seconds at the bottom of the chart of durations."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; `kind` is what it shows, `y` its upper end, from above."""

    kind: str
    x: int
    y: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart; `lines` go across it at these heights, `top` is the value at its upper end."""

    bars: Sequence[Bar]
    lines: Sequence[float]
    top: str
    width: int = QUARTERS * STEP
    height: float = HEIGHT


def rates(quarters: Sequence[Quarter]) -> Chart:
    """Draw runs a minute: those that failed go down from a line, all others go up."""
    up = max(each.runs.total() - each.runs[Outcome.FAILED] for each in quarters)
    down = max(each.runs[Outcome.FAILED] for each in quarters)
    scale = (HEIGHT - 3 * LEAST) / max(up + down, 1)
    line = round(2 * LEAST + up * scale, 1)
    drawn = (_outcomes(each, x * STEP, line, scale) for x, each in enumerate(quarters))
    top = max(each.rate for each in quarters)
    return Chart(list(chain.from_iterable(drawn)), [line], f"{top:,.2f}")


def _outcomes(quarter: Quarter, x: int, line: float, scale: float) -> Iterator[Bar]:
    top = line
    for outcome in Outcome:
        if number := quarter.runs[outcome]:
            height = max(number * scale, LEAST)
            failed = outcome is Outcome.FAILED
            top -= 0 if failed else height
            title = f"{quarter.begin:%H:%M} UTC: {number:,} {outcome}"
            yield Bar(outcome, x, round(line if failed else top, 1), round(height, 1), title)


def durations(quarters: Sequence[Quarter]) -> Chart:
    """Draw the longest and the mean duration; each line is ten times the one below."""
    longest = max(each.longest for each in quarters)
    decades = max(ceil(_decades(longest)), 1)
    bars = list[Bar]()
    for x, each in enumerate(quarters):
        for kind, seconds in (("longest", each.longest), ("mean", each.mean)):
            if seconds:
                height = round(max(_decades(seconds) / decades * HEIGHT, LEAST), 1)
                title = f"{each.begin:%H:%M} UTC: {kind} {in_words(seconds)}"
                bars.append(Bar(kind, x * STEP, HEIGHT - height, height, title))
    lines = [round(HEIGHT * decade / decades, 1) for decade in range(1, decades + 1)]
    return Chart(bars, lines, in_words(SHORTEST * 10**decades))


def _decades(seconds: float) -> float:
    """Return how many times ten-fold the shortest duration this is."""
    return log10(max(seconds, SHORTEST) / SHORTEST)
