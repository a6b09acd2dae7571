"""Scanners and scales: what their telegrams say, what noise is, and that every scan counts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text_device import PtyDevice, SocketDevice

from dovetail.core import patterns
from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.serialtext import fields
from dovetail.drivers.serialtext.address import parse_address
from dovetail.drivers.serialtext.fields import Telegrams
from dovetail.drivers.serialtext.framing import Framer, unescaped

F64, I64, BOOL, STR = Kind.F64, Kind.I64, Kind.BOOL, Kind.STR
PLUGIN = load("dovetail.drivers", "serialtext")
SCALE = r"^(?P<status>ST|US|OL),(?P<mode>GS|NT),(?P<weight>[-+ ][ 0-9.,]{1,9})(?P<unit>kg|g|lb)$"

# --- telegrams ------------------------------------------------------------------------------------------------

FRAMES: list[tuple[str, dict[str, Any], list[bytes], list[bytes], int]] = [
    ("line: CR, LF or both", {"framing": "line"}, [b"A\rB\nC\r\nD"], [b"A", b"B", b"C"], 0),
    ("a telegram in pieces", {"framing": "line"}, [b"12", b"34", b"\r", b"\n5"], [b"1234"], 0),
    ("line: too long is noise to its end", {"framing": "line"}, [b"x" * 9, b"x" * 9, b"\nA\n"], [b"A"], 1),
    ("an end of its own, in pieces", {"framing": "end", "end": b";\n"}, [b"A;\nB\n;C;", b"\n"], [b"A", b"B\n;C"], 0),
    ("between STX and ETX", {"framing": "stx-etx"}, [b"\x02A\x03\r\n\x02", b"B\x03"], [b"A", b"B"], 0),
    ("noise before STX", {"framing": "stx-etx"}, [b"xx\x02A\x03"], [b"A"], 1),
    ("one that never ended", {"framing": "stx-etx"}, [b"\x02A\x02B\x03"], [b"B"], 1),
    ("one that is too long", {"framing": "stx-etx"}, [b"\x02", b"A" * 30, b"\x03\x02B\x03"], [b"B"], 2),
    ("by length", {"framing": "length", "length": 3}, [b"ABCD", b"EFG"], [b"ABC", b"DEF"], 0),
    ("by silence", {"framing": "gap"}, [b"AB", b"C"], [], 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "pieces", "frames", "noise"), [row[1:] for row in FRAMES], ids=[row[0] for row in FRAMES]
)
def test_telegrams_are_told_apart(
    options: dict[str, Any], pieces: list[bytes], frames: list[bytes], noise: int
) -> None:
    framer = Framer(longest=8, **options)
    assert [frame for piece in pieces for frame in framer.feed(piece)] == frames
    assert framer.noise == noise


def test_silence_ends_a_telegram_and_too_much_is_noise() -> None:
    framer = Framer("gap", 4)
    framer.feed(b"AB")
    assert framer.flush() == [b"AB"] and framer.flush() == []
    framer.feed(b"ABCDEF")
    assert framer.flush() == [] and framer.noise == 1


LINES = st.lists(st.binary(min_size=1, max_size=8).filter(lambda b: not set(b) & {2, 3, 10, 13}), max_size=6)


@given(LINES, st.sampled_from(["line", "end", "stx-etx"]), st.randoms(use_true_random=False))
def test_however_a_line_cuts_them_telegrams_are_the_same(
    lines: list[bytes], framing: Any, chance: random.Random
) -> None:
    sent = b"".join(b"\x02" + line + b"\x03" if framing == "stx-etx" else line + b"\r\n" for line in lines)
    framer, found = Framer(framing, 8), []
    while sent:
        size = chance.randrange(1, 5)
        found += framer.feed(sent[:size])
        sent = sent[size:]
    assert found == lines and framer.noise == 0


@pytest.mark.parametrize(
    ("text", "meant"), [(r"SI\r\n", b"SI\r\n"), (r"\x02?\\n", b"\x02?\\n"), ("W\t", b"W\t"), (r"\0", b"\0")]
)
def test_bytes_as_options_write_them(text: str, meant: bytes) -> None:
    assert unescaped(text) == meant


@pytest.mark.parametrize("text", [r"\q", r"\x1", "€", "\\"])
def test_bytes_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"stands r, n, t|one byte"):
        unescaped(text)


# --- patterns -------------------------------------------------------------------------------------------------

SAFE = [
    SCALE,
    r"(?P<code>\d{8,14})",
    r"^(?P<a>.{1,20})$",
    r"^(?P<a>\w+);(?P<b>\w+)$",
    r"^(?P<a>(?:ab){1,3}x)",
    r"^(?P<a>x|y|z)",
    r"^(?P<a>[][\-+a-z\[]\[[\--]--)&&(?#[[)",
]
REFUSED = [
    (r"^(?P<a>(\w+)+)$", "too many ways"),
    (r"(?P<a>.*)(?P<b>.*)(?P<c>.*)", "too many ways"),
    (r"^(?P<a>(a|a)*)b", "too many ways"),
    (r"^(?P<a>(?:\d{1,9}){1,9})x", "too many ways"),
    (r"(?P<a>x)(?P=a)", "refers to no part"),
    (r"(?P<a>", "no pattern"),
    (r"(?P<a>x{99999999999})", "no pattern|too many"),
    ("x" * 501, "at most 500"),
    (r"(?P<a>[[a-z])", "a later Python"),
    (r"(?P<a>[]a--b])", "a later Python"),
    (r"\[(?P<a>[^a&&b])", "a later Python"),
    (r"(?P<a>[\]~~b])", "a later Python"),
    (r"(?#[)(?P<a>[]||b])", "a later Python"),
]


@pytest.mark.filterwarnings("error::FutureWarning")
@pytest.mark.parametrize("pattern", SAFE)
def test_patterns_with_an_end_are_accepted(pattern: str) -> None:
    assert patterns.checked(pattern, 256).groups >= 1


@pytest.mark.parametrize(("pattern", "why"), REFUSED)
def test_patterns_that_could_take_for_ever_are_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        patterns.checked(pattern, 256)


# --- fields ---------------------------------------------------------------------------------------------------


def options(**given_options: Any) -> Any:
    return PLUGIN.check({"link": "tcp", "host": "127.0.0.1", "pattern": SCALE, **given_options})


def sample(frame: bytes, address: str, kind: Kind, **given_options: Any) -> tuple[Value, int, int] | None:
    """(value, quality, native) of the one tag."""
    found = Telegrams([Point(1, address, kind)], options(**given_options)).batches(frame, 1_000)
    rows = [(*row[2:], 0 if batch.native is None else int(batch.native[0])) for batch in found for row in batch.rows()]
    return rows[0] if rows else None


READS: list[tuple[bytes, str, Kind, dict[str, Any], tuple[Value, int, int] | None]] = [
    (b"ST,GS,+  12.345kg", "weight", F64, {}, (12.345, q.GOOD, 0)),
    (b"ST,GS,+  12.345kg", "weight[g]", F64, {}, (12345.0, q.GOOD, 0)),
    (b"ST,GS,-   0.500kg", "weight[kg]", F64, {}, (-0.5, q.GOOD, 0)),
    (b"ST,GS,+  10.000lb", "weight[kg]", F64, {}, (4.5359237, q.GOOD, 0)),
    (b"ST,GS,+  12.345kg", "weight[pcs]", F64, {}, (None, q.BAD_DEVICE, fields.OTHER_UNIT)),
    (b"ST,GS,+  12,345kg", "weight", F64, {"decimal": "comma"}, (12.345, q.GOOD, 0)),
    (b"ST,GS,+  12.345kg", "weight", F64, {"decimal": "comma"}, (None, q.BAD_DEVICE, 0)),
    (b"ST,GS,+  12,345kg", "weight", F64, {}, (None, q.BAD_DEVICE, 0)),
    (b"ST,GS,+     250kg", "weight", I64, {}, (250, q.GOOD, 0)),
    (b"ST,GS,+  12.345kg", "unit", STR, {}, ("kg", q.GOOD, 0)),
    (b" ST,GS", "unit", STR, {"pattern": None}, (None, q.BAD_CONFIG, fields.NO_PART)),
    (b"ST,GS,+  12.345kg", "nope", STR, {}, (None, q.BAD_CONFIG, fields.NO_PART)),
    (b"ST,GS,+  12.345kg", "telegram", STR, {}, ("ST,GS,+  12.345kg", q.GOOD, 0)),
    (b"ERR", "weight", F64, {}, (None, q.BAD_DEVICE, fields.NO_MATCH)),
    (b"\xff\xfe", "telegram", STR, {"pattern": None, "encoding": "ascii"}, (None, q.BAD_DEVICE, fields.NO_MATCH)),
    (b"US,GS,+  12.345kg", "weight", F64, {"stable": "status=ST"}, (12.345, q.UNCERTAIN, fields.IN_MOTION)),
    (b"US,GS,+  12.345kg", "weight", F64, {"stable": "status=ST", "unstable": "skip"}, None),
    (b"ST,GS,+  12.345kg", "weight", F64, {"stable": "status=ST"}, (12.345, q.GOOD, 0)),
    (b"04006381333931", "telegram", STR, {"pattern": None}, ("04006381333931", q.GOOD, 0)),
    (b"04006381333931", "telegram", U64 := Kind.U64, {"pattern": None}, (4006381333931, q.GOOD, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("frame", "address", "kind", "given_options", "expected"), READS)
def test_what_a_telegram_says(
    frame: bytes, address: str, kind: Kind, given_options: dict[str, Any], expected: tuple[Value, int, int] | None
) -> None:
    assert sample(frame, address, kind, **given_options) == pytest.approx(expected)


OPTIONS = [
    ({"link": "serial"}, "needs `serial_port`"),
    ({"serial_port": "/dev/ttyS0"}, "needs `host`"),
    ({"framing": "length"}, "needs `length`"),
    ({"pattern": r"^\d+$"}, "names its parts"),
    ({"pattern": r"(?P<a>(\w+)+)"}, "too many ways"),
    ({"stable": "status"}, "part=text"),
    ({"stable": "rest=ST"}, "no part 'rest'"),
    ({"command": "\\q"}, "stands r, n, t"),
    ({"end": ""}, "at least one byte"),
]


@pytest.mark.parametrize(("given_options", "why"), OPTIONS)
def test_options_that_cannot_be_meant(given_options: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        options(**given_options)


@pytest.mark.parametrize("address", ["", "a b", "weight[", "weight[]", "telegram[kg]", "1st", "größe", "a" * 99])
def test_addresses_that_are_no_parts(address: str) -> None:
    with pytest.raises(ConfigError, match="is no part of a telegram"):
        parse_address(address)


def test_a_weight_is_a_number() -> None:
    with pytest.raises(ConfigError, match="is a number"):
        PLUGIN.accept("weight[kg]", STR)


# --- a device -------------------------------------------------------------------------------------------------


class Link:
    """The driver and what it told."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.notices: list[Notice] = []
        self.task: asyncio.Task[None] | None = None

    def listen(self, *wanted: tuple[str, Kind]) -> None:
        points = tuple(Point(n, address, kind) for n, (address, kind) in enumerate(wanted, 1))
        self.task = asyncio.create_task(self.driver.subscribe((ListenGroup(250, points),), self.notices.append))

    def rows(self, tag: int = 1) -> list[tuple[Value, int]]:
        """What came after the first word that nothing came yet."""
        rows = [row for notice in self.notices for batch in notice.batches for row in batch.rows()]
        return [(value, quality) for at, _, value, quality in rows if at == tag and quality != q.BAD_NOT_CONNECTED]

    async def end(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.driver.close()
        await self.driver.close()  # twice does no harm


type Reach = Callable[..., Any]


@pytest.fixture
async def reach() -> AsyncIterator[Reach]:
    opened: list[Link] = []

    async def make(**given_options: Any) -> Link:
        link = Link(PLUGIN.open(PLUGIN.check(given_options), Surroundings(SystemClock())))
        opened.append(link)
        await link.driver.open()
        return link

    yield make
    for link in opened:
        await link.end()


@pytest.fixture
async def socket() -> AsyncIterator[SocketDevice]:
    device = SocketDevice()
    await device.start()
    yield device
    await device.stop()


def weigh(command: bytes) -> bytes | None:
    return {b"SI\r\n": b"ST,GS,+  12.345kg\r\n"}.get(command)


async def test_every_scan_is_an_event_however_equal_and_close(
    reach: Reach, socket: SocketDevice, until: Callable[..., Any]
) -> None:
    link = await reach(link="tcp", host="127.0.0.1", port=socket.port)
    link.listen(("telegram", STR))
    await until(lambda: link.notices and socket.connections)
    socket.send(b"A1\r\nA1\r\nA1\r\nB2\r\n")
    await until(lambda: len(link.rows()) == 4)
    assert [value for value, _ in link.rows()] == ["A1", "A1", "A1", "B2"]
    moments = [int(batch.ts[0]) for notice in link.notices[1:] for batch in notice.batches]
    assert moments == sorted(set(moments))
    alive = await link.driver.probe()
    assert alive.answered_us >= alive.asked_us
    (batch,) = await link.driver.read([Point(1, "telegram", STR)])
    assert batch.quality.tolist() == [q.UNCERTAIN_LAST_KNOWN]  # known, and no fifth scan


async def test_a_scanner_on_a_serial_port(reach: Reach, until: Callable[..., Any]) -> None:
    device = PtyDevice()
    link = await reach(serial_port=device.port, framing="stx-etx")
    link.listen(("telegram", STR))
    await until(lambda: link.notices)
    device.send(b"\x02 4006381333931\x03")
    await until(lambda: link.rows() == [("4006381333931", q.GOOD)])
    await link.end()
    device.unplug()


async def test_silence_ends_a_telegram_without_an_end(
    reach: Reach, socket: SocketDevice, until: Callable[..., Any]
) -> None:
    link = await reach(link="tcp", host="127.0.0.1", port=socket.port, framing="gap", gap_ms=50)
    link.listen(("telegram", STR))
    await until(lambda: link.notices and socket.connections)
    socket.send(b"AB")
    socket.send(b"CD")
    await until(lambda: [value for value, _ in link.rows()] == ["ABCD"])


@pytest.mark.parametrize("kind", ["pty", "socket"])
async def test_a_scale_is_asked_again_and_again(
    reach: Reach, socket: SocketDevice, until: Callable[..., Any], kind: str
) -> None:
    pty = PtyDevice(weigh)
    socket.answer = weigh
    place = {"pty": {"serial_port": pty.port}, "socket": {"link": "tcp", "host": "127.0.0.1", "port": socket.port}}[
        kind
    ]
    link = await reach(command="SI\\r\\n", every_s=0.05, pattern=SCALE, **place)
    link.listen(("weight[kg]", F64))
    await until(lambda: len(link.rows()) >= 3)
    assert set(link.rows()) == {(12.345, q.GOOD)}
    await link.end()
    pty.unplug()


async def test_a_scale_that_does_not_answer_is_a_lost_link(reach: Reach, socket: SocketDevice) -> None:
    link = await reach(link="tcp", host="127.0.0.1", port=socket.port, command="SI\\r\\n", timeout_s=0.2)
    link.listen(("telegram", STR))
    with pytest.raises(LinkError, match=r"no answer within 0\.2 s"):
        await asyncio.wait_for(link.task, 15)
    with pytest.raises(LinkError, match="no answer"):
        await link.driver.read([Point(1, "telegram", STR)])


async def test_a_stream_that_falls_silent_is_a_lost_link(reach: Reach, socket: SocketDevice) -> None:
    link = await reach(link="tcp", host="127.0.0.1", port=socket.port, silent_after_s=0.5)
    link.listen(("telegram", STR))
    with pytest.raises(LinkError, match=r"no telegram for 0\.5 s"):
        await asyncio.wait_for(link.task, 15)


async def test_a_line_that_breaks_is_a_lost_link(reach: Reach, socket: SocketDevice, until: Callable[..., Any]) -> None:
    link = await reach(link="tcp", host="127.0.0.1", port=socket.port)
    link.listen(("telegram", STR))
    await until(lambda: socket.connections)
    await socket.stop()
    with pytest.raises(LinkError, match=r"closed the connection|line broke"):
        await asyncio.wait_for(link.task, 15)
    with pytest.raises(LinkError):
        await link.driver.probe()


async def test_what_nobody_can_open_is_said(reach: Reach, socket: SocketDevice) -> None:
    await socket.stop()
    with pytest.raises(LinkError, match="cannot be reached"):
        await reach(link="tcp", host="127.0.0.1", port=socket.port)
    with pytest.raises(LinkError, match="there is no serial port"):
        await reach(serial_port="/dev/nothing-here")


async def test_on_trial_a_telegram_is_waited_for(reach: Reach, socket: SocketDevice, until: Callable[..., Any]) -> None:
    link = await reach(link="tcp", host="127.0.0.1", port=socket.port)
    await until(lambda: socket.connections)
    asyncio.get_running_loop().call_later(0.2, socket.send, b"A1\r\n")
    (batch,) = await link.driver.read([Point(0, "telegram", STR)])
    assert batch.value.tolist() == ["A1"]
    with pytest.raises(ConfigError, match="cannot be browsed"):
        await link.driver.browse()
    with pytest.raises(PointError):
        await link.driver.write(Point(0, "telegram", STR), "x")
