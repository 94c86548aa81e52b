"""What is on disk and took no part in a merge is not written over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fastforge.errors import ConflictError
from fastforge.updating.yours import refuse_unseen

FILES = {"folder/new.py": b"", "there.py": b"", "gone.py": None}
THERE = {"there.py": b"1", "gone.py": b"2"}


@pytest.mark.parametrize(
    "put",
    [
        lambda place: place.write_text("mine\n"),
        lambda place: place.mkdir(),
        lambda place: place.symlink_to("nowhere"),
    ],
    ids=["file", "folder", "link"],
)
def test_something_in_the_way_is_refused(tmp_path: Path, put: Callable[[Path], object]) -> None:
    for path in THERE:
        (tmp_path / path).write_text("seen\n")
    (tmp_path / "folder").mkdir()
    refuse_unseen(tmp_path, FILES, THERE)
    put(tmp_path / "folder/new.py")

    with pytest.raises(ConflictError, match=r"folder/new\.py is in the way"):
        refuse_unseen(tmp_path, FILES, THERE)
