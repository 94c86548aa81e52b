"""Take the screenshots of the operators' page, light and dark, that the READMEs show.

    python docs/screenshots.py

It makes a project, fills its ledger with a day of runs, serves it, and lets Chromium look at it.
A project shows them too, so they lie in its template as well.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from fastforge.environment.uv import program, uv_binary
from tests.e2e.browser import started
from tests.e2e.service import serve

HERE = Path(__file__).parent
PROJECT = HERE.parent / "templates/project/template/{% if page %}docs{% endif %}"
PICTURES = HERE / "images"
LEDGER = HERE / "day_of_runs.py"
KEY = "a-key-for-pictures"
SIZE = {"width": 1100, "height": 940}


def main() -> None:
    """Make the pictures."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        new = [sys.executable, "-m", "fastforge", "new", "shop", "--yes", "--no-verify", "--no-git"]
        subprocess.run(new, cwd=folder, check=True, capture_output=True)
        project = folder / "shop"
        subprocess.run([uv_binary(), "sync", "--quiet"], cwd=project, check=True)
        fill = [program(project, "python"), LEDGER, f"sqlite:///{folder}/service.db"]
        subprocess.run(fill, cwd=project, check=True)
        keys = {"OPS_API_KEY": KEY, "RUN_RETENTION_DAYS": "60", "SUCCESS_RETENTION_DAYS": "60"}
        with serve(project, "shop", folder, **keys) as url, started() as browser:
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    color_scheme=scheme, viewport=SIZE, extra_http_headers={"X-Ops-Key": KEY}
                )
                page = context.new_page()
                page.goto(f"{url}/ops")
                page.screenshot(path=PICTURES / f"operators-page-{scheme}.png")
                context.close()
    for picture in PICTURES.iterdir():
        shutil.copy(picture, PROJECT)


if __name__ == "__main__":
    main()
