"""The templates of parts: the same through copier, and byte for byte as they were.

`pytest tests/parts --update-golden` writes the golden parts anew; then read `git diff tests/parts`.
"""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy

from fastforge.changes.staging import write_files
from fastforge.parts.jobs import job
from fastforge.parts.modules import module
from fastforge.parts.part import Part
from fastforge.parts.tasks import task
from fastforge.project.record import record_of
from fastforge.render import packaged_templates, render
from tests.conftest import files_of
from tests.parts.small_shop import new_surroundings

TREES = Path(__file__).parent / "trees"
START = "2026-11-22T12:00:00+00:00"


def _job(name: str, **changes: object) -> Part:
    given = {"name": name, "timezone": "UTC", "description": "", **changes}
    return job.job_part(job.checked({**given, "start": START}))


def _task(name: str, *params: str, **changes: object) -> Part:
    return task.task_part(task.checked({"name": name, "params": params, **changes}))


def _module(name: str, *fields: str, gateway: bool = False, **more: Any) -> Part:
    answers = module.ModuleAnswers(
        name=name,
        item=module.usual_item(name),
        fields=fields,
        gateway=gateway,
        revision="1a2b3c4d5e6f",
        parents=("0002",),
        stamped=True,
        **more,
    )
    return module.module_part(answers)


def _queuing_job() -> Part:
    given = {"name": "nightly_notes", "kind": "daily", "schedule": "03:30", "timezone": "UTC"}
    answers = job.checked({**given, "description": "", "queues": "send_note", "start": START})
    return job.job_part(answers, [("email", '"ada@example.com"')])


CASES = {
    "module": _module("notes", *module.USUAL_FIELDS),
    "module_with_relations": _module(
        "results",
        *("link:->links,cascade", "status:int", "label:str{1,80}", "found:datetime=now"),
        filters=("status>=", "label"),
        sorts=("status",),
        searched=("label",),
        routes=("list", "get", "create"),
        guard="results:read",
    ),
    "module_with_owners": _module(
        "notes",
        *("label:str{1,80},unique", "rank:int,index", "about:->links|None,unique,set_null"),
        *("colour:->colours", "day:date"),
        filters=("rank>=", "label"),
        sorts=("day",),
        searched=("label",),
        guard="notes:write",
        owned=True,
        owned_modules=("links",),
    ),
    "module_of_every_type": _module(
        "products",
        "name:str{1,80}",
        "sku:str{3,20},unique",
        "price:Decimal>=0,index",
        "stock:int=0",
        "weight:float|None=None",
        "active:bool=true",
        "released_on:date",
        "sold_at:datetime",
        "batch:UUID",
        "contact:EmailStr",
        "site:HttpUrl=https://example.com",
        "tags:list[str{1,20}]{,5}=[]",
        "state:enum(new,active,gone)=new",
        "labels:list[enum(cheap,heavy)]=[]",
        "about:text",
        "details:json",
        "more:json|None=None",
        "opens_at:time|None=09:30",
        "lasts:timedelta,index",
        "seen_at:datetime=now",
        "seen_on:date=today",
        "code:UUID,unique=new",
        gateway=True,
    ),
    "job_by_crontab": _job(
        "nightly_report", kind="cron", schedule="30 2 * * 1-5", timezone="Europe/Berlin"
    ),
    "job_once": _job(
        "move_house",
        kind="at",
        schedule="2026-12-01T09:00",
        asynchronous=True,
        idempotent=True,
        description='Moves "it" 🛒',
        enabled=False,
    ),
    "task": _task(
        "send_invoice",
        "email:EmailStr",
        "copies:int>=1<=10=1",
        "tags:list[str{1,8}]{,3}=[]",
        "note:str|None=None",
        "state:enum(new,paid)=new",
        "details:json",
        "code:UUID=new",
    ),
    "task_for_operators": _task(
        "rank", "score:int>=1", guard="ops", delay="10m", priority=5, rate_limit="100/minute"
    ),
    "task_without_route": _task("send_note", "email:EmailStr", no_route=True, asynchronous=True),
    "job_that_queues": _queuing_job(),
    "task_without_params": _task("rebuild_index", asynchronous=True, idempotent=True),
}


@pytest.mark.parametrize("case", CASES)
def test_a_part_is_as_it_was(case: str, request: pytest.FixtureRequest) -> None:
    part = CASES[case]
    tree = render(part.kind, {**part.context, **new_surroundings()})
    record = record_of(part.kind, part.name, part.answers, tree)
    whole = {**tree, record.path: record.content()}
    golden = TREES / case
    if request.config.getoption("--update-golden"):
        shutil.rmtree(golden, ignore_errors=True)
        write_files(whole, golden)

    assert files_of(golden) == whole, "a template has changed: see the top of this file"


def test_there_is_no_tree_without_a_case() -> None:
    assert {folder.name for folder in TREES.iterdir()} == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_copier_gives_the_same_bytes(case: str, tmp_path: Path) -> None:
    part = CASES[case]
    context = {**part.context, **new_surroundings()}
    source = tmp_path / "source"
    shutil.copytree(packaged_templates() / part.kind, source)

    run_copy(str(source), tmp_path / "copied", data=context, quiet=True, defaults=True)

    assert files_of(tmp_path / "copied") == render(part.kind, context)


@pytest.mark.parametrize("kind", ["job", "task", "module", "module_removal", "module_change"])
def test_each_question_of_a_template_has_a_default_but_the_names(kind: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(packaged_templates() / kind, source)

    names = {"name": "nightly_report", "package": "shop", "revision": "1a2b3c4d5e6f"}
    run_copy(str(source), tmp_path / "copied", data=names, quiet=True, defaults=True)

    for path, content in files_of(tmp_path / "copied").items():
        compile(content, path, "exec")


@pytest.mark.parametrize("kind", ["job", "task", "module"])
def test_the_names_that_a_template_imports_are_by_default_where_a_new_project_has_them(
    kind: str,
) -> None:
    questions = yaml.safe_load((packaged_templates() / kind / "copier.yml").read_text())

    usual = questions["places"]["default"]
    assert usual == {name: new_surroundings()["places"][name] for name in usual}
    template = packaged_templates() / kind / "template"
    used = {
        name
        for path in template.rglob("*.jinja")
        for name in re.findall(r"\bplaces\.(\w+)", path.read_text())
    }
    assert used == set(usual)


@pytest.mark.parametrize("kind", ["job", "task"])
def test_quoting_is_the_same_in_every_template(kind: str) -> None:
    quoting = (packaged_templates() / "project" / "quoting.jinja").read_bytes()

    assert (packaged_templates() / kind / "quoting.jinja").read_bytes() == quoting
