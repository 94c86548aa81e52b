"""What is kept about a part of a project."""

import pytest
import yaml
from hypothesis import given, strategies as st

from fastforge import __version__
from fastforge.errors import FastforgeError
from fastforge.project.record import Record, read_record, record_of, record_path

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(st.sampled_from(["name", "b", "c"]), TEXT | st.booleans(), min_size=1), TEXT)
def test_a_record_is_read_back_as_it_was(answers: dict[str, object], content: str) -> None:
    record = record_of("job", "report", answers, {"src/a b.py": content.encode()})

    assert read_record(record.content(), "here") == record


def test_a_record_is_readable() -> None:
    record = Record("job", "report", {"cron": "0 12 * * 1-5", "on": True}, {"a.py": "ab12"}, "1.2")

    assert record.content().decode().splitlines()[1:] == [
        'fastforge: "1.2"',
        'kind: "job"',
        'name: "report"',
        "answers:",
        '  cron: "0 12 * * 1-5"',
        "  on: true",
        "files:",
        '  "a.py": "ab12"',
    ]


def test_a_digest_of_digits_alone_stays_a_text() -> None:
    record = Record("job", "report", {"a": "1"}, {"a.py": "0123"})

    assert yaml.safe_load(record.content())["files"] == {"a.py": "0123"}


def test_the_version_is_recorded() -> None:
    assert record_of("project", "shop", {"name": "shop"}, {}).version == __version__


def test_each_kind_has_its_place() -> None:
    assert record_path("project", "shop") == ".fastforge/project.yml"
    assert record_path("job", "report") == ".fastforge/jobs/report.yml"


@pytest.mark.parametrize("content", [b"", b"[1", b"a: b", b"- x", b"\xff\xfe"])
def test_another_file_is_no_record(content: bytes) -> None:
    with pytest.raises(FastforgeError, match=r"here is not a record"):
        read_record(content, "here")
