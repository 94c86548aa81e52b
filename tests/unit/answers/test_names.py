"""What may be the name of a project or a part."""

import pytest

from fastforge.answers.names import check_part_name, check_project_name, package_name
from fastforge.errors import UsageError


@pytest.mark.parametrize("name", ["shop", "my-shop", "my_shop", "app", "a", "s3-mirror", "x" * 40])
def test_usual_project_names_are_accepted(name: str) -> None:
    check_project_name(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        ("1shop", "starts with a digit"),
        ("class", "is a word of the Python language"),
        ("match", "is a word of the Python language"),
        ("type", "is a word of the Python language"),
        ("json", "standard library"),
        ("test", "standard library"),
        ("fastapi", "package that the project uses"),
        ("jwt", "package that the project uses"),
        ("prometheus-client", "package that the project uses"),
        ("tests", "for something else"),
        ("migrations", "for something else"),
        ("a/b", "is not made of"),
        ("..", "is not made of"),
        (".", "is not made of"),
        ("my shop", "is not made of"),
        ("shop\n", "is not made of"),
        ("sh\x1bop", "is not made of"),
        ("shop🛒", "is not made of"),
        ("şhop", "is not made of"),
        ("Shop", "is not made of"),
        ("-shop", "is not made of"),
        ("shop-", "is not made of"),
        ("my--shop", "is not made of"),
        ("x" * 41, "41 characters"),
        ("x" * 300, "300 characters"),
        ("١shop", "is not made of"),
    ],
)
def test_other_project_names_are_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        check_project_name(name)

    assert caught.value.hint.endswith(".")
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("My Shop", "my-shop"), ("1st_shop", "st-shop"), ("my--shop", "my-shop"), ("a/b", "a-b")],
)
def test_the_hint_names_a_name_that_would_do(name: str, suggestion: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_project_name(name)

    assert caught.value.hint == f"Try `{suggestion}`."


def test_a_name_beyond_repair_gets_an_example() -> None:
    with pytest.raises(UsageError) as caught:
        check_project_name("🛒")

    assert "`my-shop`" in caught.value.hint


def test_the_package_has_underscores() -> None:
    assert package_name("my-shop") == "my_shop"


@pytest.mark.parametrize("name", ["report", "nightly_report", "sync2"])
def test_usual_part_names_are_accepted(name: str) -> None:
    check_part_name("job", name)


@pytest.mark.parametrize("name", ["nightly-report", "lambda", "json", "_x", "x__y", "x" * 41, ""])
def test_other_part_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="The job name"):
        check_part_name("job", name)


@pytest.mark.parametrize("kind", ["job", "task"])
@pytest.mark.parametrize("name", ["list", "str", "print", "set", "object"])
def test_a_function_hides_no_builtin(kind: str, name: str) -> None:
    with pytest.raises(UsageError, match=f"The {kind} name `{name}` is a builtin of Python"):
        check_part_name(kind, name)

    check_part_name("module", name)
    check_part_name("item", name)


@pytest.mark.parametrize("name", ["con", "prn", "aux", "nul", "com0", "com1", "lpt9"])
def test_a_name_that_no_file_of_windows_can_have_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="name of a file on Windows"):
        check_project_name(name)
    for kind in ("job", "task", "module"):
        with pytest.raises(UsageError, match="name of a file on Windows"):
            check_part_name(kind, name)


@pytest.mark.parametrize("name", ["con.", "con.py", "aux ", "COM1", "Con"])
def test_nor_is_it_written_another_way(name: str) -> None:
    with pytest.raises(UsageError, match="is not made of"):
        check_project_name(name)


@pytest.mark.parametrize("name", ["console", "com10", "auxiliary", "my_con", "lpt"])
def test_names_that_only_begin_so_are_accepted(name: str) -> None:
    check_part_name("job", name)
