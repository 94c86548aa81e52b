"""Finds the jobs, tasks, routers and alerts of this package, so that no list of them is needed."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

from fastapi import APIRouter
from sqlalchemy import MetaData

from .. import jobs, modules, tasks
from ..background import Job, Task
from ..background.dead_letters import OnDeadLetter, log
from ..background.work import Registry, Work
from ..database import Base

T = TypeVar("T")


class DiscoveryError(Exception):
    """A file in jobs/, tasks/ or modules/ is wrong; the text names the file and the fix."""


def find_work(jobs: ModuleType = jobs, tasks: ModuleType = tasks) -> Registry:
    """Import each job and task file; raises DiscoveryError for a file without JOB or TASK."""
    found: dict[str, Work] = {}
    for package, attribute, kind in ((jobs, "JOB", Job), (tasks, "TASK", Task)):
        for module in _submodules(package):
            work = _declared(module, attribute, kind)
            if work.name in found:
                problem = f"a job has the name {work.name!r} too; rename one"
                raise DiscoveryError(f"{_file(module)}: {problem}")
            found[work.name] = work
    return found


def find_routers(modules: ModuleType = modules, tasks: ModuleType = tasks) -> list[APIRouter]:
    """Import the router of each module, and of each task file that has one.

    The routes that a module has below the path of another one are in a second router: `nested`.
    """
    files = [_router_file(module) for module in _submodules(modules)]
    nested = [_declared(file, "nested", APIRouter) for file in files if hasattr(file, "nested")]
    files += [module for module in _submodules(tasks) if hasattr(module, "router")]
    return [*(_declared(module, "router", APIRouter) for module in files), *nested]


def find_on_dead_letter(package: ModuleType | None = None) -> OnDeadLetter:
    """Import the function of `dead_letters.py`; without that file, one that logs."""
    package = package or import_module(__name__.partition(".")[0])
    if "dead_letters" not in _names(package):
        return log
    module = import_module(f"{package.__name__}.dead_letters")
    function = getattr(module, "on_dead_letter", None)
    if not callable(function) or iscoroutinefunction(function):
        declare = "`def on_dead_letter(dead: DeadLetter, enqueue: Enqueue) -> None`"
        raise DiscoveryError(f"{_file(module)}: declare {declare} in it")
    return cast("OnDeadLetter", function)


def metadata() -> MetaData:
    """Return the metadata of all models, for `alembic check` and `--autogenerate`."""
    import_models()
    return Base.metadata


def import_models(modules: ModuleType = modules) -> None:
    """Import every module's models."""
    for module in _submodules(modules):
        if "models" in _names(module):
            import_module(f"{module.__name__}.models")


def _submodules(package: ModuleType) -> Iterator[ModuleType]:
    names = _names(package)
    for folder in Path(package.__path__[0]).iterdir():
        if folder.name not in names and any(folder.glob("*.py")):
            raise DiscoveryError(f"{folder}: add an empty __init__.py, or Python does not see it")
    for name in sorted(names):
        if not name.startswith("_"):
            yield import_module(f"{package.__name__}.{name}")


def _names(package: ModuleType) -> set[str]:
    return {info.name for info in pkgutil.iter_modules(getattr(package, "__path__", []))}


def _router_file(module: ModuleType) -> ModuleType:
    if "router" not in _names(module):
        place = _file(module).parent if hasattr(module, "__path__") else _file(module)
        raise DiscoveryError(f"{place}: a module is a folder with a router.py; add it")
    return import_module(f"{module.__name__}.router")


def _declared(module: ModuleType, attribute: str, kind: type[T]) -> T:
    value = getattr(module, attribute, None)
    if not isinstance(value, kind):
        raise DiscoveryError(f"{_file(module)}: declare `{attribute} = {kind.__name__}(...)` in it")
    name = getattr(value, "name", None)
    if isinstance(value, Work) and name != module.__name__.rpartition(".")[2]:
        raise DiscoveryError(f"{_file(module)}: the name is {name!r}; name it as the file")
    return value


def _file(module: ModuleType) -> Path:
    return Path(str(module.__file__))
