"""What is around each page: its landmarks, who is logged in, what was just done, its files."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop import ops

MARKUP = "<b>'\"&"
STATIC = Path(ops.__file__).parent / "static"
KINDS = {"ops.css": "text/css", "ops.js": "text/javascript", "ops.svg": "image/svg+xml"}


@pytest.fixture
def operator(client: TestClient) -> TestClient:
    """Send the key with each request."""
    client.headers["X-Ops-Key"] = "the operator's"
    return client


def test_the_frame_has_landmarks_and_the_name_of_the_service(
    app: FastAPI, operator: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "title", MARKUP)

    page = operator.get("/ops").text

    assert page.count("<h1>") == page.count('<main id="main"') == page.count("<nav ") == 1
    assert '<a class="skip" href="#main">' in page
    assert '<a href="/ops" aria-current="page">Overview</a>' in page
    assert "<title>Overview - &lt;b&gt;&#39;&#34;&amp;</title>" in page
    assert MARKUP not in page


@pytest.mark.parametrize(
    ("key", "said"), [("the operator's", "operator"), ("the reader's", "reader (may only look)")]
)
def test_the_frame_says_who_is_logged_in(client: TestClient, key: str, said: str) -> None:
    assert f"<span>{said}</span>" in client.get("/ops", headers={"X-Ops-Key": key}).text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("did=retry&count=1", "1 run is queued again."),
        ("did=cancel&count=1234", "1,234 runs are cancelled, or asked to stop."),
        ("did=dismiss&count=0", "0 runs are dismissed."),
        ("did=run", "1 run is queued."),
        ("did=pause&count=1", "The job is paused."),
        ("did=resume", "The job is resumed."),
        ("did=retry&count=2&more=1", "2 runs are queued again. There are more that match: do it"),
    ],
)
def test_a_page_says_what_was_just_done(operator: TestClient, query: str, said: str) -> None:
    assert f'<p class="notice" role="status">{said}' in operator.get(f"/ops?{query}").text


@pytest.mark.parametrize("count", ["", "-1", "1.0", "x", "\u0663", "9" * 10, MARKUP])
def test_a_page_says_no_count_that_is_none(operator: TestClient, count: str) -> None:
    page = operator.get("/ops", params={"did": "retry", "count": count}).text

    assert 'class="notice"' not in page


@pytest.mark.parametrize("did", ["", "pay", MARKUP])
def test_a_page_says_nothing_of_unknown_verbs(operator: TestClient, did: str) -> None:
    assert 'class="notice"' not in operator.get("/ops", params={"did": did}).text


def test_what_a_page_loads_is_there_and_may_be_kept(operator: TestClient) -> None:
    page = operator.get("/ops").text

    urls = re.findall(r'(?:src|href)="(/ops/static/[^"]+)"', page)
    assert len(urls) == len(KINDS)
    for url in urls:
        name = url.partition("?")[0].rpartition("/")[2]
        response = operator.get(url)
        assert response.headers["Content-Type"].partition(";")[0] == KINDS[name]
        assert response.content == (STATIC / name).read_bytes()
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=", "?v=0"])
def test_a_file_of_another_version_is_not_kept(client: TestClient, query: str) -> None:
    response = client.get(f"/ops/static/ops.css{query}")

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("name", ["ops.py", "..%2Frouter.py", "ops.css%00"])
def test_there_are_no_other_files(client: TestClient, name: str) -> None:
    assert client.get(f"/ops/static/{name}").status_code in {404, 422}


def test_pages_have_no_script_or_style_of_their_own() -> None:
    """The policy of the page would let a browser ignore them."""
    found = {
        file.name: re.findall(r"<style|\sstyle=|\son\w+=|<script(?! src)|javascript:", text)
        for file in (STATIC.parent / "templates").rglob("*.html")
        for text in [file.read_text(encoding="utf-8")]
    }

    assert len(found) > 3
    assert not any(found.values()), found


def test_templates_take_nothing_for_markup() -> None:
    templates = (STATIC.parent / "templates").rglob("*.html")

    assert not [file for file in templates if re.search(r"\|\s*safe|autoescape", file.read_text())]
