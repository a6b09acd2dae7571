"""What must hold of an installation after it was killed, checked on what is on its disk and against what really was."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import orjson
from kills_world import UNITS, World
from serve_under_test import BALLAST, LINE
from sqlalchemy import func, select

from dovetail.app.bootstrap import House, open_house
from dovetail.books.rollups import rollup_job, rollup_reason, rollup_rows
from dovetail.books.summing import rollups
from dovetail.core.clock import DAY_US, HOUR_US, SECOND_US
from dovetail.core.scope import system_scope
from dovetail.db.uow import Reading
from dovetail.demo.run import PATHS
from dovetail.house.rooms import Rooms
from dovetail.ledger.model import Slice
from dovetail.operations import store as audit
from dovetail.packing.place import Storage
from dovetail.performance import store as ledger
from dovetail.sim.samples import COUNTER_MODULUS
from dovetail.sim.truth import Interval
from dovetail.states import store as states
from dovetail.states.model import CountRecord, StateRecord
from dovetail.virtual.model import mark_of

EVERYTHING = system_scope("kills")
EVER_US = 1 << 61
GOOD_AND_VALID = 0xC0
OBSERVED = ("APT", "AUST", "ADET", "ADOT", "NODT")
REASONS = {
    0: None,
    11: "mechanical/jam",
    12: "mechanical/misfeed",
    13: "electrical/sensor",
    21: "electrical/motor",
    22: "mechanical/valve",
    31: "setup/changeover",
    41: "organisational/no-material",
    42: "planned/cleaning",
}

type Row = tuple[int, int, Any, int]  # tag, ts, value, quality
type Said = tuple[int, int, str, str, str | None, bool]  # t0, t1, state, mode, reason, external


@dataclass(slots=True)
class Promise:
    """A journalled frame."""

    life: int
    at_us: int
    key: tuple[str, str, int, int]
    rows: list[Row]
    marks: dict[int, int]


@dataclass(slots=True)
class Books:
    """One installation, opened after its last life; everything in it is settled."""

    world: World
    house: House
    reading: Reading
    frames: list[Promise] = field(default_factory=list)
    audited: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        for line in (self.world.folder / "journal.jsonl").read_bytes().split(b"\n")[:-1]:
            said = orjson.loads(line)
            if "audit" in said:
                self.audited.append(said["audit"])
            else:
                rows = [(row[0], row[1], row[2], row[3]) for row in said["rows"]]
                self.frames.append(
                    Promise(said["life"], said["at_us"], tuple(said["frame"]), rows, dict(said["marks"]))
                )
        tags = sorted(self.plant.tags)
        batches = self.house.rooms.historian.raw(tags, 0, EVER_US, scope=EVERYTHING)
        self.rows = [row for batch in batches for row in batch.rows()]

    @property
    def plant(self) -> Any:
        return self.house.rooms.equipment.plant()

    def unit(self, name: str) -> int:
        return self.plant.by_path(PATHS[name]).id

    def link_of(self, name: str) -> int:
        """The good-through tag of a unit's PLC."""
        (link,) = self.plant.links_of(self.unit(name))
        return link

    @property
    def links(self) -> set[int]:
        """The good-through tags: of each connection, and of each machine with computed tags."""
        computed = {mark_of(self.plant, node) for node in self.plant.equipment} - {None}
        return {connection.good_through_tag for connection in self.plant.connections.values()} | computed

    def marks(self, link: int) -> list[int]:
        """All good-through marks held of a link, ascending."""
        return sorted(row[1] for row in self.rows if row[0] == link)

    def records(self, equipment_id: int) -> list[StateRecord]:
        return states.records(self.reading, equipment_id, 0, EVER_US)

    def counts(self, equipment_id: int) -> list[CountRecord]:
        return states.counts(self.reading, equipment_id, 0, EVER_US)

    def slices(self, equipment_id: int) -> list[Slice]:
        return [piece for _, piece in ledger.overlapping(self.reading, equipment_id, 0, EVER_US)]

    def good_readings(self, unit: str, name: str) -> list[tuple[int, int]]:
        """(ts, value) of the good samples of a counter, by time and arrival."""
        tag = self.plant.tags_of(self.unit(unit))[name].id
        return [
            (ts, value) for found, ts, value, quality in self.rows if found == tag and quality & 0xC0 == GOOD_AND_VALID
        ]


