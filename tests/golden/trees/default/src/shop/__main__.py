"""`python -m shop`: runs the service with uvicorn.

The command `uvicorn` has three faults that this avoids: its first log lines have another format, it
exits with 0 when workers cannot start, and it restarts a worker that cannot be imported forever.
"""

import argparse
import logging
import sys
from contextlib import suppress

from fastapi import FastAPI
from pydantic import ValidationError
from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from .process import logs
from .settings import Settings

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 10
"""A worker that does not answer for so long, such as at a slow start, is replaced."""


def load() -> FastAPI:
    """Return the application; exit if it cannot be imported."""
    try:
        logs.configure(Settings())
        from .main import app  # noqa: PLC0415 (errors of the import are logged here)
    except ValidationError as error:
        say(error)
    except Exception:
        logger.exception("the application cannot be imported")
    else:
        return app
    sys.exit(STARTUP_FAILURE)


def say(error: ValidationError) -> None:
    """Log in one line which settings are wrong."""
    wrong = (f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors())
    logger.critical("the service cannot start: %s", "; ".join(wrong))


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    options = parser().parse_args(arguments)
    try:
        logs.configure(Settings())
    except ValidationError as error:
        say(error)
        return STARTUP_FAILURE
    config = Config(
        f"{__package__}.__main__:load",
        factory=True,
        lifespan="on",
        log_config=None,
        timeout_worker_healthcheck=ANSWER_SECONDS,
        **vars(options),
    )
    with suppress(KeyboardInterrupt):
        if config.workers > 1:
            return supervise(config)
        Server(config).run()
    return 0


class Supervisor(Multiprocess):
    """Notices at once that a worker has ended.

    uvicorn 0.54 keeps the worker's end of the pipe open, on which it asks whether the worker is
    alive. If a worker ends just then, it waits ANSWER_SECONDS for the answer.
    """

    def keep_subprocess_alive(self) -> None:
        """Ask each worker, and replace those that have ended or do not answer."""
        for worker in self.processes:
            worker.child_conn.close()
        super().keep_subprocess_alive()


def supervise(config: Config) -> int:
    """Run the workers; return STARTUP_FAILURE if one could not start, which ends all."""
    with config.bind_socket() as listener:
        supervisor = Supervisor(config, sockets=[listener])
        supervisor.run()
    codes = {worker.process.exitcode for worker in supervisor.processes}
    return STARTUP_FAILURE if STARTUP_FAILURE in codes else 0


def parser() -> argparse.ArgumentParser:
    """Make the parser; the options mean the same as for `uvicorn`."""
    made = argparse.ArgumentParser(
        prog="python -m shop",
        allow_abbrev=False,
    )
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8000)
    made.add_argument("--fd", type=int, help="an open socket, instead of host and port")
    made.add_argument("--workers", type=int, help="processes (default: 1, or $WEB_CONCURRENCY)")
    made.add_argument("--root-path", default="", help="the path prefix that a proxy removes")
    made.add_argument(
        "--forwarded-allow-ips", help="the proxies (default: this machine, or $FORWARDED_ALLOW_IPS)"
    )
    made.add_argument(
        "--timeout-graceful-shutdown", type=int, default=5, help="seconds that requests get to end"
    )
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
