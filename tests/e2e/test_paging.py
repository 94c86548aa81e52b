"""Whatever happens between two pages: a list has each row that stays once, and all in order.

The rows, what is asked, and what others do meanwhile are drawn by chance, a hundred times.
"""

import shutil

import pytest

from fastforge.environment.uv import program
from tests.conftest import Fastforge
from tests.e2e.conftest import Made
from tests.environments import run

pytestmark = pytest.mark.e2e

LINKS = (
    *("add-module", "links", "--field", "label:str{1,9}", "--field", "rank:int", "--no-verify"),
    *("--field", "day:date", "--filter", "label,rank>=,rank<=,day", "--sort", "label,rank,day"),
    *("--search", "label"),
)
TEST_FILE = "tests/modules/links/test_any_pages.py"
TEST = """
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from shop.database import Database
from shop.modules.links.models import Link
from sqlalchemy import delete
from sqlalchemy.orm import Session

START = datetime(2026, 3, 1, tzinfo=UTC)


def add(session: Session, chance: random.Random) -> Link:
    row = Link(
        label=chance.choice(["a", "A", "b%", "ab_"]),
        rank=chance.choice([-(2**63), -1, 0, 0, 2**63 - 1]),
        day=date(2026, 3, chance.randint(1, 3)),
        created_at=START + timedelta(days=chance.randint(0, 2)),
    )
    session.add(row)
    return row


def fits(label: str, rank: int, day: str, asked: dict[str, str]) -> bool:
    return (
        asked.get("label", label) == label
        and int(asked.get("rank_from", rank)) <= rank <= int(asked.get("rank_to", rank))
        and asked.get("day", day) == day
        and asked.get("search", "").casefold() in label.casefold()
    )


@pytest.mark.parametrize("seed", range(100))
def test_each_row_is_there_once_and_in_order(
    client: TestClient, database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    possible = {
        "label": ["a", "b%"],
        "rank_from": ["-1", "0"],
        "rank_to": ["0", str(2**63 - 1)],
        "day": ["2026-03-02"],
        "search": ["a", "%", "_"],
    }
    asked = {name: chance.choice(possible[name]) for name in possible if chance.random() < 0.25}
    sort = chance.choice(["created_at", "label", "rank", "day"])
    with database.transaction() as session:
        rows = [add(session, chance) for _ in range(chance.randint(0, 25))]
        session.flush()
        fitting = [row for row in rows if fits(row.label, row.rank, row.day.isoformat(), asked)]
        staying = {str(row.id) for row in fitting}
        going = [row.id for row in rows if chance.random() < 0.3]
    staying -= set(map(str, going))

    query = {**asked, "sort": chance.choice(["", "-"]) + sort, "limit": str(chance.randint(1, 6))}
    seen, url = [], "/links"
    while True:
        answer = client.get(url, params=query if url == "/links" else None)
        assert answer.status_code == 200, answer.text
        seen += answer.json()["items"]
        if "next" not in answer.links:
            break
        url = f"/links{answer.links['next']['url']}"
        with database.transaction() as session:
            for _ in range(chance.randint(0, 3)):
                add(session, chance)
            if going:
                session.execute(delete(Link).where(Link.id == going.pop()))

    keys = [item["id"] for item in seen]
    assert len(set(keys)) == len(keys)
    assert staying <= set(keys)
    assert all(fits(item["label"], item["rank"], item["day"], asked) for item in seen)
    values = [(item[sort], item["id"]) for item in seen]
    if sort != "label":  # PostgreSQL sorts texts as its locale says
        assert values == sorted(values, reverse=query["sort"].startswith("-"))
"""


@pytest.mark.parametrize(
    "database",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.exhaustive("on the other database"))],
)
def test_a_list_has_each_row_once_and_in_order(
    made: Made, fastforge: Fastforge, database: str
) -> None:
    project = made({"database": database})
    added = fastforge(*LINKS, cwd=project)
    assert added.code == 0, added.err
    (project / TEST_FILE).write_text(TEST)

    run(project, program(project, "python"), "-m", "pytest", "-q", TEST_FILE)
    shutil.rmtree(project.parent)
