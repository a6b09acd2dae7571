"""Structures and arrays of a server's own making: read as what they are, and each of their members as a tag."""

from __future__ import annotations

import asyncio
import struct

import pytest
from asyncua import ua
from asyncua.common.structures104 import new_enum, new_struct, new_struct_field

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.errors import PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import ListenGroup, Point, Surroundings
from dovetail.drivers.opcua.structures import Structures
from waiting import until

PLUGIN = load("dovetail.drivers", "opcua")
CLEAR = {"policy": "None", "insecure": True}
INT32, UINT32, DOUBLE, STRING = (
    ua.VariantType.Int32,
    ua.VariantType.UInt32,
    ua.VariantType.Double,
    ua.VariantType.String,
)


def text(words: str) -> bytes:
    return struct.pack("<i", len(words.encode())) + words.encode()


def step(speed: float, note: str) -> bytes:
    """A `Step` as it travels."""
    return struct.pack("<d", speed) + text(note)


RECIPE = (
    text("Žlutá")
    + struct.pack("<i", 2)
    + struct.pack("<i", 2)
    + step(1.5, "slow")
    + step(60.0, "")
    + struct.pack("<2i", 1, 9)
)


RECIPE_READ = '{"name":"Žlutá","mode":2,"steps":[{"speed":1.5,"note":"slow"},{"speed":60.0,"note":""}],"codes":[9]}'


class Types:
    """Data types that only this server knows: they are in its address space, and nowhere in this process."""

    def __init__(self, plc) -> None:
        self.plc = plc
        self.encodings: dict[str, ua.NodeId] = {}

    async def make(self) -> None:
        await self.plc.machine.do(self._make())

    async def _make(self) -> None:
        server, index, prefix = (
            self.plc.machine.server,
            self.plc.machine.index,
            self.plc.address("").rpartition(";s=")[2],
        )
        mode = await new_enum(server, index, f"{prefix}Mode", ["Off", "Manual", "Auto"])
        field = new_struct_field
        inner, one = await new_struct(server, index, f"{prefix}Step", [field("speed", DOUBLE), field("note", STRING)])
        members = [
            field("name", STRING),
            field("mode", mode),
            field("steps", inner, array=True),
            field("codes", INT32, array=True),
        ]
        _, two = await new_struct(server, index, f"{prefix}Recipe", members)
        _, three = await new_struct(server, index, f"{prefix}Maybe", [
            field("always", INT32), field("first", DOUBLE, optional=True), field("second", STRING, optional=True),
        ])  # fmt: skip
        _, four = await new_struct(
            server, index, f"{prefix}Either", [field("a", INT32), field("b", STRING)], is_union=True
        )
        for name, (encoding,) in {"step": one, "recipe": two, "maybe": three, "either": four}.items():
            self.encodings[name] = encoding.nodeid

    async def put(self, name: str, of: str, body: bytes | list[bytes]) -> None:
        """A variable of such a type, or of an array of it."""
        folded = [ua.ExtensionObject(self.encodings[of], one) for one in (body if isinstance(body, list) else [body])]
        value = folded if isinstance(body, list) else folded[0]
        node = ua.NodeId(self.plc.address(name).rpartition(";s=")[2], self.plc.machine.index)
        objects, kind = self.plc.machine.server.nodes.objects, ua.VariantType.ExtensionObject
        await self.plc.machine.do(objects.add_variable(node, name, value, kind, datatype=ua.NodeId(22)))


@pytest.fixture
async def types(plc) -> Types:
    made = Types(plc)
    await made.make()
    return made


async def opened(plc):
    link = PLUGIN.open(
        PLUGIN.check({"endpoint": plc.endpoint, "security": CLEAR}), Surroundings(SystemClock(), {}.__getitem__)
    )
    await link.open()
    return link


async def read(link, *points: Point) -> list[tuple[object, int]]:
    rows = [row for batch in await link.read(points) for row in batch.rows()]
    return [(value, quality & q.MAJOR_MASK) for _, _, value, quality in sorted(rows, key=lambda row: row[0])]


