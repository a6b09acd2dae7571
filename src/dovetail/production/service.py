"""Ask what ran, let people and machines start and end jobs, and say on the internal tags what runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from dovetail.core.clock import Clock
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import PlantModel
from dovetail.historian.service import Historian
from dovetail.jobtexts.service import TextsRoom
from dovetail.materials.service import MaterialsRoom
from dovetail.operations.operation import Operation
from dovetail.production import store
from dovetail.production.model import JobResponse
from dovetail.production.operations import JobOperations
from dovetail.production.publish import Publisher
from dovetail.production.tagjobs import Corrections, TagJobs

FOREVER_US: Final = 1 << 62


class Plants(Protocol):
    """What this room asks of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel:
        """The plant of a moment; None: of now."""
        ...

    def changes_between(self, from_us: int, to_us: int) -> Sequence[int]:
        """The moments in (from_us, to_us) from which a plant version is valid."""
        ...


class ProductionRoom:
    """What ran on every work unit.

    `step` is the background work: call it when frames were stored, a job changed or a plant was applied, and now and
    then besides; it is level-triggered and safe to repeat.
    """

    def __init__(
        self, database: Database, *, historian: Historian, corrections: Corrections, equipment: Plants,
        materials: MaterialsRoom, clock: Clock,
    ) -> None:  # fmt: skip
        self._database, self._equipment, self._materials = database, equipment, materials
        self.jobs = JobOperations(plant=equipment.plant, products=materials.products, clock=clock)
        self.texts = TextsRoom(equipment=equipment, materials=materials, clock=clock)
        self._by_tag = TagJobs(
            database, historian=historian, plant=equipment.plant, corrections=corrections, texts=self.texts
        )
        self._publisher = Publisher(
            database,
            historian=historian,
            plant=lambda at_us: equipment.plant(at_us=at_us),
            rate=self._rate,
            moments=self._moments,
        )

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        jobs = self.jobs
        return (jobs.start, jobs.end, jobs.cancel, jobs.reopen, jobs.hand_over, jobs.take_back, *self.texts.operations)

    def step(self, limit: int) -> int:
        """Read up to `limit` head rows, record the jobs they start or end, and publish what runs.

        Answers how many head rows were read; fewer than `limit` means there was nothing more.
        """
        count = self._by_tag.step(limit)
        self._publisher.step()
        return count

    def publish(self) -> int:
        """Only publish: for whoever wants a change on the tags at once. Answers how many samples it took."""
        return self._publisher.step()

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[JobResponse]:
        """The jobs that touch [from_us, to_us), by start, as known at `as_of` (None: now).

        For a work unit its own; for a node above, those of the work units below that the scope sees. Raises
        NotFoundError for equipment out of scope.
        """
        scope.require("plant.view", equipment_id)
        units = [unit for unit in self._equipment.plant().units_of(equipment_id) if scope.sees("plant.view", unit)]
        found = store.between(reading, units, from_us, to_us, as_of=as_of)
        return [job for job in found if job.t1_us is None or job.t1_us > from_us]

    def rate_upm(self, job: JobResponse, at_us: int) -> float | None:
        """Pieces per minute that count for a job: its own, else product × equipment, else the equipment's."""
        return self._rate(job.equipment_id, job, at_us)

    def standard_rate_upm(self, equipment_id: int, product: str | None, at_us: int) -> float | None:
        """The same without a job's own rate: of a product on an equipment, else of the equipment."""
        node = self._equipment.plant(at_us=at_us).equipment.get(equipment_id)
        if node is None:
            return None
        rate = None if product is None else self._materials.rate_upm(product, node.path, at_us)
        return node.standard_rate_upm if rate is None else rate

    def _rate(self, equipment_id: int, job: JobResponse | None, at_us: int) -> float | None:
        if job is not None and job.standard_rate_upm is not None:
            return job.standard_rate_upm
        return self.standard_rate_upm(equipment_id, None if job is None else job.product, at_us)

    def _moments(self) -> list[int]:
        """The moments at which a rate can change, in order."""
        return sorted({*self._materials.moments(), *self._equipment.changes_between(-FOREVER_US, FOREVER_US)})
