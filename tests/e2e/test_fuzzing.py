"""The generated service under schemathesis: whatever its OpenAPI document allows and forbids.

No answer may be a 500, and each must have a status, a content type and a body that are documented.
`schemathesis.toml` says what is not checked, and why.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from fastforge.environment import set_up
from tests.e2e.service import gateway, serve

pytestmark = pytest.mark.e2e

SEED = 20261124
FEW, MANY = 3, 20
"""Cases for each operation; every boundary that the document names comes on top of them."""
CONFIG = Path(__file__).with_name("schemathesis.toml")
OPEN = [  # while no key is set, reads are open although the document asks for a key
    *("--generation-with-security-parameters", "false"),
    *("--exclude-checks", "ignored_auth,missing_required_header"),
]
ALL = ("--examples", "--metrics")
COMBINATIONS = list(product(("--examples", "--bare"), ("--metrics", "--no-metrics")))
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


@pytest.fixture(scope="module")
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the options of the test, and its environment."""
    folder = tmp_path_factory.mktemp("fuzzed")
    forge(folder, "new", "shop", "--yes", "--no-verify", "--no-git", *request.param)
    set_up(folder / "shop")
    return folder / "shop"


def forge(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "fastforge", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keep what schemathesis counted in an exhaustive run, for `docs/proof/fuzzing.json`."""

    def write(report: str) -> None:
        operations, cases = (
            re.search(r"Tested: (\d+)", report),
            re.search(r"(\d+) generated", report),
        )
        assert operations, report
        assert cases, report
        row = {
            "service": request.node.callspec.id,
            "operations": int(operations[1]),
            "requests": int(cases[1]),
            "violations": 0,
            "date": datetime.now(UTC).date().isoformat(),
        }
        folder = request.config.cache.mkdir("proof") / "fuzzing"
        folder.mkdir(exist_ok=True)
        (folder / f"{row['service']}.json").write_text(json.dumps({"row": row, "versions": {}}))

    return write


def fuzz(project: Path, folder: Path, cases: int, key: str | None) -> str:
    """Serve the project, let schemathesis at it and give its report, or fail with it."""
    settings = {"OPS_API_KEY": key} if key else {}
    with gateway() as other:
        settings |= {"PAYMENT_GATEWAY_URL": other, "INVOICES_SERVICE_URL": other}
        with serve(project, "shop", folder, **settings) as url:
            done = subprocess.run(
                [Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG, "run"]
                + [f"{url}/openapi.json", "--seed", str(SEED), "--max-examples", str(cases)]
                + ["--continue-on-failure", "--no-color", "--generation-database", "none"]
                + (["--header", f"X-API-Key: {key}"] if key else OPEN),
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
    assert done.returncode == 0, f"seed {SEED}, project {project}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in (folder / "log").read_text(), f"seed {SEED}, {folder}/log"
    return done.stdout


@pytest.mark.parametrize("project", [ALL], indirect=True, ids=["all"])
def test_a_service_answers_as_its_document_says(project: Path, tmp_path: Path) -> None:
    fuzz(project, tmp_path, FEW, "the-key")


@pytest.mark.exhaustive("many cases for each operation")
@pytest.mark.parametrize("key", [None, "the-key"], ids=["open", "guarded"])
@pytest.mark.parametrize("project", COMBINATIONS, indirect=True, ids=" ".join)
def test_every_combination_answers_as_its_document_says(
    project: Path, tmp_path: Path, key: str | None, record: Callable[[str], None]
) -> None:
    record(fuzz(project, tmp_path, MANY, key))


@pytest.mark.exhaustive("many cases for each operation")
@pytest.mark.parametrize("project", [()], indirect=True, ids=["parts"])
def test_added_parts_answer_as_the_document_says(
    project: Path, tmp_path: Path, record: Callable[[str], None]
) -> None:
    for part in (MODULE, TASK):
        forge(project, *part)

    record(fuzz(project, tmp_path, MANY, "the-key"))
