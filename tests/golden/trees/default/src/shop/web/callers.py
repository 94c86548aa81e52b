"""Who counts as a caller on this machine: while no key is set, only such a one is answered."""

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from fastapi import Request

FORWARDED = (
    *("forwarded", "via", "x-real-ip", "x-forwarded", "x-original-", "x-client-ip", "client-ip"),
    *("x-cluster-client-ip", "x-envoy-", "true-client-ip", "fastly-client-ip", "cf-", "cdn-loop"),
)
"""How the headers begin that a proxy adds."""


def is_local(request: Request) -> bool:
    """Tell whether the caller is on this machine, with no proxy between.

    The address is what the server says. A request that was passed on is never local, whoever it is
    passed on for, and neither is one that comes through a Unix socket: proxies use these. A browser
    on this machine asks for whoever made the page, which it names as `Origin`.
    """
    if request.client is None or not _is_loopback(request.client.host):
        return False
    if any(name.replace("_", "-").startswith(FORWARDED) for name in request.headers):
        return False
    return all(_is_of_here(origin) for origin in request.headers.getlist("origin"))


def _is_of_here(origin: str) -> bool:
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
