"""What a merge makes of each file, and what it tells of it, in both ways of merging texts."""

import pytest

from fastforge.merging.merge import Fate, Merge, Told, merge
from fastforge.render import Tree

LABEL = "fastforge 0.2.0"
TEXT = b"".join(b"line %d\n" % number for number in range(1, 9))
MINE = TEXT.replace(b"line 2\n", b"mine\n")
"""TEXT with a change of the user's; NEW has one of the template's elsewhere, OTHER right there."""
NEW = TEXT.replace(b"line 7\n", b"new\n")
BOTH = MINE.replace(b"line 7\n", b"new\n")
OTHER = TEXT.replace(b"line 2\n", b"other\n")
MARKED = TEXT.replace(
    b"line 2\n", b"<<<<<<< yours\nmine\n=======\nother\n>>>>>>> fastforge 0.2.0\n"
)
IMAGE = b"\x89PNG\0" + TEXT

pytestmark = pytest.mark.usefixtures("way")


def merged(base: Tree, yours: Tree, theirs: Tree) -> Merge:
    return merge(base, yours, theirs, LABEL)


def told(path: str, fate: Fate, other: str = "") -> tuple[Told, ...]:
    return (Told(path, fate, other),)


def test_what_only_the_template_changed_is_taken_and_not_told() -> None:
    base = {"a": TEXT, "gone": TEXT[:40], "old/b": b"b\n" * 9, "same": b"same\n"}
    theirs = {"a": NEW, "new/b": b"b\n" * 9, "same": b"same\n", "c": b""}

    done = merged(base, base, theirs)

    assert done == Merge({"a": NEW, "c": b"", "gone": None, "new/b": b"b\n" * 9, "old/b": None})


def test_what_only_the_user_changed_is_left() -> None:
    base = {"a": TEXT, "gone": TEXT, "old": b"b\n" * 9}

    assert merged(base, {"a": MINE, "new": b"b\n" * 9, "c": b"c"}, base) == Merge()


def test_changes_of_different_lines_are_joined() -> None:
    assert merged({"a": TEXT}, {"a": MINE}, {"a": NEW}) == Merge({"a": BOTH})


def test_changes_of_the_same_lines_stand_between_markers() -> None:
    done = merged({"a": TEXT}, {"a": MINE}, {"a": OTHER})

    assert done == Merge({"a": MARKED}, told("a", Fate.CONFLICT))
    assert done.conflicts == done.told


def test_the_same_change_of_both_is_nothing() -> None:
    assert merged({"a": TEXT}, {"a": NEW, "b": b"b"}, {"a": NEW, "b": b"b"}) == Merge()


@pytest.mark.parametrize("conflicts", [2, 3, 127, 130, 256])
def test_a_file_with_many_conflicts_is_a_conflict(conflicts: int) -> None:
    def text(changed: str) -> bytes:
        between = "same\n" * 5  # git joins conflicts with three lines between them, and fewer
        return "".join(f"{n} {changed}\n{between}" for n in range(conflicts)).encode()

    done = merged({"a": text("was")}, {"a": text("mine")}, {"a": text("new")})

    assert done.told == told("a", Fate.CONFLICT)
    content = done.files["a"] or b""
    assert content.count(b"<<<<<<< yours\n") == conflicts
    assert content.count(b"\n=======\n") == conflicts
    assert content.count(b"\n>>>>>>> fastforge 0.2.0\n") == conflicts
    assert content.count(b" mine\n") == conflicts


@pytest.mark.parametrize("theirs", [{"a": NEW}, {"b": TEXT}, {"b": NEW}])
def test_what_the_user_deleted_stays_deleted(theirs: Tree) -> None:
    done = merged({"a": TEXT}, {}, theirs)

    assert done == Merge({}, told("a", Fate.KEPT_DELETED, "b" if "b" in theirs else ""))
    assert not done.conflicts


def test_what_both_deleted_or_only_the_user_is_not_told() -> None:
    assert merged({"a": TEXT, "b": MINE}, {}, {"a": TEXT}) == Merge()


def test_what_the_user_edited_and_the_template_dropped_stays() -> None:
    done = merged({"a": TEXT}, {"a": MINE}, {})

    assert done == Merge({}, told("a", Fate.KEPT))
    assert not done.conflicts


