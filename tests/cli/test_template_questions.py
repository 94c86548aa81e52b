"""A template's questions: asked in our prompts, or answered by options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Fastforge
from tests.template_repository import template
from tests.terminal import terminal

FILES_ONLY = ("--no-verify", "--no-git")
ALL = {
    "name": {"type": "str", "help": "What is it called?"},
    "title": {"type": "str", "default": "The {{ name }}", "placeholder": "The Shop"},
    "port": {
        "type": "int",
        "default": 8000,
        "validator": "{% if port < 1024 %}{{ port }} is reserved{% endif %}",
    },
    "share": {"type": "float", "default": 0.5},
    "docs": {"type": "bool", "default": False},
    "theme": {"type": "str", "choices": {"Pale": "light", "Dark": "dark"}, "when": "{{docs}}"},
    "licence": {"type": "str", "choices": ["MIT", "BSD"], "default": "MIT"},
    "size": {"type": "int", "choices": [["one machine", 1], ["many", 3]], "default": 3},
    "extras": {
        "type": "str",
        "multiselect": True,
        "choices": ["redis", "mail", "s3"],
        "default": ["mail"],
    },
    "tags": {"type": "yaml", "default": ["a", "b"]},
    "limits": {"type": "json", "default": {"cpu": 1}},
    "key": {"type": "str", "secret": True, "default": "changeme"},
    "slug": {"type": "str", "default": "{{ title | lower | replace(' ', '_') }}", "when": False},
}
FILES = {"made.txt.jinja": "{{ key }} {{ slug }} {{ extras }} {{ size + 1 }} {{ tags }}\n"}

CONVERSATION = [
    ("< goes back", None),
    ("What is it called?", None),
    ("name [shop]: ", ""),
    ("For example: The Shop", None),
    ("title [The shop]: ", "Big Shop"),
    ("port [8000]: ", "abc"),
    ("port cannot be 'abc': it is not a whole number.", None),
    ("port [8000]: ", "80"),
    ("port cannot be 80: 80 is reserved", None),
    ("port [8000]: ", "9000"),
    ("share [0.5]: ", "1e-1"),
    ("docs (yes, no) [no]: ", "yes"),
    ("theme (light, dark): ", None),
    ("Pale", "<"),
    ("docs (yes, no) [yes]: ", "yes"),
    ("theme (light, dark): ", "dark"),
    ("licence (MIT, BSD) [MIT]: ", "b"),
    ("size (1, 3) [3]: ", "1"),
    ("Any of these, separated by commas: redis, mail, s3.", None),
    ("extras [mail]: ", "s3, paper"),
    ("There is no extras 'paper'", None),
    ("extras [mail]: ", "s3, redis"),
    ("This is YAML, in one line.", None),
    ('tags [["a", "b"]]: ', "[x, 1]"),
    ("This is JSON, in one line.", None),
    ('limits [{"cpu": 1}]: ', "{"),
    ("limits cannot be '{': it is not valid JSON.", None),
    ('limits [{"cpu": 1}]: ', '{"cpu": 2}'),
    ("Enter takes the template's own.", None),
    ("key: ", "s3cret"),
]
"""What is shown, one after the other, and what a person types then, if anything."""


def answers_in(project: Path) -> Mapping[str, Any]:
    answers: Mapping[str, Any] = yaml.safe_load((project / ".copier-answers.yml").read_text())
    return {name: value for name, value in answers.items() if not name.startswith("_")}


def test_each_kind_of_question_is_asked(tmp_path: Path) -> None:
    template(tmp_path / "all", ALL, FILES)

    with terminal(tmp_path, "new", "shop", "--template=all", *FILES_ONLY) as person:
        for shown, typed in CONVERSATION:
            person.expect(shown)
            if typed is not None:
                person.type(f"{typed}\n")

        assert person.end() == 0, person.shown

    assert answers_in(tmp_path / "shop") == {
        "name": "shop",
        "title": "Big Shop",
        "port": 9000,
        "share": 0.1,
        "docs": True,
        "theme": "dark",
        "licence": "BSD",
        "size": 1,
        "extras": ["redis", "s3"],
        "tags": ["x", 1],
        "limits": {"cpu": 2},
    }
    made = (tmp_path / "shop/made.txt").read_text()
    assert made == "s3cret big_shop ['redis', 's3'] 2 ['x', 1]\n"
    assert "s3cret" not in person.shown
    assert "--data 'extras=redis, s3'" in person.shown


def test_enter_takes_each_default(tmp_path: Path) -> None:
    template(tmp_path / "all", {**ALL, "notes": {"type": "str", "default": "a\nb\n"}}, FILES)

    with terminal(tmp_path, "new", "shop", "--template=all", *FILES_ONLY) as person:
        for name in [name for name in ALL if name not in {"theme", "slug", "key"}]:
            person.expect(f"{name} ")
            person.expect("]: ")
            person.type("\n")
        for name in ("key", "notes"):
            person.expect(f"{name}: ")
            person.type("\n")

        assert person.end() == 0, person.shown

    assert "theme" not in person.shown
    answers = answers_in(tmp_path / "shop")
    assert (answers["extras"], answers["size"], answers["notes"]) == (["mail"], 3, "a\nb\n")
    assert (tmp_path / "shop/made.txt").read_text().startswith("changeme the_shop ['mail'] 4 ")


def test_what_was_given_is_not_asked(tmp_path: Path) -> None:
    template(tmp_path / "two", {"name": {"type": "str"}, "word": "a"}, {})

    with terminal(
        tmp_path, "new", "shop", "--template=two", "--data=name=x", *FILES_ONLY
    ) as person:
        person.expect("What is word?")
        person.expect("word [a]: ")
        person.type("b\n")
        assert person.end() == 0

    assert "What is name?" not in person.shown
    assert answers_in(tmp_path / "shop") == {"name": "x", "word": "b"}


def test_a_question_without_a_default_needs_an_answer(tmp_path: Path) -> None:
    template(tmp_path / "one", {"word": {"type": "str"}}, {})

    with terminal(tmp_path, "new", "shop", "--template=one", *FILES_ONLY) as person:
        person.expect("word: ")
        person.type("\n")
        person.expect("This needs an answer.")
        person.expect("word: ")
        person.type("b\n")
        assert person.end() == 0

    assert answers_in(tmp_path / "shop") == {"word": "b"}


def test_ctrl_c_at_a_prompt_writes_nothing(tmp_path: Path) -> None:
    template(tmp_path / "one", {"word": {"type": "str"}}, {})

    with terminal(tmp_path, "new", "shop", "--template=one", *FILES_ONLY) as person:
        person.expect("word: ")
        assert person.interrupt() == 130

    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert "Traceback" not in person.shown


def test_words_of_a_template_do_not_command_the_terminal(tmp_path: Path) -> None:
    template(tmp_path / "loud", {"word": {"type": "str", "help": "a\x1b[2Jb"}}, {})

    with terminal(tmp_path, "new", "shop", "--template=loud", *FILES_ONLY) as person:
        person.expect("a\\x1b[2Jb")
        assert person.interrupt() == 130


@pytest.mark.parametrize("written", ["yaml", "typed"])
def test_answers_of_each_kind_can_be_given(
    fastforge: Fastforge, tmp_path: Path, written: str
) -> None:
    template(tmp_path / "all", ALL, FILES)
    given = {"port": 1111, "share": 0.25, "docs": True, "theme": "light", "size": 1}
    more = {"extras": ["s3"], "tags": {"a": [1]}, "limits": [1, None], "title": "x: y"}
    options = ["--data-file=answers.yml"]
    if written == "yaml":
        (tmp_path / "answers.yml").write_text(yaml.safe_dump({**given, **more}))
    else:
        typed = {"extras": "s3", "tags": "{a: [1]}", "limits": "[1, null]", "title": "x: y"}
        options = [f"--data={name}={value}" for name, value in {**given, **typed}.items()]

    ran = fastforge("new", "shop", "--template=all", "--yes", *options, *FILES_ONLY)

    assert ran.code == 0, ran.err
    expected = {**given, **more, "name": "shop", "licence": "MIT"}
    assert answers_in(tmp_path / "shop") == expected
    assert "--data 'title=x: y'" in ran.out


def test_the_users_own_defaults_count(fastforge: Fastforge, tmp_path: Path) -> None:
    template(tmp_path / "two", {"word": "a", "other": "b"}, {})
    (tmp_path / "settings.yml").write_text("defaults: {word: mine}\n")

    ran = fastforge(
        "new", "shop", "--template=two", "--yes", *FILES_ONLY,
        COPIER_SETTINGS_PATH=str(tmp_path / "settings.yml"),
    )  # fmt: skip

    assert ran.code == 0, ran.err
    assert answers_in(tmp_path / "shop") == {"word": "mine", "other": "b"}


def test_the_name_is_no_answer_to_what_is_computed(fastforge: Fastforge, tmp_path: Path) -> None:
    asks = {"title": "My Shop", "name": {"type": "str", "when": False, "default": "{{ title }}!"}}
    template(tmp_path / "computed", asks, {"{{ name }}.txt": "x"})

    ran = fastforge("new", "shop", "--template=computed", "--yes", *FILES_ONLY)

    assert ran.code == 0, ran.err
    assert (tmp_path / "shop/My Shop!.txt").is_file()
