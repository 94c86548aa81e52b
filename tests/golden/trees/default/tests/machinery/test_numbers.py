"""The numbers in docstrings, such as S1 and T1, are explained in README.md."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_each_number_in_the_code_is_explained_in_the_readme() -> None:
    code = "\n".join(file.read_text("utf-8") for file in (PROJECT / "src").rglob("*.py"))
    readme = (PROJECT / "README.md").read_text("utf-8")

    used = set(re.findall(r"\b[ST][0-9]{1,2}\b", code))
    explained = set(re.findall(r"^\| ([ST][0-9]{1,2}) \| .+ \|$", readme, re.MULTILINE))

    assert {"S1", "T1"} <= used
    assert used <= explained
