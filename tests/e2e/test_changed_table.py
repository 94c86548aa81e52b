"""`change-module` on both databases: rows stay, there and back, and models and migrations agree."""

import shutil
from pathlib import Path

import pytest

from fastforge.environment.uv import program
from tests.conftest import Fastforge
from tests.e2e.conftest import Made
from tests.environments import run

pytestmark = pytest.mark.e2e

LINKS = (
    *("add-module", "links", "--field", "url:HttpUrl,unique", "--field", "label:str{1,80}"),
    *("--field", "state:enum(new,gone)=new", "--field", "note:str|None", "--sort", "label"),
)
ADDED = (
    *("rank:int>=0=5", "seen:datetime=now", "kind:enum(a,b)=b", "home:HttpUrl=https://example.com"),
    *("meta:json={}", "tags:list[str{1,9}]=[]", "price:Decimal=2.50", "day:date=2026-12-01"),
    *("span:timedelta=PT90S", "clock:time=09:30", "key:UUID=00000000-0000-0000-0000-000000000005"),
    *("moment:datetime=2026-12-01T09:00+01:00", "parent:->links|None,cascade", "code:str{3}|None"),
)
CHANGED = (
    *("change-module", "links", "--rename-field", "label=title", "--drop-field", "note", "--yes"),
    *(word for field in ADDED for word in ("--add-field", field)),
    *("--filter", "title,rank>=", "--sort", "title,day"),
)
THEN = ("change-module", "links", "--drop-field", "rank", "--rename-field", "parent=above", "--yes")
SCHEMA = "tests/machinery/database/test_schema.py::test_the_migrations_make_what_the_models_say"
TEST = '''
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from alembic import command
from shop.database import Database
from shop.database.schema import alembic_config
from shop.modules.links.models import Link, LinkKind, LinkState
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

FIRST, SECOND, THIRD = {revisions!r}
ROW = """INSERT INTO links (id, created_at, updated_at, url, label, state, note)
VALUES ('00000000000000000000000000000001', '2026-11-30 09:00:00+00', '2026-11-30 09:00:00+00',
'https://a.example/', 'first', 'gone', 'lost')"""
if {sqlite!r}:
    ROW = ROW.replace("+00'", ".000000'")


def test_rows_stay(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    database = Database(empty_database_url)

    def run(statement: str):
        with database.engine.begin() as connection:
            done = connection.execute(text(statement))
            return done.one() if done.returns_rows else None

    command.upgrade(alembic_config(), FIRST)
    run(ROW)
    before = datetime.now(UTC)
    command.upgrade(alembic_config(), SECOND)
    assert run("SELECT rank, title FROM links") == (5, "first")
    command.downgrade(alembic_config(), FIRST)
    assert run("SELECT label, state, note FROM links") == ("first", "gone", None)
    command.upgrade(alembic_config(), THIRD)

    with Session(database.engine) as session:
        row = session.get_one(Link, UUID(int=1))
        assert before <= row.seen <= datetime.now(UTC)
        assert row.created_at == datetime(2026, 11, 30, 9, tzinfo=UTC)
        assert (row.url, row.title, row.state) == ("https://a.example/", "first", LinkState.GONE)
        assert (row.kind, row.home, row.meta) == (LinkKind.B, "https://example.com/", {{}})
        assert (row.tags, row.price, row.day) == ([], Decimal("2.50"), date(2026, 12, 1))
        assert (row.span, row.clock, row.key) == (timedelta(seconds=90), time(9, 30), UUID(int=5))
        assert row.moment == datetime(2026, 12, 1, 8, tzinfo=UTC)
        assert (row.above_id, row.code) == (None, None)
    for wrong in ("state = 'odd'", "kind = 'odd'", f"above_id = '{{UUID(int=9).hex}}'"):
        with pytest.raises(IntegrityError):
            run(f"UPDATE links SET {{wrong}}")
    database.close()
'''


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_rows_stay_when_the_fields_change(made: Made, fastforge: Fastforge, database: str) -> None:
    project = made({"database": database})
    for words in (LINKS, CHANGED, THEN):
        ran = fastforge(*words, "--no-verify", cwd=project)
        assert ran.code == 0, ran.err
    test = project / "tests/modules/links/test_rows_stay.py"
    test.write_text(TEST.format(revisions=_revisions(project), sqlite=database == "sqlite"))

    run(project, program(project, "python"), "-m", "pytest", "-q", "tests/modules/links", SCHEMA)
    test.unlink()
    for words in (["check"], ["format", "--check"]):
        run(project, program(project, "python"), "-m", "ruff", *words)
    shutil.rmtree(project.parent)


def _revisions(project: Path) -> list[str]:
    """Give the three revisions of the module, in their order."""
    paths = list((project / "src/shop/migrations/versions").glob("*_links_*.py"))
    [first] = [path for path in paths if path.stem.startswith("create_")]
    found = [first.stem[-12:]]
    while len(found) < len(paths):
        after = f'down_revision: str | Sequence[str] | None = "{found[-1]}"'
        [path] = [path for path in paths if after in path.read_text()]
        found.append(path.stem[-12:])
    return found
