"""Fills the templates; what they are given is text, never markup."""

from functools import partial
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .links import link

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: Request, template: str, status: int = HTTPStatus.OK, **facts: object
) -> HTMLResponse:
    """Return a page; in its template, `link` gives URLs by the name of a route."""
    known = {"link": partial(link, request), "path": request.url.path}
    return HTMLResponse(TEMPLATES.get_template(template).render(known | facts), status)
