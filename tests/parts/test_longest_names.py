"""With the longest names that there may be, parts are clean under the lint of their project."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fastforge.answers.names import LONGEST
from fastforge.commands.app import app
from fastforge.parts.modules.module import LONGEST_ITEM
from tests.parts.small_shop import make_shop

FIELD = 30
"""Characters in the name of a field, which is one of the longest."""
TYPES = (
    *("str{1,80},unique", "Decimal>=0,index", "datetime|None", "enum(aa,bb)=aa"),
    *("list[str{1,9}]{,3}=[]", "json={}", "json|None"),
)
FIELDS = [f"{letter * FIELD}:{kind}" for letter, kind in zip("abcdefg", TYPES, strict=True)]
SCOPE = f"a:{'b' * 50}"
FIRST = "a" * FIELD


def module(letter: str, *words: str, fields: Sequence[str] = ()) -> tuple[str, ...]:
    """Give a command whose names all begin with their own letter."""
    item = ("i" * LONGEST_ITEM)[1:] + letter
    options = (word for field in (*FIELDS, *fields) for word in ("--field", field))
    return ("add-module", letter * LONGEST, "--item", item, *options, *words)


def relation(letter: str, rest: str) -> str:
    return f"{'r' * (FIELD - 3)}:->{letter * LONGEST}{rest}"


COMMANDS = (
    module("x", "--gateway", "--owned", "--filter", FIRST, "--sort", FIRST, "--search", FIRST),
    module("y", "--owned", "--guard", SCOPE, fields=[relation("x", "|None,set_null")]),
    module("z", "--gateway", "--guard", SCOPE, fields=[f"{'h' * FIELD}:file{{,5MB}}"]),
    module("w", "--guard", "none", fields=[relation("z", ",cascade")]),
    (
        *("change-module", "w" * LONGEST, "--rename-field", f"{FIRST}={'m' * FIELD}"),
        *("--add-field", f"{'n' * FIELD}:datetime=now", "--add-field", f"{'o' * FIELD}:json={{}}"),
        *("--drop-field", "b" * FIELD, "--yes", "--sort", "m" * FIELD),
    ),
    ("add-job", "j" * LONGEST, "--every", "5m", "--queues", "send_email"),
    ("add-task", "t" * LONGEST, "--param", f"{FIRST}:str{{1,80}}", "--guard", SCOPE),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = make_shop(tmp_path_factory.mktemp("longest") / "shop")
    for words in COMMANDS:
        done = CliRunner().invoke(app, [*words, "--no-verify", "-C", str(shop)])
        assert done.exception is None, (words, done.exception)
    return shop


@pytest.mark.parametrize("words", [("check",), ("format", "--check")], ids=" ".join)
def test_parts_with_the_longest_names_are_clean(shop: Path, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "ruff", *words, "--no-cache", "."]
    done = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
