"""A line of two work units whose filler says itself what it runs, and a historian in memory, for the tests here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dovetail.core.batch import Batch, Frame, Kind, Lane, Value
from dovetail.core.bus import Bus
from dovetail.core.quality import GOOD
from dovetail.core.scope import Scope, system_scope
from dovetail.core.sink import Resumed
from dovetail.db.uow import Database
from dovetail.equipment.plant import equipment_sections
from dovetail.equipment.service import EquipmentRoom
from dovetail.historian.model import HeadRow, Sample
from dovetail.historian.service import Historian
from dovetail.materials import plant as materials_plant
from dovetail.materials.service import MaterialsRoom
from dovetail.plantcode.section import Section
from dovetail.production.plant import with_job_checks
from dovetail.production.service import ProductionRoom
from dovetail.testing.clock import ManualClock

PLANT = """\
plant: {format: 1, name: Small}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/line1: {level: ProductionLine, name: Line 1, flow: [filler, capper], constraint: filler}
  acme/line1/filler:
    level: WorkUnit
    name: Filler
    standard_rate_upm: 80
    tags:
      recipe: {connection: plc, address: "ns=2;s=Recipe", kind: str}
      order: {connection: plc, address: "ns=2;s=Order", kind: u64}
    job: {product_tag: recipe, order_tag: order}
  acme/line1/capper: {level: WorkUnit, name: Capper}
connections:
  plc: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1:4840/", security: {policy: "None", insecure: true}}}
products:
  cola: {name: Cola 0.5 l, rates_upm: {acme/line1: 90, acme/line1/filler: 100}}
  water: {name: Water 0.5 l}
"""


def sections() -> tuple[Section, ...]:
    """What bootstrap gives the equipment room, as far as these tests need it."""
    return with_job_checks((*equipment_sections(), *materials_plant.SECTIONS))


class MemoryHistorian(Historian):
    """Keeps frames in a list: the part of the historian that this room uses, by the letter of its contract."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.samples: list[Sample] = []  # in arrival order
        self.consumers: dict[str, int] = {}
        self.fails = 0  # the next puts that fail

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        epochs = [frame.epoch for frame in self.frames if frame.source == source]
        return Resumed(epoch=max(epochs, default=0) + 1, good_through={})

    def put(self, frames: Sequence[Frame]) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("the disk is full")
        for frame in frames:
            self.frames.append(frame)
            self.samples += [Sample(*row) for batch in frame.batches for row in batch.rows()]

    def head(self, after: int, limit: int) -> list[HeadRow]:
        rows = [HeadRow(head_id, frame) for head_id, frame in enumerate(self.frames, start=1)]
        return rows[after : after + limit]

    def consumer_at(self, name: str, head_id: int) -> None:
        self.consumers[name] = head_id

    def _of(self, tag: int) -> list[Sample]:
        return sorted((sample for sample in self.samples if sample.tag == tag), key=lambda sample: sample.ts_us)

    def last(self, tags: Sequence[int], *, scope: Scope, at_us: int | None = None) -> dict[int, Sample]:
        at_us = 2**62 if at_us is None else at_us
        found = {tag: [sample for sample in self._of(tag) if sample.ts_us <= at_us] for tag in tags}
        return {tag: samples[-1] for tag, samples in found.items() if samples}

    def bounding(self, tags: Sequence[int], at_us: int, *, scope: Scope) -> dict[int, Sample]:
        return self.last(tags, scope=scope, at_us=at_us - 1)

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, limit: int | None = None
    ) -> list[Batch]:
        rows: dict[Kind, list[tuple[int, int, Value, int]]] = {Kind.STR: [], Kind.F64: [], Kind.U64: []}
        kinds = {tag: batch.kind for frame in self.frames for batch in frame.batches for tag in batch.tag.tolist()}
        for tag in tags:
            for sample in self._of(tag):
                if from_us <= sample.ts_us < to_us:
                    rows[kinds[tag]].append((tag, sample.ts_us, sample.value, sample.quality))
        return [Batch.of(kind, sorted(found, key=lambda row: row[:2])) for kind, found in rows.items() if found]


@dataclass
class World:
    """One installation: rooms, stores, clock; times in these tests are minutes from its start."""

    database: Database
    clock: ManualClock
    bus: Bus
    historian: MemoryHistorian
    equipment: EquipmentRoom
    materials: MaterialsRoom
    production: ProductionRoom
    start_us: int

    def at(self, minute: float) -> int:
        """A minute of the test as µs."""
        return self.start_us + round(minute * 60_000_000)

    def minute(self, at_us: int | None) -> float | None:
        """The other way round."""
        return None if at_us is None else (at_us - self.start_us) / 60_000_000

    def now(self, minute: float) -> None:
        """Let the clock stand at a minute."""
        self.clock.tick(self.at(minute) - self.clock.now_us())

    def id(self, path: str) -> int:
        """The id of `filler`, `capper` or `line1`."""
        paths = {"line1": "acme/line1", "filler": "acme/line1/filler", "capper": "acme/line1/capper"}
        return self.equipment.plant().by_path(paths[path]).id

    def tag(self, path: str, name: str) -> int:
        """The id of a tag."""
        return self.equipment.plant().tags_of(self.id(path))[name].id

    def signal(self, minute: float, name: str, value: Value, *, quality: int = GOOD) -> None:
        """The PLC of the filler says something, in a frame of its own."""
        kind = {"recipe": Kind.STR, "order": Kind.U64}[name]
        batch = Batch.of(kind, [(self.tag("filler", name), self.at(minute), value, quality)])
        self.historian.put([Frame("plc", Lane.LIVE, 1, len(self.historian.frames), (batch,))])

    def step(self) -> None:
        """Let the background work catch up."""
        while self.production.step(3):
            pass

    def jobs(self, path: str, *, as_of: int | None = None) -> list[str]:
        """`0-30 cola PO-1` per job of a work unit, in minutes; `…` while it runs."""
        with self.database.read() as reading:
            found = self.production.responses(
                reading, self.id(path), self.at(-10_000), self.at(10_000), scope=system_scope(), as_of=as_of
            )
        return [
            f"{self.minute(job.t0_us):g}-{'…' if job.t1_us is None else f'{self.minute(job.t1_us):g}'} "
            f"{job.product} {job.job_order or ''}".strip()
            for job in found
        ]

    def says(self, path: str, minute: float) -> tuple[Value, Value]:
        """Product and rate as the internal tags of a work unit say them at a minute."""
        tags = [self.tag(path, name) for name in ("product", "rate_upm")]
        found = self.historian.last(tags, scope=system_scope(), at_us=self.at(minute))
        return found[tags[0]].value, found[tags[1]].value


def world(database: Database, clock: ManualClock, bus: Bus) -> World:
    """The plant applied at minute 0, nothing running."""
    start_us = clock.now_us()
    equipment = EquipmentRoom(database, clock, bus, sections())
    materials = MaterialsRoom(database, clock=clock, bus=bus)
    historian = MemoryHistorian()
    production = ProductionRoom(database, historian=historian, equipment=equipment, materials=materials, clock=clock)
    equipment.apply({"plant.yaml": PLANT.encode()}, scope=system_scope())
    return World(database, clock, bus, historian, equipment, materials, production, start_us)
