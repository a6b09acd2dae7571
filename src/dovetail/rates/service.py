"""Answers where the standard rates come from that could hold a machine's time, the one that counts first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from dovetail.core.scope import Scope
from dovetail.db.events import events_after, events_at, moments_of
from dovetail.db.uow import Reading
from dovetail.ledger.tracks import JobTrack
from dovetail.materials.service import current
from dovetail.operations.store import audit_at
from dovetail.performance.facts import EVER_US, Gathering
from dovetail.rates.model import Rate, Said, holds, named_at

CHANGES_MAX: Final = 200  # versions of the plant looked through on each side: a rate that is older says "longer"


class Order(Protocol):
    """What is asked of a job order."""

    @property
    def standard_rate_upm(self) -> float | None: ...
    @property
    def known_from(self) -> int: ...


class Responses(Protocol):
    """What is asked of the production room."""

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[JobTrack]: ...


class OrderOf(Protocol):
    """Finds the order of a name at an equipment."""

    def __call__(
        self, reading: Reading, job_order: str, equipment_id: int, /, *, as_of: int | None
    ) -> Order | None: ...


class RatesRoom:
    """Answers; keeps nothing."""

    def __init__(self, gathering: Gathering, production: Responses, order_of: OrderOf) -> None:
        self._gathering, self._production, self._order_of = gathering, production, order_of

    def running(
        self, reading: Reading, equipment_id: int, at_us: int, *, scope: Scope, as_of: int | None
    ) -> JobTrack | None:
        """The job that began last of those that run on a machine at a moment."""
        found = self._production.responses(reading, equipment_id, at_us, at_us + 1, scope=scope, as_of=as_of)
        return found[-1] if found else None

    def rates(
        self, reading: Reading, equipment_id: int, at_us: int, *, job: JobTrack | None, product: str | None,
        as_of: int | None,
    ) -> Iterator[Rate]:  # fmt: skip
        """Every rate that is given for a machine at a moment; the first one counts (STANDARDS: the job's, else that of
        product and equipment, else the equipment's). Since when is looked for only of those that are asked for."""
        yield from self._of_job(reading, equipment_id, job, as_of)
        _, node = self._gathering.node(equipment_id, at_us, as_of=as_of)
        said = self._gathering.said(as_of)
        changes = self._changes(equipment_id, at_us, as_of)

        def own(moment_us: int) -> float | None:
            then = said.equipment.plant(at_us=moment_us).equipment.get(equipment_id)
            return None if then is None else then.standard_rate_upm

        upm = None if product is None else said.rate_upm(product, node.path, at_us)
        if product is not None and upm is not None:
            span = holds(at_us, changes, lambda moment_us: said.rate_upm(product, node.path, moment_us))
            body = current(reading, at_us, as_of=as_of).get(product, {})
            at = named_at(body.get("rates_upm", {}), node.path)
            yield Rate(upm, "product", at, *span, _applied(reading, span[0], as_of))
        if node.standard_rate_upm is not None:
            span = holds(at_us, changes, own)
            yield Rate(node.standard_rate_upm, "equipment", node.path, *span, _applied(reading, span[0], as_of))

    def _changes(self, equipment_id: int, at_us: int, as_of: int | None) -> list[int]:
        every = self._gathering.said(as_of).equipment.changes_between(-EVER_US, EVER_US)
        before = [moment_us for moment_us in every if moment_us <= at_us]
        return [*before[-CHANGES_MAX:], *[moment_us for moment_us in every if moment_us > at_us][:CHANGES_MAX]]

    def _of_job(self, reading: Reading, equipment_id: int, job: JobTrack | None, as_of: int | None) -> Iterator[Rate]:
        """What its order says, or whoever started it."""
        if job is None or job.standard_rate_upm is None:
            return
        name = getattr(job, "job_order", None)
        order = None if name is None else self._order_of(reading, name, equipment_id, as_of=as_of)
        if order is not None and order.standard_rate_upm == job.standard_rate_upm:
            said = said_at(reading, order.known_from)
            yield Rate(job.standard_rate_upm, "order", name, job.t0_us, job.t1_us, said)
        else:
            yield Rate(job.standard_rate_upm, "job", name, job.t0_us, job.t1_us)


def said_at(reading: Reading, known: int) -> Said:
    """Who made a change of the records."""
    row = audit_at(reading, [known]).get(known)
    versions = [event.body.get("version") for event in events_at(reading, [known]) if event.kind == "PlantApplied"]
    operation, by = (None, None) if row is None else (row[1].operation, row[1].actor_name)
    return Said(operation, by, moments_of(reading, [known]).get(known), next(iter(versions), None))


def _applied(reading: Reading, since_us: int | None, as_of: int | None) -> Said:
    """Who applied the plant code that is valid from a moment on."""
    if since_us is None:
        return Said()
    applied = [
        event.known
        for event in events_after(reading, 0, ["PlantApplied"])
        if event.body.get("valid_from_us") == since_us and (as_of is None or event.known <= as_of)
    ]
    return said_at(reading, applied[-1]) if applied else Said()
