"""No sentence says `a invoice`, whatever a part is called."""

import re

import pytest

from fastforge.parts.modules.module import ModuleAnswers, module_part
from fastforge.parts.tasks.task import checked, task_part
from fastforge.render import render
from tests.parts.small_shop import new_surroundings

WRONG = re.compile(r"\b(?:a (?:invoice|hour|entry|order)|an (?:user|unit|product))", re.IGNORECASE)


@pytest.mark.parametrize("item", ["invoice", "hour", "entry", "user", "unit", "product"])
def test_a_module_is_told_about_with_the_right_article(item: str) -> None:
    answers = ModuleAnswers(
        name=f"{item}s",
        item=item,
        fields=("number:str,unique", "day:date,index", "total:Decimal|None"),
        gateway=True,
        revision="0003",
        parents=("0002",),
    )
    tree = render("module", {**module_part(answers).context, **new_surroundings()})

    texts = [content.decode().replace("_", " ") for content in tree.values()]
    assert len(texts) > 5
    assert [found.group() for text in texts for found in WRONG.finditer(text)] == []


@pytest.mark.parametrize("name", ["invoice", "hour", "user"])
def test_a_task_is_told_about_with_the_right_article(name: str) -> None:
    part = task_part(checked({"name": name, "params": ("email:EmailStr",)}))
    tree = render("task", {**part.context, **new_surroundings()})

    texts = [content.decode().replace("_", " ") for content in tree.values()]
    assert [found.group() for text in texts for found in WRONG.finditer(text)] == []
