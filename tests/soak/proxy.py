"""A server in between, whose connections can fall silent or break, as those of a network do."""

import socket
import threading
from collections.abc import Callable
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
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def silence(self) -> None:
        """Pass nothing on, without a word: as a cable that was pulled."""
        self._flows.clear()

    def cut(self) -> None:
        """Break all connections, and each new one."""
        self._takes.clear()
        self._flows.set()
        for connection in self._connections:
            _shut(connection)

    def mend(self) -> None:
        """Pass everything on."""
        self._takes.set()
        self._flows.set()

    def close(self) -> None:
        """Break all and listen no more."""
        _shut(self._listening)  # which ends the accept of the other thread
        self.cut()
        for thread in self._threads:
            thread.join()
        for each in (self._listening, *self._connections):
            each.close()

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
                    self._start(self._pass_on, *pair)

    def _start(self, function: Callable[..., None], *arguments: socket.socket) -> None:
        self._threads.append(threading.Thread(target=function, args=arguments, daemon=True))
        self._threads[-1].start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, tuple):
            return socket.create_connection(self._target)
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self._target)
        except OSError:
            server.close()
            raise
        return server

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                target.sendall(data)
        _shut(source)
        _shut(target)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


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
