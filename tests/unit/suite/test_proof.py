"""`docs/proof.md` says what the results say."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_proof", DOCS / "write_proof.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def put(folder: Path, name: str, *rows: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"title": name.title(), "note": f"About {name}.", "rows": rows}
    (folder / f"{name}.json").write_text(json.dumps(facts))


def test_the_page_is_what_the_writer_makes_of_the_sections(writer: ModuleType) -> None:
    assert (DOCS / "proof.md").read_text() == writer.page(DOCS / "proof")


def test_a_section_is_a_table_with_the_columns_of_its_rows(
    writer: ModuleType, tmp_path: Path
) -> None:
    put(tmp_path, "mutation", {"project": "a|b", "killed": 9}, {"project": "c", "note": "x\ny"})

    assert writer.page(tmp_path).endswith(
        "## Mutation\n\nAbout mutation.\n\n"
        "| project | killed | note |\n| --- | --- | --- |\n"
        "| a\\|b | 9 |  |\n| c |  | x y |\n"
    )


def test_combinations_come_first_and_sections_nobody_knows_last(
    writer: ModuleType, tmp_path: Path
) -> None:
    for name in ("another", "fuzzing", "combinations"):
        put(tmp_path, name)

    titles = [line for line in writer.page(tmp_path).splitlines() if line.startswith("## ")]
    assert titles == ["## Combinations", "## Fuzzing", "## Another"]
    assert writer.page(tmp_path).count("Not run yet.") == 3


def test_what_tests_left_takes_the_place_of_older_rows(
    writer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "proof", "combinations", {"combination": "old"})
    put(tmp_path / "proof", "versions")
    left = tmp_path / "left" / "combinations"
    left.mkdir(parents=True)
    for name, version in (("b", "2"), ("a", "1")):
        result = {"row": {"combination": name}, "versions": {"fastapi": version, "other": "9"}}
        (left / f"{name}.json").write_text(json.dumps(result))
    for name, value in (("HERE", tmp_path), ("SECTIONS", tmp_path / "proof")):
        monkeypatch.setattr(writer, name, value)
    monkeypatch.setattr(writer, "COLLECTED", tmp_path / "left")

    writer.main()

    page = (tmp_path / "proof.md").read_text()
    assert "| combination |\n| --- |\n| a |\n| b |\n" in page
    assert "| package | version |\n| --- | --- |\n| fastapi | 1, 2 |\n" in page
    assert "old" not in page
