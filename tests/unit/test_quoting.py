"""No text that a person types breaks out of its literal, in any language of a project."""

import ast
import tomllib
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser

import pytest
import yaml
from hypothesis import example, given, strategies as st
from jinja2 import Template
from markdown_it import MarkdownIt

from fastforge.render import environment_for, packaged_templates

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
NASTY = [
    '"""',
    "'''\\",
    "{{ name }}{% if x %}{# y #}",
    "\x00\x07\x1b[31m\x7f\x85",
    "\u202eabc\u2028\ufeff\ufffe",
    "😀 \U0010ffff",
    "\r\n\t",
    "\\u0022",
    "- a: b # c",
    "*/ --> ]]> </script>",
]


@cache
def macro(name: str) -> Template:
    environment = environment_for(packaged_templates() / "project")
    return environment.from_string(
        f'{{% from "quoting.jinja" import {name} as q %}}{{{{ q(text) }}}}'
    )


def quoted(language: str, text: str) -> str:
    return macro(language).render(text=text)


LANGUAGES: dict[str, Callable[[str], object]] = {
    "py": ast.literal_eval,
    "toml": lambda literal: tomllib.loads(f"value = {literal}")["value"],
    "yaml": lambda literal: yaml.safe_load(f"value: {literal}")["value"],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", NASTY)
def test_a_nasty_text_is_read_back_as_it_was(language: str, text: str) -> None:
    assert LANGUAGES[language](quoted(language, text)) == text


@given(ANY_TEXT)
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_is_read_back_as_it_was(language: str, text: str) -> None:
    assert LANGUAGES[language](quoted(language, text)) == text


@given(ANY_TEXT)
def test_python_literals_are_ascii(text: str) -> None:
    assert quoted("py", text).isascii()


def test_readable_letters_stay_readable_in_toml() -> None:
    assert quoted("toml", "Café 商店 🛒") == '"Café 商店 🛒"'


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ('it\'s "so"', '"it\'s \\u0022so\\u0022"'),
        ("x" * 84, f'"{"x" * 84}"'),
        ("x" * 85, f'(\n    "{"x" * 85}"\n)'),
        ("x" * 95, f'(\n    "{"x" * 94}"\n    "x"\n)'),
    ],
)
def test_python_literals_look_as_the_formatter_leaves_them(text: str, literal: str) -> None:
    assert quoted("py", text) == literal


@given(st.one_of(ANY_TEXT, st.text("*_`[](){}<>&#+-=.!|~$\\1 a:/@\n", max_size=60)))
@example("1. one")
@example("--- \n===")
@example("https://example.com/?a=b&c=d <b>bold</b> &amp; &#x41;")
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    html = MarkdownIt().render(quoted("md", text))

    shown = _Shown()
    shown.feed(html)
    assert shown.tags in (["p"], [])
    assert " ".join(shown.text.split()) == " ".join(_without_controls(text).split())


class _Shown(HTMLParser):
    """What a page shows, and the elements it is made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def _without_controls(text: str) -> str:
    """A control character that is no white space shows as the replacement character."""
    return "".join("\ufffd" if _is_control(char) and not char.isspace() else char for char in text)


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f"
