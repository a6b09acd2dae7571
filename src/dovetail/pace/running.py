"""How far the jobs that run are, and when each will be done, of the ledger, the orders and the calendar."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from dovetail.core.clock import DAY_US, MINUTE_US, Clock, to_rfc3339
from dovetail.core.scope import Scope, system_scope
from dovetail.core.shares import SHARE_PPM
from dovetail.db.uow import Database, Reading
from dovetail.ledger.columns import OBSERVED
from dovetail.ledger.model import JobShare, Slice
from dovetail.ledger.tracks import SpanTrack
from dovetail.pace.ending import Made, Rest, rest_of, when
from dovetail.pace.shown import JobPaceOut, RestsOn
from dovetail.performance.service import PerformanceRoom

OWN: Final[Scope] = system_scope("pace")
PAST_US: Final = 14 * DAY_US  # how such pieces went a month ago says less of today
PAST_FRESH_US: Final = 10 * MINUTE_US  # until then what was is not read again: ten minutes move no range of days
PASTS_MAX: Final = 5_000  # products × machines remembered; beyond it all is read anew
LONGEST_US: Final = 31 * DAY_US  # a job that runs longer is no run any more: its pieces are not counted each time
AHEAD_US: Final = 31 * DAY_US  # an end further away than that is no news for a shift


class Job(Protocol):
    """A job response."""

    @property
    def id(self) -> str: ...
    @property
    def job_order(self) -> str | None: ...
    @property
    def product(self) -> str: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...


class Order(Protocol):
    """What an order asks for."""

    @property
    def quantity(self) -> int | None: ...


class Production(Protocol):
    """What is asked of the production room."""

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[Job]: ...


@dataclass(frozen=True, slots=True)
class Working:
    """What an expected end is worked out from, at a moment: what was made of the order, the past, the calendar.

    `share_ppm`: how much of the machine's time is the job's; `slices`: of the ledger, since the order began.
    """

    at_us: int
    ids: frozenset[str] = frozenset()
    slices: Sequence[Slice] = ()
    past: Sequence[Made] = ()
    rest: Rest | None = None
    share_ppm: int = SHARE_PPM
    spans: Sequence[SpanTrack] = ()

    def needed_us(self, busy_us: int) -> int:
        """The planned time of the machine that so much time of the job takes."""
        return busy_us * SHARE_PPM // self.share_ppm


class OrderOf(Protocol):
    """Finds the order of a name at an equipment."""

    def __call__(
        self, reading: Reading, job_order: str, equipment_id: int, /, *, as_of: int | None
    ) -> Order | None: ...


@dataclass(frozen=True, slots=True)
class Where:
    """Whose jobs, by which ledger, at which moment, and as known when (None: now)."""

    ledger_id: int
    times_of: int
    at_us: int
    as_of: int | None


class JobEnds:
    """Answers for one ledger (a machine, or a line by its constraint); remembers a while how its products went."""

    def __init__(
        self, performance: PerformanceRoom, database: Database, clock: Clock, *, production: Production, order: OrderOf
    ) -> None:
        self._performance, self._database, self._clock = performance, database, clock
        self._production, self._order = production, order
        self._pasts: dict[tuple[int, str], tuple[int, list[Made]]] = {}
        self._lock = threading.Lock()

    def running(self, ledger_id: int, times_of: int, at_us: int) -> list[JobPaceOut]:
        """The jobs that run at a moment (now) on the machine that the ledger takes its times from, by start."""
        return [out for out, _ in self.workings(ledger_id, times_of, at_us)]

    def workings(
        self, ledger_id: int, times_of: int, at_us: int, *, as_of: int | None = None
    ) -> list[tuple[JobPaceOut, Working]]:
        """The jobs that ran at a moment, as told then, each with what it is worked out from; to come: now, or when
        `as_of` became known."""
        with self._database.read() as reading:
            at_us = self._performance.until(reading, at_us, as_of)
            begin_us = at_us - LONGEST_US
            every = self._production.responses(reading, times_of, begin_us, at_us + 1, scope=OWN, as_of=as_of)
            going = [job for job in every if job.t1_us is None]
            orders = [
                self._order(reading, job.job_order, times_of, as_of=as_of) if job.job_order else None for job in going
            ]
        where = Where(ledger_id, times_of, at_us, as_of)
        return [self._told(where, job, order, every) for job, order in zip(going, orders, strict=True)]

    def _told(self, where: Where, job: Job, order: Order | None, every: Sequence[Job]) -> tuple[JobPaceOut, Working]:
        at_us = where.at_us
        out = JobPaceOut(
            job_response_id=job.id, job_order=job.job_order, product=job.product, start=to_rfc3339(job.t0_us)
        )
        nothing = Working(at_us)
        if order is None or order.quantity is None:
            return out.model_copy(update={"missing": "no-quantity"}), nothing
        ours = [one for one in every if one.id == job.id or one.job_order == job.job_order]
        begin_us = min(one.t0_us for one in ours)
        out.quantity = order.quantity
        if begin_us < at_us - LONGEST_US:
            return out.model_copy(update={"missing": "too-long"}), nothing
        ids = frozenset(one.id for one in ours)
        slices = self._slices(where, begin_us, at_us)
        out.made = sum(share.pieces.good for share in _shares(slices) if share.job_response_id in ids)
        made = Working(at_us, ids, slices)
        left = order.quantity - out.made
        if left <= 0:
            return out.model_copy(update={"missing": "made"}), made
        past = self._past(where, job.product) if where.as_of is None else self._went(where, at_us, job.product)
        rest = rest_of(left, past)
        if rest is None:
            return out.model_copy(update={"missing": "too-little"}), made
        share_ppm = next((s.share_ppm for s in _shares(slices[-1:]) if s.job_response_id == job.id), SHARE_PPM)
        calendar = self._performance.gathering.said(where.as_of).calendar
        spans = calendar.spans(where.times_of, at_us, at_us + AHEAD_US)
        return _ends(out, Working(at_us, ids, slices, past, rest, share_ppm or SHARE_PPM, spans), rest)

    def _past(self, where: Where, product: str) -> list[Made]:
        """How this product went here in the last days, in order, as known now; remembered a while."""
        now_us = self._clock.now_us()
        with self._lock:
            at_us, found = self._pasts.get((where.ledger_id, product), (0, []))
        if now_us - at_us < PAST_FRESH_US and at_us:
            return found
        found = self._went(where, now_us, product)
        with self._lock:
            if len(self._pasts) >= PASTS_MAX:
                self._pasts.clear()
            self._pasts[where.ledger_id, product] = (now_us, found)
        return found

    def _went(self, where: Where, now_us: int, product: str) -> list[Made]:
        """The same at a moment."""
        begin_us = now_us - PAST_US
        with self._database.read() as reading:
            ran = self._production.responses(reading, where.times_of, begin_us, now_us, scope=OWN, as_of=where.as_of)
        ours = [job for job in ran if job.product == product]
        found: list[Made] = []
        done_us = begin_us
        for job in ours:  # by start; of two beside each other no slice is taken twice
            begin_us, end_us = max(job.t0_us, done_us), min(job.t1_us or now_us, now_us)
            slices = self._slices(where, begin_us, end_us)
            found += [
                Made(share.elapsed_us, share.pieces.good, piece.t0_us)
                for piece in slices
                if piece.cls in OBSERVED
                for share in piece.shares
                if share.product == product
            ]
            done_us = max(done_us, end_us)
        return found

    def _slices(self, where: Where, from_us: int, to_us: int) -> list[Slice]:
        if from_us >= to_us:
            return []
        return self._performance.slices(where.ledger_id, from_us, to_us, scope=OWN, as_of=where.as_of)


def _ends(out: JobPaceOut, working: Working, rest: Rest) -> tuple[JobPaceOut, Working]:
    moments = [
        when(working.spans, working.at_us, working.needed_us(busy_us))
        for busy_us in (rest.low_us, rest.mid_us, rest.high_us)
    ]
    out.earliest, out.expected_end, out.latest = (None if at is None else to_rfc3339(at) for at in moments)
    out.rests_on = RestsOn(stretches=rest.stretches, pieces=round(rest.pieces, 1))
    out.missing = None if moments[1] is not None else "too-far"
    return out, working


def _shares(slices: Sequence[Slice]) -> Iterator[JobShare]:
    return (share for piece in slices for share in piece.shares)
