"""To whom frames may go: encrypted off this machine, to a server that is believed, and with what it lets in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from shelf import FrameShelf, frame, put, worker

from dovetail.core.errors import ConfigError, LinkError
from dovetail.testing.certificate import make_certificate
from dovetail.testing.natsserver import NatsServer, free_ports
from dovetail.transport.link import connect
from dovetail.transport.model import Address, address, check_source
from dovetail.transport.sender import Sender


@pytest.mark.parametrize(
    "text, code",
    [
        ("nats://10.0.0.5:4222", "nats-plain"),  # what a plant makes is nobody else's
        ("nats://127.0.0.1:4222,nats://hub:4222", "nats-plain"),
        ("tls://plant:secret@hub:4222", "nats-password"),  # every user of the machine reads a command line
        ("hub:4222", "nats-address"),
        ("https://hub", "nats-address"),
        ("", "nats-address"),
    ],
)
def test_an_address_that_is_not_safe_is_refused(text: str, code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        address(text).check()
    assert refused.value.code == code
    assert refused.value.hint
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["nats://127.0.0.1:4222", "nats://localhost", "nats://[::1]:4222", "tls://a,tls://b:1"]
)
def test_an_address_that_is_safe_is_taken(text: str) -> None:
    address(text).check()


@pytest.mark.parametrize(
    "given, code",
    [
        ({"cert": Path("/a.pem")}, "nats-half"),
        ({"ca": Path("/is/not/there.pem")}, "nats-file"),
        ({"replicas": 2}, "nats-replicas"),
    ],
)
def test_what_is_shown_to_the_servers_must_be_whole(given: dict[str, object], code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        address("tls://hub", **given).check()
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["", "a.b", "a b", "a>", "ä", "x" * 65])
def test_a_source_is_named_so_that_rights_can_be_given_to_it(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be the name of a source"):
        check_source(name)


type MakeServer = Callable[[str], NatsServer]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MakeServer]:
    started: list[NatsServer] = []

    def make(more: str) -> NatsServer:
        server = NatsServer(tmp_path / f"n{len(started)}", port=free_ports(1)[0], more=more)
        server.start()
        started.append(server)
        return server

    yield make
    for server in started:
        server.stop()


async def failing(where: Address) -> ConfigError | LinkError:
    """What a connection says, once the server answers at all."""
    async with asyncio.timeout(20):
        while True:
            try:
                await connect(where, name="test", inbox="test")
            except (ConfigError, LinkError) as error:
                if error.code != "nats-away":
                    return error
            await asyncio.sleep(0.05)


@pytest.fixture
async def secured(made: MakeServer, tmp_path: Path) -> AsyncIterator[tuple[Address, Path]]:
    """A server that speaks TLS alone, to who shows a certificate of the plant's authority."""
    cert, key = make_certificate(tmp_path)
    tls = f'tls {{ cert_file: "{cert}", key_file: "{key}", ca_file: "{cert}", verify: true, handshake_first: true }}'
    server = made(tls)
    yield address(f"tls://127.0.0.1:{server.port}", ca=cert, cert=cert, key=key), cert


async def test_frames_go_over_tls_with_a_certificate(secured: tuple[Address, Path], shelf: FrameShelf) -> None:
    where, _ = secured
    where.check()
    edge = Sender(where, "edge")
    async with worker(where, shelf):
        await put(edge, [frame(1)])
    await asyncio.to_thread(edge.close)
    assert shelf.order == [1.0]


async def test_a_server_of_another_authority_is_not_believed(secured: tuple[Address, Path]) -> None:
    where, _ = secured
    error = await failing(address(where.servers[0]))
    assert (type(error), error.code) == (ConfigError, "nats-certificate")
    assert "DOVETAIL_NATS_CA" in str(error.hint)


async def test_who_shows_no_certificate_is_not_let_in(secured: tuple[Address, Path]) -> None:
    where, cert = secured
    error = await failing(address(where.servers[0], ca=cert))
    assert error.code in {"nats-tls", "nats-refused"}


async def test_a_server_that_offers_no_tls_hears_nothing(made: MakeServer, tmp_path: Path) -> None:
    """It greets in the clear; what was asked for is TLS, and neither credentials nor frames follow."""
    cert, _ = make_certificate(tmp_path)
    error = await failing(address(f"tls://127.0.0.1:{made('').port}", ca=cert))
    assert error.code == "nats-tls"
    assert "handshake_first" in str(error.hint)


async def test_who_has_no_credentials_is_told_that_an_administrator_gives_them(made: MakeServer) -> None:
    error = await failing(address(made('authorization { user: plant, password: "s3cret" }').url))
    assert (type(error), error.code) == (ConfigError, "nats-refused")
    assert "DOVETAIL_NATS_CREDS" in str(error.hint)


async def test_nobody_there_is_for_time_to_heal(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="does not answer"):
        await connect(address(f"nats://127.0.0.1:{free_ports(1)[0]}"), name="test", inbox="test")
