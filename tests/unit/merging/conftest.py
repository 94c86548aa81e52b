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
    attributes = "* merge=ours -text eol=crlf\n*.py binary\n"
    (tmp_path / "attributes").write_text(attributes)
    template = tmp_path / "template"
    (template / "info").mkdir(parents=True)
    (template / "info/attributes").write_text(attributes)
    hooks = template / "hooks"
    hooks.mkdir()
    (hooks / "reference-transaction").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "reference-transaction").chmod(0o755)
    text = HOSTILE.format(attributes=tmp_path / "attributes", hooks=hooks, template=template)
    for name in ("GLOBAL", "SYSTEM"):
        (tmp_path / name).write_text(text)
        monkeypatch.setenv(f"GIT_CONFIG_{name}", str(tmp_path / name))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "0")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "merge.conflictStyle")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "diff3")
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", "--template=", str(other)], check=True)
    for name, value in {"DIR": ".git", "WORK_TREE": ".", "INDEX_FILE": "index"}.items():
        monkeypatch.setenv(f"GIT_{name}", str(other / value))
