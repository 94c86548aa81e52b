"""The small releases that other tests use: rendered by a process as in this one."""

from pathlib import Path

import pytest

from fastforge.releases.releases import rendered, versions
from fastforge.releases.request import Request, Wanted
from tests.releases import SMALL, use

PROJECT = {"name": "shop", "description": "Sells things.", "author": "Ada"}
JOB = {
    "name": "tidy",
    "kind": "daily",
    "schedule": "03:30",
    "description": "Tidy.",
    "start": "2026-01-01T00:00:00+00:00",
}
TASK = {"name": "send", "description": "Send."}
MODULE = {"name": "things", "item": "thing", "gateway": True}
REQUEST = Request(
    "shop",
    PROJECT,
    (Wanted("job", "tidy", JOB), Wanted("task", "send", TASK), Wanted("module", "things", MODULE)),
)


def test_they_are_known_beside_the_installed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, tmp_path)

    assert versions() == ("0.2.0", *SMALL)


@pytest.mark.parametrize("version", SMALL)
def test_a_process_renders_what_this_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    use(monkeypatch, tmp_path)
    here = rendered(version, REQUEST)
    use(monkeypatch, tmp_path, processes=True)

    assert here.project is not None
    assert len(here.project.tree) > 15
    assert rendered(version, REQUEST) == here
