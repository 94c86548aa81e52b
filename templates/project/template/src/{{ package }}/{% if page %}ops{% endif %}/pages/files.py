"""`/ops/static`: style, script and icon, also for the page to log in."""

from typing import Literal

from fastapi import Response

from ..assets import FILES, TYPES, VERSION
from ..route import page_router

router = page_router(guarded=False)
BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/static/{file}",
    response_class=Response,
    responses={200: {"content": dict.fromkeys(TYPES.values(), BINARY)}},
)
async def ops_static(file: Literal["ops.css", "ops.js", "ops.svg"], v: str = "") -> Response:
    """Send a file; a browser may keep it if the URL has the version of today."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"} if v == VERSION else None
    return Response(FILES[file], media_type=TYPES[file], headers=headers)
