"""Answers for a template as they are given on the command line, and options that do not fit one."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastforge.errors import UsageError

_SWITCHES = {"examples": "--examples/--bare"}


def checked_name(name: str | None) -> str:
    """Give the name of the folder to be; raises UsageError if it is none."""
    if name is None:
        problem = "Missing: NAME, which is the folder of the project."
        raise UsageError(problem, "Give it, or --here for the folder you are in.")
    if not name or not name.isprintable() or Path(name).name != name or name.startswith((".", "-")):
        problem = f"{name!r} is no name of a folder."
        raise UsageError(problem, "Leave out slashes, and a dot or a dash at its start.")
    return name


def refuse_options(given: Mapping[str, object]) -> None:
    """Raise UsageError for options that are answers to the questions of our own template."""
    names = [name for name in given if name != "name"]
    options = [_SWITCHES.get(name, f"--{name.replace('_', '-')}") for name in names]
    if options:
        verb = "is an answer" if len(options) == 1 else "are answers"
        problem = f"{', '.join(options)} {verb} to fastforge's own template, not to --template."
        raise UsageError(problem, "Answer the template's questions with --data KEY=VALUE.")


def no_template() -> UsageError:
    """Make the refusal of options that go with --template alone."""
    problem = "--ref, --data, --data-file and --trust are about the template of --template."
    return UsageError(problem, "Add --template SRC, or leave them out.")


def read_data(pairs: Sequence[str], file: Path | None) -> dict[str, Any]:
    """Give the answers of a file and of `KEY=VALUE` pairs, which win; raises UsageError."""
    return {**(_read(file) if file else {}), **_split(pairs)}


def _split(pairs: Iterable[str]) -> dict[str, str]:
    split = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise UsageError(f"--data {pair} is no answer.", "Type it as --data KEY=VALUE.")
        split[key.strip()] = value
    return split


def _read(file: Path) -> dict[str, Any]:
    import yaml

    try:
        loaded = yaml.safe_load(file.read_bytes())
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        problem = f"--data-file {file} cannot be read: {' '.join(str(said).split())}."
        raise UsageError(problem, "Name a file of YAML with `KEY: VALUE` lines.") from error
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        raise UsageError(f"--data-file {file} has no answers.", "Write `KEY: VALUE` lines.")
    return loaded
