"""The choice of combinations: nothing that can be chosen is left out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product

import pytest

from fastforge.answers.project import JOBSTORES, PYTHONS, ProjectAnswers
from fastforge.answers.values import Value
from fastforge.render import render
from tests.combinations import (
    EXTRAS,
    SLOW,
    WITHOUT_CODE,
    Row,
    chosen,
    code_of,
    every_row,
    has_engine,
    name_of,
    pairs,
    pairwise,
    spread,
)


@pytest.fixture(scope="module")
def every() -> list[Row]:
    return every_row(PYTHONS)


def codes(rows: Iterable[Row]) -> list[Row]:
    return [code_of(row) for row in rows]


def test_few_rows_have_every_pair_of_values(every: list[Row]) -> None:
    few = pairwise(every)

    assert pairs(few) == pairs(every)
    assert pairs(few[:-1]) != pairs(every)
    assert len(few) < len(every) / 10


def test_the_first_rows_have_every_pair_in_process_that_changes_code(every: list[Row]) -> None:
    few = [row for row in codes(chosen(every)[0]) if not has_engine(row)]
    wanted = pairs(row for row in codes(every) if not has_engine(row))

    assert pairs(few) == wanted
    assert pairs(few[:-1]) != wanted


def test_three_of_the_first_rows_have_every_value_with_an_engine(every: list[Row]) -> None:
    few = [row for row in codes(chosen(every)[0]) if has_engine(row)]

    assert values(few) == values(row for row in codes(every) if has_engine(row))
    assert len(few) == len(JOBSTORES)


@pytest.mark.parametrize("pythons", [PYTHONS, PYTHONS[:3]])
def test_the_first_rows_have_every_value_what_changes_no_code_included(
    pythons: Sequence[str],
) -> None:
    first, _ = chosen(every_row(pythons))

    assert values(first) == values(every_row(pythons))


def values(rows: Iterable[Row]) -> set[tuple[str, Value]]:
    return {each for row in rows for each in row.items()}


def test_all_rows_are_each_combination_that_differs_in_code_once(every: list[Row]) -> None:
    first, others = chosen(every)

    tried = codes(first + others)
    assert [code for code in tried if code not in codes(every)] == []
    assert [code for code in codes(every) if tried.count(code) != 1] == []


@pytest.mark.parametrize("pythons", [PYTHONS, PYTHONS[:3], PYTHONS[:1]])
def test_all_rows_have_every_pair_pythons_included(pythons: Sequence[str]) -> None:
    first, others = chosen(every_row(pythons))

    assert pairs(first + others) == pairs(every_row(pythons))


def test_the_first_rows_have_every_value_of_the_extras_with_every_other_in_process(
    every: list[Row],
) -> None:
    first, others = chosen(every)
    rows = spread(first + others)

    own = [{option: row[option] for option in EXTRAS} for row in rows]
    assert [{k: v for k, v in row.items() if k not in EXTRAS} for row in rows] == first + others
    wanted = (dict(zip(EXTRAS, values, strict=True)) for values in product(*EXTRAS.values()))
    assert pairs(own[: len(first)]) == pairs(wanted)
    assert spread(first + others) == rows


def test_a_slow_python_has_the_fewest_rows() -> None:
    first, others = chosen(every_row(PYTHONS[:3]))

    count = Counter(row["python"] for row in first + others)
    assert count[SLOW] < min(count[python] for python in PYTHONS[:3] if python != SLOW) / 2


def test_the_rows_are_the_same_every_time(every: list[Row]) -> None:
    assert chosen(every) == chosen(every)


def test_each_row_has_a_name_of_its_own(every: list[Row]) -> None:
    assert len({name_of(row) for row in every}) == len(every)
    assert name_of(every[0]) == "sqlite-database-metrics-page-docker-github-examples-3.11"


@pytest.mark.parametrize("change", [{"docker": False}, {"ci": "none"}, {"python": "3.14"}], ids=str)
def test_what_is_said_to_change_no_code_changes_none(change: Row) -> None:
    assert change.keys() <= set(WITHOUT_CODE)
    for row in chosen(every_row(PYTHONS[:1]))[0]:
        assert _modules(row | change) == _modules(row)


def _modules(row: Row) -> dict[str, bytes]:
    texts = {"name": "shop", "description": "Sells.", "author": "Ada"}
    tree = render("project", ProjectAnswers.from_dict({**row, **texts}).context())
    return {path: content for path, content in tree.items() if path.endswith(".py")}
