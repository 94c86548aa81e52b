"""An update of a project that somebody else's template made: what it comes to, in memory.

Copier's update loses what it cannot merge, such as a file without text that the user edited. So it
is run where nothing can be lost: in a copy that holds only what the template made. What it changes
there is merged into the project as our own updates are.
"""

import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastforge.environment.clone import NoTemplateError, check_out, clone, commit_of
from fastforge.environment.git import keep_all
from fastforge.errors import FastforgeError, UsageError
from fastforge.from_template.answersfile import AnswersFile, loaded, read_answers_file
from fastforge.from_template.config import NeedsMoreError, read_config
from fastforge.from_template.copies import Copy, Work, copier
from fastforge.from_template.interview import interview_of
from fastforge.from_template.rendering import Rendering
from fastforge.from_template.settings import user_defaults
from fastforge.from_template.source import Source, fetched
from fastforge.from_template.values import shown
from fastforge.merging.merge import merge
from fastforge.updating.outcome import Outcome
from fastforge.updating.yours import read_yours


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was typed: the version to go to, other answers, and whether code may run.

    With `check` it is only asked whether there is an update.
    """

    to: str | None
    given: Mapping[str, Any]
    trust: bool
    check: bool = False


def prepare(root: Path, wanted: Wanted) -> Outcome:
    """Work out the update of a project.

    Raises UsageError for what cannot be, ConflictError if a file it needs is no ordinary one; for a
    `check` FastforgeError (exit code 1) if there is an update that needs more than was typed.
    """
    kept = read_answers_file(root)
    with _fetched(kept, wanted.to, root) as source:
        if source.ref is None:
            problem = f"{source.given}, of which this project was made, is no git repository."
            raise UsageError(problem, "An update needs its versions.")
        with _before(source, kept) as old:
            if old.ref == source.ref and not wanted.given:
                return _nothing(root, kept)
            base, theirs = _rendered(root, old, source, kept, wanted)
        return _outcome(root, kept, source, base, theirs)


@contextmanager
def _fetched(kept: AnswersFile, ref: str | None, root: Path) -> Iterator[Source]:
    """Fetch the template; where it is gone, the UsageError says what to mend."""
    with ExitStack() as stack:
        try:
            source = stack.enter_context(fetched(kept.source, ref, root))
        except NoTemplateError as error:
            hint = f"Nothing was written. If it has moved, mend `_src_path` in {kept.path}."
            raise UsageError(error.message, hint) from error
        yield source


@contextmanager
def _before(source: Source, kept: AnswersFile) -> Iterator[Source]:
    """Give the template as it was when the project was made; raises UsageError if it is gone."""
    commit = commit_of(source.folder, kept.version)
    if commit is None:
        problem = f"{source.given} lacks version {kept.version}, of which this project was made."
        hint = f"Write into {kept.path} which of its versions comes nearest (`_commit`)."
        raise UsageError(problem, hint)
    with tempfile.TemporaryDirectory(prefix="fastforge-template-") as folder:
        place = Path(folder, "template")
        clone(str(source.folder), place)
        check_out(place, commit)
        yield replace(source, folder=place, ref=commit, version=kept.version, notes=())


def _rendered(
    root: Path, old: Source, new: Source, kept: AnswersFile, wanted: Wanted
) -> tuple[Copy, Copy]:
    """Render what the template was with the answers of the project, and let Copier update that."""
    try:
        for source in (old, new):
            config = read_config(source.folder, source.given)
            config.require_trust(source.given, trusted=wanted.trust)
        data = _answers(root, new, kept, wanted)
    except NeedsMoreError as error:
        if not wanted.check:
            raise
        problem = f"There is an update: {old.version} to {new.version}. {error.message}"
        raise FastforgeError(problem, error.hint) from error
    with tempfile.TemporaryDirectory(prefix="fastforge-") as folder:
        place = Path(folder, root.name)
        try:
            base = copier("copied", Work(old, kept.answers, place, wanted.trust, kept.path))
        except UsageError as error:
            problem = f"The version {old.version} cannot be rendered any more. {error.message}"
            raise UsageError(problem, error.hint) from error
        keep_all(place)
        return base, copier("updated", Work(new, data, place, wanted.trust, kept.path))


def _answers(root: Path, source: Source, kept: AnswersFile, wanted: Wanted) -> dict[str, Any]:
    """Give the answers that are new; raises UsageError for a question that lacks one."""
    config = read_config(source.folder, source.given)
    rendering = Rendering(config, source.folder, root.name, trust=wanted.trust)
    interview = interview_of(config, rendering, None, user_defaults())
    interview.check(wanted.given)
    known = {name: value for name, value in kept.answers.items() if name in config.questions}
    valid = {name: value for name, value in known.items() if interview.takes(name, known)}
    answers = {**valid, **wanted.given}
    interview.check(answers)
    if missing := interview.missing(answers, usual=True):
        problem = f"{source.version} asks for what has no default: {', '.join(missing)}."
        examples = " ".join(shlex.quote(f"--data={name}=VALUE") for name in missing)
        raise NeedsMoreError(problem, f"Nothing was written. Add {examples}.")
    data = interview.data(answers)
    return {name: data[name] for name in wanted.given if name in data}


def _nothing(root: Path, kept: AnswersFile) -> Outcome:
    return Outcome(root=root, before=kept.version, after=kept.version, files={}, finish={})


def _outcome(root: Path, kept: AnswersFile, source: Source, base: Copy, theirs: Copy) -> Outcome:
    """Merge what the template changed into the project; its answers file is written last."""
    path = kept.path
    if path not in theirs.files:
        problem = f"Version {source.version} of {source.given} keeps no answers in {path} any more."
        raise UsageError(problem, "No later update could follow it, so nothing was written.")
    # it may name the template in another way than we do
    content = theirs.files[path].replace(source.given.encode(), kept.source.encode())
    now = loaded(path, content)
    yours = read_yours(root, {*base.files, *theirs.files})
    before, mine, after = (
        {name: content for name, content in tree.items() if name != path}
        for tree in (base.files, yours, theirs.files)
    )
    merged = merge(before, mine, after, f"template {source.version}")
    return Outcome(
        root=root,
        before=kept.version,
        after=str(now.get("_commit", source.version)),
        files=merged.files,
        finish={path: content},
        told=merged.told,
        conflicts=tuple(told.path for told in merged.conflicts),
        notes=(*_changed(kept.answers, now), *_by_hand(base, theirs), *source.notes),
        facts={"template": source.given},
        executable=theirs.executable,
    )


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Tell which answers are new, other or gone."""
    for name, value in new.items():
        if name.startswith("_") or old.get(name) == value:
            continue
        before = f", which was {shown(old[name])}" if name in old else ", a new question"
        yield f"The answer {name} is {shown(value)} now{before}."
    for name in old.keys() - new.keys():
        yield f"The template does not ask for {name} any more."


def _by_hand(base: Copy, theirs: Copy) -> Iterator[str]:
    """Tell what is no matter of a file's content, and is left as it is."""
    for path in sorted({path for path, _ in base.links.items() ^ theirs.links.items()}):
        yield f"The template changed the symbolic link {path}; links are left as they are."
    for path in sorted(theirs.executable & base.files.keys() - base.executable):
        yield f"The template made {path} executable; yours is left as it is: chmod +x {path}"
