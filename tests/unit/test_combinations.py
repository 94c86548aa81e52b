"""The choice of combinations: nothing that can be chosen is left out."""

import pytest

from fastforge.answers import PYTHONS, ProjectAnswers
from fastforge.render import render
from tests.combinations import WITHOUT_CODE, Row, every_row, name_of, others, pairs, pairwise


@pytest.fixture(scope="module")
def every() -> list[Row]:
    return every_row(PYTHONS)


@pytest.fixture(scope="module")
def first(every: list[Row]) -> list[Row]:
    return pairwise(every)


def code(row: Row) -> tuple[object, ...]:
    return tuple(value for option, value in row.items() if option not in WITHOUT_CODE)


def test_the_first_rows_have_every_pair_of_values_pythons_included(
    every: list[Row], first: list[Row]
) -> None:
    assert pairs(first) == pairs(every)
    assert pairs(first[:-1]) != pairs(every)
    assert len(first) < len({code(row) for row in every}) * len(PYTHONS) / 2


def test_with_the_others_each_combination_that_differs_in_code_is_tried(
    every: list[Row], first: list[Row]
) -> None:
    tried = [code(row) for row in first + others(every, first)]

    assert set(tried) == {code(row) for row in every}
    assert len(others(every, first)) == len(set(tried) - {code(row) for row in first})


def test_the_rows_are_the_same_every_time(every: list[Row], first: list[Row]) -> None:
    assert pairwise(every) == first
    assert others(every, first) == others(every, first)


def test_each_row_has_a_name_of_its_own(every: list[Row]) -> None:
    assert len({name_of(row) for row in every}) == len(every)
    assert name_of(every[0]) == "sqlite-database-metrics-docker-github-examples-3.11"


@pytest.mark.parametrize("change", [{"docker": False}, {"ci": "none"}, {"python": "3.14"}], ids=str)
def test_what_is_said_to_change_no_code_changes_none(change: Row) -> None:
    assert change.keys() <= set(WITHOUT_CODE)
    for row in pairwise(every_row(PYTHONS[:1])):
        assert _modules(row | change) == _modules(row)


def _modules(row: Row) -> dict[str, bytes]:
    texts = {"name": "shop", "description": "Sells.", "author": "Ada"}
    tree = render("project", ProjectAnswers.from_dict({**row, **texts}).context())
    return {path: content for path, content in tree.items() if path.endswith(".py")}
