"""Any project, edited in any way, is updated to any version: nothing of the user's is lost."""

import json
import os
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from fastforge import __version__
from fastforge.changes.staging import write_files
from fastforge.commands.diff import diff
from fastforge.commands.update import update
from fastforge.errors import ConflictError
from fastforge.project.project import Project, read_project
from fastforge.releases import releases, rendering
from fastforge.releases.request import Response
from fastforge.updating import versions
from fastforge.updating.sides import as_in, records_of
from tests.conftest import files_of
from tests.old_project import unpack_old_project
from tests.parts.any_project import Draw, Made, Tree, edited, projects
from tests.releases import SMALL, use

NEWEST = SMALL[-1]
STATE = ".fastforge/update/"
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_COUNT": "0"}
NAMED = [
    f"{word}{part}" for word in ("GIT_AUTHOR_", "GIT_COMMITTER_") for part in ("NAME", "EMAIL")
]
CASES = settings(
    max_examples=300,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
_BLOCK = re.compile(
    rb"^<<<<<<< yours\r?\n(.*?)^=======\r?\n(.*?)^>>>>>>> fastforge [^\n]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)

T = TypeVar("T")
Snapshot = Mapping[str, tuple[str, bytes]]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the small releases be those that are known, the last one the installed one."""
    (tmp_path / "releases").mkdir()
    use(monkeypatch, tmp_path / "releases")
    monkeypatch.setattr(versions, "__version__", NEWEST)
    for name, value in {**GIT, **dict.fromkeys(NAMED, "ada")}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@CASES
@given(st.data())
def test_nothing_of_the_user_is_lost_whatever_the_update(small: Path, data: st.DataObject) -> None:
    made = data.draw(projects())
    to = data.draw(st.sampled_from(SMALL[1 if _has_second(made) else 0 :]))
    _try(small, made, made.in_version(NEWEST, {}), to, data)


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let each render of a real release be kept: that of 0.1.0 is a process's."""
    monkeypatch.setattr(releases, "_of_process", _kept(releases._of_process))
    monkeypatch.setattr(rendering, "response_to", _kept(rendering.response_to))
    for name, value in {**GIT, **dict.fromkeys(NAMED, "ada")}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@settings(CASES, max_examples=12)
@given(st.data())
def test_nothing_is_lost_by_the_update_of_a_real_project(real: Path, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory(dir=real) as folder:
        project = read_project(unpack_old_project(Path(folder)))
        there = files_of(project.root).items()
        made = Real({path: text for path, text in there if ".fastforge" not in path}, project)
    _try(real, made, made.in_version(__version__, {}), __version__, data)


class Real(Made):
    """A project of 0.1.0."""

    def __init__(self, tree: Tree, project: Project) -> None:
        super().__init__(tree, records_of(project))
        self.project = project

    def in_version(self, version: str, answers: Mapping[str, object]) -> Tree:
        """Give what a version makes of it, with other answers for the project."""
        changed = {**self.project.record.answers, **answers}
        return as_in(version, self.project, self.records, changed).tree


def _kept(render: Callable[..., Response]) -> Callable[..., Response]:
    made: dict[str, Response] = {}

    def rendered(*asked: Any) -> Response:
        if repr(asked) not in made:
            made[repr(asked)] = render(*asked)
        return made[repr(asked)]

    return rendered


def _try(folder: Path, made: Made, later: Tree, to: str, data: st.DataObject) -> None:
    """Edit a project, update it, and look."""
    yours = data.draw(edited(made.tree, later))
    answers = data.draw(other_answers(to))
    with tempfile.TemporaryDirectory(dir=folder) as top:
        root = Path(top, "shop")
        others = {path: text for path, text in OTHERS.items() if path not in made.tree}
        write_files({**others, **yours, **_records(made)}, root)
        (root / "a link").symlink_to("src")
        if data.draw(st.booleans()):
            _commit(root)
            if data.draw(st.booleans()):
                committed, yours = yours, data.draw(edited(yours, later, 2))
                _write_over(root, committed, yours)
        Trial(root, made, yours, to, answers).run(data.draw)


OTHERS = {
    ".gitignore": b"*.log\nignored/\n.fastforge/update/\n",
    "debug.log": b"# log\n",
    "ignored/x.py": b"# not seen\n",
    "picture.png": b"\x89PNG\0\r\n",
}
"""Files that are in no version of any template."""


@st.composite
def other_answers(draw: Draw, to: str) -> dict[str, object]:
    """Draw answers to be changed along with the update."""
    known: dict[str, st.SearchStrategy[object]] = {"database": st.just("postgresql")}
    known |= {"metrics": st.booleans()} if to != NEWEST else {}
    known |= {"page": st.booleans()} if to != SMALL[0] else {}
    names = draw(st.just([]) | st.lists(st.sampled_from(sorted(known)), unique=True, max_size=2))
    return {name: draw(known[name]) for name in names}


class Trial:
    """A project on disk, what it was made as, and what the user has made of it."""

    def __init__(
        self, root: Path, made: Made, yours: Tree, to: str, answers: Mapping[str, object]
    ) -> None:
        self.root, self.made, self.yours = root, made, yours
        self.to, self.sets = to, [f"{name}={_said(value)}" for name, value in answers.items()]
        self.theirs = made.in_version(to, answers)

    def run(self, draw: Draw) -> None:
        """Update, look, undo, update again, solve, finish, look, update again, and undo."""
        before = snapshot(self.root)
        foreseen = self.update(dry_run=True)
        assert snapshot(self.root) == before
        assert foreseen.pop("dry_run") is True
        if any(told["fate"] == "unmerged" and told["other"] for told in foreseen["told"]):
            with pytest.raises(ConflictError, match="In the way of new files"):
                self.update()
            assert snapshot(self.root) == before
            return
        self.refuse_uncommitted(foreseen, before)
        facts = self.update()
        assert facts == foreseen
        if facts["up_to_date"]:
            assert snapshot(self.root) == before
            return
        there = snapshot(self.root)
        self.as_foreseen(facts, before, there)
        self.nothing_lost(facts, files_in(there))
        if facts["conflicts"]:
            if draw(st.booleans()):
                self.solve(draw, facts["conflicts"][: draw(st.integers(0, 1))])
                self.command(abort=True)
                assert without_given_up(snapshot(self.root)) == before
                assert self.update() == facts
            self.solve(draw, facts["conflicts"])
            self.command(go_on=True)
        finished = snapshot(self.root)
        again = self.update()
        assert again["up_to_date"], again
        assert snapshot(self.root) == finished
        self.only_own_edits_differ(facts, files_in(finished))
        self.command(abort=True)
        assert without_given_up(snapshot(self.root)) == before

    def update(self, **options: Any) -> dict[str, Any]:
        """Run the update, and give what it says as JSON."""
        return self.command(to=self.to, answers=self.sets, **options)

    def command(self, **options: Any) -> dict[str, Any]:
        with redirect_stdout(StringIO()) as printed, suppress(ConflictError):
            update(project=self.root, verify=False, as_json=True, **options)
        if not printed.getvalue():  # it is refused, again
            update(project=self.root, verify=False, as_json=True, **options)
        facts: dict[str, Any] = json.loads(printed.getvalue())
        return facts

    def refuse_uncommitted(self, foreseen: Mapping[str, Any], before: Snapshot) -> None:
        """Be refused, and commit, if git has not seen a file that would be overwritten."""
        if not (self.root / ".git").exists():
            return
        dirty = set(_git(self.root, "diff", "-z", "--name-only", "HEAD").split("\0"))
        dirty |= set(_git(self.root, "ls-files", "-z", "--others").split("\0"))
        if concerned := dirty & {file["path"] for file in foreseen["files"]}:
            with pytest.raises(ConflictError, match="not committed") as refused:
                self.update()
            assert min(concerned) in str(refused.value)
            assert snapshot(self.root) == before
            _git(self.root, "add", "--all")
            _git(self.root, "commit", "-qm", "more")

    def as_foreseen(self, facts: Mapping[str, Any], before: Snapshot, there: Snapshot) -> None:
        """Check that what was changed is what was said."""
        actions = {}
        for path in {**before, **there}:
            if before.get(path) != there.get(path) and not path.startswith(STATE):
                actions[path] = (
                    "replace"
                    if {path} <= before.keys() & there.keys()
                    else ("create" if path in there else "remove")
                )
        assert actions == {file["path"]: file["action"] for file in facts["files"]}

    def nothing_lost(self, facts: Mapping[str, Any], there: Tree) -> None:
        """Check every line of the user's, and every file that one of both left alone."""
        base, yours, theirs = self.made.tree, self.yours, self.renamed(facts)
        assert not lines_of(yours) - lines_of(base) - lines_of(there)
        base, yours, theirs, there = map(without_revisions, (base, yours, theirs, there))
        told = {one[name] for one in facts["told"] for name in ("path", "other")}
        unmerged = any(one["fate"] == "unmerged" for one in facts["told"])
        out = {path for path in theirs if f" {path}" in self.left_out(facts)}
        for path in base.keys() & yours.keys():
            if base[path] == yours[path] and path not in told:
                stays = unmerged and there.get(path) == base[path]
                assert there.get(path) == theirs.get(path) or stays, path
        for path in theirs.keys() - base.keys() - yours.keys() - told - out:
            assert there.get(path) == theirs[path], path
        for path in yours.keys() - base.keys() - theirs.keys() - told:
            assert there.get(path) == yours[path], path
        for path in base.keys() - yours.keys() - told:
            assert path not in there, path

    def only_own_edits_differ(self, facts: Mapping[str, Any], there: Tree) -> None:
        """Check what `diff` shows once the update is finished."""
        with redirect_stdout(StringIO()) as printed:
            diff(project=self.root, as_json=True)
        shown = json.loads(printed.getvalue())
        states = {file["path"]: file["state"] for file in shown["files"]}
        assert without_revisions(states) == {
            path: "edited" if path in there else "gone"
            for path, text in without_revisions(self.renamed(facts)).items()
            if there.get(path) != text
        }
        assert shown["unsure"] == []

    def solve(self, draw: Draw, paths: list[str]) -> None:
        """Take one side of each conflict, or both."""
        for path in paths:
            file = self.root / path
            sides = draw(st.sampled_from([rb"\1", rb"\2", rb"\1\2"]))
            if file.is_file():  # else something of the user's is in its way
                file.write_bytes(_BLOCK.sub(sides, file.read_bytes()))

    def renamed(self, facts: Mapping[str, Any]) -> Tree:
        """Give what the new version makes, under the names that the user gave to modules."""
        names = [re.match(r"The module (\w+) is modules/(\w+)", text) for text in facts["notes"]]
        theirs = self.theirs
        for old, new in (found.groups() for found in names if found):
            theirs = {
                path.replace(f"/modules/{old}/", f"/modules/{new}/"): text
                if f"/modules/{old}/" not in path
                else text.replace(f"modules.{old}".encode(), f"modules.{new}".encode())
                for path, text in theirs.items()
            }
        return theirs

    def left_out(self, facts: Mapping[str, Any]) -> str:
        return next((text for text in facts["notes"] if text.startswith("Left out")), "")


def snapshot(root: Path) -> Snapshot:
    """Give each file and link of a project, byte for byte, with what may be done with it."""
    return {
        path.relative_to(root).as_posix(): ("link", os.fsencode(path.readlink()))
        if path.is_symlink()
        else (f"{path.stat().st_mode:o}", path.read_bytes())
        for path in _walk(root)
    }


def without_given_up(there: Snapshot) -> Snapshot:
    """Leave out what an undone update keeps of what was written into its files since."""
    return {path: file for path, file in there.items() if not path.startswith(".fastforge/update/")}


def files_in(there: Snapshot) -> Tree:
    return {path: text for path, (mode, text) in there.items() if not path.startswith(".fastforge")}


def without_revisions(tree: Mapping[str, T]) -> dict[str, T]:
    """Leave out the revisions of databases, which stay as databases know them."""
    return {path: text for path, text in tree.items() if "migrations/versions/" not in path}


def lines_of(tree: Mapping[str, bytes]) -> Counter[bytes]:
    """Count each line of the files, without its end."""
    return Counter(line.removesuffix(b"\r") for text in tree.values() for line in text.split(b"\n"))


def _walk(root: Path) -> Iterator[Path]:
    for top, folders, names in os.walk(root):
        links = [name for name in folders if Path(top, name).is_symlink()]
        folders[:] = [name for name in folders if name not in {".git", *links}]
        yield from (Path(top, name) for name in (*names, *links))


def _has_second(made: Made) -> bool:
    return any(record.version == SMALL[1] for record in made.records)


def _records(made: Made) -> Tree:
    return {record.path: record.content() for record in made.records}


def _said(value: object) -> str:
    return str(value).lower()


def _write_over(root: Path, old: Tree, new: Tree) -> None:
    for path in old.keys() - new.keys():
        (root / path).unlink()
    changed = {path: text for path, text in new.items() if old.get(path) != text}
    for path in sorted(changed):
        place = (root / path).parent
        place.mkdir(parents=True, exist_ok=True)
    for path, text in changed.items():
        if (root / path).is_dir():
            (root / path).rmdir()
        (root / path).write_bytes(text)


def _commit(root: Path) -> None:
    _git(root, "init", "-q", "--template=")
    _git(root, "add", "--all")
    _git(root, "commit", "-qm", "all")


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout
