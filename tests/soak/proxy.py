"""A server in between, whose connections can fall silent or break, as those of a network do."""

import socket
import threading
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit


class Proxy:
    """Passes on what it gets, until `silence` or `cut`; `mend` ends both."""

    def __init__(self, target: str | tuple[str, int], host: str = "127.0.0.1") -> None:
        """Listen; `target` is the path of a socket, or a host and a port."""
        self._target = target
        self._listening = socket.create_server((host, 0))
        self.port: int = self._listening.getsockname()[1]
        self._flows, self._takes = threading.Event(), threading.Event()
        self._connections: list[socket.socket] = []
        self.mend()
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self) -> None:
        """Pass nothing on, without a word: as a cable that was pulled."""
        self._flows.clear()

    def cut(self) -> None:
        """Break all connections, and each new one."""
        self._takes.clear()
        self._flows.set()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()

    def mend(self) -> None:
        """Pass everything on."""
        self._takes.set()
        self._flows.set()

    def close(self) -> None:
        """Break all and listen no more."""
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if not self._takes.is_set():
                    client.close()
                    continue
                try:
                    server = self._connect()
                except OSError:
                    client.close()
                    continue
                self._connections += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, tuple):
            return socket.create_connection(self._target)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._target)
        return server

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def through(url: str, host: str = "127.0.0.1") -> tuple[Proxy, str]:
    """Make a proxy to the server of a URL, and give the URL that leads through it.

    The server may listen on a socket, as those of the generated tests do.
    """
    parts = urlsplit(url)
    if parts.hostname:
        proxy = Proxy((parts.hostname, parts.port or 0), host)
        login = f"{parts.username}:{parts.password}@" if parts.username else ""
        return proxy, f"{parts.scheme}://{login}{host}:{proxy.port}{parts.path}"
    if folder := parse_qs(parts.query).get("host"):
        proxy = Proxy(f"{folder[0]}/.s.PGSQL.5432", host)
        return proxy, f"{parts.scheme}://{parts.netloc}{host}:{proxy.port}{parts.path}"
    proxy = Proxy(parts.path, host)
    return proxy, f"redis://{host}:{proxy.port}/0"
