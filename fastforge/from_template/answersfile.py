"""The file in which Copier keeps the answers of a project, and where its template comes from."""

from pathlib import Path

_USUAL = ".copier-answers.yml"


def answers_files(root: Path) -> list[str]:
    """Give the names of a project's answers files, the usual one first."""
    names = [path.name for path in root.glob(".copier-answers*.y*ml") if path.is_file()]
    return sorted(names, key=lambda name: (name != _USUAL, name))
