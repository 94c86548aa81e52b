"""The broker: a Valkey of its own, beside that of the jobstore if there is one."""

from .valkey import Valkey


class Broker(Valkey):
    """Listens on a socket in its folder, and on no port."""

    setting = "TEST_BROKER_URL"
    scheme = "redis+socket"  # Celery's name for it
