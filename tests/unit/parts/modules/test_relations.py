"""Fields that refer to rows of a module."""

import re

import pytest

from fastforge.errors import UsageError
from fastforge.parts.modules.fields import parse_fields
from fastforge.parts.modules.paths import relations_context
from fastforge.parts.modules.relations import Relation, read_relation, relations_of
from fastforge.parts.modules.revision import index_lines, table_lines
from fastforge.parts.modules.tables import field_context, models_context


@pytest.mark.parametrize(
    ("text", "relation", "as_typed"),
    [
        ("link:->links", Relation("link", "links", "RESTRICT"), "link_id:UUID"),
        ("link_id:->links", Relation("link", "links", "RESTRICT"), "link_id:UUID"),
        ("link: -> links ,restrict", Relation("link", "links", "RESTRICT"), "link_id:UUID"),
        ("link:->links,cascade", Relation("link", "links", "CASCADE"), "link_id:UUID"),
        (
            "link:->links | None, set_null",
            Relation("link", "links", "SET NULL", nullable=True),
            "link_id:UUID|None",
        ),
        (
            "link:->links|None,unique,cascade=None",
            Relation("link", "links", "CASCADE", nullable=True, unique=True),
            "link_id:UUID|None,unique=None",
        ),
        ("link:HttpUrl", None, "link:HttpUrl"),
        ("arrow:str=->links", None, "arrow:str=->links"),
        ("link", None, "link"),
    ],
)
def test_a_relation_is_a_field_of_an_id(
    text: str, relation: Relation | None, as_typed: str
) -> None:
    assert read_relation(text) == (relation, as_typed)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("link:->", "The field link:-> names no module to refer to."),
        ("link:->Links", "The field link:->Links names no module to refer to."),
        ("link:->links[]", "The field link:->links[] names no module to refer to."),
        ("link:->links,index", "The field link:->links,index has the flag `index`"),
        ("link:->links,", "The field link:->links, has the flag ``"),
        ("link:->links,cascade,restrict", "The field link:->links,cascade,restrict says cascade"),
        ("link:->links,set_null", "The field link:->links,set_null cannot become null."),
        ("link:->links=7", "The field link:->links=7 has a default"),
        ("link:->links=None", "The field link:->links=None has a default"),
        ("_id:->links", "The field name `_id` is not made of lower-case letters"),
        ("l\u00efnk:->links", "The field name `l\u00efnk_id` is not made of lower-case letters"),
    ],
)
def test_what_cannot_be_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_fields([text])

    assert refused.value.message.startswith(problem)


def test_a_relation_takes_the_name_of_its_field() -> None:
    with pytest.raises(UsageError, match="Two fields are called `link_id`"):
        parse_fields(["link:->links", "link_id:UUID"])


def test_the_table_has_the_foreign_key_and_an_index() -> None:
    fields = parse_fields(["link:->links", "other:->links|None,unique,set_null"])

    assert [unbroken(str(field_context(field)["column"])) for field in fields] == [
        mapped("link_id: Mapped[UUID]", 'ondelete="RESTRICT"), index=True'),
        mapped("other_id: Mapped[UUID | None]", 'ondelete="SET NULL"), unique=True'),
    ]
    assert "from sqlalchemy import ForeignKey" in str(models_context(fields)["imports"])
    lines = [unbroken(line) for line in table_lines("results", fields, stamped=True)]
    assert 'sa.Column("link_id", sa.Uuid(), nullable=False)' in lines
    assert [line for line in lines if "ForeignKey" in line] == [
        constraint("link_id", 'ondelete="RESTRICT"'),
        constraint("other_id", 'ondelete="SET NULL"'),
    ]
    assert [line for line in index_lines("results", fields) if "_id" in line] == [
        'op.create_index(op.f("ix_results_link_id"), "results", ["link_id"])'
    ]


def unbroken(source: str) -> str:
    """Give a call on one line."""
    return re.sub(r"(?<=\()\s+|,?\s+(?=\))", "", " ".join(source.split()))


def mapped(column: str, rest: str) -> str:
    return f'{column} = mapped_column(ForeignKey("links.id", {rest})'


def constraint(column: str, rest: str) -> str:
    name = f'name=op.f("fk_results_{column}_links")'
    return f'sa.ForeignKeyConstraint(["{column}"], ["links.id"], {name}, {rest})'


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        (["link:->links"], ["/links/{link_id}/order-lines"]),
        (["parent:->order_lines|None"], ["/order-lines/{parent_id}/order-lines"]),
        (
            ["first_one:->links", "second:->links", "owner:->owners"],
            [
                "/links/{first_one_id}/order-lines-by-first-one",
                "/links/{second_id}/order-lines-by-second",
                "/owners/{owner_id}/order-lines",
            ],
        ),
    ],
)
def test_each_list_of_what_refers_to_a_row_has_a_path_of_its_own(
    fields: list[str], paths: list[str]
) -> None:
    found = relations_context("order_lines", relations_of(fields))

    assert [each["path"] for each in found] == paths
