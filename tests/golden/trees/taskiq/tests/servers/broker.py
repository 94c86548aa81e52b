"""The broker: RabbitMQ, as the packages of the system install it; there is no wheel of it."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from .server import Server

DEBIAN = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The one on Debian's PATH changes the user and takes no settings."""


INSTALL = "`apt-get install rabbitmq-server` or `brew install rabbitmq`"


class Broker(Server):
    """Listens on ports of this machine that were free."""

    setting = "TEST_BROKER_URL"
    not_ready = OSError

    def __init__(self, folder: Path) -> None:
        """Make the folder, and choose the ports."""
        super().__init__(folder)
        program = DEBIAN if DEBIAN.exists() else shutil.which("rabbitmq-server")
        if program is None:
            sys.exit(f"there is no RabbitMQ on this machine: {INSTALL}, or set {self.setting}")
        self.program = str(program)
        self.port, between_nodes, self.names = free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        own = {
            "HOME": ".",  # the cookie of Erlang
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": "none",
            "RABBITMQ_ADVANCED_CONFIG_FILE": "none.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "plugins",
            "RABBITMQ_MNESIA_BASE": "data",
            "RABBITMQ_LOG_BASE": ".",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": "pid",
            "RABBITMQ_NODENAME": "test@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(between_nodes),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.names),
            "RUNNING_UNDER_SYSTEMD": "yes",  # without a shell around it, which a signal would end
        }
        self.user = {"env": {**os.environ, **own}}
        (folder / "plugins").write_text("[].")

    def command(self) -> list[str]:
        """Give the command."""
        return [self.program]

    def connect(self) -> None:
        """Begin to speak AMQP: it answers when it is ready."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
            client.sendall(b"AMQP\0\0\x09\x01")
            if not client.recv(1):
                raise ConnectionResetError

    def stop(self) -> None:
        """End it, and the server of names that Erlang has started beside it."""
        super().stop()
        command = ["epmd", "-port", str(self.names), "-kill"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    open_now = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in open_now]
    for each in open_now:
        each.close()
    return ports
