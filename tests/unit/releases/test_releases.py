"""Which releases are known, and what a process of one of them sees and says."""

import json
import sys
import zipfile
from pathlib import Path

import pytest

from fastforge import __version__
from fastforge.errors import FastforgeError, UsageError
from fastforge.releases import releases
from fastforge.releases.releases import packed_releases, rendered, versions
from fastforge.releases.request import Request
from tests.releases import pack_script, use

REQUEST = Request("shop", {"name": "shop", "description": "Sells.", "author": "Ada"})
MAIN = "fastforge/releases/rendering.py"
INIT = {"fastforge/__init__.py": b"", "fastforge/releases/__init__.py": b""}
TELLING = """
import base64, json, os, sys

def main() -> None:
    from fastforge import releases
    sys.stdin.read()
    said = {"path": sys.path, "environment": dict(os.environ), "here": os.getcwd()}
    said["isolated"], said["package"] = sys.flags.isolated, releases.__file__
    print(json.dumps({"project": {"answers": said, "tree": {}}, "parts": []}))
"""


def put(folder: Path, version: str, code: str) -> None:
    content = pack_script().archive(version, "0" * 40, {**INIT, MAIN: code.encode()})
    (folder / f"{version}.zip").write_bytes(content)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "packed"
    place.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(releases, "packed_releases", lambda: place)
    return place


def test_the_packed_ones_are_beside_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert packed_releases().is_dir()
    assert versions()[0] == "0.1.0"
    assert versions()[-1] == __version__


def test_they_are_in_the_order_of_their_numbers(folder: Path) -> None:
    for name in ("0.10.0.zip", "0.9.1.zip", "0.10.0-new.zip", "README.md", "1.0.zip"):
        (folder / name).touch()

    assert versions() == (__version__, "0.9.1", "0.10.0")


@pytest.mark.parametrize("version", ["9.9.9", "", "../0.1.0", "0.1.0\n"])
def test_one_that_is_not_known_is_refused(version: str) -> None:
    with pytest.raises(UsageError, match=f"It knows {__version__}; a newer"):
        rendered(version, REQUEST)


def test_its_own_sentence_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, tmp_path, processes=True)

    with pytest.raises(UsageError, match="`colour` is unknown") as caught:
        rendered("0.3.0", Request("shop", {**REQUEST.project, "colour": "red"}))
    assert caught.value.hint == "Mend the record."


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def main():\n    raise RuntimeError('no disk')\n", "RuntimeError: no disk"),
        ("def main(): ...\n", "it said nothing"),
        ("def main(): print('[]')\n", "it said nothing"),
        ("def main(): print('{}')\n", "it said nothing"),
        ("import os\ndef main(): os.kill(os.getpid(), 9)\n", "it said nothing"),
        ("import no_such_module\n", "No module named 'no_such_module'"),
    ],
)
def test_a_crash_is_told_by_its_last_line(folder: Path, code: str, said: str) -> None:
    put(folder, "0.1.5", code)

    with pytest.raises(FastforgeError, match=said) as caught:
        rendered("0.1.5", REQUEST)
    assert "0.1.5" in caught.value.message
    assert not isinstance(caught.value, UsageError)


def test_a_file_outside_of_the_project_is_refused(folder: Path) -> None:
    tree = {"../x": ""}
    answer = {"project": {"answers": {}, "tree": tree}, "parts": []}
    put(folder, "0.1.5", f"def main(): print({json.dumps(answer)!r})\n")

    with pytest.raises(FastforgeError, match="no name of a file"):
        rendered("0.1.5", REQUEST)


def test_an_archive_that_is_none_is_told(folder: Path) -> None:
    (folder / "0.1.5.zip").write_bytes(b"PK")

    with pytest.raises(FastforgeError, match=r"0\.1\.5\.zip"):
        rendered("0.1.5", REQUEST)


def test_it_runs_the_release_and_sees_nothing_of_the_callers_environment(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "0.1.5", TELLING)
    wrong = tmp_path / "wrong" / "fastforge"
    wrong.mkdir(parents=True)
    (wrong / "__init__.py").write_text("raise RuntimeError\n")
    monkeypatch.setenv("PYTHONPATH", str(wrong.parent))
    monkeypatch.setenv("SECRET", "x")
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.chdir(wrong.parent)
    response = rendered("0.1.5", REQUEST)

    assert response.project is not None
    said = response.project.answers
    place = Path(str(said["here"]))
    assert place.parent == tmp_path / "cache" / "fastforge" / "releases"
    assert said["package"] == str(place / "fastforge" / "releases" / "__init__.py")
    assert said["path"] == [str(place), *filter(None, sys.path)]
    assert said["isolated"] == 1
    environment = dict(said["environment"])  # type: ignore[call-overload]
    assert environment["XDG_CACHE_HOME"] == str(tmp_path / "cache")
    assert not {"SECRET", "PYTHONPATH"} & environment.keys()


def test_the_archives_hold_no_bytecode_and_say_what_they_are() -> None:
    for path in pack_script().PACKED.glob("*.zip"):
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            manifest = json.loads(packed.read("release.json"))
        assert manifest["version"] == path.stem
        assert len(manifest["commit"]) == 40
        assert names == sorted(names)
        assert not [name for name in names if "__pycache__" in name]
