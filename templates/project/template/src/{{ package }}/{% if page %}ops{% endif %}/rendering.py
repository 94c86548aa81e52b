"""Fills the templates; what they are given is text, never markup."""

from functools import partial
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .assets import VERSION
from .links import here, link
from .notices import notice

PAGES = {"Overview": "ops_overview", "Jobs": "ops_jobs", "Runs": "ops_runs"}
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # those of a deploy in progress belong to other code
)


def page(
    request: Request, template: str, status: int = HTTPStatus.OK, **facts: object
) -> HTMLResponse:
    """Return a page.

    In its template, `link` gives URLs by the name of a route, and `visitor` is who asks.
    """
    known = {
        "link": partial(link, request),
        "static": lambda file: link(request, "ops_static", file=file, v=VERSION),
        "path": here(request).partition("?")[0],
        "pages": [(text, link(request, route)) for text, route in PAGES.items()],
        "service": request.app.title,
        "visitor": getattr(request.state, "visitor", None),
        "notice": notice(request) if status < HTTPStatus.BAD_REQUEST else "",
    }
    return HTMLResponse(TEMPLATES.get_template(template).render(known | facts), status)
