"""Whatever a copier.yml holds: it is asked, or refused in a sentence."""

import tempfile
from contextlib import suppress
from pathlib import Path

import yaml
from hypothesis import example, given, settings, strategies as st

from fastforge.errors import UsageError
from fastforge.from_template.config import read_config
from fastforge.from_template.interview import interview_of
from fastforge.from_template.prompts import prompt_for
from fastforge.from_template.rendering import Rendering

WORDS = st.sampled_from(
    ["", "a", "b", "yes", "5", "[a, b]", "{{ b }}", "{{ UNSET }}", "{{ 1 / 0 }}", "{% if %}", "{{"]
)
SIMPLE = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | WORDS
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | SIMPLE, inner, max_size=3),
    max_leaves=6,
)
PARTS = (
    *("type", "help", "default", "choices", "when", "ask", "validator", "placeholder"),
    *("secret", "multiselect", "multiline", "unknown"),
)
TYPES = st.sampled_from(["str", "int", "float", "bool", "yaml", "json", "path"])
SPECS = st.fixed_dictionaries(
    {}, optional={part: TYPES | VALUES if part == "type" else VALUES for part in PARTS}
)
SETTINGS = (
    *("_tasks", "_migrations", "_jinja_extensions", "_envops", "_secret_questions", "_exclude"),
    "_message_after_copy",
)
CONFIGS = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys("abc", SPECS | VALUES), **dict.fromkeys(SETTINGS, VALUES)}
)


@settings(max_examples=200)
@given(CONFIGS, VALUES)
@example({"a": {"choices": [[1, 2, 3]]}}, None)
@example({"a": {"choices": 5, "multiselect": True}}, "a, b")
@example({"a": {"type": ["str"]}}, None)
@example({"_envops": 5, "a": 1}, None)
@example({"_jinja_extensions": 5}, None)
@example({"a": {"default": "{{ a(1) }}"}}, None)
@example({"a": {"default": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"}}, None)
def test_no_template_is_a_defect_of_ours(config: dict[str, object], answer: object) -> None:
    with tempfile.TemporaryDirectory() as name, suppress(UsageError):
        folder = Path(name)
        (folder / "copier.yml").write_text(yaml.safe_dump(config))
        read = read_config(folder, "it")
        assert all(isinstance(wish, str) for wish in read.wishes)
        interview = interview_of(read, Rendering(read, folder, "shop", trust=False), "shop", {})
        given = {"a": answer} if "a" in read.questions else {}
        interview.check(given)
        interview.missing(given, usual=True)
        interview.data(given)
        interview.typed(given)
        interview.said(read.settings.get("message_after_copy"), given)
        for question in interview.questions:
            prompt = prompt_for(question, interview.context)
            if prompt.possible({}) and prompt.shaped:
                asked = prompt.shaped({})
                assert asked.prompt.startswith(f"  {question.name}")
                asked.foretell("a", {})
