"""What the pages name of a generated project is in one: paths, modules, settings, log lines."""

import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.docs.pages import PAGES, blocks, inline_code
from tests.docs.trees import DEFAULT, WITH_ENGINE, WITH_EXTRAS, WITH_SERVERS, WITH_TOKENS

PROJECT = WITH_TOKENS | WITH_EXTRAS | DEFAULT | WITH_ENGINE | WITH_SERVERS
CODE = "\n".join(text for path, text in PROJECT.items() if path != "README.md")
TROUBLE = REPOSITORY / "docs" / "ran-twice-or-not-at-all.md"
OF_OTHERS = {"SENTRY_DSN", "OTEL_EXPORTER_OTLP_HEADERS"}
"""What libraries read by themselves."""
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@every_page
def test_a_path_is_one_of_a_project(page: Path) -> None:
    named = re.findall(r"(?<![\w/.])(?:src/shop|tests|monitoring)/[\w./]*", _said(page))

    assert [path for path in named if not _is_there(path, _added(page))] == []


def _is_there(path: str, added: set[str]) -> bool:
    """Tell whether a project has a path; what the page adds is in a folder that it has."""
    folders = path.rstrip("/.").split("/")
    first = next((i for i, name in enumerate(folders) if added & _words(name)), len(folders))
    there = "/".join(folders[:first])
    return any(f"{file}/".startswith(f"{there}/") for file in PROJECT)


def _words(name: str) -> set[str]:
    """Give what a file may be named after: `tidy_up` for test_tidy_up_alone.py."""
    name = name.removesuffix(".py").removeprefix("test_").removeprefix("create_")
    return {name[:end] for end in range(1, len(name) + 1)}


@every_page
def test_a_module_is_one_of_a_project(page: Path) -> None:
    run = re.findall(r"python -m ((?:shop|tests)[\w.]*)", _said(page))

    assert [name for name in run if not PROJECT.keys() & _files(name)] == []


@every_page
def test_python_imports_what_a_project_has(page: Path) -> None:
    code = "\n".join(block.text for block in blocks(page) if block.language == "python")
    for dots, module, names in re.findall(
        r"^from (shop|\.+)([\w.]*) import (.+)$", code, re.MULTILINE
    ):
        if module.rpartition(".")[2] not in _added(page):
            name = f"shop.{module.strip('.')}"  # every file of a guide lies as deep as its dots say
            assert dots in {"shop", "...", ".."}
            (source,) = [PROJECT[file] for file in _files(name)[:2] if file in PROJECT]
            assert set(re.findall(r"\w+", names)) <= set(re.findall(r"\w+", source))


def _files(module: str) -> list[str]:
    """Give the files that a module may be, the one that `python -m` runs last."""
    path = module.replace(".", "/")
    path = path if module.startswith("tests") else f"src/{path}"
    return [f"{path}.py", f"{path}/__init__.py", f"{path}/__main__.py"]


@every_page
def test_a_setting_exists_and_has_the_default_that_is_named(page: Path) -> None:
    named = {name for code in inline_code(page) for name in re.findall(r"[A-Z]+(?:_[A-Z]+)+", code)}
    defaults = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", PROJECT[".env.example"], re.MULTILINE))

    assert {name for name in named if name not in CODE} <= {"RUN_ID", *OF_OTHERS}
    for name, value in re.findall(
        r"`([A-Z_]+)` ?[(（]([\d,]+)[)）]", page.read_text(encoding="utf-8")
    ):
        assert value.replace(",", "") == defaults[name], name


def test_what_the_service_says_is_quoted_as_it_says_it() -> None:
    rows = re.findall(r"^\| `([^`]+)`(?: or `([^`]+)`)? \|", TROUBLE.read_text(), re.MULTILINE)
    lines = [line for row in rows for line in row if " " in line]

    assert len(lines) >= 8
    assert [line for line in lines if not re.search(_beginning(line), CODE)] == []


def _beginning(line: str) -> str:
    """Leave out what differs from time to time: names, numbers, and what follows."""
    constant = re.split(r"[A-Z]{3,}|\d|\.\.\.|: ", line)[0]
    return rf"{re.escape(constant.strip())}\b"


def _added(page: Path) -> set[str]:
    """Give the names of the parts that commands of the page add."""
    return set(re.findall(r"fastforge add-\w+ (\w+)", _said(page)))


def _said(page: Path) -> str:
    """Give the code of a page, in blocks and in lines; what is updated is another project."""
    texts = [block.text for block in blocks(page) if "$ fastforge update" not in block.text]
    return "\n".join([*texts, *inline_code(page)])
