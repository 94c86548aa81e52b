"""What a verb says it has done: in the query of the page that it sends back to."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import RedirectResponse

MOST_DIGITS = 9
DONE = {
    "retry": "{} queued again.",
    "cancel": "{} cancelled, or asked to stop.",
    "dismiss": "{} dismissed.",
    "run": "{} queued.",
    "pause": "The job is paused.",
    "resume": "The job is resumed.",
}
MORE = " There are more that match: do it again for the next ones."


def back(path: str, did: str, count: int = 1, *, more: bool = False) -> RedirectResponse:
    """Send the browser to a page, which says what was done to how many runs."""
    both = "&" if "?" in path else "?"
    url = f"{path}{both}did={did}&count={count}{'&more=1' if more else ''}"
    return RedirectResponse(url, HTTPStatus.SEE_OTHER)


def notice(request: Request) -> str:
    """Return the sentence for `?did=VERB&count=N&more=1`; an empty text for anything else."""
    query = request.query_params
    sentence, count = DONE.get(query.get("did", ""), ""), query.get("count", "1")
    if not sentence or not count.isascii() or not count.isdecimal() or len(count) > MOST_DIGITS:
        return ""
    runs = "1 run is" if int(count) == 1 else f"{int(count):,} runs are"
    return sentence.format(runs) + (MORE if "more" in query else "")
