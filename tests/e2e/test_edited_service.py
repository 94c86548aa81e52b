"""The start-up check of a service that its owner has edited: it asks what is there now."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fastforge.changes.opening import open_project
from fastforge.verify.checks.outcome import Finding
from fastforge.verify.checks.startup import check_startup
from tests.environments import copy_project, uv

pytestmark = pytest.mark.e2e

Edit = Callable[[Path], None]
MORE = pytest.mark.exhaustive("starts a project for each edit; two are always tried")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, path
    path.write_text(text.replace(old, new))


def a_setting_without_a_default(root: Path) -> None:
    replace(
        root / "src/shop/settings.py",
        "    auto_migrate: bool",
        "    warehouse_key: HeaderKey\n    warehouse_floor: int\n    auto_migrate: bool",
    )
    (root / ".env").write_text("WAREHOUSE_KEY='a $ecret'\nexport WAREHOUSE_FLOOR=3\n")


WAREHOUSE = """from pydantic_settings import BaseSettings


class Warehouse(BaseSettings, env_prefix="WAREHOUSE_", env_file=".env"):
    floor: int


WAREHOUSE = Warehouse()
"""


def a_class_of_settings_of_its_own(root: Path) -> None:
    (root / "src/shop/modules/payments/warehouse.py").write_text(WAREHOUSE)
    router = root / "src/shop/modules/payments/router.py"
    replace(router, "from . import service", "from . import service, warehouse  # noqa: F401")
    (root / ".env").write_text("WAREHOUSE_FLOOR=3\n")


def a_key_on_notify(root: Path) -> None:
    router = root / "src/shop/modules/notifications/router.py"
    replace(router, "[ClientOnly]", "[ClientOnly, Depends(CLOSED)]")
    replace(router, "router = ", 'CLOSED = APIKeyHeader(name="X-Shop-Key")\nrouter = ')
    imports = "from fastapi import Depends\nfrom fastapi.security import APIKeyHeader\n\n"
    replace(router, "from ...background", f"{imports}from ...background")


def another_body_of_notify(root: Path) -> None:
    schemas = root / "src/shop/modules/notifications/schemas.py"
    replace(schemas, "    email: ", "    urgent: bool\n    email: ")


def no_notify(root: Path) -> None:
    router = root / "src/shop/modules/notifications/router.py"
    router.write_text(router.read_text().partition("\n\n\n@router")[0] + "\n")


def a_task_that_fails_here(root: Path) -> None:
    replace(
        root / "src/shop/tasks/send_email.py",
        "    settings, sender =",
        "    if payload:\n        raise OSError\n    settings, sender =",
    )


def no_document(root: Path) -> None:
    replace(
        root / "src/shop/main.py", "app = FastAPI(\n", "app = FastAPI(\n        openapi_url=None,\n"
    )


def a_renamed_package(root: Path) -> None:
    (root / "src/shop").rename(root / "src/store")
    for path in (root / "pyproject.toml", root / "src/store/migrations/env.py"):
        path.write_text(re.sub(r"\bshop\b", "store", path.read_text()))
    uv(root, "sync", "--offline")


EDITS: tuple[tuple[Edit, int], ...] = (
    (a_setting_without_a_default, 9),
    (a_renamed_package, 9),
    (a_class_of_settings_of_its_own, 9),
    (a_key_on_notify, 9),
    (another_body_of_notify, 9),
    (a_task_that_fails_here, 9),
    (no_notify, 8),
    (no_document, 8),
)


USUAL = (a_setting_without_a_default, a_renamed_package)


def check(root: Path, scratch: Path) -> Finding:
    return asyncio.run(check_startup(open_project(root), scratch))


@pytest.mark.parametrize(
    ("edit", "requests"),
    [
        pytest.param(edit, requests, marks=[] if edit in USUAL else MORE, id=edit.__name__)
        for edit, requests in EDITS
    ],
)
def test_an_edited_service_passes(shop: Path, tmp_path: Path, edit: Edit, requests: int) -> None:
    root = tmp_path / "shop"
    copy_project(shop, root)
    edit(root)

    finding = check(root, tmp_path)

    log = Path(finding.log).read_text() if finding.log else ""
    assert (finding.passed, finding.problems) == (True, ()), log
    assert finding.facts["requests"] == requests
