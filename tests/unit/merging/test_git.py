"""Nothing that is set up for git changes a merge; a git that is missing or fails is told."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from fastforge.errors import SetupError
from fastforge.merging import git
from fastforge.merging.merge import Fate, Merge, Told, merge

TEXT = b"".join(b"line %d\n" % number for number in range(1, 9))
ATTRIBUTES = b"* binary\n*.md merge=union\n*.txt merge=unknown text eol=crlf\n"


def cases() -> list[Merge]:
    """Merge renames, line ends and conflicts, where each setting would show."""
    mine, new = TEXT.replace(b"line 2", b"mine"), TEXT.replace(b"line 2", b"new")
    moved = {f"a{number}": b"%d\n" % number + TEXT * number for number in range(3)}
    files = [f"x.{ending}" for ending in ("py", "md", "txt")]
    base = {"old/a": TEXT, "old/b": b"b\n" * 9, **dict.fromkeys(files, TEXT)} | moved
    yours = {**base, **dict.fromkeys(files, mine), "old/mine": b"m\n", ".gitattributes": ATTRIBUTES}
    theirs = {"new/a": TEXT, "new/b": b"b\n" * 9, **dict.fromkeys(files, new)}
    theirs |= {f"new/{name}": content + b"end\n" for name, content in moved.items()}
    return [
        merge(base, yours, theirs, "new"),
        merge(base | {".gitattributes": ATTRIBUTES}, yours, theirs, "new"),
        merge(base, yours, theirs | {".gitattributes": ATTRIBUTES}, "new"),
        merge(base, yours | {"crlf": b"1\r\n2\n\n"}, theirs | {"crlf": b"0\n1\r\n2\n\n"}, "new"),
    ]


@pytest.mark.usefixtures("way", "hostile")
def test_what_the_user_set_up_for_git_plays_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    among = cases()
    with monkeypatch.context() as alone:
        for name in [*os.environ]:
            if name.startswith("GIT_"):
                alone.delenv(name)
        alone.setenv("HOME", "/")
        alone.setenv("XDG_CONFIG_HOME", "/")
        assert among == cases()

    first = among[0]
    assert [(told.path, told.fate) for told in first.told] == [
        ("x.md", Fate.CONFLICT),
        ("x.py", Fate.CONFLICT),
        ("x.txt", Fate.CONFLICT),
    ]
    assert "old/mine" not in first.files
    assert b"\n<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> new\n" in (first.files["x.py"] or b"")


@pytest.mark.usefixtures("way", "hostile")
def test_the_settings_of_that_test_do_change_what_git_does(tmp_path: Path) -> None:
    for name, text in {"mine": "1\nm\n", "base": "1\n2\n", "new": "1\nn\n"}.items():
        (tmp_path / name).write_text(text)
    merging = ["git", "merge-file", "-p", "mine", "base", "new"]
    done = subprocess.run(merging, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "|||||||" in done.stdout


@pytest.mark.usefixtures("way")
def test_no_folder_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    merge({"a": TEXT}, {"b": TEXT + b"m\n"}, {"a": b"n\n" + TEXT}, "new")

    assert list(tmp_path.iterdir()) == []


def test_a_temporary_folder_inside_a_repository_of_the_user_s_is_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    done = merge({"a": TEXT}, {"b": TEXT + b"m\n"}, {"a": b"n\n" + TEXT}, "new")

    assert done.told == (Told("b", Fate.FOLLOWED, "a"),)
    assert sorted(tmp_path.rglob("*")) == before


def test_without_git_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"git is not installed") as caught:
        merge({"a": TEXT}, {"a": TEXT}, {"a": TEXT}, "new")
    assert "Install git" in caught.value.hint


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo one >&2; echo 'fatal: no space left.' >&2; exit 128", "fatal: no space left."),
        ("exit 3", "exit status 3."),
    ],
)
def test_what_git_said_last_is_said_when_it_fails(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(SetupError) as caught:
        merge({"a": TEXT}, {"a": TEXT}, {"a": TEXT}, "new")

    assert caught.value.message == f"git could not merge the files: {said}"
    assert "Nothing was changed." in caught.value.hint


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("git version 2.34.1", (2, 34)),
        ("git version 2.39.5 (Apple Git-154)", (2, 39)),
        ("git version 2.50.GIT", (2, 50)),
        ("git version 3.0.0", (3, 0)),
        ("git", (0, 0)),
    ],
)
def test_the_version_is_what_git_says(
    printed: str, expected: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text(f"#!/bin/sh\necho '{printed}'\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    git.version.cache_clear()

    try:
        assert git.version() == expected
    finally:
        git.version.cache_clear()
