"""The URLs of the page, wherever it is."""

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from shop import ops
from shop.ops.links import here, link
from shop.ops.notices import back
from shop.settings import Settings

KEY = "the operator's"


@pytest.mark.parametrize("prefix", ["", "/v1.0"])
@pytest.mark.parametrize("root_path", ["", "/a b"])
@pytest.mark.parametrize("stripped", [True, False])
def test_the_login_works_behind_a_proxy_and_under_another_prefix(
    app: FastAPI, settings: Settings, prefix: str, root_path: str, *, stripped: bool
) -> None:
    """A proxy may leave its own prefix in the path, or not."""
    app = FastAPI()
    app.state.settings = settings
    app.include_router(ops.router, prefix=prefix)
    own = root_path.replace(" ", "%20") + prefix
    asked = prefix if stripped else own

    with TestClient(app, root_path=root_path, follow_redirects=False) as browser:
        sent = browser.get(f"{asked}/ops?a=1")
        form = {"key": KEY, "next": f"{own}/ops?a=1"}
        headers = {"Sec-Fetch-Site": "same-origin"}
        entered = browser.post(f"{asked}/ops/login", data=form, headers=headers)
        page = browser.get(f"{asked}/ops/login").text
        form["next"] = f"{own}/ops".replace(".", "x")
        other = browser.post(f"{asked}/ops/login", data=form, headers=headers)

    assert str(sent.headers["Location"]).startswith(f"{own}/ops/login?next=%2F")
    assert entered.headers["Location"] == f"{own}/ops?a=1"
    assert other.headers["Location"] == f"{own}/ops"
    assert f"; Path={own}/ops;" in entered.headers["Set-Cookie"]
    assert f'action="{own}/ops/login"' in page
    assert f'href="{own}/ops/static/ops.css?v=' in page


def test_the_page_knows_where_its_application_is_mounted(app: FastAPI) -> None:
    outer = FastAPI()
    outer.mount("/inner", app)

    sent = TestClient(outer, follow_redirects=False).get("/inner/ops?a=1")

    assert sent.headers["Location"] == "/inner/ops/login?next=%2Finner%2Fops%3Fa%3D1"


@pytest.fixture
def request_(app: FastAPI) -> Request:
    """Give a request to the application."""
    scope = {"type": "http", "app": app, "path": "/\xe4 b", "query_string": b"a=%20", "headers": []}
    return Request({**scope, "method": "GET", "server": ("shop", 80)})


def test_parts_that_are_not_in_the_path_become_the_query(request_: Request) -> None:
    url = link(request_, "ops_static", file="a/b?", v=None, state=["x", "y&"], name=7)

    assert url == "/ops/static/a%2Fb%3F?state=x&state=y%26&name=7"


def test_a_request_knows_its_own_url_in_ascii(request_: Request) -> None:
    assert here(request_) == "/%C3%A4%20b?a=%20"


@pytest.mark.parametrize(
    ("path", "more", "url"),
    [
        ("/ops", False, "/ops?did=retry&count=2"),
        ("/ops?a=1", True, "/ops?a=1&did=retry&count=2&more=1"),
    ],
)
def test_a_verb_sends_back_to_a_page_with_what_it_did(path: str, *, more: bool, url: str) -> None:
    response = back(path, "retry", 2, more=more)

    assert (response.status_code, response.headers["Location"]) == (303, url)