@contextmanager
def books(world: World) -> Iterator[Books]:
    """Open the installation and do what is left to do. The line must be stopped: its truth is read."""
    with open_house(world.lives[-1].settings) as house:
        rooms = house.rooms
        for step in (_follow(rooms), rooms.performance.step, rooms.historian.seal_once):
            while step():
                pass
        with house.database.read() as reading:
            yield Books(world, house, reading)


def _follow(rooms: Rooms) -> Callable[[], int]:
    return lambda: rooms.production.step(500) + rooms.states.step(500)


def assert_all_holds(world: World) -> None:
    """Every promise of SECURITY §1, on the disk as the kills have left it."""
    with books(world) as found:
        no_accepted_sample_is_lost(found)
        no_sample_is_there_twice(found)
        delivery_balances(found)
        sums_say_what_samples_say(found)
        answers_were_kept(found)
        good_through_only_grows(found)
        for unit in UNITS:
            timeline_is_contiguous(found, unit)
            no_data_begins_where_knowledge_ends(found, unit)
            what_is_told_is_true(found, unit)
            every_piece_is_counted(found, unit)
        for equipment_id in (*(found.unit(unit) for unit in UNITS), found.plant.by_path(LINE).id):
            ledger_balances(found, equipment_id)
        line_takes_from_its_units(found)


def no_accepted_sample_is_lost(found: Books) -> None:
    held = Counter(found.rows)
    promised = {row for frame in found.frames for row in frame.rows}
    missing = [row for row in promised if not held[row]]
    assert not missing, f"{len(missing)} of {len(promised)} accepted samples are lost: {sorted(missing)[:3]}"
    marks = {(tag, mark) for frame in found.frames for tag, mark in frame.marks.items()}
    there = {(row[0], row[1]) for row in found.rows if row[0] in found.links}
    assert marks <= there, f"good-through marks are lost: {sorted(marks - there)[:3]}"


def no_sample_is_there_twice(found: Books) -> None:
    """On disk, without what reading filters out: each (tag, ts, value, quality) once."""
    twice = [row for row, n in Counter(found.rows).items() if n > 1]
    assert not twice, f"samples are there twice: {twice[:3]}"
    storage = found.house.rooms.historian.storage
    on_disk = sum(_chunked(storage, month) for month in storage.there())
    assert on_disk == len(found.rows), f"{on_disk} samples in chunks, {len(found.rows)} different ones"


def _chunked(storage: Storage, month: int) -> int:
    place, words = storage.month(month)
    try:
        with place.snapshot() as session:
            return session.execute(f"select coalesce(sum(n), 0) from {words.chunk}").fetchone()[0]
    finally:
        place.close()


def delivery_balances(found: Books) -> None:
    accounts = found.house.rooms.historian.delivery()
    for one in accounts:
        assert one.expected == one.stored + one.duplicate + one.refused + one.gap, one
        assert (one.refused, one.gap, one.frames_missing) == (0, 0, 0), one
    stored = sum(one.stored for one in accounts)
    samples = sum(row[0] not in found.links for row in found.rows)
    assert stored == samples, f"{stored} are said to be stored, {samples} are"


