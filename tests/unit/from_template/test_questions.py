"""What is an answer to a template's question, and what a template's configuration may be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from fastforge.errors import UsageError
from fastforge.from_template.config import read_config
from fastforge.from_template.interview import Interview, collect, interview_of
from fastforge.from_template.rendering import Rendering

ASKS = {
    "name": {"type": "str"},
    "port": {"type": "int", "default": 80, "validator": "{% if port < 1 %}too low{% endif %}"},
    "share": {"type": "float", "default": 0.5},
    "docs": {"type": "bool", "default": False},
    "licence": {"type": "str", "choices": ["MIT", "BSD"], "default": "MIT"},
    "size": {"type": "int", "choices": {"one machine": 1, "many": 3}, "default": 3},
    "extras": {"type": "str", "multiselect": True, "choices": "[redis, mail, s3]", "default": []},
    "tags": {"type": "yaml", "default": None},
    "limits": {"type": "json", "default": {"cpu": 1}},
    "theme": {
        "type": "str",
        "choices": {
            "Pale": {"value": "pale", "validator": "{% if not docs %}needs docs{% endif %}"},
            "Dark": {"value": "dark"},
        },
        "default": "dark",
    },
}


def interview(
    folder: Path, asks: Mapping[str, Any], usual: Mapping[str, Any] | None = None
) -> Interview:
    (folder / "copier.yml").write_text(yaml.safe_dump(dict(asks), sort_keys=False))
    config = read_config(folder, "it")
    rendering = Rendering(config, folder, "shop", trust=False)
    return interview_of(config, rendering, "shop", usual or {})


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("port", "abc", "port cannot be 'abc': it is not a whole number."),
        ("port", "0", "port cannot be 0: too low"),
        ("port", True, "port cannot be true: it is not a whole number."),
        ("share", "half", "share cannot be 'half': it is not a number."),
        ("docs", "perhaps", "docs cannot be 'perhaps': it is not yes or no."),
        ("licence", "GPL", "There is no licence 'GPL'. Choose from: MIT, BSD."),
        ("size", "2", "There is no size '2'. Choose from: 1, 3."),
        ("extras", "mail,fax", "There is no extras 'fax'. Choose from: redis, mail, s3."),
        ("extras", 3, "extras is no list."),
        ("tags", "[", "tags cannot be '[': it is not valid YAML."),
        ("limits", "[", "limits cannot be '[': it is not valid JSON."),
        ("name", ["a"], 'name cannot be ["a"]: it is not a text.'),
        ("theme", "pale", "There is no theme 'pale'. Choose from: dark."),
        ("nmae", "shop", "The template does not ask for nmae. It asks for: name, port, "),
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, name: str, raw: object, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        interview(tmp_path, ASKS).check({name: raw})

    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("port", "8080", 8080),
        ("share", "1e-3", 0.001),
        ("docs", "Yes", True),
        ("docs", 0, False),
        ("size", "1", 1),
        ("size", 3, 3),
        ("extras", "s3, redis", ["redis", "s3"]),
        ("extras", "[s3]", ["s3"]),
        ("extras", ["mail"], ["mail"]),
        ("extras", "", []),
        ("tags", "{a: [1]}", {"a": [1]}),
        ("tags", "null", None),
        ("limits", "[1]", [1]),
        ("name", 12, "12"),
    ],
)
def test_an_answer_is_what_the_template_sees(
    tmp_path: Path, name: str, raw: object, value: object
) -> None:
    asked = interview(tmp_path, ASKS)

    asked.check({name: raw})

    assert asked.shown({name: raw})[name] == value


def test_what_is_typed_for_an_answer_gives_it_again(tmp_path: Path) -> None:
    asked = interview(tmp_path, {**ASKS, "note": {"type": "yaml", "default": None}})
    given = {"port": 1, "docs": True, "size": 1, "extras": ["s3", "mail"], "tags": {"a": 1}}
    given |= {"limits": "[1]", "note": "'[1]'", "name": "x"}

    typed = asked.typed(given)

    assert typed.keys() == given.keys()
    assert asked.shown(typed) == asked.shown(given)


def test_the_users_own_default_is_one(tmp_path: Path) -> None:
    asked = interview(tmp_path, ASKS, {"licence": "BSD", "name": "not the folder's"})

    assert collect(asked, {}, ask=False, yes=True) == {}
    assert asked.shown({})["licence"] == "BSD"
    assert asked.data({}) == {"name": "shop"}


def test_a_default_can_depend_on_answers_and_on_a_condition(tmp_path: Path) -> None:
    asks = {
        "docs": True,
        "title": {"type": "str", "default": "{{ _folder_name | upper }}"},
        "slug": {"type": "str", "default": "{{ title | lower }}", "when": "{{ not docs }}"},
        "hash": {"type": "str", "default": "{{ 'a' | hash('md5') }}", "ask": False},
    }
    asked = interview(tmp_path, asks)

    assert asked.missing({}, usual=False) == ["docs", "title"]
    assert asked.missing({"docs": "no"}, usual=False) == ["title", "slug"]
    assert asked.shown({"title": "Big"})["slug"] == "big"
    assert asked.shown({})["hash"] == "0cc175b9c0f1b6a831c399e269772661"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("a: [", "The copier.yml of it cannot be read: while parsing"),
        ("- a\n", "The copier.yml of it cannot be read: its top is no mapping."),
        ("!include ../outside.yml\n", "!include ../outside.yml leads outside"),
        ("!include /etc/passwd\n", "!include /etc/passwd is no path in the template"),
        ("a: !!python/object/apply:os.system ['touch ran']\n", "could not determine a constructor"),
    ],
)
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, config: str, said: str) -> None:
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "copier.yml").write_text(config)
    (tmp_path / "outside.yml").write_text("a: 1\n")

    with pytest.raises(UsageError) as refused:
        read_config(folder, "it")

    assert said in str(refused.value)


def test_two_configurations_are_one_too_many(tmp_path: Path) -> None:
    for name in ("copier.yml", "copier.yaml"):
        (tmp_path / name).write_text("a: 1\n")

    with pytest.raises(UsageError, match="it has both"):
        read_config(tmp_path, "it")


def test_documents_of_a_configuration_are_joined_as_copier_joins_them(tmp_path: Path) -> None:
    (tmp_path / "copier.yml").write_text(
        "_exclude: [a]\n_subdirectory: one\nfirst: 1\n---\n!include 'more/*.yml'\n"
        "---\n_exclude: [b]\n_secret_questions: [key]\nkey: x\n_tasks: !include tasks.yml\n"
    )
    (tmp_path / "more").mkdir()
    (tmp_path / "more/a.yml").write_text("_subdirectory: two\nsecond: 2\n")
    (tmp_path / "tasks.yml").write_text("- make\n- [make, all]\n")

    config = read_config(tmp_path, "it")

    assert list(config.questions) == ["first", "second", "key"]
    assert config.questions["key"] == {"default": "x", "secret": True}
    assert config.settings["exclude"] == ["a", "b"]
    assert config.settings["subdirectory"] == "two"
    assert config.wishes == ("task: make", "task: make", "task: all")
