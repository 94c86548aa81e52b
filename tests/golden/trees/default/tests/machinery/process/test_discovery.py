"""What discovery finds, and its error messages; in temporary packages."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import pytest
from sqlalchemy import MetaData

from shop.background.dead_letters import log
from shop.process.discovery import (
    DiscoveryError,
    find_on_dead_letter,
    find_routers,
    find_work,
    import_models,
)

MakePackage = Callable[..., ModuleType]

JOB = """
from datetime import timedelta
from shop.background.scheduling import Every, Job
JOB = Job(name="nightly", function=print, schedule=Every(timedelta(hours=1)))
"""
TASK = """
from fastapi import APIRouter
from pydantic import BaseModel
from shop.background import Task
TASK = Task(name="nightly", payload=BaseModel, function=print)
"""
ROUTER = "from fastapi import APIRouter\nrouter = APIRouter(prefix='/{prefix}')\n"


@pytest.fixture
def make_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePackage:
    """Write files into a temporary package and import it."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(files: dict[str, str] | None = None) -> ModuleType:
        name = f"throwaway_{uuid4().hex}"
        for path, text in {"__init__.py": "", **(files or {})}.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return import_module(name)

    return make


def test_jobs_and_tasks_are_found_in_files_of_their_name(make_package: MakePackage) -> None:
    jobs = make_package({"nightly.py": JOB, "_shared.py": ""})
    tasks = make_package({"daily.py": TASK.replace("nightly", "daily")})
    found = find_work(jobs, tasks)
    assert {name: work.kind for name, work in found.items()} == {"nightly": "job", "daily": "task"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "declare `JOB = Job(...)` in it"),
        ("JOB = 1", "declare `JOB = Job(...)` in it"),
        (JOB.replace('"nightly"', '"other"'), "the name is 'other'; name it as the file"),
    ],
)
def test_a_job_file_must_declare_a_job_of_its_name(
    make_package: MakePackage, tmp_path: Path, text: str, problem: str
) -> None:
    """Proves S9."""
    jobs = make_package({"nightly.py": text})
    with pytest.raises(DiscoveryError) as refused:
        find_work(jobs, make_package())
    assert str(refused.value) == f"{tmp_path / jobs.__name__ / 'nightly.py'}: {problem}"


def test_a_task_file_must_declare_a_task(make_package: MakePackage) -> None:
    with pytest.raises(DiscoveryError, match=r"broken\.py: declare `TASK = Task\(\.\.\.\)` in it$"):
        find_work(make_package(), make_package({"broken.py": ""}))


def test_a_job_and_a_task_of_one_name_are_refused(make_package: MakePackage) -> None:
    jobs, tasks = make_package({"nightly.py": JOB}), make_package({"nightly.py": TASK})
    problem = rf"{tasks.__name__}/nightly\.py: a job has the name 'nightly' too; rename one$"
    with pytest.raises(DiscoveryError, match=problem):
        find_work(jobs, tasks)


def test_what_is_done_with_dead_letters_is_found_in_its_file(make_package: MakePackage) -> None:
    package = make_package({"dead_letters.py": "def on_dead_letter(dead, enqueue): return dead"})
    assert find_on_dead_letter(package) is package.dead_letters.on_dead_letter
    assert find_on_dead_letter(make_package()) is log


@pytest.mark.parametrize(
    "text", ["", "on_dead_letter = 1", "async def on_dead_letter(dead, enqueue): ..."]
)
def test_the_file_of_dead_letters_must_declare_a_function(
    make_package: MakePackage, tmp_path: Path, text: str
) -> None:
    package = make_package({"dead_letters.py": text})
    with pytest.raises(DiscoveryError) as refused:
        find_on_dead_letter(package)
    declare = "declare `def on_dead_letter(dead: DeadLetter, enqueue: Enqueue) -> None` in it"
    assert str(refused.value) == f"{tmp_path / package.__name__ / 'dead_letters.py'}: {declare}"


def test_routers_come_from_modules_and_from_tasks_that_have_one(make_package: MakePackage) -> None:
    names = ["orders", "carts", "users", "bills"]
    files = {f"{name}/router.py": ROUTER.format(prefix=name) for name in names}
    files |= {f"{name}/__init__.py": "" for name in names}
    tasks = make_package({"mail.py": ROUTER.format(prefix="mail"), "silent.py": ""})
    routers = find_routers(make_package(files), tasks)
    prefixes = [router.prefix for router in routers]
    assert prefixes == ["/bills", "/carts", "/orders", "/users", "/mail"]


def test_routes_below_those_of_another_module_are_in_a_second_router(
    make_package: MakePackage,
) -> None:
    both = ROUTER.format(prefix="lines") + 'nested = APIRouter(prefix="/orders")\n'
    modules = make_package({"lines/__init__.py": "", "lines/router.py": both})
    prefixes = [router.prefix for router in find_routers(modules, make_package())]
    assert prefixes == ["/lines", "/orders"]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"orders/__init__.py": ""}, "orders: a module is a folder with a router.py; add it"),
        ({"orders.py": ""}, "orders.py: a module is a folder with a router.py; add it"),
        (
            {"orders/__init__.py": "", "orders/router.py": ""},
            "orders/router.py: declare `router = APIRouter(...)` in it",
        ),
        ({"orders/router.py": ""}, "orders: add an empty __init__.py, or Python does not see it"),
    ],
)
def test_a_module_must_have_a_router(
    make_package: MakePackage, tmp_path: Path, files: dict[str, str], problem: str
) -> None:
    modules = make_package(files)
    with pytest.raises(DiscoveryError) as refused:
        find_routers(modules, make_package())
    assert str(refused.value) == f"{tmp_path / modules.__name__}/{problem}"


def test_models_are_imported_where_there_are_some(make_package: MakePackage) -> None:
    models = "from sqlalchemy import MetaData\nmetadata = MetaData()\n"
    files = {"orders/__init__.py": "", "orders/models.py": models, "plain/__init__.py": ""}
    modules = make_package(files)
    import_models(modules)
    assert isinstance(sys.modules[f"{modules.__name__}.orders.models"].metadata, MetaData)
