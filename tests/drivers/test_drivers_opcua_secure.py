"""Who may answer: policies, pinned certificates, users — and the driver's own verbs on a secured link."""

from __future__ import annotations

import asyncio
import random

import pytest
from asyncua import ua

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.opcua.listening import _check_sequence, _Subscription, publish_ms, queue_size
from dovetail.drivers.opcua.publish import Published

PLUGIN = load("dovetail.drivers", "opcua")
SECRETS = {"plc": "s3cret", "wrong": "guess"}


def driver(endpoint, security, **more):
    options = PLUGIN.check({"endpoint": endpoint, "security": security, **more})
    return PLUGIN.open(options, Surroundings(SystemClock(), SECRETS.__getitem__))


def secured(plc, identity, **more):
    return {
        "certificate": str(identity.certificate),
        "private_key": str(identity.key),
        "server_fingerprint": plc.machine.identity.fingerprint,
        **more,
    }


@pytest.mark.parametrize("policy, mode", [
    ("Basic256Sha256", "Sign"),
    ("Basic256Sha256", "SignAndEncrypt"),
    ("Aes128Sha256RsaOaep", "SignAndEncrypt"),
    ("Aes256Sha256RsaPss", "SignAndEncrypt"),
])  # fmt: skip
async def test_policies(plc, identity, policy, mode):
    await plc.has(speed=(10.0, ua.VariantType.Double))
    link = driver(plc.endpoint, secured(plc, identity, policy=policy, mode=mode))
    await link.open()
    (batch,) = await link.read([Point(1, plc.address("speed"), Kind.F64)])
    await link.close()
    assert [row[2:] for row in batch.rows()] == [(10.0, q.GOOD)]


async def test_channel_is_renewed(plc, identity):
    """After 45 minutes the keys change; values go on."""
    await plc.has(speed=(10.0, ua.VariantType.Double))
    link = driver(plc.endpoint, secured(plc, identity))
    await link.open()
    for _ in range(3):
        link._renew_at_us = 0
        await link.probe()
        (batch,) = await link.read([Point(1, plc.address("speed"), Kind.F64)])
        assert batch.quality.tolist() == [q.GOOD]
        assert link._renew_at_us > SystemClock().monotonic_us() + 600_000_000
    await link.close()


@pytest.mark.parametrize("change, code", [
    ({"server_fingerprint": "00" * 32}, "opcua-certificate"),  # another certificate than the approved one
    ({"server_fingerprint": None}, "opcua-certificate"),  # nobody has approved one yet
    ({"policy": "Aes128Sha256RsaOaep", "mode": "Sign"}, "opcua-endpoint"),  # not offered
    ({"certificate": "/nowhere.der"}, "opcua-own-certificate"),
])  # fmt: skip
async def test_refused_until_a_person_mends_it(plc, identity, change, code):
    link = driver(plc.endpoint, secured(plc, identity, **change))
    with pytest.raises(ConfigError) as caught:
        await link.open()
    await link.close()
    assert caught.value.code == code
    assert caught.value.hint


async def test_unapproved_certificate_shows_its_fingerprint(plc, identity):
    link = driver(plc.endpoint, secured(plc, identity, server_fingerprint=None))
    with pytest.raises(ConfigError, match=plc.machine.identity.fingerprint):
        await link.open()
    await link.close()


async def test_a_server_that_does_not_trust_us_needs_a_person(plc, identity):
    plc.machine.trust_list.trusts = False
    link = driver(plc.endpoint, secured(plc, identity))
    with pytest.raises(ConfigError, match="BadCertificateUntrusted") as caught:
        await link.open()
    await link.close()
    assert "trust list" in caught.value.hint


@pytest.mark.parametrize("secret, outcome", [("plc", "in"), ("wrong", "refused")])
async def test_user_and_password(plc, identity, secret, outcome):
    link = driver(plc.endpoint, secured(plc, identity), user="operator", password=f"secret://{secret}")
    seen = "in"
    try:
        await link.open()
    except ConfigError as error:
        seen = "refused"
        assert "guess" not in error.message
    await link.close()
    assert seen == outcome


ME = {"user_certificate": "me.der", "user_key": "me.pem"}


@pytest.mark.parametrize("more, said", [
    ({"user_certificate": "me.der"}, "belong together"),
    (ME | {"user": "me"}, "by password or by certificate"),
    (ME | {"security": {"policy": "None", "insecure": True}}, "proves nothing"),
    ({"password": "secret://plc"}, "needs a `user`"),
])  # fmt: skip
def test_a_user_is_one_and_provable(identity, more, said):
    own = {"certificate": str(identity.certificate), "private_key": str(identity.key)}
    with pytest.raises(ConfigError, match=said):
        PLUGIN.check({"endpoint": "opc.tcp://plc", "security": own} | more)


async def test_a_users_key_that_cannot_be_used_needs_a_person(plc, identity):
    more = {"user_certificate": str(identity.certificate), "user_key": str(identity.certificate)}
    link = driver(plc.endpoint, secured(plc, identity), **more)
    with pytest.raises(ConfigError, match="user's certificate or its key") as caught:
        await link.open()
    await link.close()
    assert caught.value.code == "opcua-user-certificate"


