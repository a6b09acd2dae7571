"""The copies of a site as its people see them: equal, behind, or away, why, and who can mend it; nothing here waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from dovetail.copies.model import Held, Ready, TagName
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.errors import ConfigError, LinkError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import Connection, Equipment, PlantModel, Tag
from dovetail.events.equipment import PlantApplied
from dovetail.forwarding import service
from dovetail.forwarding.model import Forwarded
from dovetail.forwarding.service import ForwardingRoom, RunForwarding
from dovetail.forwarding.site import Site
from dovetail.forwarding.ways import copy_of, selection_of
from dovetail.historian.service import Historian
from dovetail.operations.operation import execute
from dovetail.retention.model import number_of
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

BODY = {
    "to": "postgresql", "site": "brno", "host": "hq.example", "port": 5432, "database": "dovetail", "user": "dovetail",
    "password": "", "tls": "verify", "ca": None, "equipment": [], "tags": [], "without": [], "every_s": 60.0,
}  # fmt: skip


class Notebook:
    """A copy that remembers what it was brought, and can be away."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.states: dict[int, bytes] = {}
        self.pieces: dict[tuple[int, int], Held] = {}
        self.brought = 0
        self.owner = ""

    def claim(self) -> None:
        self._ask()

    def take_over(self) -> None:
        self.owner = "taken over"

    def name(self, tags: Sequence[TagName]) -> None:
        self._ask()

    def settled(self) -> Mapping[int, bytes]:
        return dict(self.states)

    def settle(self, month: int, state: bytes) -> None:
        self.states[month] = state

    def held(self, month: int, tags: Sequence[int]) -> Mapping[int, Sequence[Held]]:
        found: dict[int, list[Held]] = {}
        for (tag, _), one in sorted(self.pieces.items()):
            found.setdefault(tag, []).append(one)
        return found

    def swap(self, month: int, ready: Sequence[Ready]) -> None:
        self._ask()
        for one in ready:
            for old in one.swap.gone:
                del self.pieces[one.swap.tag, old.from_us]
            for piece in one.pieces:
                new = piece.stretch
                self.pieces[new.tag, new.from_us] = Held(new.from_us, new.end_us, new.mark, new.added)
                self.brought += sum(map(len, piece.blocks))

    def close(self) -> None:
        pass

    def _ask(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def node(number: int, path: str, parent: int | None) -> Equipment:
    return Equipment(
        number, path, path, "WorkUnit", parent, None, "UTC", None, None, (), None, None, None, {}, None, {}
    )  # fmt: skip


PLANT = PlantModel(
    equipment=[node(1, "acme", None), node(2, "acme/line", 1), node(3, "acme/oven", 1)],
    tags=[
        Tag(10, "acme/line.speed", 2, "speed", "plc", "1", Kind.F64),
        Tag(11, "acme/line.recipe", 2, "recipe", None, None, Kind.STR),
        Tag(12, "acme/oven.heat", 3, "heat", "gas", "1", Kind.F64, "Cel"),
        Tag(20, "plc.good_through", None, "good_through", None, None, Kind.I64),
        Tag(21, "gas.good_through", None, "good_through", None, None, Kind.I64),
    ],
    connections=[Connection("plc", "opcua", {}, "auto", 20, 30), Connection("gas", "opcua", {}, "auto", 21, 31)],
)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Historian]:
    opened = Historian(tmp_path / "samples", clock=clock, bus=bus, owner_of=lambda _tag: 2)
    yield opened
    opened.close()


@pytest.fixture
def room(
    database: Database,
    historian: Historian,
    notebook: Notebook,
    clock: ManualClock,
    bus: Bus,
    everyone: Scope,
) -> ForwardingRoom:
    made = ForwardingRoom(
        database, Site(historian.chunks, dict), plant=lambda: PLANT, open_copy=lambda _body: notebook, bus=bus,
        clock=clock,
    )  # fmt: skip
    with database.write(everyone.actor) as uow:
        service.apply(uow, {"hq": BODY}, clock.now_us())
    bus.publish(PlantApplied(1, 0, 1))
    return made


