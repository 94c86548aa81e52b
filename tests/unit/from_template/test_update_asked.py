"""Whether there is an update is told, also where it needs more than was typed."""

from pathlib import Path

import pytest
import yaml

from fastforge.errors import FastforgeError
from fastforge.from_template.updating import Wanted, prepare
from tests.template_repository import template


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        (
            {"extra": {"type": "str"}},
            "no default: extra. Nothing was written. Add --data=extra=",
        ),
        ({"_tasks": ["touch ran"]}, "wants to run code of its own:\n  task: touch ran"),
        ({"_migrations": ["touch ran"]}, "its own:\n  migration: touch ran"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_an_update_that_needs_more_is_one(
    tmp_path: Path, check: bool, asks: dict[str, object], said: str
) -> None:
    made = template(tmp_path / "template", {"word": "a"}, {})
    made.write({"copier.yml": yaml.safe_dump(asks)})
    made.commit("v2")
    shop = tmp_path / "shop"
    shop.mkdir()
    answers = f"_commit: v1\n_src_path: {made.path}\nword: a\n"
    (shop / ".copier-answers.yml").write_text(answers)

    with pytest.raises(FastforgeError) as told:
        prepare(shop, Wanted(to=None, given={}, trust=False, check=check))

    assert told.value.exit_code == (1 if check else 2)
    assert told.value.message.startswith("There is an update: v1 to v2. ") == check
    assert said in str(told.value)
