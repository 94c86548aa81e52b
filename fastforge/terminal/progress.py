"""Live progress of the steps and checks, and the table that is left at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from fastforge.terminal.console import note, say

_TELL_EVERY_SECONDS = 10.0
"""How often something is said of work that goes on, where there is no terminal."""
_COLOURS = {"passed": "green", "failed": "red", "running": "cyan", "stopped": "yellow"}


@dataclass(slots=True)
class _Row:
    name: str
    state: str = "running"
    summary: str = ""
    seconds: float | None = None

    @property
    def time(self) -> str:
        """How long it took, for a person."""
        return "" if self.seconds is None else f"{self.seconds:.1f} s"


class Progress:
    """A table that fills while work goes on: redrawn on a terminal, else written line by line.

    A line is written once what it tells has ended, and what stands above it: each result is there
    once, in the same order every time. With `quiet_stdout` everything goes to stderr, because
    stdout carries JSON.
    """

    def __init__(self, *, quiet_stdout: bool = False) -> None:
        self._console = Console(stderr=quiet_stdout, highlight=False, soft_wrap=False)
        self._say = note if quiet_stdout else say
        self._rows: dict[str, _Row] = {}
        self._written = 0
        self._told = time.monotonic()
        self._spinner = Spinner("line")
        self._live: Live | None = None
        if self._console.is_terminal:
            self._live = Live(console=self._console, get_renderable=self._table, transient=True)

    def __enter__(self) -> Self:
        """Start drawing."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop drawing and leave the table."""
        for row in self._rows.values():
            row.state = "stopped" if row.state == "running" else row.state
        if not self._live:
            self._write_ended()
            return
        self._live.stop()
        if self._rows:
            self._console.print(self._table())

    @contextmanager
    def step(self, name: str, summary: str = "") -> Iterator[list[str]]:
        """Show a step while it goes on; what is appended to the list is its summary."""
        words = [summary] if summary else []
        started = time.monotonic()
        self.start(name)
        try:
            yield words
        except Exception:
            self.end(name, "failed", "", time.monotonic() - started)
            raise
        self.end(name, "passed", ", ".join(words), time.monotonic() - started)

    @property
    def seconds(self) -> dict[str, float]:
        """How long each step took that has ended."""
        ended = ((row.name, row.seconds) for row in self._rows.values())
        return {name: round(seconds, 2) for name, seconds in ended if seconds is not None}

    def start(self, name: str) -> None:
        """Show that `name` is being worked on."""
        self._rows[name] = _Row(name)

    def tell(self, name: str, words: str) -> None:
        """Show how far the work on `name` is; without a terminal now and then, on stderr."""
        self._rows[name].summary = words
        if not self._live and time.monotonic() - self._told >= _TELL_EVERY_SECONDS:
            self._told = time.monotonic()
            note(f"{name}: {words}")

    def end(self, name: str, state: str, summary: str, seconds: float) -> None:
        """Show what became of `name`: "passed" or "failed"."""
        self._rows[name] = _Row(name, state, summary, seconds)
        if not self._live:
            self._write_ended()

    def _write_ended(self) -> None:
        for row in list(self._rows.values())[self._written :]:
            if row.state == "running":
                return
            self._say(f"{row.name:<12}  {row.state:<7}  {row.summary:<36}  {row.time:>7}".rstrip())
            self._written += 1

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        table.add_column(justify="right", no_wrap=True)
        for row in self._rows.values():
            state = Text(row.state, style=_COLOURS[row.state])
            first = self._spinner if row.state == "running" else state
            table.add_row(row.name, first, row.summary, row.time)
        return table