GOOD, BAD = q.GOOD & q.MAJOR_MASK, q.BAD_DEVICE & q.MAJOR_MASK


@pytest.mark.parametrize("of, body, shown", [
    ("recipe", RECIPE, RECIPE_READ),
    ("step", [step(1.0, "a"), step(2.0, "b")], '[{"speed":1.0,"note":"a"},{"speed":2.0,"note":"b"}]'),
    ("maybe", struct.pack("<Ii", 0b10, 7) + text("two"), '{"always":7,"first":null,"second":"two"}'),
    ("maybe", struct.pack("<Iid", 0b01, 7, 2.5), '{"always":7,"first":2.5,"second":null}'),
    ("either", struct.pack("<I", 2) + text("b"), '{"b":"b"}'),
    ("either", struct.pack("<I", 0), "{}"),
])  # fmt: skip
async def test_a_structure_is_read_as_its_server_describes_it(plc, types, of, body, shown) -> None:
    await types.put("it", of, body)
    link = await opened(plc)
    seen = await read(link, Point(1, plc.address("it"), Kind.JSON))
    await link.close()
    assert seen == [(shown, GOOD)]


async def test_members_are_tags_of_their_own(plc, types) -> None:
    await types.put("recipe", "recipe", RECIPE)
    await plc.has(levels=([3.5, 4.5], DOUBLE), plain=(7, INT32))
    link = await opened(plc)
    ways = {
        "recipe#/steps/1/speed": (Kind.F64, 60.0, GOOD),
        "recipe#/mode": (Kind.I64, 2, GOOD),
        "recipe#/name": (Kind.STR, "Žlutá", GOOD),
        "recipe#/steps/0": (Kind.JSON, '{"speed":1.5,"note":"slow"}', GOOD),
        "levels#/1": (Kind.F64, 4.5, GOOD),
        "levels#/2": (Kind.F64, None, BAD),  # the array is shorter
        "recipe#/nobody": (Kind.F64, None, BAD),
        "plain#/0": (Kind.F64, None, BAD),  # a number has no members
        "plain": (Kind.F64, 7.0, GOOD),
    }
    points = [Point(place, plc.address(way), kind) for place, (way, (kind, _, _)) in enumerate(ways.items())]
    seen = await read(link, *points)
    heard: dict[int, object] = {}
    listening = link.subscribe([ListenGroup(50, tuple(points))], lambda notice: heard.update(
        {tag: value for batch in notice.batches for tag, _, value, _ in batch.rows()}
    ))  # fmt: skip
    await until_heard(listening, heard, len(points))
    with pytest.raises(PointError, match="only whole values are written"):
        await link.write(points[4], 1.0)
    await link.close()
    assert seen == [(value, quality) for _, value, quality in ways.values()]
    assert [heard[place] for place in range(len(points))] == [value for _, value, _ in ways.values()]


async def until_heard(listening, heard: dict[int, object], count: int) -> None:
    task = asyncio.ensure_future(listening)
    await until(lambda: len(heard) == count)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    "body", [b"", RECIPE[:-1], struct.pack("<i", 0x7FFF_FFFF), text("x") + struct.pack("<ii", 1, 0x7FFF_FFF0)]
)
async def test_bytes_that_are_no_such_structure_spoil_only_their_own_tag(plc, types, body) -> None:
    await types.put("broken", "recipe", body)
    await plc.has(plain=(7, INT32))
    link = await opened(plc)
    seen = await read(link, Point(1, plc.address("broken#/mode"), Kind.I64), Point(2, plc.address("plain"), Kind.I64))
    await link.close()
    assert seen == [(None, BAD), (7, GOOD)]


def test_a_structure_that_was_not_described_stays_what_it_was() -> None:
    folded = ua.ExtensionObject(ua.NodeId(4711, 2), b"\1\2")
    assert Structures().unfolded([folded, 1]) == [folded, 1]
