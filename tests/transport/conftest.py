"""A NATS server that the tests of a file share; each test finds no stream on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from shelf import FrameShelf, linked

from dovetail.testing.natsserver import NatsServer, free_ports
from dovetail.transport.model import STREAM, Address, address


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    made = NatsServer(Path(tmp_path_factory.mktemp("nats")), port=free_ports(1)[0])
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def where(server: NatsServer) -> AsyncIterator[Address]:
    """The address of the server, which holds no stream."""
    found = address(server.url)
    yield found
    link = await linked(found)
    await link.jetstream.delete_stream(STREAM)
    await link.close()


@pytest.fixture
def shelf() -> FrameShelf:
    return FrameShelf()
