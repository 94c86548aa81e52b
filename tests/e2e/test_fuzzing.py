"""The generated service under schemathesis: whatever its OpenAPI document allows and forbids.

No answer may be a 500, and each must have a status, a content type and a body that are documented.
`schemathesis.toml` says what is not checked, and why.
"""

import base64
import hmac
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fastforge.answers.project import AUTHS
from fastforge.answers.values import Value
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
SHARED = "what-the-issuer-and-the-service-share"
ISSUER = {
    "JWT_ISSUER": "https://issuer.example.com/",
    "JWT_AUDIENCE": "shop",
    "JWT_SECRET": SHARED,
    "JWT_ALGORITHMS": "HS256",
}
"""The settings of a service that knows its clients by tokens."""
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
    *("--guard", "invoices:send"),
)


def key_of(row: Row) -> str | None:
    """Guard every second combination, so that each option is met with a key and without."""
    return KEY if row["examples"] ^ row["metrics"] ^ (row["database"] == "sqlite") else None


def token() -> str:
    """Sign a token that may do what the added task needs, until the fuzzing is over."""
    now = int(time.time())
    claims = {"iss": ISSUER["JWT_ISSUER"], "aud": "shop", "sub": "fuzz", "scope": "invoices:send"}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, {**claims, "exp": now + 7200})
    ]
    signature = hmac.digest(SHARED.encode(), b".".join(parts), "sha256")
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def access(auth: Value, key: str | None = KEY) -> tuple[dict[str, str], list[str]]:
    """Give the settings of a guarded service, or an open one, and the options that it lets in."""
    if key is None:
        return {}, OPEN
    settings, headers = {"OPS_API_KEY": key}, {"X-Ops-Key": key}
    if auth == "keys":
        settings["CLIENT_API_KEYS"], headers["X-API-Key"] = f"fuzz:{key}", key
    if auth == "jwt":
        settings |= ISSUER
        headers["Authorization"] = f"Bearer {token()}"
    return settings, [word for name in headers for word in ("--header", f"{name}: {headers[name]}")]


def forge(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "fastforge", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def fuzz(
    project: Path,
    folder: Path,
    cases: int,
    allowed: tuple[dict[str, str], list[str]],
    seed: int = SEED,
) -> str:
    """Serve the project, let schemathesis at it and give its report, or fail with it."""
    settings = {**allowed[0], "MAIL_TO_LOG": "true"}
    with gateway() as other, beside(project) as urls:
        settings |= {"PAYMENT_GATEWAY_URL": other, "INVOICES_SERVICE_URL": other, **urls}
        with serve(project, "shop", folder, **settings) as url:
            done = subprocess.run(
                [Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG, "run"]
                + [f"{url}/openapi.json", "--seed", str(seed), "--max-examples", str(cases)]
                + ["--continue-on-failure", "--no-color", "--generation-database", "none"]
                + allowed[1],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
    assert done.returncode == 0, f"seed {seed}, project {project}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in (folder / "log").read_text(), f"seed {seed}, {folder}/log"
    shutil.rmtree(project.parent)
    return done.stdout


@pytest.mark.parametrize("auth", AUTHS)
def test_a_service_answers_as_its_document_says(auth: str, made: Made, tmp_path: Path) -> None:
    fuzz(made({**SQLITE, "auth": auth, "python": "3.11"}), tmp_path, FEW, access(auth))


@pytest.mark.exhaustive("many cases for each operation")
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_combination_answers_as_its_document_says(
    row: Row, made: Made, tmp_path: Path, record: Record
) -> None:
    """Each with cases of its own: the same ones again would find little more."""
    seed = SEED + ROWS.index(row)
    report = fuzz(made(row), tmp_path, MANY, access(row["auth"], key_of(row)), seed)

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

    report = fuzz(project, tmp_path, MANY, access("keys"))

    record(_row_of_proof(f"parts on {row['database']}", report), {})


def _row_of_proof(service: str, report: str) -> dict[str, object]:
    """Give what schemathesis counted; it found nothing, or the test had failed."""
    operations = re.search(r"Tested: (\d+)", report)
    cases = re.search(r"(\d+) generated", report)
    assert operations, report
    assert cases, report
    counted = {"operations": int(operations[1]), "requests": int(cases[1]), "violations": 0}
    return {"service": service, **counted}
