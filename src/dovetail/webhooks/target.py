"""Where a webhook may lead: the plant's own network and the world, but not this machine and not the cloud's insides.

A person who may make webhooks could otherwise let Dovetail knock at doors that only Dovetail can reach. So the name is
resolved once per attempt, the address found is checked and that very address is connected to; an answer's body is not
kept and redirects are not followed, so nothing of what is behind the door comes back.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from dovetail.core.errors import InvalidError, LinkError, RefusedError

URL_MAX: Final = 2_000
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address, taken apart. `path` may hold a token, as many services want it: it is shown to nobody."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)

    @property
    def origin(self) -> str:
        """What may be shown: scheme, host, and the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")


def parse(url: str) -> Target:
    """Take an address apart. Raises InvalidError for what is no plain http or https address."""

    def wrong(what: str, hint: str | None = None) -> InvalidError:
        return InvalidError(what, pointer="/url", code="webhook-url", hint=hint)

    if len(url) > URL_MAX or any(letter <= " " or letter == "\x7f" for letter in url):
        raise wrong("this address is too long, or has spaces in it")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise wrong("this is no address") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise wrong("a webhook's address begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise wrong("no user or password inside the address", "the receiver knows us by the signature")
    if parts.fragment:
        raise wrong("an address of a service has no #fragment")
    if port == 0:
        raise wrong("port 0 is nowhere")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise wrong("write letters beyond ASCII as %…")
    try:
        host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
    except UnicodeError as error:
        raise wrong("this is no host name") from error
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path)


def resolve(target: Target, allowed: Collection[str]) -> str:
    """The IP address to connect to. Raises LinkError where there is none, RefusedError where we may not go.

    `allowed` names hosts or addresses that somebody with access to the server has let in although they are inside.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise LinkError(f"there is no host {target.host}", code="webhook-host") from error
    addresses = [str(one[4][0]) for one in found]
    for address in addresses:
        if target.host in allowed or address in allowed or not is_inside(address):
            return address
    raise RefusedError(
        f"{target.host} leads into this machine or its cloud, where webhooks do not go",
        code="webhook-inside",
        hint="if it is meant, start Dovetail with DOVETAIL_WEBHOOK_HOSTS naming the host",
    )


def is_inside(address: str) -> bool:
    """Loopback, link-local (the clouds' metadata), unspecified, multicast or reserved; private networks are not."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if inner is not None:
        return is_inside(str(inner))
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast or ip.is_reserved
