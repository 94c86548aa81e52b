"""The generated service under schemathesis: whatever its OpenAPI document allows and forbids.

No answer may be a 500, and each must have a status, a content type and a body that are documented.
`schemathesis.toml` says what is not checked, and why.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.combinations import Row, all_chosen, name_of
from tests.conftest import Record
from tests.e2e.conftest import Made
from tests.e2e.service import beside, gateway, serve

pytestmark = pytest.mark.e2e

SEED = 20261124
FEW, MANY = 3, 10
"""Cases for each operation; every boundary that the document names comes on top of them."""
CONFIG = Path(__file__).with_name("schemathesis.toml")
OPEN = [  # while no key is set, reads are open although the document asks for a key
    *("--generation-with-security-parameters", "false"),
    *("--exclude-checks", "ignored_auth,missing_required_header"),
]
KEY = "the-key"
ROWS = all_chosen()
EVERYTHING: Row = {"metrics": True, "docker": False, "ci": "none", "examples": True}
SQLITE: Row = {"database": "sqlite", "jobstore": "database"} | EVERYTHING
POSTGRESQL: Row = {"database": "postgresql", "jobstore": "redis"} | EVERYTHING
MODULE = (
    *("add-module", "invoices", "--gateway", "--no-verify"),
    *("--field", "number:str{1,20},unique", "--field", "amount:Decimal>=0", "--field", "due:date"),
    *("--field", "seen:datetime | None", "--field", "site:HttpUrl | None", "--field", "qty:int=1"),
    *("--field", "ratio:float | None", "--field", "tags:list[str{1,20}]", "--field", "paid:bool"),
)
TASK = (
    *("add-task", "send_invoice", "--no-verify", "--param", "email:EmailStr", "--param", "id:UUID"),
    *("--param", "copies:int>=1<=9=1", "--param", "at:datetime", "--param", "day:date | None"),
    *("--param", "urls:list[HttpUrl]", "--param", "price:Decimal", "--param", "note:str{1,80}"),
)


def key_of(row: Row) -> str | None:
    """Guard every second combination, so that each option is met with a key and without."""
    return KEY if row["examples"] ^ row["metrics"] ^ (row["database"] == "sqlite") else None


def forge(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "fastforge", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def fuzz(project: Path, folder: Path, cases: int, key: str | None, seed: int = SEED) -> str:
    """Serve the project, let schemathesis at it and give its report, or fail with it."""
    keys = {"OPS_API_KEY": key, "CLIENT_API_KEYS": f"fuzz:{key}"} if key else {}
    settings = {**keys, "MAIL_TO_LOG": "true"}
    with gateway() as other, beside(project) as urls:
        settings |= {"PAYMENT_GATEWAY_URL": other, "INVOICES_SERVICE_URL": other, **urls}
        with serve(project, "shop", folder, **settings) as url:
            done = subprocess.run(
                [Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG, "run"]
                + [f"{url}/openapi.json", "--seed", str(seed), "--max-examples", str(cases)]
                + ["--continue-on-failure", "--no-color", "--generation-database", "none"]
                + (
                    ["--header", f"X-API-Key: {key}", "--header", f"X-Ops-Key: {key}"]
                    if key
                    else OPEN
                ),
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
    assert done.returncode == 0, f"seed {seed}, project {project}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in (folder / "log").read_text(), f"seed {seed}, {folder}/log"
    shutil.rmtree(project.parent)
    return done.stdout


def test_a_service_answers_as_its_document_says(made: Made, tmp_path: Path) -> None:
    fuzz(made({**SQLITE, "python": "3.11"}), tmp_path, FEW, KEY)


@pytest.mark.exhaustive("many cases for each operation")
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_combination_answers_as_its_document_says(
    row: Row, made: Made, tmp_path: Path, record: Record
) -> None:
    """Each with cases of its own: the same ones again would find little more."""
    report = fuzz(made(row), tmp_path, MANY, key_of(row), SEED + ROWS.index(row))

    service = name_of({name: row[name] for name in row if name != "python"})
    record(_row_of_proof(f"{service} {'guarded' if key_of(row) else 'open'}", report), {})


@pytest.mark.exhaustive("many cases for each operation")
@pytest.mark.parametrize("row", [SQLITE, POSTGRESQL], ids=["parts-sqlite", "parts-postgresql"])
def test_added_parts_answer_as_the_document_says(
    row: Row, made: Made, tmp_path: Path, record: Record
) -> None:
    project = made({**row, "python": "3.11"})
    for part in (MODULE, TASK):
        forge(project, *part)

    report = fuzz(project, tmp_path, MANY, KEY)

    record(_row_of_proof(f"parts on {row['database']}", report), {})


def _row_of_proof(service: str, report: str) -> dict[str, object]:
    """Give what schemathesis counted; it found nothing, or the test had failed."""
    operations = re.search(r"Tested: (\d+)", report)
    cases = re.search(r"(\d+) generated", report)
    assert operations, report
    assert cases, report
    counted = {"operations": int(operations[1]), "requests": int(cases[1]), "violations": 0}
    return {"service": service, **counted}
