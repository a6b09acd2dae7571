"""Which addresses somebody named: a network, a span, one address. Nothing is looked at that was not named."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dovetail.core.errors import InvalidError

ASKS_ABOVE: Final = 256  # hosts: one small network; who means more says so
HOSTS_MAX: Final = 4_096  # more would take longer than anybody waits, and is seldom meant
_DIGITS_MAX: Final = 10  # of a number in a list
_HINT: Final = "like 10.1.2.0/28, 10.1.2.5-10.1.2.20 or 10.1.2.7"

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Host:
    """One address to ask. `named`: it was named by itself, not as one of a range, and may be listened to."""

    address: str
    named: bool
    outside: bool  # no address of a private network: it may be somebody else's


def hosts(words: Iterable[str]) -> list[Host]:
    """The addresses that the words name, each once, in their order. Raises InvalidError for what names none.

    >>> [host.address for host in hosts(["10.1.2.0/30", "10.1.2.1"])]
    ['10.1.2.1', '10.1.2.2']
    """
    found: dict[str, Host] = {}
    for word in words:
        span = _span(word.strip())
        for address in span:
            text = str(address)
            named = len(span) == 1 or (text in found and found[text].named)
            found[text] = Host(text, named, not (address.is_private or address.is_link_local))
    return list(found.values())


def _span(word: str) -> list[Address]:
    first, dash, last = word.partition("-")
    try:
        if dash:
            begin, end = ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
            if begin.version != end.version or int(end) < int(begin):
                raise ValueError("a span goes from a lower to a higher address")
            _limit(word, int(end) - int(begin) + 1)
            found = [type(begin)(number) for number in range(int(begin), int(end) + 1)]
        elif "/" in word:
            network = ipaddress.ip_network(word, strict=False)
            _limit(word, network.num_addresses)
            found = list(network.hosts())
        else:
            found = [ipaddress.ip_address(word)]
    except ValueError as error:
        raise InvalidError(f"{word!r} names no addresses: {error}", code="discover-range", hint=_HINT) from error
    for address in found:
        if address.is_multicast or address.is_unspecified or address == ipaddress.ip_address("255.255.255.255"):
            raise InvalidError(f"{word!r}: {address} is no address of a device", code="discover-range", hint=_HINT)
    return found


def _limit(word: str, count: int) -> None:
    if count > HOSTS_MAX + 2:
        what = f"{word} are {count:,} addresses; at most {HOSTS_MAX:,} are asked at once"
        raise InvalidError(what, code="discover-range", hint="name the network in which the machines are")


def numbers(text: str, *, highest: int) -> list[int]:
    """Numbers as people list them. Raises InvalidError.

    >>> numbers("1-3,7", highest=255)
    [1, 2, 3, 7]
    """
    found: dict[int, None] = {}
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not all(one.isdecimal() and len(one) < _DIGITS_MAX for one in ((first, last) if dash else (first,))):
            raise InvalidError(f"{text!r} is no list of numbers", code="discover-units", hint="like 1-8,255")
        begin, end = int(first), int(last or first)
        if not begin <= end <= highest:
            raise InvalidError(f"{part.strip()} is not within 0 to {highest}", code="discover-units")
        found |= dict.fromkeys(range(begin, end + 1))
    return list(found)
