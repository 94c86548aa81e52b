"""Line ends, names, and text that looks like something else: all of it comes out as it went in."""

import pytest

from fastforge.merging.merge import Fate, Merge, Told, merge

TEXT = b"".join(b"line %d\n" % number for number in range(1, 9))
MINE = TEXT.replace(b"line 2\n", b"mine\n")
NEW = TEXT.replace(b"line 7\n", b"new\n")
BOTH = MINE.replace(b"line 7\n", b"new\n")
OTHER = TEXT.replace(b"line 2\n", b"other\n")

pytestmark = pytest.mark.usefixtures("way")


def merged(base: bytes, yours: bytes, theirs: bytes) -> bytes | None:
    done = merge({"a": base}, {"a": yours}, {"a": theirs}, "new")
    return done.files.get("a")


def crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


@pytest.mark.parametrize(("mine", "expected"), [(TEXT, NEW), (MINE, BOTH)])
def test_line_ends_are_the_user_s(mine: bytes, expected: bytes) -> None:
    assert merged(TEXT, crlf(mine), NEW) == crlf(expected)
    assert merged(crlf(TEXT), mine, crlf(NEW)) == expected
    assert merged(crlf(TEXT), crlf(mine), crlf(NEW)) == crlf(expected)


def test_line_ends_are_the_user_s_in_markers_and_new_places() -> None:
    assert merged(TEXT, crlf(MINE), OTHER) == crlf(
        TEXT.replace(b"line 2\n", b"<<<<<<< yours\nmine\n=======\nother\n>>>>>>> new\n")
    )
    assert merge({"a": TEXT}, {"a": crlf(TEXT)}, {"b": NEW}, "new") == Merge(
        {"a": None, "b": crlf(NEW)}, (Told("b", Fate.MOVED, "a"),)
    )
    assert merge({"a": TEXT}, {"b": crlf(TEXT)}, {"a": NEW}, "new") == Merge(
        {"b": crlf(NEW)}, (Told("b", Fate.FOLLOWED, "a"),)
    )


def test_the_same_file_added_by_both_with_other_line_ends_is_the_user_s() -> None:
    assert merge({}, {"a": crlf(TEXT)}, {"a": TEXT}, "new") == Merge()


def test_line_ends_that_differ_within_a_file_stay_as_they_are() -> None:
    mixed = crlf(TEXT[:14]) + TEXT[14:]

    assert merged(mixed, mixed + b"mine\n", b"new\n" + mixed) == b"new\n" + mixed + b"mine\n"
    assert merged(TEXT, MINE, TEXT + b"new\r\n") == MINE + b"new\r\n"
    assert merged(TEXT, TEXT + b"mine\r\n", b"new\n" + TEXT) == b"new\n" + TEXT + b"mine\r\n"


def test_a_last_line_without_an_end_stays_so() -> None:
    assert merged(TEXT[:-1], MINE[:-1], NEW[:-1]) == BOTH[:-1]
    assert merged(TEXT, MINE, NEW[:-1]) == BOTH[:-1]
    assert merged(TEXT, MINE[:-1], b"new\n" + TEXT) == b"new\n" + MINE[:-1]
    assert merged(b"was", b"mine", b"new") == (b"<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> new\n")


def test_text_that_looks_like_markers_is_text() -> None:
    heading = b"<<<<<<< yours\n=======\n>>>>>>> theirs\ntheirs-00 <>&\n"

    assert merged(heading + TEXT, heading + MINE, heading + NEW) == heading + BOTH
    done = merge({"a": TEXT}, {"a": TEXT}, {"a": heading + NEW}, "new")
    assert done == Merge({"a": heading + NEW})


@pytest.mark.parametrize(
    "name",
    [
        "with space",
        " ",
        '"quoted"',
        "back\\slash",
        "line\nbreak",
        "tab\tand\rreturn",
        "größe/数据.py",
        "not \udcff utf-8",
        "-option",
        ":colon",
        "1",
        "a,b}{*?[",
    ],
)
def test_any_name_is_followed(name: str) -> None:
    base, yours, theirs = {f"{name}/b": TEXT}, {f"c/{name}": MINE}, {f"{name}/b": NEW}

    done = merge(base, yours, theirs, "new")
    assert done == Merge({f"c/{name}": BOTH}, (Told(f"c/{name}", Fate.FOLLOWED, f"{name}/b"),))

    done = merge({name: TEXT}, {name: MINE}, {name: NEW}, "new")
    assert done == Merge({name: BOTH})


@pytest.mark.parametrize("name", [".git", "sub/.git", "sub/.GIT/config"])
def test_a_file_that_git_would_refuse_is_no_new_name_of_another(name: str) -> None:
    done = merge({"a": TEXT}, {name: TEXT}, {"a": NEW}, "new")

    assert done == Merge({}, (Told("a", Fate.KEPT_DELETED),))


def test_trees_of_no_files() -> None:
    assert merge({}, {}, {}, "new") == Merge()
    assert merge({}, {}, {"a": TEXT}, "new") == Merge({"a": TEXT})
    assert merge({"a": TEXT}, {"a": TEXT}, {}, "new") == Merge({"a": None})
    assert merge({"a": TEXT}, {}, {}, "new") == Merge()
    assert merge({}, {"a": TEXT}, {}, "new") == Merge()


def test_a_label_of_any_words_names_the_template_s_side() -> None:
    done = merge({"a": TEXT}, {"a": MINE}, {"a": OTHER}, "größe ~^: 1..2 @{x}\\1")

    assert "\n>>>>>>> größe ~^: 1..2 @{x}\\1\n".encode() in (done.files["a"] or b"")
