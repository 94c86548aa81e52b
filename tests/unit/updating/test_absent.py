"""What a new version has for a part that the user removed or renamed."""

from fastforge.project.record import Record
from fastforge.updating.absent import left_out

OLD = {
    "src/shop/modules/notes/router.py": b"router",
    "migrations/versions/create_notes.py": b"table",
}
NEW = {
    "src/shop/modules/notes/router.py": b"router",
    "src/shop/migrations/versions/create_notes.py": b"table",
    "tests/modules/notes/test_router.py": b"test",
}


def out(yours: dict[str, bytes]) -> set[str]:
    old, new = (
        Record("module", "notes", {}, dict.fromkeys(tree, "digest"), version)
        for tree, version in ((OLD, "0.1.0"), (NEW, "0.2.0"))
    )
    return left_out(OLD, yours, NEW, [old], [new])


def test_what_is_new_of_a_part_that_is_gone_is_left_out_and_what_moved_is_not() -> None:
    """A migration that was applied somewhere goes where the new version has the others."""
    only_its_table = {"migrations/versions/create_notes.py": b"table"}

    assert out(only_its_table) == {"tests/modules/notes/test_router.py"}


def test_nothing_is_left_out_of_a_part_that_is_there() -> None:
    assert out(dict(OLD)) == set()
