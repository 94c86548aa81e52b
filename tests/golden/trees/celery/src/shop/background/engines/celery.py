"""Celery as the engine: its settings, and how the relay sends.

The settings matter little for correctness, since a message has no content and a lost one is
sent again by the relay. They keep a worker from taking what another could run.
"""

from collections.abc import Generator
from contextlib import contextmanager

from celery import Celery
from kombu import Connection, Queue

from ..host import Settings

TASK = "turn"
WAIT_SECONDS = 5.0
"""For an answer of the broker."""


def make_app(settings: Settings) -> Celery:
    """Make a Celery application for one queue of turns."""
    app = Celery(
        "shop",
        broker=settings.broker_url,
        set_as_current=False,
    )
    app.conf.update(
        # One process, one lease, one pool of connections: the runs have threads of the runner, and
        # a thread of Celery only waits for them. For more cores, start more workers.
        worker_pool="threads",
        worker_concurrency=settings.runner_threads,
        # Acknowledge after the runs, and take no message more than there are threads: else a busy
        # worker would keep messages that an idle one could use.
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        # Nobody reads a result: the ledger has it.
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        # A broker that cannot be reached is the relay's matter, at the next look.
        task_publish_retry=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # Its queue has the name of the machine: on RabbitMQ a second worker there could not start.
        worker_enable_remote_control=False,
        # Logs are those of the service.
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        task_default_queue=settings.broker_queue,
        task_queues=[Queue(settings.broker_queue)],
        broker_transport_options={
            # A message is given back after a minute at most (`turns`), so this is never reached.
            "visibility_timeout": 3600,
            "priority_steps": [0],  # one list, not one for each of four priorities
            "socket_timeout": WAIT_SECONDS,
            "socket_connect_timeout": WAIT_SECONDS,
            "max_retries": 0,  # kombu would try for six seconds; the relay looks again anyway
        },
    )
    return app


class Engine:
    """Sends turns, in the thread of the relay."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; it connects when it is used."""
        self._app = make_app(settings)
        (self._queue,) = self._app.conf.task_queues
        self._connection: Connection | None = None

    def ready(self) -> int:
        """Return how many messages wait for a worker."""
        with self._connected() as connection:
            queue = self._queue(connection.default_channel)
            return int(queue.queue_declare().message_count)

    def send(self, count: int) -> None:
        """Send `count` messages."""
        with self._connected() as connection, self._app.amqp.Producer(connection) as producer:
            for _ in range(count):
                self._app.send_task(TASK, producer=producer, queue=self._queue, retry=False)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.release()
            self._connection = None

    @contextmanager
    def _connected(self) -> Generator[Connection, None, None]:
        """Keep the connection until an error: then the next call makes another."""
        try:
            if self._connection is None:
                self._connection = self._app.connection_for_write(connect_timeout=WAIT_SECONDS)
            yield self._connection
        except BaseException:
            self.close()
            raise
