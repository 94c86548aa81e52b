"""Files to be written or removed, against a folder as it is."""

from pathlib import Path

import pytest

from fastforge.changes.plan import Action, plan_files, plan_removal
from fastforge.errors import ConflictError
from fastforge.project.record import record_of


def actions(plan: object) -> dict[str, Action]:
    return {change.path: change.action for change in plan.changes}  # type: ignore[attr-defined]


def test_files_are_created_unchanged_or_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "same.txt").write_text("same")
    (tmp_path / "other.txt").write_text("mine")

    plan = plan_files({"new.txt": b"new", "same.txt": b"same", "other.txt": b"theirs"}, tmp_path)

    assert actions(plan) == {
        "new.txt": Action.CREATE,
        "same.txt": Action.UNCHANGED,
        "other.txt": Action.CONFLICT,
    }


def test_a_folder_that_is_not_there_yet_is_no_conflict(tmp_path: Path) -> None:
    assert actions(plan_files({"a/b": b""}, tmp_path / "absent")) == {"a/b": Action.CREATE}


def test_a_folder_or_a_link_where_a_file_should_go_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "file").write_text("")

    plan = plan_files({"folder": b"x", "link": b"x", "file/inside": b"x"}, tmp_path)

    assert actions(plan) == {
        "folder": Action.CONFLICT,
        "link": Action.CONFLICT,
        "file/inside": Action.CONFLICT,
    }


def test_conflicts_are_refused_with_the_first_file_and_their_number(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    plan = plan_files({"a": b"", "b": b""}, tmp_path)

    with pytest.raises(ConflictError, match=r"a and 1 more in .* would be overwritten"):
        plan.refuse_conflicts("Choose another name.")


def test_the_diff_shows_new_and_changed_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")

    plan = plan_files({"a.txt": b"one\n2\n", "b.txt": b"no end"}, tmp_path)

    assert plan.diff().splitlines() == [
        "--- a/a.txt",
        "+++ b/a.txt",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "+2",
        "--- /dev/null",
        "+++ b/b.txt",
        "@@ -0,0 +1 @@",
        "+no end",
        "\\ No newline at end of file",
    ]


def test_the_json_names_each_file_and_what_becomes_of_it(tmp_path: Path) -> None:
    assert plan_files({"a": b""}, tmp_path).as_json() == [{"path": "a", "action": "create"}]


def test_a_part_is_removed_with_its_record_unless_edited(tmp_path: Path) -> None:
    tree = {"jobs/a.py": b"JOB", "tests/a.py": b"TEST", "gone.py": b""}
    record = record_of("job", "a", {"name": "a"}, tree)
    for path, content in {**tree, record.path: record.content()}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "gone.py").unlink()
    (tmp_path / "tests/a.py").write_text("edited")

    assert actions(plan_removal(record, tmp_path)) == {
        "jobs/a.py": Action.REMOVE,
        "tests/a.py": Action.CONFLICT,
        "gone.py": Action.UNCHANGED,
        record.path: Action.REMOVE,
    }
    assert actions(plan_removal(record, tmp_path, force=True))["tests/a.py"] == Action.REMOVE


def test_the_diff_of_a_picture_is_one_line(tmp_path: Path) -> None:
    plan = plan_files({"page.png": b"\x89PNG\0\xff"}, tmp_path)

    assert plan.diff() == "Binary files /dev/null and b/page.png differ\n"
