"""The routes that generated tests add to the application: no part can have the same path."""

import re

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.render import Tree, render
from tests.combinations import Row

TEXTS: Row = {"name": "shop", "description": "Sells.", "author": "Ada"}
ADDED = re.compile(r'@app\.\w+\("(/[^"]*)"|app\.add_api_route\("(/[^"]*)"')
OWN = re.compile(r"\bapp(, \w+)* = [^\n]*\bFastAPI\(")
"""An application of the test's own has no parts."""


def project(database: str) -> Tree:
    return render("project", ProjectAnswers.from_dict({**TEXTS, "database": database}).context())


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_test_takes_no_path_that_a_task_or_module_may_have(database: str) -> None:
    """A task or module has one word after the slash, which begins with a letter."""
    tests = {path: text.decode() for path, text in project(database).items() if "/test_" in path}
    paths = {
        "".join(found)
        for text in tests.values()
        if not OWN.search(text) or "def add_routes(app" in text
        for found in ADDED.findall(text)
    }

    assert {"/-/mail", "/-/charge", "/-/echo"} <= paths
    assert [path for path in paths if re.match(r"/[a-z][a-z0-9-]*(/|$)", path)] == []
