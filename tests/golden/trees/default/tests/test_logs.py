"""Log lines carry what they belong to."""

import json
import logging
from collections.abc import Iterator

import pytest

from shop import logs
from shop.settings import Settings

logger = logging.getLogger("service.test")

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    """Leave the handlers and the level of the root logger as they were."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    yield
    root.handlers, root.level = before


def test_a_line_says_when_how_bad_where_and_to_what_it_belongs(capsys: Capture) -> None:
    logs.configure(Settings())
    with logs.bound(run_id="1"), logs.bound(work="mail"):
        logger.warning("inside")
    logger.info("outside")
    inside, outside = capsys.readouterr().err.splitlines()
    assert inside.endswith(" WARNING service.test run_id=1 work=mail: inside")
    assert outside.endswith(" INFO service.test: outside")
    assert outside[:2] == "20"


def test_json_lines_have_the_same_as_fields(capsys: Capture) -> None:
    logs.configure(Settings(log_json=True))
    with logs.bound(run_id="1"):
        logger.error("two\nlines")
    line = json.loads(capsys.readouterr().err)
    del line["asctime"]
    expected = {"level": "ERROR", "name": "service.test", "message": "two\nlines", "run_id": "1"}
    assert line.items() >= expected.items()


def test_json_lines_have_the_traceback_line_by_line(capsys: Capture) -> None:
    logs.configure(Settings(log_json=True))
    try:
        raise ZeroDivisionError("oh")  # noqa: TRY301
    except ZeroDivisionError:
        logger.exception("failed")
    assert json.loads(capsys.readouterr().err)["exc_info"][-1] == "ZeroDivisionError: oh"


def test_the_scheduler_says_only_what_is_wrong(capsys: Capture) -> None:
    logs.configure(Settings())
    logging.getLogger("apscheduler.scheduler").info("every pass")
    logging.getLogger("apscheduler.scheduler").warning("trouble")
    assert capsys.readouterr().err.count("\n") == 1


def test_what_is_bound_is_gone_after_an_error() -> None:
    record = logger.makeRecord("n", logging.INFO, "f", 1, "m", (), None)
    with pytest.raises(ZeroDivisionError), logs.bound(run_id="1"):
        raise ZeroDivisionError
    assert logs.ContextFilter().filter(record)
    assert record.__dict__["context"] == ""


def test_configuring_twice_writes_each_line_once_and_keeps_other_handlers(capsys: Capture) -> None:
    other = logging.NullHandler()
    logging.getLogger().handlers = [other]
    logs.configure(Settings())
    logs.configure(Settings(log_level="warning"))
    logger.info("left out")
    logger.warning("once")
    assert capsys.readouterr().err.count("\n") == 1
    assert other in logging.getLogger().handlers


def test_the_server_logs_in_the_same_format(capsys: Capture) -> None:
    for name in ("uvicorn", "uvicorn.access"):
        server = logging.getLogger(name)
        server.addHandler(logging.StreamHandler())
        server.propagate = False
    logs.configure(Settings())
    logging.getLogger("uvicorn.access").info("GET /")
    logging.getLogger("apscheduler.scheduler").info("chatter")
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith(" INFO uvicorn.access: GET /")
