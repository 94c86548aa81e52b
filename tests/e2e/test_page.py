"""The operators' page of a running service, in a real browser, as an operator uses it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from fastforge.answers.project import default_python
from tests.e2e.browser import started, visit
from tests.e2e.service import serve
from tests.environments import Environments

pytestmark = pytest.mark.e2e

KEY, READ_KEY = "the-key-of-operators", "the-key-of-readers"
TASK = '''\
"""Counts what is in a warehouse, when it answers."""

from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel

from ..background import Accepted, EnqueueDep, RunContext, Task

router = APIRouter()


class Count(BaseModel):
    warehouse: str


def count(payload: Count, context: RunContext) -> dict[str, int]:
    context.progress(1, 2, "asked")
    if not Path("READY").exists():
        raise RuntimeError(f"no answer from {payload.warehouse}")
    return {"boxes": 12}


TASK = Task(name="count", payload=Count, function=count)


@router.post("/count", status_code=202)
def queue(payload: Count, enqueue: EnqueueDep) -> Accepted:
    return enqueue(TASK, payload)
'''
HOSTILE = "<img src=x onerror=alert(1)><b>Leeds</b>"
NEW_YORK = "America/New_York"
BROWSERS = [
    pytest.param({"color_scheme": "light"}, id="light"),
    pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"java_script_enabled": False}, id="without JavaScript"),
]
Visit = Callable[..., AbstractContextManager[Page]]


class Service:
    """The running service, and the file that makes its task succeed."""

    def __init__(self, url: str, ready: Path) -> None:
        self.url, self.ready = url, ready

    def count(self, warehouse: str) -> str:
        """Queue a run, wait until it has ended, and give its id."""
        body = json.dumps({"warehouse": warehouse}).encode()
        kind = {"Content-Type": "application/json"}
        asked = Request(f"{self.url}/count", body, kind)  # noqa: S310
        with urlopen(asked) as answer:  # noqa: S310
            run_id: str = json.load(answer)["run_id"]
        while self.run(run_id)["finished_at"] is None:
            time.sleep(0.05)
        return run_id

    def run(self, run_id: str) -> dict[str, Any]:
        """Give a run as the service shows it."""
        asked = Request(f"{self.url}/runs/{run_id}", headers={"X-Ops-Key": KEY})  # noqa: S310
        with urlopen(asked) as answer:  # noqa: S310
            run: dict[str, Any] = json.load(answer)
        return run


@pytest.fixture(scope="module")
def service(
    environments: Environments, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("page")
    project, ready = folder / "shop", folder / "ready"
    new = [sys.executable, "-m", "fastforge", "new", "shop", "--yes", "--no-verify", "--no-git"]
    subprocess.run(new, cwd=folder, check=True, capture_output=True)
    environments.provide(project, default_python())
    (project / "src/shop/tasks/count.py").write_text(TASK.replace("READY", str(ready)))
    keys = {"OPS_API_KEY": KEY, "OPS_READ_KEY": READ_KEY}
    with serve(project, "shop", folder, **keys) as url:
        yield Service(url, ready)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture
def page_of(browser: Browser, service: Service, request: pytest.FixtureRequest) -> Visit:
    """Open the page with the browser's settings that are given."""
    assert request.config.cache
    kept = request.config.cache.mkdir(f"screenshots of {request.node.name.replace('/', ' ')}")

    def open_page(**context: Any) -> AbstractContextManager[Page]:
        return visit(browser, kept, base_url=service.url, **context)

    return open_page


def log_in(page: Page, key: str = KEY) -> None:
    page.goto("/ops")
    page.get_by_label("Key of operators").fill(key)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def reload_until(page: Page, seen: Callable[[], bool]) -> None:
    """Without JavaScript, a reload shows what is new."""
    end = time.monotonic() + 30
    while not seen() and time.monotonic() < end:
        page.reload()
    assert seen()


@pytest.mark.parametrize("how", BROWSERS)
def test_an_operator_finds_a_failed_run_retries_it_and_sees_it_succeed(
    how: dict[str, Any], page_of: Visit, service: Service
) -> None:
    service.ready.unlink(missing_ok=True)
    run_id = service.count(HOSTILE)

    with page_of(**how) as page:
        log_in(page)
        page.get_by_role("link", name="Runs", exact=True).click()
        page.get_by_label("Name").fill("count")
        page.get_by_label("failed").check()
        page.get_by_role("button", name="Show").click()
        assert "name=count" in page.url
        assert "state=failed" in page.url
        row = page.locator("tbody tr", has=page.locator(f"a[href$='{run_id}']"))
        expect(row).to_contain_text(f"no answer from {HOSTILE}")
        assert page.locator("main b, main img").count() == 0
        row.get_by_role("link").click()
        expect(page.get_by_role("heading", name="Run of count")).to_be_visible()
        main = page.get_by_role("main")
        expect(main).to_contain_text('raise RuntimeError(f"no answer from {payload.warehouse}")')
        expect(main).to_contain_text("1 of 2")
        expect(main).to_contain_text('"warehouse": "<img')
        service.ready.touch()
        page.get_by_role("button", name="Retry").click()
        expect(page.get_by_role("status").filter(has_text="queued again")).to_be_visible()
        done = page.locator("main .state-succeeded").first
        if how.get("java_script_enabled", True):
            expect(done).to_be_visible()
        else:
            reload_until(page, done.is_visible)
    assert service.run(run_id)["state"] == "succeeded"


