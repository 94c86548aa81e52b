"""Where a template is: which address git is given, and which version is the newest."""

import subprocess
from pathlib import Path

import pytest

from fastforge.errors import SetupError, UsageError
from fastforge.from_template import source
from fastforge.from_template.source import fetched, newest


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("gh:our/template", "https://github.com/our/template.git"),
        ("gl:our/template.git", "https://gitlab.com/our/template.git"),
        ("https://github.com/our/template", "https://github.com/our/template"),
        ("git+https://git.example.org/our/template", "https://git.example.org/our/template"),
        ("git@git.example.org:our/template.git", "git@git.example.org:our/template.git"),
    ],
)
def test_an_address_is_fetched_and_kept_as_it_was_given(
    monkeypatch: pytest.MonkeyPatch, given: str, address: str
) -> None:
    asked: list[str] = []

    def clone(url: str, folder: Path) -> None:
        asked.append(url)
        folder.mkdir()

    monkeypatch.setattr(source, "tags", lambda url: asked.append(url) or ["v1"])
    monkeypatch.setattr(source, "clone", clone)
    monkeypatch.setattr(source, "commit_of", lambda _, ref: f"commit of {ref}")
    monkeypatch.setattr(source, "check_out", lambda *_: None)

    with fetched(given, None) as template:
        assert (template.given, template.ref, template.version) == (given, "commit of v1", "v1")

    assert asked == [address, address]


@pytest.mark.parametrize(
    ("tags", "chosen"),
    [
        (["v9", "v10"], "v10"),
        (["1.0", "2.0rc1", "2.0.dev1"], "1.0"),
        (["latest", "release-3", "v0.1"], "v0.1"),
        (["v1.0", "1.0.post1"], "1.0.post1"),
        (["latest", "2.0a1"], None),
        ([], None),
    ],
)
def test_the_newest_version_is_that_of_pep_440(tags: list[str], chosen: str | None) -> None:
    assert newest(tags) == chosen


@pytest.mark.parametrize("given", ["https://example.org/template", "ext::sh -c date", "-x"])
def test_what_is_neither_a_path_nor_gits_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="There is no template"), fetched(given, None):
        pass


def test_without_git_no_repository_is_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(*_: object) -> subprocess.CompletedProcess[str]:
        raise FileNotFoundError("git")

    monkeypatch.setattr("fastforge.environment.clone.run_git", missing)

    told = pytest.raises(SetupError, match="git, which fetches templates, is not installed")
    with told, fetched(str(tmp_path), None):
        pass
