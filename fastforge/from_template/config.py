"""The `copier.yml` of a template: what it asks, how it is rendered, what it wants to run."""

import re
import shlex
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fastforge.errors import UsageError
from fastforge.project.paths import holds

_JOINED = ("_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists")
"""Settings that Copier takes from all documents of the file; of others the last one counts."""

Settings = Mapping[str, Any]
"""What YAML holds; each value is checked where it is used."""


class NeedsMoreError(UsageError):
    """It could be done if more was typed: `--trust`, or an answer."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a template asks, by name and in order, and its settings without their underscore."""

    questions: Mapping[str, Settings]
    settings: Settings

    @property
    def wishes(self) -> tuple[str, ...]:
        """The commands and extensions that the template wants to run, one line each."""
        tasks = (f"task: {_command(task)}" for task in self._list("tasks"))
        migrations = (
            f"migration: {command}"
            for migration in self._list("migrations")
            for command in _commands(migration)
        )
        extensions = (f"extension of Jinja: {name}" for name in self._list("jinja_extensions"))
        return (*tasks, *migrations, *extensions)

    def require_trust(self, given: str, *, trusted: bool) -> None:
        """Raise NeedsMoreError if the template `given` wants to run code and is not trusted."""
        if self.wishes and not trusted:
            wishes = "\n  ".join(wish.replace("\n", "\\n") for wish in self.wishes)
            problem = f"The template {given} wants to run code of its own:\n  {wishes}"
            hint = "Nothing was run or written. If you trust whoever wrote it, add --trust."
            raise NeedsMoreError(problem, hint)

    def _list(self, name: str) -> Iterable[Any]:
        value = self.settings.get(name) or ()
        return value if isinstance(value, list | tuple) else (value,)


def read_config(folder: Path, given: str) -> Config:
    """Read the template in `folder`; raises UsageError if it is none. `given` names it."""
    files = [path for path in folder.glob("copier.*") if re.fullmatch(r"\.ya?ml", path.suffix)]
    if not files:
        problem = f"{given} has no copier.yml, so it is no Copier template."
        raise UsageError(problem, "Name the folder or the repository that has it at its top.")
    if len(files) > 1:
        raise UsageError(f"{given} has both copier.yml and copier.yaml.", "Ask whoever wrote it.")
    import yaml

    try:
        return _sorted(list(_documents(files[0], folder)))
    except (yaml.YAMLError, ValueError, TypeError, OSError, RecursionError) as error:
        reason = " ".join(str(error).split())
        problem = f"The copier.yml of {given} cannot be read: {reason}."
        raise UsageError(problem, "Ask whoever wrote the template.") from error


def _sorted(documents: list[Settings]) -> Config:
    joined = {
        name: [item for document in documents for item in document.get(name) or ()]
        for name in _JOINED
        if any(name in document for document in documents)
    }
    whole = dict(ChainMap(joined, *(dict(document) for document in reversed(documents))))
    secret = set(joined.get("_secret_questions", ()))
    questions = {}
    for name, value in whole.items():
        if not str(name).startswith("_"):
            spec = value if isinstance(value, dict) else {"default": value}
            questions[str(name)] = {**spec, "secret": True} if name in secret else spec
    settings = {name[1:]: value for name, value in whole.items() if str(name).startswith("_")}
    return Config(questions, settings)


def _documents(file: Path, root: Path) -> Iterator[Settings]:
    """Give the mappings of a file of YAML, and of those that `!include` names in it."""
    import yaml

    class Loader(yaml.SafeLoader):
        """Knows one tag more."""

    def include(_: yaml.SafeLoader, node: yaml.Node) -> list[object]:
        pattern = str(node.value)
        if PurePosixPath(pattern).is_absolute():
            raise ValueError(f"!include {pattern} is no path in the template")
        found = list(root.glob(pattern))
        if outside := [path for path in found if not holds(root, path)]:
            raise ValueError(f"!include {pattern} leads outside, to {outside[0]}")
        return [item for path in found for item in loaded(path)]

    def loaded(path: Path) -> Iterator[object]:
        yield from _flat(filter(None, yaml.load_all(path.read_bytes(), Loader)))

    Loader.add_constructor("!include", include)
    for document in loaded(file):
        if not isinstance(document, dict):
            raise TypeError("its top is no mapping")
        if strange := [key for key in document if not isinstance(key, str)]:
            raise TypeError(f"YAML reads {strange[0]!r} for a question's name: put it in quotes")
        yield document


def _flat(items: Iterable[object]) -> Iterator[object]:
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _commands(migration: object) -> Iterator[str]:
    """Give the commands of one migration, as Copier has written them in its time."""
    if isinstance(migration, dict) and migration.keys() & {"before", "after"}:
        for stage in ("before", "after"):
            yield from (_command(each) for each in migration.get(stage) or ())
    else:
        yield _command(migration)


def _command(task: object) -> str:
    command = task.get("command") if isinstance(task, dict) else task
    return shlex.join(map(str, command)) if isinstance(command, list) else str(command)