@pytest.mark.parametrize("content", [TEXT, MINE])
def test_what_the_user_renamed_and_the_template_dropped_stays(content: bytes) -> None:
    assert merged({"a": TEXT}, {"b": content}, {}) == Merge({}, told("b", Fate.KEPT, "a"))


@pytest.mark.parametrize(("yours", "expected"), [(TEXT, NEW), (MINE, BOTH)])
def test_a_change_follows_a_file_that_the_user_renamed(yours: bytes, expected: bytes) -> None:
    done = merged({"a": TEXT}, {"b/c": yours}, {"a": NEW})

    assert done == Merge({"b/c": expected}, told("b/c", Fate.FOLLOWED, "a"))


def test_edits_move_with_a_file_that_the_template_renamed() -> None:
    for theirs, expected in ((TEXT, MINE), (NEW, BOTH)):
        done = merged({"a": TEXT}, {"a": MINE}, {"b/c": theirs})

        assert done == Merge({"a": None, "b/c": expected}, told("b/c", Fate.MOVED, "a"))


def test_a_conflict_in_a_renamed_file_names_both_paths() -> None:
    done = merged({"a": TEXT}, {"mine": MINE}, {"a": OTHER})
    assert done == Merge({"mine": MARKED}, told("mine", Fate.CONFLICT, "a"))

    done = merged({"a": TEXT}, {"a": MINE}, {"new": OTHER})
    assert done == Merge({"a": None, "new": MARKED}, told("new", Fate.CONFLICT, "a"))


def test_of_two_new_names_the_user_s_wins() -> None:
    done = merged({"a": TEXT}, {"mine": MINE}, {"new": NEW})
    assert done == Merge({"mine": BOTH}, told("mine", Fate.FOLLOWED, "new"))

    done = merged({"a": TEXT}, {"mine": MINE}, {"new": TEXT})
    assert done == Merge({}, told("mine", Fate.FOLLOWED, "new"))


def test_the_same_new_name_of_both_is_not_told() -> None:
    assert merged({"a": TEXT}, {"b": MINE}, {"b": NEW}) == Merge({"b": BOTH})


def test_what_both_added_differently_stands_between_markers() -> None:
    done = merged({}, {"a": b"x\nmine\n"}, {"a": b"x\nnew\n"})

    marked = b"x\n<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> fastforge 0.2.0\n"
    assert done == Merge({"a": marked}, told("a", Fate.CONFLICT))


def test_where_both_added_a_file_an_empty_one_gives_way() -> None:
    assert merged({}, {"a": b"", "b": MINE}, {"a": NEW, "b": b""}) == Merge({"a": NEW})


@pytest.mark.parametrize(
    ("mine", "new"), [(IMAGE + b"1", IMAGE + b"2"), (IMAGE, TEXT), (b"text\n", IMAGE)]
)
def test_what_is_no_text_and_changed_by_both_stays_the_user_s(mine: bytes, new: bytes) -> None:
    for base in ({}, {"a": b"\0"}):
        done = merged(base, {"a": mine}, {"a": new})

        assert done == Merge({}, told("a", Fate.UNMERGED))
        assert done.conflicts == done.told


def test_what_is_no_text_and_changed_by_one_or_in_the_same_way_is_as_any_file() -> None:
    image = {"a": IMAGE + b"1"}

    assert merged({"a": IMAGE}, image, {"a": IMAGE}) == Merge()
    assert merged({"a": IMAGE}, {"a": IMAGE}, image) == Merge(dict(image))
    assert merged({"a": IMAGE}, image, image) == Merge()


def test_what_is_no_text_moves_with_the_template() -> None:
    done = merged({"a": IMAGE}, {"a": IMAGE + b"1"}, {"b": IMAGE + b"2"})

    assert done == Merge({"a": None, "b": IMAGE + b"1"}, told("b", Fate.UNMERGED, "a"))


def test_a_nul_anywhere_makes_a_file_no_text() -> None:
    late = TEXT * 2000 + b"\0\n"  # git looks at the first 8,000 bytes alone

    assert merged({"a": late}, {"a": late + b"m\n"}, {"a": b"n\n" + late}).told == told(
        "a", Fate.UNMERGED
    )


