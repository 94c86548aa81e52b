"""The file in which Copier keeps the answers of a project, and where its template comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastforge.errors import UsageError
from fastforge.project.copied import USUAL, answers_files
from fastforge.project.paths import read_inside

_MEND = "Restore it from version control."


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """What an answers file says: the template, its version, and the answers to its questions."""

    path: str
    source: str
    version: str
    answers: Mapping[str, Any]


def read_answers_file(root: Path) -> AnswersFile:
    """Read the answers file of a project; raises UsageError if it does not say enough."""
    found = answers_files(root)
    name = found[0]
    if name != USUAL and len(found) > 1:
        problem = f"{root} has several answers files: {', '.join(found)}."
        raise UsageError(problem, "fastforge updates from one template; use Copier for these.")
    said = loaded(name, read_inside(root, name))
    source, version = said.get("_src_path"), said.get("_commit")
    if not isinstance(source, str) or not source:
        raise UsageError(f"{name} does not say where its template is (`_src_path`).", _MEND)
    if version is None:
        problem = f"{name} does not say the version of its template (`_commit`)."
        raise UsageError(problem, f"{source} was no git repository; make the project again.")
    answers = {key: value for key, value in said.items() if not key.startswith("_")}
    return AnswersFile(name, source, str(version), answers)


def loaded(name: str, content: bytes) -> dict[str, Any]:
    """Read the YAML of an answers file; raises UsageError if it is none."""
    import yaml

    try:
        said = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{name} cannot be read: {reason}.", _MEND) from error
    if not isinstance(said, dict):
        raise UsageError(f"{name} holds no answers.", _MEND)
    return {str(key): value for key, value in said.items()}