def send(historian: Historian, seq: int) -> None:
    rows = [(10, DAY_ZERO_US + seq * 1_000_000, float(seq), 0xC0)]
    historian.put([Frame("gateway", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows),))])
    historian.seal_once()


MONTH = number_of(DAY_ZERO_US)
EVER = 1 << 61


def test_whoever_lets_samples_go_learns_what_a_copy_does_not_hold(
    room: ForwardingRoom, historian: Historian, notebook: Notebook, clock: ManualClock
) -> None:
    send(historian, 1)
    assert room.lacking("hq", MONTH, {10: EVER}) == {10: "behind"}
    settle(room)
    assert room.lacking("hq", MONTH, {10: EVER, 99: EVER}) == {99: "not-taken"}
    assert room.lacking("another", MONTH, {10: EVER}) == {10: "no-copy"}
    send(historian, 2)
    assert room.lacking("hq", MONTH, {10: EVER}) == {10: "behind"}
    assert room.lacking("hq", MONTH, {10: DAY_ZERO_US}) == {}  # of what is over by then nothing has changed
    notebook.trouble = LinkError("nobody answers", code="forwarding-away")
    assert room.lacking("hq", MONTH, {10: EVER}) == {10: "away"}  # asked, without an answer
    clock.tick(60_000_000)
    settle(room)
    assert room.lacking("hq", MONTH, {10: EVER}) == {10: "away"}  # known to be away: nobody waits for it again
    notebook.trouble = None
    clock.tick(600_000_000)
    settle(room)
    assert room.lacking("hq", MONTH, {10: EVER}) == {}


def settle(room: ForwardingRoom) -> None:
    while room.step():
        pass


def shown(room: ForwardingRoom, everyone: Scope) -> Forwarded:
    (one,) = room.copies(scope=everyone)
    return one


def test_a_copy_follows_in_its_own_time(
    room: ForwardingRoom, historian: Historian, notebook: Notebook, clock: ManualClock, everyone: Scope
) -> None:
    send(historian, 1)
    settle(room)
    assert (notebook.brought, shown(room, everyone).equal_us) == (1, clock.now_us())
    send(historian, 2)
    settle(room)
    assert notebook.brought == 1  # its minute is not over
    clock.tick(60_000_000)
    settle(room)
    one = shown(room, everyone)
    assert (notebook.brought, one.tags, one.months, one.cause) == (3, 5, 0, None)  # both in one stretch: it is swapped


def test_a_copy_that_is_away_is_asked_ever_more_rarely_and_said_once(
    room: ForwardingRoom, historian: Historian, notebook: Notebook, clock: ManualClock, everyone: Scope
) -> None:
    send(historian, 1)
    notebook.trouble = LinkError("the copy is away: no route")
    waits: list[float] = []
    for _ in range(12):
        settle(room)
        waits.append(shown(room, everyone).next_s)
        clock.tick(round(waits[-1] * 1e6))
    one = shown(room, everyone)
    assert (one.cause, one.who, one.failing_us) == ("the copy is away: no route", "time", DAY_ZERO_US)
    assert max(waits[:2]) < 10 < 150 <= waits[-1] <= 300
    notebook.trouble = None
    clock.tick(300_000_000)
    settle(room)
    assert (notebook.brought, shown(room, everyone).cause) == (1, None)


def test_what_a_person_must_mend_says_so(
    room: ForwardingRoom, notebook: Notebook, everyone: Scope, database: Database
) -> None:
    notebook.trouble = ConfigError("another installation forwards as site 'brno'", hint="give it a name")
    settle(room)
    one = shown(room, everyone)
    assert (one.who, one.hint, one.next_s >= 150) == ("administrator", "give it a name", True)
    notebook.trouble = None
    execute(room.run, RunForwarding(name="hq", take_over=True), database=database, scope=everyone)
    settle(room)
    assert (notebook.owner, shown(room, everyone).cause) == ("taken over", None)


