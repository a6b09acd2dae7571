"""A line of two work units whose filler says itself what it runs, for the tests here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dovetail.core.batch import Batch, Frame, Kind, Lane, Value
from dovetail.core.bus import Bus
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import LinkError
from dovetail.core.quality import GOOD
from dovetail.core.scope import system_scope
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.service import CorrectionsRoom
from dovetail.db.uow import Database
from dovetail.equipment.plant import equipment_sections
from dovetail.equipment.service import EquipmentRoom
from dovetail.historian.service import Historian
from dovetail.jobtexts.plant import with_job_checks
from dovetail.materials import plant as materials_plant
from dovetail.materials.service import MaterialsRoom
from dovetail.operations.operation import execute
from dovetail.plantcode.section import Section
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
    job: {product_tag: recipe, order_tag: order, at_once: 2}
  acme/line1/capper: {level: WorkUnit, name: Capper, job: {at_once: 3}}
connections:
  plc: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1:4840/", security: {policy: "None", insecure: true}}}
products:
  cola: {name: Cola 0.5 l, rates_upm: {acme/line1: 90, acme/line1/filler: 100}}
  water: {name: Water 0.5 l}
"""


def sections() -> tuple[Section, ...]:
    """What bootstrap gives the equipment room, as far as these tests need it."""
    return with_job_checks((*equipment_sections(), *materials_plant.SECTIONS))


class RecordingHistorian(Historian):
    """The historian, which also remembers what it was given, and fails when a test wants it to."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: ManualClock,
        bus: Bus,
        owner_of: Callable[[int], int | None],
        corrections: CorrectionIndex,
    ) -> None:
        super().__init__(folder, clock=clock, bus=bus, owner_of=owner_of, corrections=corrections)
        self.frames: list[Frame] = []
        self.fails = 0  # the next puts that fail

    def put(self, frames: Sequence[Frame]) -> None:
        if self.fails:
            self.fails -= 1
            raise LinkError("the disk is full")
        self.frames += frames
        super().put(frames)


@dataclass
class World:
    """One installation: rooms, stores, clock; times in these tests are minutes from its start."""

    database: Database
    clock: ManualClock
    bus: Bus
    historian: RecordingHistorian
    corrections: CorrectionsRoom
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

    def correct(self, verb: str, name: str, **said: Any) -> Any:
        """Say what a signal of the filler was; minutes as `start`, `end` and `at`."""
        operation = next(one for one in self.corrections.operations.all if one.name == f"samples.{verb}")
        moments = {key: to_rfc3339(self.at(said.pop(key))) for key in ("start", "end") if key in said}
        given = operation.input.model_validate({"tag_id": self.tag("filler", name), **moments, **said})
        return execute(operation, given, database=self.database, scope=system_scope(), reason="misread").output

    def take_back(self, correction: Any) -> None:
        """Take a correction back."""
        undo = self.corrections.operations.undo
        given = undo.input(correction_id=correction.id)
        execute(undo, given, database=self.database, scope=system_scope(), reason="it was right")

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


@contextmanager
def world(database: Database, clock: ManualClock, bus: Bus, *, folder: Path) -> Iterator[World]:
    """The plant applied at minute 0, nothing running."""
    start_us = clock.now_us()
    equipment = EquipmentRoom(database, clock, bus, sections())
    materials = MaterialsRoom(database, clock=clock, bus=bus)
    index = CorrectionIndex()
    historian = RecordingHistorian(
        folder, clock=clock, bus=bus, owner_of=lambda tag: equipment.plant().owner_of(tag), corrections=index
    )
    corrections = CorrectionsRoom(database, index, samples=historian, plant=equipment.plant, bus=bus)
    production = ProductionRoom(
        database, historian=historian, corrections=corrections, equipment=equipment, materials=materials, clock=clock
    )
    equipment.apply({"plant.yaml": PLANT.encode()}, scope=system_scope())
    yield World(database, clock, bus, historian, corrections, equipment, materials, production, start_us)
    historian.close()


def restarted(plant: World) -> ProductionRoom:
    """The room of the same installation after a restart."""
    return ProductionRoom(
        plant.database,
        historian=plant.historian,
        corrections=plant.corrections,
        equipment=plant.equipment,
        materials=plant.materials,
        clock=plant.clock,
    )
