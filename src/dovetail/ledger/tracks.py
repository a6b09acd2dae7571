"""The tracks that the ledger lays over each other: what it needs to see of other rooms' records, and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dovetail.counting.pieces import CountTrack as CountTrack
from dovetail.ledger.model import Plan
from dovetail.ledger.timeclass import Settings


class StateTrack(Protocol):
    """A StateRecord: what the work unit did in [t0_us, t1_us); an open one has no end."""

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...
    @property
    def state(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def external(self) -> bool: ...


class SpanTrack(Protocol):
    """A stretch of the calendar: one plan, one shift, one crew in [t0_us, t1_us)."""

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def shift_id(self) -> str | None: ...
    @property
    def shift_name(self) -> str | None: ...
    @property
    def crew(self) -> str | None: ...


class JobTrack(Protocol):
    """A JobResponse: what ran in [t0_us, t1_us); an open one still runs."""

    @property
    def id(self) -> str: ...
    @property
    def product(self) -> str | None: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...
    @property
    def standard_rate_upm(self) -> float | None: ...
    @property
    def crew(self) -> str | None: ...
    @property
    def share_ppm(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Definitions:
    """What was defined in [t0_us, t1_us): category by reason, rates by product and its own, conventions."""

    t0_us: int
    t1_us: int
    categories: Mapping[str, str]
    rates_upm: Mapping[str, float]
    own_rate_upm: float | None
    settings: Settings | None = None  # the conventions that held; None: those of whoever asks

    def rate_upm(self, job: JobTrack | None) -> float | None:
        """The job's rate, else that of product on equipment, else the equipment's (STANDARDS §1)."""
        if job is not None and job.standard_rate_upm is not None:
            return job.standard_rate_upm
        product = None if job is None else job.product
        return self.rates_upm.get(product or "", self.own_rate_upm)

    def category(self, reason: str | None) -> str | None:
        """The category of a reason, or that of the nearest group above it.

        >>> Definitions(0, 1, {"mechanical": "failure"}, {}, None).category("mechanical/jam")
        'failure'
        """
        while reason:
            if reason in self.categories:
                return self.categories[reason]
            reason = reason.rpartition("/")[0]
        return None


@dataclass(frozen=True, slots=True)
class Facts:
    """All tracks of one equipment, each ordered by its start. `spans` and `definitions` tile the period without gap;
    records may leave holes, which are time without data. Counts lie wholly inside the period. `around` are the records
    just before and after it: whether a stop begins, and whether it is a short one, depends on them."""

    equipment_id: int
    timezone: str
    records: Sequence[StateTrack]
    spans: Sequence[SpanTrack]
    jobs: Sequence[JobTrack]
    counts: Sequence[CountTrack]
    definitions: Sequence[Definitions]
    around: Sequence[StateTrack] = ()
