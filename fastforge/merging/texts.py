"""Texts that both sides changed, merged line by line: in two ways, as git's version allows."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from fastforge.merging import git
from fastforge.merging.git import Repository

_AT_ONCE = (2, 38)
"""The first git whose `merge-tree` knows `--write-tree`."""
_MOST_CONFLICTS = 127
"""`git merge-file` exits with the number of conflicts, and with this if there are more."""


@dataclass(frozen=True, slots=True)
class Text:
    """One file in three versions; where both sides added it, the base is empty."""

    base: bytes
    yours: bytes
    theirs: bytes


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged text; with a conflict, both sides of it stand between markers."""

    content: bytes
    conflict: bool = False


def merged(repo: Repository, texts: Sequence[Text], label: str) -> list[Merged]:
    """Merge each text; `label` names theirs in markers."""
    if not texts:
        return []
    way = _at_once if git.version() >= _AT_ONCE else _one_by_one
    return way(repo, texts, label)


def _at_once(repo: Repository, texts: Sequence[Text], label: str) -> list[Merged]:
    """Merge all by one `git merge-tree`.

    The files have numbers for names, so no `.gitattributes` is among them. The branch of theirs has
    a name that no text can hold, until the label, which may be none for a branch, takes its place.
    """
    theirs = f"theirs-{secrets.token_hex(16)}"
    repo.write(
        {
            "base": {str(number): text.base for number, text in enumerate(texts)},
            "yours": {str(number): text.yours for number, text in enumerate(texts)},
            theirs: {str(number): text.theirs for number, text in enumerate(texts)},
        }
    )
    merging = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages")
    done = repo.run(*merging, "yours", theirs, fine=(0, 1))
    tree, *conflicts = done.stdout.decode().split("\0")
    contents = repo.read(f"{tree}:{number}" for number in range(len(texts)))
    return [
        Merged(content.replace(theirs.encode(), label.encode()), str(number) in conflicts)
        for number, content in enumerate(contents)
    ]


def _one_by_one(repo: Repository, texts: Sequence[Text], label: str) -> list[Merged]:
    """Merge each by `git merge-file`, which every git has."""
    return [_merged_file(repo, text, label) for text in texts]


def _merged_file(repo: Repository, text: Text, label: str) -> Merged:
    for name in ("yours", "base", "theirs"):
        (repo.folder / name).write_bytes(getattr(text, name))
    merging = ("merge-file", "-p", "-q", "-L", "yours", "-L", "base", "-L", label)
    done = repo.run(*merging, "yours", "base", "theirs", fine=range(_MOST_CONFLICTS + 1))
    return Merged(done.stdout, conflict=done.returncode > 0)
