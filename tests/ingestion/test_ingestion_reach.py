"""A worker whose NATS servers cannot keep the stream tries again and again, and leaves nothing open behind it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dovetail.core.errors import LinkError
from dovetail.ingestion import service
from dovetail.ingestion.service import reach
from dovetail.testing.natsserver import NatsServer, free_ports
from dovetail.transport.link import Link
from dovetail.transport.model import Address, address
from waiting import until


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Address]:
    """A server with room for next to nothing."""
    limits = "accounts: {P: {jetstream: {max_file: 1MB}, users: [{user: p, password: p}]}}\nno_auth_user: p"
    server = NatsServer(tmp_path, port=free_ports(1)[0], more=limits)
    server.start()
    await until(lambda: answers(server.port))
    yield address(server.url)
    server.stop()


async def test_a_stream_that_cannot_be_made_leaves_no_connection(
    small: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Link] = []
    connect = service.connect

    async def counted(*args: Any, **given: Any) -> Link:
        opened.append(await connect(*args, **given))
        return opened[-1]

    monkeypatch.setattr(service, "connect", counted)
    with pytest.raises(LinkError, match="the stream cannot be made") as refusal:
        await reach(small, name="worker")
    assert [link.client.is_closed for link in opened] == [True]
    assert refusal.value.hint == "`max_file_store` of each NATS server: 8 GB for frames"


async def test_who_may_not_make_the_stream_hears_what_may_be_the_reason(
    small: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server says nothing to who publishes what it may not: only that no answer came is seen here."""

    async def unanswered(*_args: Any) -> None:
        raise LinkError("the stream cannot be made: nats: timeout", code="transport")

    monkeypatch.setattr(service, "make_stream", unanswered)
    with pytest.raises(LinkError, match="nats: timeout") as refusal:
        await reach(small, name="worker")
    assert "CN=ingest" in (refusal.value.hint or "")
