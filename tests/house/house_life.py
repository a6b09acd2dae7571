"""An installation that lives through anything: samples late, twice and torn, people who correct, code that changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from random import Random
from typing import Any

from dovetail.accord.asked import EditTime, Withdraw
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import DAY_US, MINUTE_US, SECOND_US, from_rfc3339, to_rfc3339
from dovetail.core.errors import DovetailError
from dovetail.counting.entering import EnterCounts
from dovetail.house.seen import lanes_room
from dovetail.ledger.model import Slice
from dovetail.operations.operation import execute
from dovetail.production.operations import EndJob, StartJob
from dovetail.scenarios.stage import OWN, stage
from dovetail.scenarios.stage import Opened as Records

BEGIN_US = from_rfc3339("2026-10-24T18:00:00+02:00")  # the evening before the day of twenty-five hours
STATES = (6, 6, 6, 11, 10, 2, 5, 4, 99)  # running most of the time; 99 has no meaning
REASONS = ("technical/jam", "setup/tool", "planned/cleaning", None)

CODE = """
plant: {format: 1, name: Life}
connections:
  plc: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1:4840/", security: {policy: "None", insecure: true}}}
equipment:
  works: {level: Site, timezone: Europe/Prague, calendar: three}
  works/line: {level: ProductionLine, flow: [press, packer], constraint: press, outfeed: packer}
  works/line/press:
    level: WorkUnit
    standard_rate_upm: RATE
    tags:
      state: {connection: plc, address: "ns=2;s=State", kind: i64}
      stop: {connection: plc, address: "ns=2;s=Stop", kind: i64}
      total: {connection: plc, address: "ns=2;s=Total", kind: u64}
      scrap: {connection: plc, address: "ns=2;s=Scrap", kind: u64}
    job: {at_once: 16}
    states: {packml: {state: state}, reason: {tag: stop, map: {1: technical/jam, 2: setup/tool}}}
    counters: {total: {tag: total, max_rate_upm: 240, modulus: 4096}, scrap: {tag: scrap}}
  works/line/packer:
    level: WorkUnit
    tags: {pulse: {kind: bool}}
    states: {activity: {tag: pulse, timeout_s: 90}}
    counters: {good: {tag: pulse}}
calendars:
  three:
    shifts:
      - {name: Early, start: "06:00", end: "14:00", days: DAYS, breaks: [{start: "BREAK", end: "11:00"}]}
      - {name: Late, start: "14:00", end: "22:00", days: DAYS}
      - {name: Night, start: "22:00", end: "06:00", days: DAYS, crew: N}
products: {lid: {name: Lid}, cup: {name: Cup, rates_upm: {works/line/press: 30}}}
reasons:
  technical: {category: CATEGORY, children: {jam: {name: Jam}}}
  setup: {category: setup, children: {tool: {name: Tool}}}
  planned: {category: planned, children: {cleaning: {name: Cleaning}}}
  scrap: {category: quality}
