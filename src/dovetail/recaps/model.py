"""The stretches of time that have a name in a plant: a job that ran, a lot that was made, a shift, a stop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from dovetail.aggregates.names import AGGREGATES, Aggregate
from dovetail.core.errors import InvalidError
from dovetail.production.model import JobResponse, words

type Over = Literal["jobs", "lots", "shifts", "stops"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """[t0_us, t1_us) of an equipment; t1_us None: it goes on. What does not apply is None."""

    id: str
    name: str
    equipment_id: int
    t0_us: int
    t1_us: int | None
    job_order: str | None = None
    product: str | None = None
    lot: str | None = None
    crew: str | None = None
    reason: str | None = None


class Shift(Protocol):
    """A shift as the calendar has it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def crew(self) -> str | None: ...


class Stop(Protocol):
    """A stop as the stops of a shift have it."""

    @property
    def equipment_id(self) -> int: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str | None: ...


def of_job(job: JobResponse) -> Occasion:
    """The run of a job on one work unit."""
    return Occasion(
        job.id, words(job), job.equipment_id, job.t0_us, job.t1_us, job.job_order, job.product, job.lot, job.crew
    )  # fmt: skip


def of_lots(jobs: Iterable[JobResponse]) -> list[Occasion]:
    """The lots that were made, by start; one handed from job to job without a gap stays one, one interrupted is two."""
    open_lots: dict[tuple[int, str], Occasion] = {}
    found: list[Occasion] = []
    for job in sorted(jobs, key=lambda job: (job.t0_us, job.id)):
        if job.lot is None:
            continue
        key = (job.equipment_id, job.lot)
        before = open_lots.get(key)
        if before is not None and (before.t1_us is None or job.t0_us <= before.t1_us):
            ends = None if None in (before.t1_us, job.t1_us) else max(before.t1_us or 0, job.t1_us or 0)
            open_lots[key] = replace(before, t1_us=ends, job_order=_same(before.job_order, job.job_order))
            continue
        if before is not None:
            found.append(before)
        open_lots[key] = replace(of_job(job), id=f"{job.lot}@{job.id}", name=job.lot)
    return sorted([*found, *open_lots.values()], key=lambda lot: (lot.t0_us, lot.id))


def _same(one: str | None, other: str | None) -> str | None:
    return one if one == other else None


def of_shift(shift: Shift, equipment_id: int) -> Occasion:
    """A shift, breaks included."""
    return Occasion(shift.id, shift.name, equipment_id, shift.t0_us, shift.t1_us, crew=shift.crew)


def of_stop(stop: Stop) -> Occasion:
    """A stop, whole."""
    name = stop.reason or stop.state
    return Occasion(
        f"{stop.equipment_id}@{stop.t0_us}", name, stop.equipment_id, stop.t0_us, stop.t1_us, reason=stop.reason
    )  # fmt: skip


def aggregates_of(names: str) -> tuple[Aggregate, ...]:
    """Aggregates by their names in the standard, commas between them, capitals as one likes. Raises InvalidError.

    >>> aggregates_of("timeaverage2, Maximum")
    ('TimeAverage2', 'Maximum')
    """
    known: dict[str, Aggregate] = {name.lower(): name for name in AGGREGATES}
    found: dict[Aggregate, None] = {}
    for word in filter(None, (word.strip() for word in names.split(","))):
        if word.lower() not in known:
            near = [name for name in AGGREGATES if word.lower()[:3] in name.lower()]
            hint = f"did you mean {', '.join(near[:4])}?" if near else f"there are {', '.join(AGGREGATES)}"
            raise InvalidError(f"there is no aggregate {word!r}", pointer="/aggregates", code="aggregate", hint=hint)
        found[known[word.lower()]] = None
    if not found:
        raise InvalidError("name at least one aggregate", pointer="/aggregates", code="aggregate")
    return tuple(found)
