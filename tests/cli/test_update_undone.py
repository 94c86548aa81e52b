"""What an update keeps to be undone: it may be a stranger's, or of another state of the tree."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fastforge.errors import ConflictError, FastforgeError, UsageError
from tests.conftest import files_of
from tests.releases import SMALL
from tests.small_project import commit, git, project_of_the_oldest, run_update

NEWEST = SMALL[-1]
STATE = ".fastforge/update/state.json"
MAIN = "src/shop/main.py"
EVIL = base64.b64encode(b"evil\n").decode()
WAYS = ({"abort": True}, {"go_on": True}, {"to": NEWEST})


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of 0.2.1, and a fastforge that is 0.4.0."""
    return project_of_the_oldest(tmp_path, monkeypatch)


def keep(shop: Path, text: str) -> None:
    """Let a file be there that says what an update has kept."""
    (shop / STATE).parent.mkdir()
    (shop / STATE).write_text(text)


def state(**changes: object) -> str:
    data = {"from": "0.2.1", "to": NEWEST, "before": {}, "written": {}, "finish": {"x": EVIL}}
    names: dict[str, list[str]] = {"conflicts": [], "executable": [], "solved": [], "parts": []}
    return json.dumps({**data, **names, **changes})


TEXTS = {
    "empty": "",
    "no object": "[]",
    "deep": "[" * 100_000,
    "a number": '{"from": ' + "9" * 5_000 + "}",
    "no version": state(**{"from": 5}),
    "orders for a terminal": state(to="\x1b[2J"),
    "half a letter": state(to="\ud800"),
    "no base64": state(before={"x": "###"}),
    "a number for base64": state(before={"x": 5}),
    "no files": state(before=5),
    "no list": state(conflicts=5),
    "lists for names": state(written=[[["x"], 1]]),
    "a name that is empty": state(before={"": EVIL}),
    **{
        f"{name} in {key}": state(**{key: {name: EVIL}})
        for key in ("before", "written", "finish", "conflicts", "executable", "solved", "parts")
        for name in ("../x", "/x", ".git/config", "src/../../x", "src/.GIT/x", "x\x1b", "\ud800")
    },
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_strange_state_is_refused(shop: Path, case: str) -> None:
    keep(shop, TEXTS[case])
    before = files_of(shop.parent)

    for options in WAYS:
        with pytest.raises(FastforgeError) as refused:
            run_update(shop, **options)
        assert refused.value.hint
        assert files_of(shop.parent) == before


def through_a_link(shop: Path) -> None:
    (shop.parent / "outside").mkdir()
    (shop / "link").symlink_to(shop.parent / "outside")
    keep(shop, state(before={"link/x": EVIL}, finish={"link/x": EVIL}))


def onto_a_link(shop: Path) -> None:
    (shop.parent / "victim").write_text("mine\n")
    (shop / "link").symlink_to(shop.parent / "victim")
    keep(shop, state(before={"link": EVIL}, finish={"link": EVIL}))


def onto_a_folder(shop: Path) -> None:
    keep(shop, state(before={"src": EVIL}, finish={"src": EVIL}))


def onto_a_pipe(shop: Path) -> None:
    os.mkfifo(shop / "pipe")
    keep(shop, state(before={"pipe": EVIL}, finish={"pipe": EVIL}))


def kept_outside(shop: Path) -> None:
    (shop.parent / "outside").mkdir()
    (shop.parent / "outside/state.json").write_text(state(before={"x": EVIL}))
    (shop / ".fastforge/update").symlink_to(shop.parent / "outside")


def kept_in_a_folder(shop: Path) -> None:
    (shop / STATE).mkdir(parents=True)


def kept_in_a_pipe(shop: Path) -> None:
    (shop / STATE).parent.mkdir()
    os.mkfifo(shop / STATE)


def kept_in_a_huge_file(shop: Path) -> None:
    keep(shop, "")
    os.truncate(shop / STATE, 100_000_001)


@pytest.mark.parametrize(
    "place",
    [
        *(through_a_link, onto_a_link, onto_a_folder, onto_a_pipe),
        *(kept_outside, kept_in_a_folder, kept_in_a_pipe, kept_in_a_huge_file),
    ],
)
def test_a_state_leads_nowhere_else(shop: Path, place: Callable[[Path], None]) -> None:
    place(shop)
    names = sorted(shop.parent.rglob("*"))
    before = {path: path.read_bytes() for path in names if path.is_file() and path.name != STATE}

    for options in WAYS[:2]:
        with pytest.raises(FastforgeError) as refused:
            run_update(shop, **options)
        assert refused.value.hint

    assert sorted(shop.parent.rglob("*")) == names
    assert {path: path.read_bytes() for path in before} == before


def in_conflict(shop: Path) -> None:
    """Begin an update that has a conflict in main.py."""
    text = (shop / MAIN).read_text()
    (shop / MAIN).write_text(text.replace("from .errors", "from .own"))
    commit(shop)
    assert run_update_in_conflict(shop) == [MAIN]


def run_update_in_conflict(shop: Path) -> list[str]:
    with pytest.raises(ConflictError, match="There are conflicts"):
        run_update(shop, to=NEWEST)
    conflicts: list[str] = json.loads((shop / STATE).read_text())["conflicts"]
    return conflicts


def undone_by_git(shop: Path) -> None:
    in_conflict(shop)
    git(shop, "checkout", "-q", ".")
    git(shop, "clean", "-qfd")


def test_an_update_that_was_undone_by_git_is_not_recorded(shop: Path) -> None:
    undone_by_git(shop)
    before = files_of(shop)

    with pytest.raises(ConflictError, match="undone in another way") as refused:
        run_update(shop, go_on=True)

    assert "update --abort" in refused.value.hint
    assert files_of(shop) == before


def test_an_abort_after_that_takes_nothing_newer_back(shop: Path) -> None:
    undone_by_git(shop)
    (shop / MAIN).write_text("# newer\n")

    run_update(shop, abort=True)

    assert (shop / MAIN).read_text() == "# newer\n"
    assert not (shop / STATE).exists()
    with pytest.raises(UsageError, match="no update to undo"):
        run_update(shop, abort=True)


def test_a_lock_file_that_is_a_link_stays_one(shop: Path) -> None:
    (shop / "uv.lock").symlink_to("other.lock")
    run_update(shop, to=NEWEST)

    run_update(shop, abort=True)

    assert (shop / "uv.lock").readlink() == Path("other.lock")


def test_a_folder_where_a_file_was_is_not_lost(shop: Path) -> None:
    in_conflict(shop)
    (shop / "README.md").unlink()
    (shop / "README.md").mkdir()
    (shop / "README.md/mine.txt").write_text("mine\n")

    with pytest.raises(ConflictError, match=r"README\.md is a link or a folder"):
        run_update(shop, abort=True)

    assert (shop / "README.md/mine.txt").read_text() == "mine\n"


def test_what_could_be_run_can_be_run_after_an_update_and_after_its_undo(shop: Path) -> None:
    gone, old, new = (
        shop / "src/shop" / name for name in ("legacy.py", "errors.py", "web/errors.py")
    )
    old.write_text(old.read_text() + "# mine\n")
    gone.chmod(0o755)
    old.chmod(0o755)

    run_update(shop, to=NEWEST)

    assert not gone.exists()
    assert os.access(new, os.X_OK)
    run_update(shop, abort=True)
    assert os.access(gone, os.X_OK)
    assert os.access(old, os.X_OK)
