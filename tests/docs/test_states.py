"""The drawing of what happens to a run has the states of the generated code."""

import re

from tests.conftest import REPOSITORY
from tests.docs.pages import blocks
from tests.docs.trees import DEFAULT

GUIDE = REPOSITORY / "docs" / "what-happens-to-a-run.md"
ENDED = "ended"
"""The box in the drawing around the states of a run whose function came to its end."""


def states_of_the_code() -> set[str]:
    code = "\n".join(text for path, text in DEFAULT.items() if path.endswith(".py"))
    (members,) = re.findall(
        r"^class State\(StrEnum\):\n(.*?)\n\n\n", code, re.DOTALL | re.MULTILINE
    )
    return set(re.findall(r'^    [A-Z_]+ = "(\w+)"$', members, re.MULTILINE))


def drawing() -> str:
    (drawn,) = [block.text for block in blocks(GUIDE) if block.language == "mermaid"]
    return drawn


def arrows(drawn: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^ *(\S+) --> (\S+)", drawn, re.MULTILINE))


def test_the_drawing_has_exactly_the_states_of_the_code() -> None:
    inside = re.search(rf'state "[^"]+" as {ENDED} {{\n(.*?)}}', drawing(), re.DOTALL)
    assert inside
    drawn = {state for arrow in arrows(drawing()) for state in arrow} | set(inside[1].split())

    assert drawn - {"[*]", ENDED} == states_of_the_code()


def test_the_table_explains_each_state_once() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", GUIDE.read_text(), re.MULTILINE)

    assert sorted(explained) == sorted(states_of_the_code())