def test_a_recheck_compares_what_was_equal(
    room: ForwardingRoom, historian: Historian, notebook: Notebook, everyone: Scope, database: Database
) -> None:
    send(historian, 1)
    settle(room)
    notebook.pieces.clear()  # somebody emptied a table there
    execute(room.run, RunForwarding(name="hq", recheck=True), database=database, scope=everyone)
    settle(room)
    assert (notebook.brought, len(notebook.pieces)) == (2, 1)


def test_a_copy_that_the_plant_code_does_not_name_is_not_run(
    room: ForwardingRoom, everyone: Scope, database: Database
) -> None:
    with pytest.raises(NotFoundError, match="no copy 'moon'"):
        execute(room.run, RunForwarding(name="moon"), database=database, scope=everyone)


def test_a_copy_taken_out_of_the_plant_code_is_left_alone(
    room: ForwardingRoom, historian: Historian, notebook: Notebook, database: Database, bus: Bus, everyone: Scope,
    clock: ManualClock,
) -> None:  # fmt: skip
    settle(room)
    with database.write(everyone.actor) as uow:
        service.apply(uow, {"hq": None}, clock.now_us())
    bus.publish(PlantApplied(2, 0, 2))
    send(historian, 1)
    clock.tick(120_000_000)
    settle(room)
    assert (notebook.brought, room.copies(scope=everyone)) == (0, [])


def test_a_copy_said_ahead_begins_in_its_time(
    room: ForwardingRoom, database: Database, everyone: Scope, clock: ManualClock
) -> None:
    with database.write(everyone.actor) as uow:
        service.apply(uow, {"lake": BODY}, clock.now_us() + 90_000_000)
    settle(room)
    clock.tick(120_000_000)
    settle(room)
    assert [one.name for one in room.copies(scope=everyone)] == ["hq", "lake"]


SELECTED = [
    # equipment, only these, without these · the tags that go, with the marks of their links
    ([],             [],            [],             {10, 11, 12, 20, 21}),
    (["acme"],       [],            [],             {10, 11, 12, 20, 21}),
    (["acme/line"],  [],            [],             {10, 11, 20}),
    (["acme/oven"],  [],            [],             {12, 21}),
    (["acme/li"],    [],            [],             set()),
    (["acme"],       ["*.speed"],   [],             {10, 20}),
    ([],             ["*/line.*"],  ["*.recipe"],   {10, 20}),
]  # fmt: skip


@pytest.mark.parametrize(("equipment", "tags", "without", "expected"), SELECTED)
def test_which_tags_go(equipment: list[str], tags: list[str], without: list[str], expected: set[int]) -> None:
    found = selection_of(PLANT, {**BODY, "equipment": equipment, "tags": tags, "without": without})
    assert set(found.tags) == expected


REFUSED: list[tuple[dict[str, Any], tuple[str, ...], str]] = [
    ({},                                        (),                "may not leave this server for hq.example"),
    ({"host": "HQ.example"},                    ("other",),        "may not leave this server for HQ.example"),
    ({"tls": "off"},                            ("hq.example",),   "samples to hq.example need TLS"),
    ({"password": "secret://hq"},               ("hq.example",),   "no secret hq"),
    ({"to": "clickhouse", "ca": "/nowhere"},    ("hq.example",),   "/nowhere is no file of certificates"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "hosts", "why"), REFUSED)
def test_no_way_is_opened_that_nobody_allowed(said: dict[str, Any], hosts: tuple[str, ...], why: str) -> None:
    def secret(name: str) -> str:
        raise ConfigError(f"no secret {name}")

    with pytest.raises(ConfigError, match=why):
        copy_of({**BODY, **said}, owner="one", hosts=hosts, secret=secret)
