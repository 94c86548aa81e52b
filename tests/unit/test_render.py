"""Templates and answers to files."""

from pathlib import Path

import pytest

from fastforge.errors import FastforgeError
from fastforge.render import render, render_folder


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template with one plain file; tests add to it."""
    (tmp_path / "part" / "template").mkdir(parents=True)
    (tmp_path / "part" / "template" / "plain.txt").write_bytes(b"{{ untouched }}\r\n\xff")
    return tmp_path / "part"


def add(template: Path, path: str, content: str) -> None:
    file = template / "template" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def test_a_file_without_the_suffix_is_copied_byte_for_byte(template: Path) -> None:
    assert render_folder(template, {}) == {"plain.txt": b"{{ untouched }}\r\n\xff"}


def test_a_file_with_the_suffix_is_rendered_and_loses_it(template: Path) -> None:
    add(template, "hello.py.jinja", "name = {{ name }}\n")

    assert render_folder(template, {"name": "Ada"})["hello.py"] == b"name = Ada\n"


def test_folders_are_named_after_answers(template: Path) -> None:
    add(template, "src/{{ package }}/a.py", "")

    assert "src/shop/a.py" in render_folder(template, {"package": "shop"})


@pytest.mark.parametrize(("docker", "there"), [(True, True), (False, False)])
@pytest.mark.parametrize(
    "path",
    ["{% if docker %}Dockerfile{% endif %}.jinja", "{% if docker %}deep{% endif %}/Dockerfile"],
)
def test_a_path_with_an_empty_segment_is_left_out(
    template: Path, path: str, *, docker: bool, there: bool
) -> None:
    add(template, path, "FROM scratch\n")

    rendered = render_folder(template, {"docker": docker})

    assert any(name.endswith("Dockerfile") for name in rendered) is there


def test_files_come_in_the_order_of_their_paths(template: Path) -> None:
    for name in ("z", "a/b", "m"):
        add(template, name, "")

    assert list(render_folder(template, {})) == ["a/b", "m", "plain.txt", "z"]


def test_a_file_beside_the_template_can_be_imported_but_is_no_output(template: Path) -> None:
    (template / "macros.jinja").write_text("{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}")
    add(template, "a.jinja", '{% from "macros.jinja" import twice %}{{ twice("ab") }}')

    assert render_folder(template, {}) == {
        "a": b"abab",
        "plain.txt": b"{{ untouched }}\r\n\xff",
    }


@pytest.mark.parametrize("content", ["{{ unknown }}", "{% if %}"])
def test_a_wrong_template_is_named(template: Path, content: str) -> None:
    add(template, "bad.py.jinja", content)

    with pytest.raises(FastforgeError, match=r"bad\.py\.jinja cannot be rendered"):
        render_folder(template, {})


def test_a_folder_of_overrides_takes_the_place_of_the_packaged_part(tmp_path: Path) -> None:
    (tmp_path / "project" / "template").mkdir(parents=True)
    (tmp_path / "project" / "template" / "only.txt").write_text("mine")

    assert render("project", {}, tmp_path) == {"only.txt": b"mine"}


def test_a_template_without_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FastforgeError, match="has no files"):
        render_folder(tmp_path, {})


def test_what_one_template_compiles_does_not_push_out_that_of_another(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "other" / "template").mkdir(parents=True)
    (tmp_path / "other" / "template" / "other.txt").touch()
    render_folder(template, {})
    render_folder(tmp_path / "other", {})

    assert len(list((tmp_path / "cache").rglob("*.cache"))) == 2
