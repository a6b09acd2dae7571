"""JSON over HTTP: what a machine's web server says, and what the driver makes of a bad one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.drivers.http.reading import quality_of
from dovetail.testing.web import Asked, Said, WebServer

F64, I64, BOOL, STR, JSON = Kind.F64, Kind.I64, Kind.BOOL, Kind.STR, Kind.JSON
PLUGIN = load("dovetail.drivers", "http")
SECRET = "canary-4711"
STATUS = b"""{"time": "2026-03-01T10:00:00.25+01:00", "speed": 12.5, "count": 7,
 "text": "41.5", "on": true, "none": null, "list": [1, {"a/b": 2}], "big": 1e400,
 "more": {"deep": {"x": "run"}}}"""
PAGES = {
    "/api/": STATUS,
    "/api/status.json": STATUS,
    "/api/info.txt": b" running \n",
    "/api/broken": b"{",
    "/api/nan": b'{"a": NaN, "b": 2}',
    "/api/late": b'{"time": 1772355600.5, "v": 1}',
}


def page(asked: Asked) -> Said:
    if asked.path in PAGES:
        return Said(PAGES[asked.path])
    return Said(b"", {"/api/moved": 302, "/api/closed": 401, "/api/busy": 503}.get(asked.path, 404))


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    made = WebServer(page)
    yield made
    await made.stop()


type Open = Callable[..., Awaitable[Driver]]


@pytest.fixture
async def connect(server: WebServer) -> AsyncIterator[Open]:
    opened: list[Driver] = []

    async def make(context: ssl.SSLContext | None = None, **options: Any) -> Driver:
        port = await server.start(context)
        scheme = "http" if context is None else "https"
        checked = PLUGIN.check({"url": f"{scheme}://localhost:{port}/api", **options})
        driver = PLUGIN.open(checked, Surroundings(SystemClock(), lambda name: f"{SECRET}-{name}"))
        opened.append(driver)
        await driver.open()
        return driver

    yield make
    for driver in opened:
        await driver.close()
        await driver.close()  # twice does no harm


def points(*wanted: tuple[str, Kind]) -> list[Point]:
    return [Point(n, address, kind) for n, (address, kind) in enumerate(wanted)]


async def one(driver: Driver, address: str, kind: Kind) -> tuple[Value, int]:
    (batch,) = await driver.read(points((address, kind)))
    ((_, _, value, quality),) = batch.rows()
    return value, quality


READS: list[tuple[str, Kind, Value, int]] = [
    ("#/speed", F64, 12.5, q.GOOD),
    ("status.json#/count", I64, 7, q.GOOD),
    ("status.json#/count", F64, 7.0, q.GOOD),
    ("#/text", F64, 41.5, q.GOOD),
    ("#/text", STR, "41.5", q.GOOD),
    ("#/on", BOOL, True, q.GOOD),
    ("#/on", F64, None, q.BAD_DEVICE),
    ("#/list/1/a~1b", I64, 2, q.GOOD),
    ("#/list/2", I64, None, q.BAD_CONFIG),
    ("#/list/x", I64, None, q.BAD_CONFIG),
    ("#/more/deep/x", STR, "run", q.GOOD),
    ("#/more", JSON, '{"deep":{"x":"run"}}', q.GOOD),
    ("#/none", F64, None, q.BAD_NOT_CONNECTED),
    ("#/none", JSON, "null", q.GOOD),
    ("#/speed", I64, None, q.BAD_DEVICE),
    ("#/nowhere", F64, None, q.BAD_CONFIG),
    ("info.txt#", STR, "running", q.GOOD),
    ("nan#/b", F64, 2.0, q.GOOD),
    ("#/big", F64, float("inf"), q.UNCERTAIN_RANGE),
    ("broken#/x", F64, None, q.BAD_DEVICE),
    ("gone#/x", F64, None, q.BAD_CONFIG),
    ("moved#/x", F64, None, q.BAD_CONFIG),
    ("busy#/x", F64, None, q.BAD_OUT_OF_SERVICE),
]


@pytest.mark.parametrize(("address", "kind", "value", "quality"), READS)
async def test_what_stands_in_a_document(connect: Open, address: str, kind: Kind, value: Value, quality: int) -> None:
    assert await one(await connect(), address, kind) == (value, quality)


async def test_a_document_is_asked_once_and_a_bad_one_spoils_nothing(connect: Open, server: WebServer) -> None:
    driver = await connect()
    batches = await driver.read(points(("#/speed", F64), ("#/count", F64), ("gone#/x", F64), ("late#/v", F64)))
    rows = sorted((tag, value, quality) for batch in batches for tag, _, value, quality in batch.rows())
    assert rows == [(0, 12.5, q.GOOD), (1, 7.0, q.GOOD), (2, None, q.BAD_CONFIG), (3, 1.0, q.GOOD)]
    assert sorted(asked.path for asked in server.asked) == ["/api/", "/api/gone", "/api/late"]


@pytest.mark.parametrize(
    ("address", "device_us"), [("#/speed", 1_772_355_600_250_000), ("late#/v", 1_772_355_600_500_000)]
)
async def test_the_document_says_when_it_was_true(connect: Open, address: str, device_us: int) -> None:
    (batch,) = await (await connect(time="#/time")).read(points((address, F64)))
    assert batch.ts_device is not None
    assert batch.ts_device.tolist() == [device_us]


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"token": "secret://meter"}, f"Bearer {SECRET}-meter"),
        ({"user": "u", "password": "secret://p"}, "Basic dTpjYW5hcnktNDcxMS1w"),
    ],
)
async def test_secrets_go_where_they_belong(connect: Open, server: WebServer, options: Any, header: str) -> None:
    driver = await connect(**options)
    await driver.probe()
    assert server.asked[0].headers["authorization"] == header


@pytest.mark.parametrize(
    ("address", "error", "code"),
    [("closed#/x", ConfigError, "web-refused"), ("hang#/x", LinkError, "web-timeout")],
)
async def test_what_ends_the_link(
    connect: Open, server: WebServer, address: str, error: type[Exception], code: str
) -> None:
    server.answer = lambda asked: Said(hangs=True) if asked.path == "/api/hang" else page(asked)
    driver = await connect(timeout_s=0.3)
    with pytest.raises(error) as raised:
        await driver.read(points(("#/speed", F64), (address, F64)))
    assert raised.value.code == code  # type: ignore[attr-defined]  # both errors have one


async def test_a_redirect_is_not_followed(connect: Open, server: WebServer) -> None:
    server.answer = lambda _asked: Said(status=302, headers={"location": "http://example.invalid/"})
    with pytest.raises(ConfigError, match="elsewhere"):
        await (await connect()).probe()


async def test_a_document_without_end_is_not_collected(connect: Open, server: WebServer) -> None:
    async def flood() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    server.answer = lambda _asked: Said(chunks=flood())
    with pytest.raises(LinkError, match="without end"):
        await (await connect(timeout_s=10)).read(points(("#/x", F64)))


async def test_a_server_that_went_away_is_a_lost_link(connect: Open, server: WebServer) -> None:
    driver = await connect()
    assert await one(driver, "#/speed", F64) == (12.5, q.GOOD)
    await server.stop()
    with pytest.raises(LinkError):
        await driver.read(points(("#/speed", F64)))


async def test_the_certificate_must_hold(connect: Open, tmp_path: Path) -> None:
    context = _self_signed(tmp_path)
    stranger = await connect(context)
    with pytest.raises(ConfigError) as raised:
        await stranger.probe()
    assert raised.value.code == "web-certificate"


async def test_a_certificate_that_is_known_holds(connect: Open, tmp_path: Path) -> None:
    context = _self_signed(tmp_path)
    driver = await connect(context, ca_file=str(tmp_path / "cert.pem"))
    assert await one(driver, "#/speed", F64) == (12.5, q.GOOD)


async def test_one_document_that_moved_does_not_take_the_others_with_it(connect: Open) -> None:
    driver = await connect()
    for _ in range(2):
        speed, moved = [await one(driver, address, F64) for address in ("#/speed", "moved#/x")]
        await driver.probe()
    assert (speed, moved) == ((12.5, q.GOOD), (None, q.BAD_CONFIG))


async def test_a_scan_class_is_planned_once_and_another_beside_it(connect: Open) -> None:
    driver = await connect()
    classes = tuple(points(("#/speed", F64))), tuple(points(("#/count", I64), ("late#/v", F64)))
    for _ in range(3):
        came = [[row[2] for batch in await driver.read(each) for row in batch.rows()] for each in classes]
    assert [sorted(values) for values in came] == [[12.5], [1.0, 7]]


async def test_a_young_answer_is_proof_of_life(connect: Open, server: WebServer) -> None:
    driver = await connect(alive_s=600)
    await driver.read(points(("late#/v", F64)))
    first = await driver.probe()
    assert first == await driver.probe()
    assert len(server.asked) == 1


async def test_it_only_reads(connect: Open) -> None:
    driver = await connect()
    with pytest.raises(PointError):
        await driver.write(Point(1, "#/speed", F64), 1.0)
    with pytest.raises(ConfigError):
        await driver.browse()
    with pytest.raises(ConfigError):
        await asyncio.wait_for(driver.subscribe([], lambda _notice: None), 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "ftp://x/"}, "https://host:port/path"),
        ({"url": "http://u:p@x/"}, "inside the URL"),
        ({"url": "http://x/?a=1"}, "query belongs into the address"),
        ({"url": "http://x", "password": "plain", "user": "u"}, "never stands in plant code"),
        ({"url": "http://x", "user": "u"}, "belong together"),
        ({"url": "http://x", "time": "other#/t"}, "write #/name"),
        ({"url": "http://x", "token": "secret://a", "user": "u", "password": "secret://b"}, "either"),
    ],
)
def test_options_that_do_not_hold(options: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        PLUGIN.check(options)


@pytest.mark.parametrize("text", ["speed", "http://x/#/a", "../up#/a", "/root#/a", "a b#/x", "#x", "#/a~2", "//h/x#/a"])
def test_addresses_that_do_not_hold(text: str) -> None:
    with pytest.raises(ConfigError) as raised:
        PLUGIN.parse_address(text)
    assert raised.value.code == "http-address"


@given(st.integers(1, 999))
def test_every_status_but_none_is_bad(status: int) -> None:
    assert quality_of(status) & q.MAJOR_MASK == q.BAD


def _self_signed(folder: Path) -> ssl.SSLContext:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
