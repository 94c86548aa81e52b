"""A new project from a template: rendered into a folder of its own, shown, and put in its place."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastforge.changes.plan import Plan, merged, plan_files
from fastforge.changes.staging import explained, remove_empty, stage_in, sweep
from fastforge.changes.transaction import apply, recover
from fastforge.environment.apart import called_apart
from fastforge.errors import FastforgeError, UsageError
from fastforge.from_template.source import Source
from fastforge.from_template.values import Plain
from fastforge.parts.project.creation import refuse_other_contents
from fastforge.parts.project.target import check_target
from fastforge.project.paths import holds
from fastforge.project.record import FOLDER

_COPIED = "fastforge.from_template.copying:copied"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template became: files, links and what is executable, all in the folder `staged`."""

    staged: Path
    plan: Plan
    links: Mapping[str, str]
    executable: frozenset[str]

    def put(self) -> None:
        """Put the project into its place: all of it, or nothing."""
        target = self.plan.target
        if not self.plan.pending:
            return
        with explained(f"{target} cannot be written"):
            if not target.exists():
                self.staged.rename(target)
                return
            try:  # into the folder itself: somebody may be in it, or a repository
                apply(self.plan)
            finally:
                remove_empty(target / FOLDER)
            for path in self.executable:
                (target / path).chmod((target / path).stat().st_mode | 0o111)
            for path, leads in self.links.items():
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                (target / path).symlink_to(leads)


@contextmanager
def rendered(
    source: Source, data: Mapping[str, Any], target: Path, *, trust: bool, beside: bool
) -> Iterator[Rendered]:
    """Render a template for the folder `target`: beside it, or in the folder for temporary files.

    Raises ConflictError if something else is in the place, UsageError for what Copier refuses.
    """
    with explained(f"{target} cannot be read"):
        check_target(target)
        if target.exists():  # a run that was killed
            recover(target)
            remove_empty(target / FOLDER)
    with explained(f"{target} cannot be written"), _stage(target, beside=beside) as stage:
        staged = stage / target.name
        render(source, data, staged, trust=trust)
        yield _read(staged, target)


def render(source: Source, data: Mapping[str, Any], into: Path, *, trust: bool) -> None:
    """Let Copier render a template into the folder `into`."""
    request = {
        "source": source.given,
        "ref": source.ref,
        "into": str(into),
        "data": data,
        "trust": trust,
    }
    told = called_apart(_COPIED, request, into.parent)
    if told:
        raise refusal(told, source)


def refusal(told: Plain, source: Source) -> FastforgeError:
    """Give Copier's error as ours: its first lines as one sentence."""
    words = " ".join(str(told["words"]).split("\n\n")[0].split()).rstrip(".")
    problem = f"Copier cannot use {source.given}: {words or told['kind']}."
    return UsageError(problem, "Nothing was written.")


@contextmanager
def _stage(target: Path, *, beside: bool) -> Iterator[Path]:
    prefix = f".{target.name}.fastforge-"
    if beside:
        sweep(target.parent, prefix)
        with stage_in(target.parent, prefix) as stage:
            yield stage
    else:
        with tempfile.TemporaryDirectory(prefix="fastforge-") as folder:
            yield Path(folder)


def _read(staged: Path, target: Path) -> Rendered:
    """Read what Copier has written; raises UsageError for a link that leads outside."""
    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    executable = set()
    for path in walked(staged):
        name = path.relative_to(staged).as_posix()
        if path.is_symlink():
            if not holds(staged, path) or Path(os.readlink(path)).is_absolute():  # noqa: PTH115
                problem = f"The template makes {name}, a symbolic link that leads outside."
                raise UsageError(problem, "Nothing was written; ask whoever wrote the template.")
            links[name] = os.readlink(path)  # noqa: PTH115
        else:
            files[name] = path.read_bytes()
            if path.stat().st_mode & 0o100:
                executable.add(name)
    if not files:
        raise UsageError("The template makes no files with these answers.", "Nothing was written.")
    plan = plan_files(merged(files), target)
    refuse_other_contents(plan)
    return Rendered(staged, plan, links, frozenset(executable))


def walked(folder: Path) -> Iterator[Path]:
    """Give all files and links of a folder but git's own."""
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (here / name for name in sorted(names))
        yield from (here / name for name in folders if (here / name).is_symlink())
