"""An enum gets another value by the migration that the guide shows, on both databases."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fastforge.environment.uv import child_environment, program
from tests.conftest import Fastforge
from tests.docs.pages import GUIDES, blocks
from tests.e2e.conftest import Made

pytestmark = pytest.mark.e2e

[GUIDE] = [page for page in GUIDES if page.name == "change-a-table.md"]
PARCELS = ("add-module", "parcels", "--field", "state:enum(packed,sent)=packed", "--no-verify")
TESTS = ("tests/modules/parcels/test_repository.py", "tests/machinery/database/test_schema.py")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_enum_gets_another_value(made: Made, fastforge: Fastforge, database: str) -> None:
    project = made({"database": database})
    added = fastforge(*PARCELS, cwd=project)
    assert added.code == 0, added.err
    models = project / "src/shop/modules/parcels/models.py"
    value = '    SENT = "sent"\n'
    models.write_text(models.read_text().replace(value, f'{value}    LOST = "lost"\n'))

    forgotten = _tests(project)
    _write_migration(project)
    written = _tests(project)

    assert forgotten.returncode == 1, forgotten.stdout
    assert "ck_parcels_state" in forgotten.stdout
    assert written.returncode == 0, written.stdout
    shutil.rmtree(project.parent)


def _write_migration(project: Path) -> None:
    [first] = (project / "src/shop/migrations/versions").glob("create_parcels_*.py")
    [shown] = [block.text for block in blocks(GUIDE) if "drop_constraint" in block.text]
    text = first.read_text()
    head = text[: text.index("def upgrade()")]
    head = re.sub(r"(?m)^down_revision: .*", f'down_revision = "{first.stem[-12:]}"', head)
    head = re.sub(r"(?m)^revision: .*", 'revision = "another_value"', head)
    first.with_name("parcels_may_be_lost.py").write_text(f"{head}{shown}\n")


def _tests(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(project, "python"), "-m", "pytest", "-q", *TESTS],
        cwd=project,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
