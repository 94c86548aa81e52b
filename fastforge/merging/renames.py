"""Which file of the user's, and which of the template's, is which file of the base."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from fastforge.merging.git import Repository
from fastforge.render import Tree

Renames = dict[str, str]
"""Old path -> new path."""


@dataclass(frozen=True, slots=True)
class Trees:
    """What the template was, what the user has, and what the template is now."""

    base: Tree
    yours: Tree
    theirs: Tree


@dataclass(frozen=True, slots=True)
class File:
    """One file, and where each of the three has it; None: there it is not."""

    base: str | None
    yours: str | None
    theirs: str | None


def paired(repo: Repository, trees: Trees) -> Iterator[File]:
    """Give each file of the base and of the template, with its path in each of the three."""
    base, yours, theirs = trees.base, trees.yours, trees.theirs
    mine, new = _renames(repo, base, yours), _renames(repo, base, theirs)
    mine, new = _undisputed(mine, theirs, new), _undisputed(new, yours, mine)
    for path in base:
        yield File(
            path,
            mine.get(path, path if path in yours else None),
            new.get(path, path if path in theirs else None),
        )
    for path in theirs.keys() - base.keys() - set(new.values()):
        yield File(None, path if path in yours else None, path)


def _undisputed(renames: Renames, other: Tree, others: Renames) -> Renames:
    """Leave out where the other side has another file of the new name: nobody's may be lost.

    For the merge it is then a file that one side deleted, and a second that both added.
    """
    return {old: new for old, new in renames.items() if new not in other or others.get(old) == new}


def _renames(repo: Repository, base: Tree, side: Tree) -> Renames:
    """Let git find the files that a side renamed: half of the content and more is the same."""
    gone = {path: content for path, content in base.items() if path not in side}
    came = {
        path: content
        for path, content in side.items()
        if path not in base and ".git" not in path.lower().split("/")  # since 2.48 git refuses it
    }
    if not gone or not came:
        return {}
    repo.write({"gone": gone, "came": came})
    finding = ("diff-tree", "-r", "-z", "-M", "-l0", "--no-rename-empty")
    done = repo.run(*finding, "--name-status", "--diff-filter=R", "gone", "came")
    told = [os.fsdecode(part) for part in done.stdout.split(b"\0")]
    return dict(zip(told[1::3], told[2::3], strict=True))
