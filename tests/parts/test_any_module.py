"""Whatever fields the grammar allows, the module compiles, lints and is formatted.

`pytest tests/parts --command-lines 200` draws more.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from fastforge.answers import ProjectAnswers
from fastforge.errors import UsageError
from fastforge.parts.fields import parse_fields
from fastforge.parts.module import ModuleAnswers, module_part, usual_item
from fastforge.render import render
from fastforge.staging import write_files
from tests.parts.params import params

PLACES = ("src/shop/modules", "tests/modules", "migrations")
FLAGS = ("", ",unique", ",index")
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,12}(_[a-z0-9]{1,9}){0,2}", fullmatch=True)


@st.composite
def fields(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw fields that are accepted together."""
    accepted: list[str] = []
    for text in draw(st.lists(params(), min_size=1, max_size=6)):
        typed = re.fullmatch(r"((?:[^=]|(?<=[<>])=)*)(=.*)?", text, re.DOTALL)
        assert typed is not None
        flagged = f"{typed[1]}{draw(st.sampled_from(FLAGS))}{typed[2] or ''}"
        accepted += [each for each in (flagged, text) if _are_good([*accepted, each])][:1]
    return tuple(accepted) or ("name:str",)


def _are_good(texts: list[str]) -> bool:
    try:
        parse_fields(texts)
    except UsageError:
        return False
    return True


def test_any_module_is_clean_as_rendered(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    write_files(render("project", answers.context()), tmp_path / "shop")
    numbers = count()

    @settings(
        max_examples=request.config.getoption("--command-lines"),
        suppress_health_check=list(HealthCheck),
    )
    @given(NAMES, fields(), st.booleans())
    def add(name: str, drawn: tuple[str, ...], gateway: bool) -> None:
        answers = ModuleAnswers(
            name=f"{name[:34]}_{next(numbers)}"[-40:],
            item=usual_item(name),
            fields=drawn,
            gateway=gateway,
            revision="1a2b3c4d5e6f",
            parents=("0002",),
        )
        tree = render("module", {**module_part(answers).context, "package": "shop"})
        for path, content in tree.items():
            compile(content, path, "exec")
            target = tmp_path / "shop" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    add()

    for words in (("check", "--output-format=concise"), ("format", "--diff")):
        assert list(_ruff(tmp_path / "shop", *words, *PLACES)) == []


def _ruff(folder: Path, *arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    yield from done.stdout.splitlines() if done.returncode else ()
