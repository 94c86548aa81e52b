"""What cannot be put in its place leaves nothing behind."""

import errno
from functools import partial
from pathlib import Path

import pytest

from fastforge.errors import SetupError
from fastforge.from_template.creation import rendered
from fastforge.from_template.source import Source


@pytest.mark.parametrize("there", [True, False])
def test_a_disk_that_is_full_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: bool
) -> None:
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "copier.yml").write_text("word: a\n")
    (folder / "a.txt").write_text("a")
    target = tmp_path / "shop"
    if there:
        target.mkdir()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    put = partial(rendered, Source(str(folder), folder), {}, target, trust=False, beside=True)
    told = pytest.raises(SetupError, match="cannot be written: No space left on device")
    with monkeypatch.context() as broken, told, put() as project:
        broken.setattr(Path, "rename", full)
        project.put()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop", "template"][not there :]
    assert not there or list(target.iterdir()) == []
