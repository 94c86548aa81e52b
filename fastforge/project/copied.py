"""Projects of somebody else's template: where they are, and which files keep the answers."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fastforge.errors import FastforgeError
from fastforge.project.paths import read_inside
from fastforge.project.project import enclosing_project, was_moved

USUAL = ".copier-answers.yml"
_KEYS = (re.compile(rb"^_src_path:", re.MULTILINE), re.compile(rb"^_commit:", re.MULTILINE))
"""What an answers file of another name (`_answers_file`) is known by."""


def answers_files(root: Path) -> list[str]:
    """Give the names of a project's answers files, the usual one first."""
    return sorted(_answers_files(root), key=lambda name: (name != USUAL, name))


def _answers_files(root: Path) -> Iterator[str]:
    with suppress(OSError):  # a folder that may not be read
        for path in root.glob(".*"):
            if path.suffix not in {".yml", ".yaml"} or not path.is_file():
                continue
            if path.name.startswith(".copier-answers") or _holds_answers(root, path.name):
                yield path.name


def _holds_answers(root: Path, name: str) -> bool:
    with suppress(OSError, FastforgeError):
        content = read_inside(root, name)
        return all(key.search(content) for key in _KEYS)
    return False


def enclosing_copy(folder: Path) -> Path | None:
    """Give the root of the project of Copier's that `folder` lies in, if it lies in one.

    A project of fastforge's own is none, nor is a folder in it.
    """
    here = folder.resolve()
    ours = enclosing_project(here)
    for root in (here, *here.parents):
        if root == ours:
            return None
        if answers_files(root) or was_moved(root, USUAL):
            return root
    return None
