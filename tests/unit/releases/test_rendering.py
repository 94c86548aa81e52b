"""The installed fastforge renders again what its commands wrote."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fastforge import __version__
from fastforge.answers import project as project_answers
from fastforge.commands.app import app
from fastforge.errors import FastforgeError, UsageError
from fastforge.parts.tasks import task as task_answers
from fastforge.releases import rendering
from fastforge.releases.pipes import read_response, write_request
from fastforge.releases.releases import rendered
from fastforge.releases.request import Request, Wanted
from tests.conftest import files_of
from tests.old_project import OF_OLDER, PARTS, unpack_old_project
from tests.unit.releases.trees import (
    HOSTILE,
    answers_of,
    assert_made_as_recorded,
    records_of,
    request_of,
    whole,
)

QUIET = ("--yes", "--no-verify")
MORE = (
    ("add-task", "count_stock", "--param", "shelf:str", "--no-route", "--priority", "3"),
    ("add-task", "call_back", "--param", "at:datetime", "--delay", "5m", "--guard", "ops"),
    ("add-module", "parcels", "--field", "box:->boxes", "--field", "after:->parcels|None,set_null"),
    ("add-job", "at_noon", "--daily", "12:00", "--queues", "count_stock"),
    ("add-job", "at_night", "--daily", "00:30", "--queues", "rebuild_index", "--no-coalesce"),
)
ENGINE = ("--database", "postgresql", "--engine", "taskiq", "--broker", "redis", "--no-metrics")


def run(*words: str) -> None:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output


def made(folder: Path, *options: str, parts: tuple[tuple[str, ...], ...] = PARTS + MORE) -> Path:
    new = ("new", "my-shop", "--author", "Ada", "--python", "3.11", "--no-git", *QUIET)
    run(*new, *options, "-C", str(folder))
    for words in parts:
        run(*words, *QUIET, "-C", str(folder / "my-shop"))
    return folder / "my-shop"


@pytest.mark.parametrize("options", [(), ENGINE])
def test_a_project_with_parts_of_all_kinds_is_what_the_commands_wrote(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    root = made(tmp_path, *options)
    assert_made_as_recorded(rendered(__version__, request_of(root)), root)


def test_a_part_in_a_project_of_before_is_what_the_command_writes_there(tmp_path: Path) -> None:
    root = unpack_old_project(tmp_path)
    old = [one.name for one in records_of(root)]
    for words in OF_OLDER:
        run(*words, *QUIET, "-C", str(root))
    before = files_of(root)
    new = [one for one in records_of(root) if one.name not in old]
    wanted = tuple(Wanted(one.kind, one.name, one.answers) for one in new)
    response = rendered(__version__, request_of(root, around=root, parts=wanted))

    assert response.project is None
    assert {path for one in new for path in one.digests} == whole(response).keys()
    assert whole(response).items() <= before.items()
    assert files_of(root) == before


def test_the_project_around_needs_no_records(tmp_path: Path) -> None:
    root = unpack_old_project(tmp_path)
    request = request_of(root, around=root)
    with_records = rendered(__version__, request)
    for path in sorted((root / ".fastforge").rglob("*.yml")):
        path.unlink()

    assert rendered(__version__, request) == with_records


def test_what_an_older_version_did_not_ask_is_as_usual(tmp_path: Path) -> None:
    request = request_of(unpack_old_project(tmp_path))
    response = rendered(__version__, request)

    assert response.project is not None
    assert response.project.answers == {
        **request.project,
        "engine": "inprocess",
        "broker": "none",
        "auth": "keys",
        "page": True,
        **dict.fromkeys(("dependabot", "pre_commit", "justfile", "security_headers"), True),
        **dict.fromkeys(("cors", "telemetry"), False),
    }
    assert answers_of(response)[0] == {**request.parts[0].answers, "queues": ""}


def test_a_part_stays_whose_route_the_service_has_by_now(tmp_path: Path) -> None:
    request = request_of(unpack_old_project(tmp_path))
    [task] = [one for one in request.parts if one.kind == "task"]
    taken = Wanted("task", task.name, {**task.answers, "route": "/runs/again"})
    response = rendered(__version__, replace(request, parts=(taken,)))

    assert b'"/runs/again"' in response.parts[0].tree["src/shop/tasks/send_invoice.py"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_job_finds_its_task_among_the_parts_or_in_the_project_around(
    tmp_path: Path, *, is_there: bool
) -> None:
    root = made(tmp_path, parts=(MORE[0], MORE[3]))
    job, task = request_of(root).parts
    written = files_of(root)
    if not is_there:
        (root / "src" / "my_shop" / "tasks" / "count_stock.py").unlink()
    wanted = (job,) if is_there else (job, task)
    response = rendered(__version__, request_of(root, parts=wanted, around=root))

    assert response.parts[0].tree.items() <= written.items()


@pytest.mark.parametrize("change", ["", "payload: object"])
def test_a_job_stays_whose_task_the_user_took_away_or_rewrote(tmp_path: Path, change: str) -> None:
    root = made(tmp_path, parts=(MORE[0], MORE[3]))
    task = root / "src" / "my_shop" / "tasks" / "count_stock.py"
    task.unlink()
    if change:
        task.write_text(f"class Payload:\n    {change}\n\n\nTASK = Task(payload=Payload)\n")
    [job] = [one for one in request_of(root).parts if one.kind == "job"]
    response = rendered(__version__, request_of(root, parts=(job,), around=root))

    assert b"count_stock" in response.parts[0].tree["src/my_shop/jobs/at_noon.py"]


def test_the_package_is_called_as_it_is_now(tmp_path: Path) -> None:
    request = request_of(made(tmp_path))
    response = rendered(__version__, replace(request, package="store"))
    tree = whole(response)

    assert not [path for path in tree if "my_shop" in path]
    assert b"from store.tasks.count_stock import" in tree["tests/jobs/test_at_noon.py"]


def test_templates_of_the_project_take_the_place_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "job" / "template"
    own.mkdir(parents=True)
    (own / "{{ name }}.txt.jinja").write_text("{{ package }} {{ places.find_work }}\n")
    request = request_of(unpack_old_project(tmp_path), overrides=tmp_path / "templates")

    assert rendered(__version__, request).parts[0].tree == {
        "tidy_up.txt": b"shop process.discovery\n"
    }


MORE_HOSTILE: list[tuple[str, dict[str, object], str]] = [
    ("job", {"queues": "x import y"}, "`queues` cannot be"),
    ("job", {"queues": 1}, "`queues` cannot be"),
    ("task", {"guard": "mine"}, "--guard"),
    ("task", {"delay": "soon"}, "--delay"),
    ("task", {"rate_limit": '"; import os'}, "--rate-limit"),
    ("task", {"priority": 10**9}, "--priority"),
]


@pytest.mark.parametrize(("kind", "changes", "said"), HOSTILE + MORE_HOSTILE)
def test_answers_of_a_stranger_are_refused(
    tmp_path: Path, kind: str, changes: dict[str, object], said: str
) -> None:
    root = unpack_old_project(tmp_path)
    record = next(one for one in records_of(root) if one.kind == kind)
    wanted = Wanted(kind, record.name, {**record.answers, **changes})

    with pytest.raises(UsageError, match=said):
        rendered(__version__, request_of(root, around=root, parts=(wanted,)))


@pytest.mark.parametrize("kind", ["job", "task", "module", "page"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, kind: str) -> None:
    root = unpack_old_project(tmp_path)
    wanted = Wanted(kind, "../x", {**records_of(root)[0].answers, "name": "../x"})

    with pytest.raises(UsageError):
        rendered(__version__, request_of(root, around=root, parts=(wanted,)))


@pytest.mark.parametrize("package", ["../x", "", "a-b", "é"])
def test_a_package_that_is_no_name_is_refused(package: str) -> None:
    with pytest.raises(UsageError, match="no name of a package"):
        rendered(__version__, Request(package, {}))


def test_an_answer_may_have_been_called_something_else_or_be_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_of(unpack_old_project(tmp_path))
    [task] = [one for one in request.parts if one.kind == "task"]
    saved = {**task.answers, "attempts": 7, "colour": "red"}
    del saved["retries"]
    monkeypatch.setattr(task_answers, "FORMER", {"attempts": "retries", "colour": None})
    monkeypatch.setattr(project_answers, "FORMER", {"colour": None})
    project = {**request.project, "colour": "red"}
    asked = Request("shop", project, (Wanted("task", task.name, saved),))
    response = rendered(__version__, asked)

    assert response.parts[0].answers["retries"] == 7
    assert "colour" not in response.parts[0].answers
    assert (
        response.project == rendered(__version__, replace(asked, project=request.project)).project
    )


def test_the_process_of_a_later_release_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    request = request_of(unpack_old_project(tmp_path))
    asked = tmp_path / "request.json"
    asked.write_bytes(write_request(request))
    with asked.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        rendering.main()

    assert read_response(capfdbinary.readouterr().out) == rendered(__version__, request)


def test_the_process_of_a_later_release_hears_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked = tmp_path / "request.json"
    asked.write_bytes(write_request(Request("shop", {"name": "shop", "colour": "red"})))
    with asked.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        rendering.main()

    with pytest.raises(FastforgeError, match="`colour` is unknown") as caught:
        read_response(capfdbinary.readouterr().out)
    assert caught.value.exit_code == 2
