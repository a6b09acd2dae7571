"""node-opcua behind its security: each policy, users by password and by certificate, a server that is another one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from node_plc import NodePlc

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError
from dovetail.core.plugins import load
from dovetail.core.quality import GOOD
from dovetail.drivers.base import Point, Surroundings
from identities import Identity, make_identity

pytestmark = pytest.mark.peers

PLUGIN = load("dovetail.drivers", "opcua")
SECRETS = {"plc": "s3cret", "wrong": "guess"}
TOTAL = Point(1, "nsu=urn:peer:plc;path=Machine/Total", Kind.U64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secure")


@pytest.fixture(scope="module")
def people(folder: Path) -> dict[str, Identity]:
    """Our installation, a user whose certificate the server knows, and one whom it does not know."""
    return {name: make_identity(folder, name, "urn:dovetail:peer") for name in ("ours", "known", "stranger")}


@pytest.fixture(scope="module")
def plc(folder: Path, people: dict[str, Identity]) -> Iterator[NodePlc]:
    trusted = folder / "keys" / "users" / "trusted" / "certs"
    trusted.mkdir(parents=True)
    (trusted / "known.der").write_bytes(people["known"].certificate.read_bytes())
    server = NodePlc(folder / "keys")
    server.start()
    yield server
    server.stop()


async def total(plc: NodePlc, ours: Identity, fingerprint: str | None, mode: str, **more: Any) -> Any:
    """One value read over a secured link of its own. Raises ConfigError when a person must act first."""
    policy, _, mode = mode.partition("/")
    security = {
        "policy": policy,
        "mode": mode,
        "certificate": str(ours.certificate),
        "private_key": str(ours.key),
        "server_fingerprint": fingerprint,
    }
    link = PLUGIN.open(
        PLUGIN.check({"endpoint": plc.endpoint, "security": security, **more}),
        Surroundings(SystemClock(), SECRETS.__getitem__),
    )
    try:
        await link.open()
        (batch,) = await link.read([TOTAL])
    finally:
        await link.close()
    ((_, _, value, quality),) = [row[:4] for row in batch.rows()]
    assert quality & 0xFF == GOOD
    return value


async def met(plc: NodePlc, ours: Identity) -> str:
    """The fingerprint that the refused first connection shows."""
    with pytest.raises(ConfigError, match="nobody has approved") as caught:
        await total(plc, ours, None, "Basic256Sha256/SignAndEncrypt")
    found = re.search(r"[0-9a-f]{64}", caught.value.message)
    assert found is not None
    return found[0]


@pytest.fixture(scope="module")
def approved(plc: NodePlc, people: dict[str, Identity]) -> str:
    """The server's fingerprint, as somebody took it from the refused connection."""
    return asyncio.run(met(plc, people["ours"]))


def user(identity: Identity) -> dict[str, str]:
    return {"user_certificate": str(identity.certificate), "user_key": str(identity.key)}


PASSWORD = {"user": "operator", "password": "secret://plc"}


@pytest.mark.parametrize("mode", [
    "Basic256Sha256/Sign", "Basic256Sha256/SignAndEncrypt", "Aes256Sha256RsaPss/SignAndEncrypt",
])  # fmt: skip
@pytest.mark.parametrize("who", ["anybody", "operator", "known"])
async def test_values_come_over_every_policy_for_every_kind_of_user(
    plc: NodePlc, people: dict[str, Identity], approved: str, mode: str, who: str
) -> None:
    more = {"anybody": {}, "operator": PASSWORD, "known": user(people["known"])}[who]
    assert await total(plc, people["ours"], approved, mode, **more) == 100


@pytest.mark.parametrize("who", ["guess", "stranger"])
async def test_whom_the_server_does_not_know_is_a_persons_to_mend(
    plc: NodePlc, people: dict[str, Identity], approved: str, who: str
) -> None:
    more = {"guess": PASSWORD | {"password": "secret://wrong"}, "stranger": user(people["stranger"])}[who]
    with pytest.raises(ConfigError) as caught:
        await total(plc, people["ours"], approved, "Basic256Sha256/SignAndEncrypt", **more)
    assert "check the user" in (caught.value.hint or "")


async def test_a_server_with_another_certificate_is_refused_until_it_is_approved(
    people: dict[str, Identity], approved: str, tmp_path: Path
) -> None:
    ours = people["ours"]
    another = NodePlc(tmp_path / "keys")
    another.start()
    try:
        with pytest.raises(ConfigError, match="another certificate than before"):
            await total(another, ours, approved, "Basic256Sha256/SignAndEncrypt")
        assert await total(another, ours, await met(another, ours), "Basic256Sha256/SignAndEncrypt") == 100
    finally:
        another.stop()