"""


def code(*, rate: int = 60, pause: str = "10:00", category: str = "failure") -> dict[str, bytes]:
    """The plant's code with what may be changed in it."""
    text = CODE.replace("RATE", str(rate)).replace("BREAK", pause).replace("CATEGORY", category)
    return {"plant.yaml": text.replace("DAYS", "[mon, tue, wed, thu, fri, sat, sun]").encode()}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was answered at a moment of knowledge."""

    known: int
    equipment_id: int
    slices: Sequence[Slice]
    screens: Mapping[str, Any]


class Life:
    """What happens, step by step; nothing is expected here."""

    def __init__(self, records: Records, seed: int) -> None:
        self.frames: list[Frame] = []
        self.withheld: list[Frame] = []
        self.remembered: list[Remembered] = []
        self._open = ExitStack()
        self.now = self._open.enter_context(stage(BEGIN_US, records=records))
        self.now.rooms.equipment.apply(code(), scope=OWN, valid_from_us=BEGIN_US - DAY_US)
        plant = self.now.rooms.equipment.plant()
        self.ids = {node.path.rpartition("/")[2]: node.id for node in plant.equipment.values()}
        self.tags = {tag.property: tag.id for tag in plant.tags.values() if tag.equipment_id is not None}
        self.link = plant.connections["plc"].good_through_tag
        self._random, self._seq, self._total, self._scrap = Random(seed), 0, 4000, 0
        self._edits: list[tuple[int, int]] = []

    def close(self) -> None:
        self._open.close()

    @property
    def units(self) -> tuple[int, ...]:
        return tuple(self.ids[name] for name in ("line", "press", "packer"))

    @property
    def now_us(self) -> int:
        return self.now.clock.now_us()

    # --- samples ---------------------------------------------------------------------------------------------
    def run(self, minutes: int, *, late: bool, cut: bool) -> None:
        """Time goes on, and the machines say what they do; the link may be cut meanwhile, or its frames wait."""
        from_us, random = self.now_us, self._random
        to_us = from_us + minutes * MINUTE_US
        self.now.clock.set(to_us)
        batches = [self._numbers("state", from_us, to_us, [random.choice(STATES) for _ in range(random.randint(1, 5))])]
        batches.append(self._numbers("stop", from_us, to_us, [random.choice((0, 1, 2)) for _ in range(2)]))
        batches.append(self._counted("total", from_us, to_us, 8))
        batches.append(self._counted("scrap", from_us, to_us, 2))
        closes = [n % 2 for n in range(random.randint(0, 9))]
        batches.append(self._numbers("pulse", from_us, to_us, closes, kind=Kind.BOOL))
        if cut:
            batches.append(Batch.bad([self.tags["state"]], 0x08, at_us=to_us - 20 * SECOND_US, kind=Kind.I64))
        self._seq += 1
        good_through = to_us - 20 * SECOND_US - 1 if cut else to_us
        frame = Frame("life", Lane.LIVE, 1, self._seq, tuple(b for b in batches if len(b)), {self.link: good_through})
        (self.withheld if late else self.frames).append(frame)
        if not late:
            self.now.rooms.historian.put([frame])

    def _moments(self, from_us: int, to_us: int, n: int) -> list[int]:
        return sorted(
            self._random.sample(range(from_us + 1, to_us + 1, SECOND_US), min(n, (to_us - from_us) // SECOND_US))
        )

    def _numbers(self, name: str, from_us: int, to_us: int, values: Sequence[int], *, kind: Kind = Kind.I64) -> Batch:
        moments = self._moments(from_us, to_us, len(values))
        return Batch.of(kind, [(self.tags[name], at, value, 0xC0) for at, value in zip(moments, values, strict=False)])

    def _counted(self, name: str, from_us: int, to_us: int, n: int) -> Batch:
        """A counter that goes on, rolls over, and now and then is set back or jumps."""
        rows = []
        for at_us in self._moments(from_us, to_us, n):
            odd = self._random.random()
            step = self._random.randint(0, 6)
            before = self._total if name == "total" else self._scrap
            after = 0 if odd < 0.03 else before + 2000 if odd < 0.06 else (before + step) % 4096
            self._total, self._scrap = (after, self._scrap) if name == "total" else (self._total, after)
            rows.append((self.tags[name], at_us, after, 0xC0 if odd < 0.95 else 0x18))
        return Batch.of(Kind.U64, rows)

    def deliver_late(self) -> None:
        """What waited comes, in any order."""
        self._random.shuffle(self.withheld)
        self.frames += self.withheld
        self.now.rooms.historian.put(self.withheld)
        self.withheld = []

    def again(self, which: int) -> None:
        """A frame comes once more, as it is and under another number."""
        if self.frames:
            frame = self.frames[which % len(self.frames)]
            other = Frame("again", Lane.IMPORT, 2 + len(self.frames), frame.seq, frame.batches, {})
            self.now.rooms.historian.put([frame, other])

    def one_more(self, back_min: int, state: int) -> None:
        """A sample of the past that nobody knew of."""
        at_us = max(BEGIN_US + 1, self.now_us - back_min * MINUTE_US)
        self._seq += 1
        batch = Batch.of(Kind.I64, [(self.tags["state"], at_us, state, 0xC0)])
        self.frames.append(Frame("found", Lane.BACKLOG, 1, self._seq, (batch,)))
        self.now.rooms.historian.put(self.frames[-1:])

    # --- people ----------------------------------------------------------------------------------------------
    def start_job(self, product: str, back_min: int) -> None:
        given = StartJob(equipment_id=self.ids["press"], product=product, started_at=self._at(back_min), beside=True)
        self._do(self.now.rooms.production.jobs.start, given)

    def end_jobs(self) -> None:
        with self.now.database.read() as reading:
            found = self.now.rooms.production.responses(reading, self.ids["press"], BEGIN_US, self.now_us, scope=OWN)
        for job in found:
            if job.t1_us is None:
                self._do(self.now.rooms.production.jobs.end, EndJob(job_response_id=job.id))

    def edit(self, back_min: int, minutes: int, reason: str | None, state: str | None) -> None:
        words = {"reason": reason} if state is None else {"reason": reason, "state": state}
        given = EditTime(
            equipment_id=self.ids["press"], start=self._at(back_min), end=self._at(back_min - minutes), **words
        )  # fmt: skip
        done = self._do(self.now.rooms.timeline.operations.edit, given)
        if done is not None:
            self._edits.append((self.ids["press"], done.edit_id))

    def withdraw(self, which: int) -> None:
        if self._edits:
            equipment_id, edit_id = self._edits.pop(which % len(self._edits))
            given = Withdraw(equipment_id=equipment_id, edit_ids=(edit_id,))
            self._do(self.now.rooms.timeline.operations.withdraw, given)

    def count(self, back_min: int, minutes: int, good: int, scrap: int) -> None:
        given = EnterCounts(
            equipment_id=self.ids["packer"], good=good, scrap=scrap or None, reason="scrap" if scrap else None,
            start=self._at(back_min), end=self._at(back_min - minutes),
        )  # fmt: skip
        self._do(self.now.rooms.counting.entering.enter, given)

    def _at(self, back_min: int) -> str:
        return to_rfc3339(min(self.now_us, max(BEGIN_US + MINUTE_US, self.now_us - back_min * MINUTE_US)))

    def _do(self, operation: object, given: object) -> object:
        with suppress(DovetailError):  # what may not be is refused, and that is no matter here
            return execute(operation, given, database=self.now.database, scope=OWN).output  # type: ignore[arg-type]
        return None

    def other_code(self, rate: int, pause: str, category: str) -> None:
        """From now on the plant is another."""
        self.now.clock.set(self.now_us + SECOND_US)
        self.now.rooms.equipment.apply(code(rate=rate, pause=pause, category=category), scope=OWN)

    # --- knowledge -------------------------------------------------------------------------------------------
    def remember(self) -> None:
        """What is answered of everything as it is known now."""
        self.now.work()
        with self.now.database.read() as reading:
            known = reading.known_now()
        self.remembered += [
            Remembered(known, unit, self.slices(unit, as_of=known), self.screens(unit, as_of=known))
            for unit in self.units
        ]

    def slices(self, equipment_id: int, *, as_of: int | None = None) -> list[Slice]:
        return self.now.rooms.performance.slices(equipment_id, BEGIN_US, self.now_us, scope=OWN, as_of=as_of)

    def screens(self, equipment_id: int, *, as_of: int | None = None) -> dict[str, Any]:
        """What is shown of an equipment: its stops and where they come from, its board, its lanes, its plan."""
        rooms, asked = self.now.rooms, {"scope": OWN, "as_of": as_of}
        lanes = lanes_room(rooms.timeline, rooms.performance)
        day = (BEGIN_US, BEGIN_US + DAY_US)
        picture = lanes.picture(equipment_id, *day, px=200, **asked)
        return {
            "stops": rooms.insight.stops(equipment_id, *day, **asked),
            "of the shift": rooms.insight.stops_of_shift(equipment_id, "current", **asked),
            "causes": rooms.causes.stops(equipment_id, *day, **asked),
            "board": rooms.boards.board(equipment_id, "current", **asked),
            "plan": rooms.pace.plans.plan(equipment_id, BEGIN_US, BEGIN_US + DAY_US, **asked),
            "lanes": (
                picture.until_us,
                [(unit, lane.t0_us.tolist(), lane.marks.tolist()) for unit, lane in picture.lanes],
            ),
            "edits": [rooms.timeline.edits(unit, *day, **asked) for unit, _ in picture.lanes],
        }
