"""A real browser: Debian's Chromium, in which a test sees what an operator sees."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

LONGEST_WAIT_MS = 30_000
SWITCHES = [
    "--no-sandbox",  # a test may run as root
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-gpu", "--disable-quic", "--no-first-run"),
]


def chromium() -> str:
    """Find it, or skip the test."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    return found


@contextmanager
def started() -> Iterator[Browser]:
    """Start the browser."""
    expect.set_options(timeout=LONGEST_WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, screenshots: Path, **context: Any) -> Iterator[Page]:
    """Open a page with a profile of its own; if the test fails, keep what it looked like.

    What the browser refuses or the script throws makes the test fail too.
    """
    profile = browser.new_context(**context)
    page, complaints = profile.new_page(), list[str]()
    page.set_default_timeout(LONGEST_WAIT_MS)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.extend(complaint(said.type, said.text)))
    try:
        yield page
        assert complaints == []
    except BaseException as error:
        file = screenshots / f"{len(list(screenshots.iterdir()))}.png"
        page.screenshot(path=file, full_page=True)
        error.add_note(f"how it looked, at {page.url}: {file}")
        raise
    finally:
        profile.close()


def complaint(kind: str, text: str) -> list[str]:
    """Give what the browser says, if it complains; a wrong key is answered with 401."""
    return [text] if kind in {"error", "warning"} and "status of 401" not in text else []
