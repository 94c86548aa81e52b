"""The numbers in docstrings of generated code, such as S1 and T1, are explained in its README.

This is tested here, not in the project: its README is the user's to write anew.
"""

import re

import pytest

from tests.docs.trees import DEFAULT, WITH_ENGINE, WITH_SERVERS


@pytest.mark.parametrize(
    "project",
    [DEFAULT, WITH_SERVERS, WITH_ENGINE],
    ids=["default", "with_servers", "with_engine"],
)
def test_each_number_in_the_code_is_explained_in_the_readme(project: dict[str, str]) -> None:
    code = "\n".join(text for path, text in project.items() if path.endswith(".py"))

    used = set(re.findall(r"\b[ST][0-9]{1,2}\b", code))
    explained = set(
        re.findall(r"^\| ([ST][0-9]{1,2}) \| .+ \|$", project["README.md"], re.MULTILINE)
    )

    assert {"S1", "T1"} <= used
    assert used <= explained
