"""Who calls a route for clients: a client that is known, or somebody on this machine."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from fastapi import Request

FORWARDED = (
    *("forwarded", "via", "x-real-ip", "x-forwarded", "x-original-", "x-client-ip", "client-ip"),
    *("x-cluster-client-ip", "x-envoy-", "true-client-ip", "fastly-client-ip", "cf-", "cdn-loop"),
)
"""The beginnings of header names that proxies add."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: its name, and what it may do; `scopes` is None for one that may do all."""

    name: str
    scopes: frozenset[str] | None = None

    def may(self, *scopes: str) -> bool:
        """Tell whether it has all of these scopes."""
        return self.scopes is None or self.scopes.issuperset(scopes)


LOCAL = Caller("(local)")
"""Whoever calls from this machine while no client can be known; no client has such a name."""


def is_local(request: Request) -> bool:
    """Tell whether the caller is on this machine, with no proxy between.

    The server gives the caller's address. A request with a header of a proxy is never local, and
    neither is one from a Unix socket, because proxies use those. A browser on this machine acts for
    the site of the open page and names it in `Origin`, so that site must be local too.
    """
    if request.client is None or not _is_loopback(request.client.host):
        return False
    if any(name.replace("_", "-").startswith(FORWARDED) for name in request.headers):
        return False
    return all(_is_local_origin(origin) for origin in request.headers.getlist("origin"))


def _is_local_origin(origin: str) -> bool:
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host == "localhost" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
