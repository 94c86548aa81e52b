"""What changes for those who run a service, by version: what no diff of sources shows.

A note is told if an update crosses its version and its answers fit.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Note:
    """One change of behaviour: the version that brought it, and the answers it is of."""

    version: str
    text: str
    answers: Mapping[str, object] = field(default_factory=dict)


NOTES = (
    Note(
        "0.2.0",
        "Tables of background work have other names (revision 0005: runs is fastforge_runs), so "
        "old and new code cannot run side by side: stop all old processes, then start new ones. "
        "One that still runs answers 503, starts nothing and cannot record how its runs end: they "
        "count as cut off, so the idempotent ones are repeated beside it, the others are lost. "
        "Your own queries of these tables need the new names; views follow by themselves.",
    ),
    Note(
        "0.2.0",
        "The first start says that the jobstore has lost all jobs and adds them again, since their "
        "code moved; what was due meanwhile is recorded.",
    ),
    Note(
        "0.2.0",
        "Callers need a key: set CLIENT_API_KEYS. Until then only callers on the same machine are "
        "answered. Operators send X-Ops-Key, no longer X-API-Key.",
    ),
    Note(
        "0.2.0",
        "Runs that succeeded are deleted after SUCCESS_RETENTION_DAYS (7), all others as before.",
    ),
    Note(
        "0.2.0",
        "A page for operators is at /ops, shut until OPS_API_KEY or OPS_READ_KEY is set.",
        {"page": True},
    ),
    Note(
        "0.2.0",
        "Without SMTP_URL mail is off, and /notify answers 503. With MAIL_TO_LOG=true mails are "
        "written to the log, as they were before.",
        {"examples": True},
    ),
    Note(
        "0.2.0",
        "Lists of modules are paged by `after` now, the `next` of the page before; `Link` leads to "
        "the next page. `offset` and other unknown parameters are a 422, and there is no `total`: "
        "who reads such lists has to change. PATCH, ETag and If-Match are new.",
    ),
    Note("0.2.0", "In jobs and tasks that you wrote by hand, `backoff` is `retry_delay` now."),
    Note("0.2.0", "Migrations are in the package now; `uv run alembic` finds them there."),
)


def notes_between(old: str, new: str, answers: Mapping[str, object]) -> Iterator[str]:
    """Give the texts of all notes of versions after `old`, up to `new`, that fit the answers."""
    for note in NOTES:
        crossed = key_of(old) < key_of(note.version) <= key_of(new)
        if crossed and all(answers.get(name) == value for name, value in note.answers.items()):
            yield note.text


def key_of(version: str) -> tuple[int, ...]:
    """Give what sorts versions: 0.10.0 comes after 0.9.1."""
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