def sums_say_what_samples_say(found: Books) -> None:
    """The hours of yesterday's ballast, summed up or not."""
    historian = found.house.rooms.historian
    while historian.compact_once():
        pass
    (tag,) = (one.id for one in found.plant.tags.values() if one.path == f"{BALLAST}.load0")
    times = [row[1] for row in found.rows if row[0] == tag]
    midnight_us = min(times) // DAY_US * DAY_US
    trend = historian.series(tag, midnight_us, midnight_us + DAY_US, 24, scope=EVERYTHING)
    said = dict(zip(trend.t0_us.tolist(), zip(trend.n.tolist(), trend.max.tolist(), strict=True), strict=True))
    hours: dict[int, list[float]] = {}
    for row in found.rows:
        if row[0] == tag and row[1] < midnight_us + DAY_US:
            hours.setdefault(row[1] // HOUR_US * HOUR_US, []).append(row[2])
    assert said == {at_us: (len(values), max(values)) for at_us, values in hours.items()}


def answers_were_kept(found: Books) -> None:
    """Every operation that was answered stands in the audit, and the chain holds."""
    assert audit.first_broken(found.reading) is None
    there = set(found.reading.connection.scalars(select(audit.audit.c.id)))
    assert set(found.audited) <= there
    newest = found.reading.connection.scalar(select(func.max(audit.audit.c.known)))
    assert newest <= found.reading.known_now()


def good_through_only_grows(found: Books) -> None:
    for link in found.links:
        told = [frame.marks[link] for frame in found.frames if link in frame.marks]
        assert told == sorted(told), f"the marks of {link} go back"


def timeline_is_contiguous(found: Books, unit: str) -> None:
    records = found.records(found.unit(unit))
    assert records, f"{unit} has no timeline"
    for before, after in pairwise(records):
        assert before.t1_us == after.t0_us, f"{unit}: a hole or an overlap between {before} and {after}"
        assert _face(before) != _face(after), f"{unit}: {before} and {after} say the same"
    assert all(record.t0_us < (record.t1_us or EVER_US) for record in records), unit
    assert [record.t1_us for record in records].count(None) == 1
    assert (records[-1].t1_us, records[-1].state) == (None, "NO_DATA")
    number = found.unit(unit)
    table = states.state_record
    current = select(func.count()).where(table.c.equipment_id == number, table.c.known_to.is_(None))
    assert found.reading.connection.scalar(current) == len(records), f"{unit}: more current rows than its timeline"


def _face(record: StateRecord) -> tuple[object, ...]:
    return (record.state, record.mode, record.reason, record.external)


def no_data_begins_where_knowledge_ends(found: Books, unit: str) -> None:
    """NO DATA starts one microsecond after a good-through; each life's last mark is followed by such a start."""
    link, records = found.link_of(unit), found.records(found.unit(unit))
    marks = found.marks(link)
    for record in records[1:]:
        if record.state == "NO_DATA":
            last = marks[bisect_left(marks, record.t0_us) - 1]
            assert last == record.t0_us - 1, f"{unit}: {record} does not follow the mark {last}"
    ends: dict[int, int] = {}  # the last mark of each life that is certain
    for frame in found.frames:
        if link in frame.marks:
            ends[frame.life] = frame.marks[link]
    for life, after in pairwise(sorted(ends)):
        first = next(f.marks[link] for f in found.frames if f.life == after and link in f.marks)
        last = marks[bisect_left(marks, first) - 1]
        assert last >= ends[life], unit
        assert first == last + 1, f"{unit}: life {after} begins its BAD at {first}, the last good-through was {last}"
        there = [record for record in records if record.t0_us <= first < (record.t1_us or EVER_US)]
        assert [record.state for record in there] == ["NO_DATA"], f"{unit}: after life {life} there is {there}"


def what_is_told_is_true(found: Books, unit: str) -> None:
    """Outside NO DATA every record is what the machine really did, to the microsecond."""
    truth = found.world.plant.line.truth[unit]
    for stretch in _known_stretches(found.records(found.unit(unit))):
        told = [(r.t0_us, r.t1_us, *_face(r)) for r in stretch]
        really = _as_heard(told, _really(truth.intervals(stretch[0].t0_us, stretch[-1].t1_us or EVER_US)))
        assert told == really, f"{unit}:\n told  {told}\n truth {really}"


def _known_stretches(records: list[StateRecord]) -> list[list[StateRecord]]:
    stretches: list[list[StateRecord]] = [[]]
    for record in records:
        if record.state == "NO_DATA":
            stretches.append([])
        else:
            stretches[-1].append(record)
    return [stretch for stretch in stretches if stretch]


def _as_heard(told: list[Said], really: list[Said]) -> list[Said]:
    """A fault that gave way to another before the link was there again nobody heard of: no reason is told of it."""
    begins = told[0][4] is None and told[0][:4] == really[0][:4]
    unheard = begins and len(told) > 1 and told[1][2:4] == told[0][2:4] and told[1][4] is not None
    return [(*really[0][:4], None, really[0][5]), *really[1:]] if unheard else really


def _really(intervals: list[Interval]) -> list[Said]:
    """The truth in the words of state records; intervals that say the same follow each other as one."""
    said: list[Said] = []
    for interval in intervals:
        status, external = interval.status, interval.external
        reason = f"external/{external}" if external else REASONS[status.reason]
        face = (status.state.title, status.mode.title, reason, external is not None)
        t0_us = said.pop()[0] if said and said[-1][2:] == face else interval.t0_us
        said.append((t0_us, interval.t1_us, *face))
    return said


def every_piece_is_counted(found: Books, unit: str) -> None:
    """From the first reading to the last the counts are the machine's own, although nobody saw some being made."""
    truth, number = found.world.plant.line.truth[unit], found.unit(unit)
    assert not states.held(found.reading, (number,), 0, EVER_US), f"{unit}: pieces are held back"
    counts = found.counts(number)
    for name, kind in (("processed", "good"), ("defective", "scrap")):
        tag = found.plant.tags_of(number)[name].id
        readings = found.good_readings(unit, name)
        first, last = readings[0], readings[-1]
        really = truth.counts(0, last[0])
        assert last[1] == (really.processed if kind == "good" else really.defective) % COUNTER_MODULUS, (unit, name)
        counted = sum(one.quantity for one in counts if one.tag_id == tag and one.origin == "counter")
        assert counted == last[1] - first[1], f"{unit}: {counted} {name} counted, {last[1] - first[1]} made"
    scrap = sum(one.quantity for one in counts if one.kind == "scrap")
    taken_out = sum(one.quantity for one in counts if one.origin == "correction")
    assert scrap == -taken_out, unit


def ledger_balances(found: Books, equipment_id: int) -> None:
    """Slices tile the time up to the open record; their classes make up the busy time; pieces and sums agree."""
    slices = found.slices(equipment_id)
    assert slices, equipment_id
    for before, after in pairwise(slices):
        assert before.t1_us == after.t0_us, f"slices leave a hole at {before.t1_us}"
    busy_us = sum(piece.elapsed_us for piece in slices if piece.plan == "BUSY")
    by_class = Counter({piece.cls: 0 for piece in slices})
    for piece in slices:
        by_class[piece.cls] += piece.elapsed_us
    assert busy_us == sum(by_class[name] for name in OBSERVED)
    assert sum(by_class.values()) == slices[-1].t1_us - slices[0].t0_us
    gathering = found.house.rooms.performance.gathering
    anew = gathering.derive(found.reading, equipment_id, slices[0].t0_us, slices[-1].t1_us)
    different = [(held, made) for held, made in zip(slices, anew, strict=False) if held != made]
    assert slices == anew, f"slices of {equipment_id} do not follow from the facts: {different[:2]}"
    by_job, by_reason = rollups(slices)
    for table, rows in ((rollup_job, by_job), (rollup_reason, by_reason)):
        kept = rollup_rows(found.reading, equipment_id, table)
        due = [{column.name: row[column.name] for column in table.c} for row in rows]  # some sums follow from others
        assert _as_set(kept) == _as_set(due), f"a rollup of {equipment_id} is not the sum of its slices"


def _as_set(rows: list[dict[str, Any]]) -> set[tuple[tuple[str, Any], ...]]:
    return {tuple(sorted(row.items())) for row in rows}


def line_takes_from_its_units(found: Books) -> None:
    """The slices of each unit end where its open record begins and hold its counts; the line's hold those it takes."""
    sums: dict[str, Counter[str]] = {}
    for unit in UNITS:
        number = found.unit(unit)
        slices, records = found.slices(number), found.records(number)
        assert (slices[0].t0_us, slices[-1].t1_us) == (records[0].t0_us, records[-1].t0_us), unit
        counted = Counter[str]()
        for one in found.counts(number):
            counted[one.kind] += one.quantity
        sums[unit] = Counter({kind: sum(getattr(p.pieces, kind) for p in slices) for kind in ("good", "scrap")})
        assert sums[unit] == counted, f"{unit}: slices hold {sums[unit]}, records {counted}"


def seconds_known(found: Books, unit: str) -> float:
    """How long it was known what a unit did: a test that never saw anything proves nothing."""
    known = [r for r in found.records(found.unit(unit)) if r.state != "NO_DATA"]
    return sum((r.t1_us or 0) - r.t0_us for r in known) / SECOND_US


def moments(found: Books, unit: str) -> list[int]:
    """When a unit changed, as its records say."""
    return [record.t0_us for record in found.records(found.unit(unit))]


def between(sorted_us: list[int], from_us: int, to_us: int) -> list[int]:
    """Those in [from_us, to_us)."""
    return sorted_us[bisect_left(sorted_us, from_us) : bisect_right(sorted_us, to_us - 1)]
