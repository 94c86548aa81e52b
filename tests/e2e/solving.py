"""How the owner solves the conflicts of an update: hunk by hunk, then by ruff."""

import re
import subprocess
from pathlib import Path

_HUNK = re.compile(r"<<<<<<< yours\n(.*?)=======\n(.*?)>>>>>>> [^\n]*\n", re.DOTALL)
_NEW_PLACES = (
    (r"from \.\.scheduling import", "from ..background import"),
    (r"shop\.discovery", "shop.process.discovery"),
    (r"backoff=", "retry_delay="),
)
_OWN_TESTS = ("tests/jobs/test_tidy_up.py", "tests/jobs/test_reconcile.py")
_OWN_TESTS += ("tests/jobs/test_weekly_report.py", "tests/tasks/test_send_invoice.py")
_THEIR_IMPORTS = "src/shop/tasks/send_invoice.py"
_ROUTERS = (
    ("src/shop/modules/goods/router.py", r'"(/?)products"', r'"\1goods"'),
    ("src/shop/modules/parcels/router.py", '"/parcels"', '"/shipments"'),
)
_BY_HAND = ("src/shop/jobs/price_check.py", "tests/jobs/test_price_check.py")
_USED = """from decimal import Decimal
from pathlib import Path
from sqlalchemy import select
from shop.modules.goods.models import Product
"""


def solve(project: Path) -> None:
    """Solve all conflicts and bring the owner's own files to the new places of what they import."""
    for path in sorted(project.rglob("*.py")):
        if ".venv" not in path.parts and "<<<<<<< yours" in (text := path.read_text()):
            name = path.relative_to(project).as_posix()
            path.write_text(_solved(project, name, text))
    for name, old, new in _ROUTERS:
        _sub(project / name, (old, new))
    for name in _BY_HAND:
        _sub(project / name, *_NEW_PLACES)
    ruff = project / ".venv" / "bin" / "ruff"
    for words in (("check", "--fix-only", "--quiet"), ("format", "--quiet")):
        subprocess.run([ruff, *words, "src", "tests"], cwd=project, check=True)


def _solved(project: Path, name: str, text: str) -> str:
    if name in _OWN_TESTS:
        own = subprocess.run(
            ["git", "show", f"HEAD:{name}"], cwd=project, check=True, capture_output=True, text=True
        ).stdout
        theirs = _HUNK.sub(r"\2", text)
        written = own[own.rindex("\ndef test_") :]
        theirs = theirs[: theirs.rindex("\ndef test_")]
        return re.sub(r"\nimport pytest\n", f"\n{_USED}import pytest\n", theirs, count=1) + written
    if name.startswith("src/shop/jobs/"):
        mine = _HUNK.sub(r"\1", text)
        for old, new in _NEW_PLACES:
            mine = re.sub(old, new, mine)
        return mine
    if name == "tests/conftest.py":
        return _HUNK.sub(r"\1\2", text)
    theirs = _HUNK.sub(r"\2", text)
    if name == _THEIR_IMPORTS:
        theirs = theirs.replace("logger = logging.getLogger(__name__)\n", "")
        theirs = theirs.replace("retries=3", "retries=0")
    return theirs


def _sub(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text()
    for old, new in pairs:
        text = re.sub(old, new, text)
    path.write_text(text)
