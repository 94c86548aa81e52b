"""Any description and author gives files that parse and show the text."""

import ast
import json
import tomllib
from functools import cache

import pytest
import yaml
from hypothesis import example, given, settings, strategies as st
from markdown_it import MarkdownIt

from fastforge.answers.project import ProjectAnswers
from fastforge.project.record import record_of
from fastforge.render import Tree, render

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120).filter(str.strip)
LONG = "A long description, " * 12
NASTY = [
    'The "best" shop',
    "back\\slash \\n \\",
    'ends in quotes"""',
    "'''",
    "{{ name }} {% if %} {# #}",
    "two\nlines\r\nthree",
    "\u202emirrored\u202c",
    "🛒 商店 é",
    "--- # : - [x] *a* _b_ <script>alert(1)</script> | `c`",
    "\x00\x1b\x7f\x85",
    LONG,
]


def project(description: str, author: str) -> tuple[ProjectAnswers, Tree]:
    answers = ProjectAnswers(name="my-shop", description=description, author=author)
    return answers, render("project", answers.context())


@settings(max_examples=25)
@given(TEXT, TEXT)
def test_every_file_parses_whatever_the_texts(description: str, author: str) -> None:
    _, tree = project(description, author)

    for path, content in tree.items():
        if not path.endswith(".png"):
            _parse(path, content)


@pytest.mark.parametrize("text", NASTY)
def test_a_nasty_text_is_shown_where_people_look(text: str) -> None:
    answers, tree = project(text, text)

    package = tomllib.loads(tree["pyproject.toml"].decode())["project"]
    assert package["description"] == answers.description
    assert package["authors"] == [{"name": answers.author}]
    assert _constant(tree["src/my_shop/main.py"], "DESCRIPTION") == answers.description
    assert _visible(answers.description) in _shown(tree["README.md"])
    record = record_of("project", "my-shop", answers.as_dict(), tree).content()
    assert yaml.safe_load(record)["answers"] == answers.as_dict()


@settings(max_examples=25)
@given(TEXT)
@example(LONG)
def test_only_the_files_that_show_a_text_depend_on_it(text: str) -> None:
    _, usual = _usual()
    _, tree = project(text, text)

    differing = {path for path in usual if usual[path] != tree[path]}
    assert tree.keys() == usual.keys()
    assert differing <= {"pyproject.toml", "src/my_shop/main.py", "README.md", "AGENTS.md"}


@cache
def _usual() -> tuple[ProjectAnswers, Tree]:
    return project("Sells.", "Ada")


def _parse(path: str, content: bytes) -> None:
    text = content.decode()
    if path.endswith(".py"):
        ast.parse(text)
    elif path.endswith(".toml"):
        tomllib.loads(text)
    elif path.endswith((".yml", ".yaml")):
        list(yaml.safe_load_all(text))
    elif path.endswith(".json"):
        json.loads(text)


def _constant(source: bytes, name: str) -> object:
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                return ast.literal_eval(value)
    raise AssertionError(name)


def _shown(markdown: bytes) -> str:
    """Give the text of a page, without its marks."""
    tokens = MarkdownIt().parse(markdown.decode())
    children = [child for token in tokens for child in token.children or ()]
    return " ".join("".join(child.content or " " for child in children).split())


def _visible(text: str) -> str:
    controls = (char < " " or "\x7f" <= char <= "\x9f" for char in text)
    shown = "".join(
        "\ufffd" if control and not char.isspace() else char
        for char, control in zip(text, controls, strict=True)
    )
    return " ".join(shown.split())
