"""Fields that are files: how large they may be, and where they are."""

import pytest

from fastforge.errors import UsageError
from fastforge.parts.modules.fields import parse_fields
from fastforge.parts.modules.files import files_context, files_of


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("photo:file", "10_000_000", "10 MB"),
        ("photo : file {, 5 MB }", "5_000_000", "5 MB"),
        ("photo:file{,100GB}", "100_000_000_000", "100 GB"),
        ("photo:file{,1500kb}", "1_500_000", "1500 kB"),
        ("photo:file{,1}", "1", "1 bytes"),
    ],
)
def test_a_limit_has_a_unit(text: str, most: str, said: str) -> None:
    [file] = files_context([text, "name:str"])

    assert (file["name"], file["most"], file["said"]) == ("photo", most, said)


def test_a_file_is_below_its_row() -> None:
    [file] = files_of(["file:str", "front_page:file"])

    assert (file.name, file.path) == ("front_page", "/front-page")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name:file", "Two fields are called `name`."),
        ("id:file", "The field `id` is in every table already."),
        ("metadata:file", "The field name `metadata` belongs to SQLAlchemy's models."),
        ("class:file", "is a word of the Python language"),
    ],
)
def test_a_file_has_a_name_as_other_fields(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_fields(["name:str", text])

    assert problem in refused.value.message


def test_a_field_that_is_a_file_says_so() -> None:
    fields = parse_fields(["photo:file", "name:str"])

    assert [field.is_file for field in fields] == [True, False]