async def test_nobody_listens():
    link = driver("opc.tcp://127.0.0.1:1/", {"policy": "None", "insecure": True})
    with pytest.raises(LinkError):
        await link.open()
    await link.close()
    await link.close()


async def test_a_listener_that_never_answers():
    """Something accepts the connection and says nothing: given up after the connect timeout."""
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    link = driver(f"opc.tcp://127.0.0.1:{port}/", {"policy": "None", "insecure": True})
    async with asyncio.timeout(4):
        with pytest.raises(LinkError):
            await link.open()
    await link.close()
    server.close()


@pytest.mark.parametrize("seed", range(3))
async def test_a_peer_that_talks_nonsense(seed):
    """Random bytes, and a header that promises four gigabytes: an error in our words, soon."""
    nonsense = [random.Random(seed).randbytes(200), b"ACKF\xff\xff\xff\xff" + bytes(100), b"ERRF\x08\0\0\0"][seed % 3]

    async def talk(_reader, writer):
        writer.write(nonsense)
        await writer.drain()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    link = driver(f"opc.tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {"policy": "None", "insecure": True})
    async with asyncio.timeout(4):
        with pytest.raises(LinkError):
            await link.open()
    await link.close()
    server.close()


async def test_write_reads_the_type_and_refuses_what_does_not_exist(plc):
    await plc.has(setpoint=(10, ua.VariantType.UInt16))
    link = driver(plc.endpoint, {"policy": "None", "insecure": True})
    await link.open()
    await link.write(Point(1, plc.address("setpoint"), Kind.F64, scale=0.1), 12.5)
    with pytest.raises(PointError, match="cannot take 7"):
        await link.write(Point(1, plc.address("setpoint"), Kind.F64), 7.5)
    with pytest.raises(PointError) as caught:
        await link.write(Point(2, plc.address("nobody"), Kind.F64), 1.0)
    await link.close()
    assert await plc.get("setpoint") == 125
    assert caught.value.native == 0x80340000


async def test_browse_gives_addresses_that_can_be_read(plc):
    await plc.has(speed=(10.0, ua.VariantType.Double))
    link = driver(plc.endpoint, {"policy": "None", "insecure": True})
    await link.open()
    found = {entry.address: entry for entry in await link.browse()}
    (batch,) = await link.read([Point(1, plc.address("speed"), Kind.F64)])
    await link.close()
    assert not found[plc.address("speed")].is_folder
    assert found["i=2253"].is_folder  # the standard's own Server object
    assert batch.quality.tolist() == [q.GOOD]


async def test_browse_tells_the_unit_that_the_server_tells_and_we_know(plc):
    told = {"heat": "°C", "pace": "1/min", "flavour": "scoville"}
    await plc.has(bare=(1.0, ua.VariantType.Double), **dict.fromkeys(told, (1.0, ua.VariantType.Double)))
    for name, unit in told.items():
        await plc.measures(name, unit)
    link = driver(plc.endpoint, {"policy": "None", "insecure": True})
    await link.open()
    found = {entry.address: entry.unit for entry in await link.browse()}
    await link.close()
    units = {name: found[plc.address(name)] for name in (*told, "bare")}
    assert units == {"heat": "Cel", "pace": "{rev}/min", "flavour": None, "bare": None}


@pytest.mark.parametrize("namespaces, index", [
    (["http://opcfoundation.org/UA/", "urn:plc", "urn:line"], 2),
    (["http://opcfoundation.org/UA/", "urn:plc", "urn:new", "urn:line"], 3),  # a restart renumbered them
])  # fmt: skip
def test_a_namespace_is_found_by_its_uri(namespaces, index):
    link = driver("opc.tcp://plc", {"policy": "None", "insecure": True})
    link._namespaces = namespaces
    assert link.resolve("nsu=urn:line;s=x").NamespaceIndex == index
    assert link.resolve("nsu=urn:gone;s=x") is None


@pytest.mark.parametrize("seen, arrives, outcome", [
    (0, 41, "taken"),  # the first one may have any number
    (41, 42, "taken"),
    (2**32 - 1, 1, "taken"),  # the numbers turn over to 1, never 0
    (41, 43, "notification 42 never came"),
])  # fmt: skip
def test_a_hole_in_the_numbers_is_a_lost_link(seen, arrives, outcome):
    subscription = _Subscription(1, 0, 0, sequence=seen)
    said = "taken"
    try:
        _check_sequence(subscription, Published(arrives, None, more=False, is_data=True))
    except LinkError as error:
        said = error.message
    assert said == outcome


@pytest.mark.parametrize("interval_ms, published_ms", [(10, 50), (250, 250), (5000, 500)])
def test_publishing_interval_is_bounded(interval_ms, published_ms):
    assert publish_ms(interval_ms) == published_ms


@pytest.mark.parametrize("interval_ms, published, size", [(1, 500, 1000), (250, 250, 50), (5000, 500, 50)])
def test_queue_holds_two_messages(interval_ms, published, size):
    assert queue_size(interval_ms, published) == size
