"""Log lines have the log context."""

import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from logging.config import dictConfig

import pytest
from uvicorn.config import LOGGING_CONFIG, Config

from shop.process import logs
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


@pytest.fixture(scope="module")
def earlier() -> Iterator[Callable[[], None]]:
    """Start a thread before a test; return what makes it log and waits for that."""
    go_on = threading.Event()

    def log_late() -> None:
        go_on.wait()
        logger.warning("of before")

    thread = threading.Thread(target=log_late)

    def log() -> None:
        go_on.set()
        thread.join()

    thread.start()
    yield log
    log()


def test_what_a_thread_of_an_earlier_test_logs_is_not_this_tests(
    earlier: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    later = threading.Thread(target=lambda: logger.warning("of this test"))
    later.start()
    later.join()
    earlier()

    assert caplog.messages == ["of this test"]


def test_a_line_says_when_how_bad_where_and_to_what_it_belongs(capsys: Capture) -> None:
    logs.configure(Settings())
    with logs.log_context(run_id="1"), logs.log_context(work="mail"):
        logger.warning("inside")
    logger.info("outside")
    inside, outside = capsys.readouterr().err.splitlines()
    process = f"[{os.getpid()}]"
    assert inside.endswith(f" {process} WARNING service.test run_id=1 work=mail: inside")
    assert outside.endswith(f" {process} INFO service.test: outside")
    assert outside[:2] == "20"


def test_json_lines_have_the_same_as_fields(capsys: Capture) -> None:
    logs.configure(Settings(log_json=True))
    with logs.log_context(run_id="1"):
        logger.error("two\nlines", extra={"color_message": "\x1b[1mtwo\nlines"})
    line = json.loads(capsys.readouterr().err)
    assert line.pop("asctime")[:2] == "20"
    expected = {"level": "ERROR", "name": "service.test", "message": "two\nlines", "run_id": "1"}
    assert line == {**expected, "pid": os.getpid()}


def test_json_lines_have_the_traceback_line_by_line(capsys: Capture) -> None:
    logs.configure(Settings(log_json=True))
    try:
        raise ZeroDivisionError("oh")  # noqa: TRY301
    except ZeroDivisionError:
        logger.exception("failed")
    assert json.loads(capsys.readouterr().err)["exc_info"][-1] == "ZeroDivisionError: oh"


@pytest.mark.parametrize("name", ["apscheduler.scheduler", "alembic.runtime.plugins"])
@pytest.mark.parametrize(("level", "lines"), [("DEBUG", 1), ("WARNING", 1), ("ERROR", 0)])
def test_libraries_that_talk_much_say_only_what_is_wrong(
    capsys: Capture, name: str, level: str, lines: int
) -> None:
    logs.configure(Settings.model_validate({"log_level": level}))
    logging.getLogger(name).info("every pass")
    logging.getLogger(name).warning("trouble")
    assert capsys.readouterr().err.count("\n") == lines


def test_what_is_bound_is_gone_after_an_error() -> None:
    record = logger.makeRecord("n", logging.INFO, "f", 1, "m", (), None)
    with pytest.raises(ZeroDivisionError), logs.log_context(run_id="1"):
        raise ZeroDivisionError
    assert logs.ContextFilter().filter(record)
    assert record.__dict__["context"] == ""


def test_configuring_twice_writes_each_line_once_and_keeps_other_handlers(capsys: Capture) -> None:
    other = logging.NullHandler()
    logging.getLogger().handlers = [other]
    logs.configure(Settings())
    logs.configure(Settings.model_validate({"log_level": "warning"}))
    logger.info("left out")
    logger.warning("once")
    assert capsys.readouterr().err.count("\n") == 1
    assert other in logging.getLogger().handlers


SERVER = ("uvicorn", "uvicorn.error", "uvicorn.access")


@pytest.fixture
def _server() -> Iterator[None]:
    """Configure the loggers as the command `uvicorn` does; undo it after the test."""
    dictConfig(LOGGING_CONFIG)
    yield
    for name in SERVER:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.usefixtures("_server")
@pytest.mark.parametrize("name", SERVER)
def test_the_server_logs_in_the_same_format(capsys: Capture, name: str) -> None:
    for _ in range(2):
        logs.configure(Settings())
    logging.getLogger(name).info("GET /")
    logging.getLogger(name).debug("left out")
    written = capsys.readouterr()
    assert written.err.endswith(f" INFO {name}: GET /\n")
    assert (written.err.count("\n"), written.out) == (1, "")


@pytest.mark.usefixtures("_server")
def test_the_level_is_that_of_the_server_too(capsys: Capture) -> None:
    logs.configure(Settings(log_level="ERROR"))
    for name in SERVER:
        logging.getLogger(name).warning("left out")
        logging.getLogger(name).error("wrong")
    assert capsys.readouterr().err.count("\n") == len(SERVER)


@pytest.mark.usefixtures("_server")
def test_access_lines_that_the_server_leaves_out_stay_out(capsys: Capture) -> None:
    Config("shop.main:app", access_log=False)
    logs.configure(Settings())
    logging.getLogger("uvicorn.access").info("GET /")
    assert capsys.readouterr().err == ""
