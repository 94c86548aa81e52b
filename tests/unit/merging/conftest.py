"""Each test of a merge is run in both ways: as a new git does it, and as an old one."""

import subprocess
from pathlib import Path

import pytest

from fastforge.merging import git

HOSTILE = """\
[merge]
	directoryRenames = true
	conflictStyle = diff3
	renames = false
	renameLimit = 1
	default = unknown
[merge "unknown"]
	driver = false
[diff]
	renames = false
	renameLimit = 1
	noprefix = true
[core]
	autocrlf = true
	eol = crlf
	attributesFile = {attributes}
	hooksPath = {hooks}
	quotePath = true
[init]
	templateDir = {template}
	defaultObjectFormat = sha256
[color]
	ui = always
"""
"""Settings of a user that change what git does, each of them."""


@pytest.fixture(params=["at once", "one by one"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Merge texts with what git 2.38 has, or without."""
    if request.param == "one by one":
        monkeypatch.setattr(git, "version", lambda: (2, 34))
    elif git.version() < (2, 38):
        pytest.skip("this git has no `merge-tree --write-tree`")
    return str(request.param)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set git up, for the whole machine and for the user, so that merges come out differently."""
    attributes = "* binary\n"
    (tmp_path / "attributes").write_text(attributes)
    template = tmp_path / "template"
    (template / "info").mkdir(parents=True)
    (template / "info/attributes").write_text(attributes)
    hooks = template / "hooks"
    hooks.mkdir()
    (hooks / "reference-transaction").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "reference-transaction").chmod(0o755)
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", "--template=", str(other)], check=True)
    text = HOSTILE.format(attributes=tmp_path / "attributes", hooks=hooks, template=template)
    for name in (".gitconfig", "GLOBAL", "SYSTEM"):
        (tmp_path / name).write_text(text)
    (tmp_path / "git").mkdir()
    (tmp_path / "git/attributes").write_text(attributes)
    variables = {
        "HOME": tmp_path,
        "XDG_CONFIG_HOME": tmp_path,
        "GIT_CONFIG_GLOBAL": tmp_path / "GLOBAL",
        "GIT_CONFIG_SYSTEM": tmp_path / "SYSTEM",
        "GIT_CONFIG_NOSYSTEM": "0",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "merge.conflictStyle",
        "GIT_CONFIG_VALUE_0": "diff3",
        "GIT_TEMPLATE_DIR": template,
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / "index",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