@pytest.mark.parametrize("how", BROWSERS)
def test_an_operator_pauses_a_job_and_resumes_it(how: dict[str, Any], page_of: Visit) -> None:
    with page_of(**how) as page:
        log_in(page)
        page.get_by_role("link", name="Jobs", exact=True).click()
        page.get_by_role("button", name="Pause database_backup").click()
        expect(page.get_by_role("status").filter(has_text="The job is paused.")).to_be_visible()
        expect(page.get_by_role("button", name="Pause database_backup")).to_have_count(0)
        page.get_by_role("button", name="Resume database_backup").click()
        expect(page.get_by_role("button", name="Pause database_backup")).to_be_visible()


def test_who_may_only_look_finds_nothing_to_change(page_of: Visit, service: Service) -> None:
    service.ready.unlink(missing_ok=True)
    run_id = service.count("Leeds")

    with page_of() as page:
        log_in(page, READ_KEY)
        for path in ("/ops", "/ops/jobs", "/ops/runs", f"/ops/runs/{run_id}"):
            page.goto(path)
            expect(page.get_by_role("main")).to_be_visible()
            assert page.locator("main form[method=post] button").count() == 0


def test_a_wrong_key_is_refused_and_a_log_out_ends_the_session(page_of: Visit) -> None:
    with page_of(java_script_enabled=False) as page:
        page.goto("/ops/jobs")
        page.get_by_label("Key of operators").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Key of operators").fill(KEY)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        page.goto("/ops/jobs")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_what_happens_meanwhile_appears_unless_it_is_switched_off(
    page_of: Visit, service: Service
) -> None:
    service.ready.touch()

    with page_of() as page:
        page.clock.install()
        log_in(page)
        page.goto("/ops/runs?name=count")
        first = service.count("Leeds")
        expect(page.locator(f"a[href$='{first}']")).to_be_visible()
        page.get_by_label("Live").uncheck()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        second = service.count("Leeds")
        page.clock.fast_forward(60_000)
        page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
        page.get_by_label("Live").check()
        page.clock.fast_forward(60_000)
        page.evaluate("fetch('/ops/static/ops.js').then(() => null)")  # after all that came before
        assert [url for url in asked if "/static/" not in url] == []
        page.keyboard.press("r")
        expect(page.locator(f"a[href$='{second}']")).to_be_visible()


def test_all_can_be_done_by_keyboard_and_the_focus_is_seen(
    page_of: Visit, service: Service
) -> None:
    for _ in range(2):
        service.count("Leeds")

    with page_of() as page:
        log_in(page)
        page.goto("/ops/runs")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("/")
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type("j?")
        expect(page.get_by_label("Name")).to_have_value("j?")
        page.get_by_role("heading", name="Runs", exact=True).click()
        page.keyboard.press("j")
        focused = page.locator("tbody a:focus-visible")
        expect(focused).to_have_count(1)
        assert focused.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
        first = focused.get_attribute("href")
        page.keyboard.press("j")
        assert page.locator("tbody a:focus").get_attribute("href") != first
        page.keyboard.press("k")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Run of count")).to_be_visible()
        assert page.url.endswith(str(first))


def test_times_are_those_of_the_reader_with_utc_in_the_title(
    page_of: Visit, service: Service
) -> None:
    run_id = service.count("Leeds")
    due = datetime.fromisoformat(service.run(run_id)["due_at"])

    with page_of(timezone_id=NEW_YORK, locale="en-US") as page:
        log_in(page)
        page.goto(f"/ops/runs/{run_id}")
        time_of = page.locator("main time").first
        expect(time_of).to_have_attribute("title", f"{due:%Y-%m-%d %H:%M:%S} UTC")
        there = due.astimezone(ZoneInfo(NEW_YORK))
        expect(time_of).to_contain_text(f"{there:%-I:%M:%S}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_sticks_out_of_a_small_screen(
    scheme: str, page_of: Visit, service: Service
) -> None:
    service.ready.unlink(missing_ok=True)
    run_id = service.count(HOSTILE * 5)
    paths = ["/ops", "/ops/jobs", "/ops/runs", f"/ops/runs/{run_id}", "/ops/runs?state=lost"]

    with page_of(color_scheme=scheme, viewport={"width": 320, "height": 640}) as page:
        page.goto("/ops/login")
        found = {"/ops/login": serious(page)}
        log_in(page)
        for path in paths:
            page.goto(path)
            found[path] = serious(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    assert found == {path: [] for path in found}


def serious(page: Page) -> list[tuple[str, str]]:
    """Run axe-core; give the rules that are broken seriously, and the elements that break them."""
    return [
        (rule["id"], node["html"])
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
