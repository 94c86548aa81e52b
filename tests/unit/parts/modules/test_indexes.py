"""The keys of a table: by what rows are found, sorted and unique, with and without owners."""

import pytest

from fastforge.parts.modules.fields import parse_fields
from fastforge.parts.modules.indexes import indexes_of, unique_of
from fastforge.parts.modules.lists import read_lists

TYPED = (
    *("label:str{1,80},unique", "rank:int,index", "day:date", "seen:date", "code:UUID"),
    *("link:->links", "other:->links|None,unique"),
)


@pytest.mark.parametrize(
    ("owned", "indexes", "unique"),
    [
        (
            False,
            [("created_at",), ("rank",), ("seen",), ("link_id",), ("day", "id")],
            [("label",), ("other_id",)],
        ),
        (
            True,
            [
                *(("owner", "created_at"), ("owner", "rank"), ("owner", "seen")),
                *(("link_id", "owner"), ("owner", "day", "id"), ("owner", "link_id", "id")),
            ],
            [("owner", "label"), ("other_id", "owner")],
        ),
    ],
)
def test_the_owner_comes_first_but_for_what_refers_to_a_row(
    owned: bool, indexes: list[tuple[str, ...]], unique: list[tuple[str, ...]]
) -> None:
    fields = parse_fields(TYPED)
    lists = read_lists(fields, ["seen", "label", "other_id"], ["label", "day", "link_id"])

    assert indexes_of(fields, lists, owned=owned) == indexes
    assert unique_of(fields, owned=owned) == unique