def test_a_folder_that_the_template_renames_leaves_the_user_s_own_files() -> None:
    base = {f"old/{name}": name.encode() * 9 + b"\n" for name in "abc"}
    theirs = {f"new/{name}": name.encode() * 9 + b"\n" for name in "abc"}

    done = merged(base, {**base, "old/mine": b"mine\n"}, theirs)

    assert done == Merge({**dict.fromkeys(base), **theirs})


def test_the_user_s_file_stays_where_the_template_wants_a_folder() -> None:
    done = merged({}, {"a": b"mine\n"}, {"a/b": b"b\n", "a/c/d": b"d\n"})
    assert done == Merge({}, (Told("a/b", Fate.UNMERGED, "a"), Told("a/c/d", Fate.UNMERGED, "a")))

    done = merged({"a": TEXT}, {"a": MINE}, {"a/b": b"b\n"})
    assert done == Merge({}, (Told("a", Fate.KEPT), Told("a/b", Fate.UNMERGED, "a")))


def test_the_user_s_folder_stays_where_the_template_wants_a_file() -> None:
    done = merged({"a/b": b"b\n"}, {"a/b": b"b\n", "a/mine": b"mine\n"}, {"a": NEW})

    assert done == Merge({"a/b": None}, told("a", Fate.UNMERGED, "a/mine"))


def test_a_file_that_the_user_renamed_stays_where_the_template_wants_a_folder() -> None:
    done = merged({"a": TEXT}, {"b": MINE}, {"a": NEW, "b/c": b"c\n"})

    assert done == Merge(
        {"b": BOTH}, (Told("b", Fate.FOLLOWED, "a"), Told("b/c", Fate.UNMERGED, "b"))
    )


def test_a_file_that_nobody_edited_makes_room() -> None:
    assert merged({"a": TEXT}, {"a": TEXT}, {"a/b": b"b\n"}) == Merge({"a": None, "a/b": b"b\n"})
    assert merged({"a": TEXT}, {"a": MINE}, {"a/b": NEW}) == Merge(
        {"a": None, "a/b": BOTH}, told("a/b", Fate.MOVED, "a")
    )


def test_a_file_stays_where_it_is_if_the_user_is_in_the_way_of_its_new_name() -> None:
    base, theirs = {"a": TEXT}, {"b/c": NEW, "a/d": b"d\n"}

    done = merged(base, {"a": MINE, "b": b"mine\n"}, theirs)

    assert done == Merge({}, (Told("a/d", Fate.UNMERGED, "a"), Told("b/c", Fate.UNMERGED, "b")))


def test_a_new_name_that_the_other_side_has_for_another_file_loses_nothing() -> None:
    done = merged({"a": TEXT}, {"b": MINE}, {"a": NEW, "b": b"b\n"})
    assert {(told.path, told.fate) for told in done.told} == {
        ("a", Fate.KEPT_DELETED),
        ("b", Fate.CONFLICT),
    }
    assert b"mine\n" in (done.files["b"] or b"")

    done = merged({"a": TEXT}, {"a": MINE, "b": b"b\n"}, {"b": NEW})
    assert {(told.path, told.fate) for told in done.told} == {
        ("a", Fate.KEPT),
        ("b", Fate.CONFLICT),
    }
    assert "a" not in done.files
    assert b"\nb\n" in (done.files["b"] or b"")


def test_two_files_with_one_new_name_lose_nothing() -> None:
    second = TEXT.replace(b"line", b"row")

    done = merged({"a": TEXT, "b": second}, {"c": MINE, "b": second}, {"a": TEXT, "c": second})

    assert done.files.keys() == {"b", "c"}
    assert done.files["b"] is None
    assert done.told == told("c", Fate.CONFLICT)
    assert {*MINE.splitlines(), *second.splitlines()} <= {*(done.files["c"] or b"").splitlines()}


def test_an_unrelated_file_of_the_user_s_that_is_alike_keeps_its_lines() -> None:
    done = merged({"a": TEXT}, {"mine": MINE}, {"a": b""})

    content = done.files["mine"] or b""
    assert b"mine\n" in content
    assert done.told == told("mine", Fate.CONFLICT, "a")


def test_empty_files_are_no_renames_of_each_other() -> None:
    done = merged({"a/__init__.py": b""}, {"b/__init__.py": b""}, {"a/__init__.py": NEW})

    assert done == Merge({}, told("a/__init__.py", Fate.KEPT_DELETED))
