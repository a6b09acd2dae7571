"""Where a webhook may lead: the plant's network and the world; not this machine, not the cloud's inside (SSRF)."""

from __future__ import annotations

import socket

import pytest
from webhooks_world import EVERYONE, Receiver, World

from dovetail.core.errors import InvalidError, LinkError, RefusedError
from dovetail.webhooks.target import is_inside, parse, resolve


@pytest.mark.parametrize("url, origin", [
    ("https://hooks.example.com/services/T0/B0/xyz", "https://hooks.example.com"),
    ("http://10.0.3.7:1880/dovetail", "http://10.0.3.7:1880"),
    ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443"),
    ("HTTPS://Hooks.Example.COM:443", "https://hooks.example.com"),
    ("https://bücher.example/x", "https://xn--bcher-kva.example"),
])  # fmt: skip
def test_addresses(url: str, origin: str) -> None:
    assert parse(url).origin == origin


@pytest.mark.parametrize("url", [
    "", "hooks.example.com", "ftp://example.com/x", "file:///etc/passwd", "gopher://example.com", "javascript:alert(1)",
    "https://", "https:///x", "https://user:pw@example.com/", "https://user@example.com/", "https://example.com/#part",
    "https://example.com:99999/", "https://example.com:0/", "https://exam ple.com/", "https://example.com/\r\nx: y",
    "https://example.com/" + "x" * 2_000, "https://example.com/ž", "https://\u2603\u2603" + "x" * 70 + ".example/",
])  # fmt: skip
def test_no_addresses(url: str) -> None:
    with pytest.raises(InvalidError):
        parse(url)


@pytest.mark.parametrize("address, inside", [
    ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("0.0.0.0", True), ("::", True),
    ("169.254.169.254", True), ("fe80::1", True), ("fe80::1%eth0", True), ("224.0.0.1", True), ("ff02::1", True),
    ("::ffff:127.0.0.1", True), ("::ffff:169.254.169.254", True), ("2002:7f00:1::", True), ("255.255.255.255", True),
    ("10.0.3.7", False), ("192.168.1.5", False), ("172.16.0.1", False), ("fd00::7", False),   # the plant's own network
    ("93.184.215.14", False), ("2606:2800:21f:cb07::1", False), ("::ffff:10.0.0.1", False),
])  # fmt: skip
def test_what_is_inside(address: str, inside: bool) -> None:
    assert is_inside(address) is inside


def answering(*addresses: str):
    def getaddrinfo(_host: str, port: int, **_more: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize("addresses, allowed, expected", [
    (["93.184.215.14"], (), "93.184.215.14"),
    (["127.0.0.1"], (), RefusedError),                    # a name that leads inside
    (["169.254.169.254"], (), RefusedError),
    (["127.0.0.1", "93.184.215.14"], (), "93.184.215.14"),  # never the one inside
    (["127.0.0.1"], ("127.0.0.1",), "127.0.0.1"),
    (["127.0.0.1"], ("inner.example",), "127.0.0.1"),
    (["127.0.0.1"], ("other.example",), RefusedError),
])  # fmt: skip
def test_the_address_that_is_checked_is_the_one_that_is_used(monkeypatch, addresses, allowed, expected) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(*addresses))
    target = parse("https://inner.example/x")
    outcome = _resolved(target, allowed)
    assert outcome == expected


def _resolved(target, allowed):
    try:
        return resolve(target, allowed)
    except RefusedError as error:
        assert "DOVETAIL_WEBHOOK_HOSTS" in str(error.hint)
        return RefusedError


def test_a_name_that_does_not_exist(monkeypatch) -> None:
    def nobody(*_args: object, **_more: object) -> None:
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(LinkError):
        resolve(parse("https://nowhere.example/"), ())


def test_a_webhook_into_this_machine_is_never_called(world: World, hears: Receiver) -> None:
    world.room.close()
    world.allowed = ()
    world.start()
    webhook_id, _ = world.add(hears.url)
    world.happen("connection.down", 1)
    world.settle()
    assert hears.got == []
    (shown,) = world.room.webhooks(scope=EVERYONE)
    assert "where webhooks do not go" in shown.next.error
    assert world.log(webhook_id)[0][1] == "waiting"
