"""Cut a work unit's time into slices wherever anything changes, and put every piece into the slice that made it.

Pure: the same facts give the same slices, whatever window they are cut in. The invariants are checked at each cut:
slices tile the time, planned busy time is the sum of its classes to the microsecond, no piece is lost or made up.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dovetail.core.clock import DAY_US, from_datetime, to_datetime
from dovetail.core.errors import DovetailError
from dovetail.core.shares import SHARE_PPM, shares, split
from dovetail.counting.pieces import KINDS
from dovetail.ledger.model import JobShare, Slice
from dovetail.ledger.pieces import Pieces, allot, pieces_by_job
from dovetail.ledger.stops import Stop, stops_of
from dovetail.ledger.timeclass import NO_KNOWLEDGE, RUNNING, Classified, Settings, Situation, classify, fails, is_short
from dovetail.ledger.tracks import Definitions, Facts, JobTrack, SpanTrack, StateTrack

_SHIFT_DAY = re.compile(r"/(\d{4}-\d{2}-\d{2})/")
OBSERVED_CLASSES = frozenset({"APT", "AUST", "ADET", "ADOT", "NODT"})


class LedgerError(DovetailError):
    """The books do not balance: a fault of the program, never of the plant. Nothing is written."""

    code = "ledger-unbalanced"


@dataclass(frozen=True, slots=True)
class NoRecord:
    """The stand-in for a hole in the timeline: nothing is known of it."""

    t0_us: int
    t1_us: int | None
    state: str = "NO_DATA"
    mode: str = ""
    reason: str | None = None
    external: bool = False


@dataclass(frozen=True, slots=True)
class Stretched:
    """A slice before its pieces: [t0_us, t1_us) and all that holds in it."""

    t0_us: int
    t1_us: int
    record: StateTrack
    span: SpanTrack
    day: str
    found: Classified
    jobs: tuple[JobTrack | None, ...]
    rates_upm: tuple[float | None, ...]
    stop: Stop | None
    failing: bool
    settings: Settings

    @property
    def may_produce(self) -> bool:
        return self.record.state in RUNNING or self.record.state in NO_KNOWLEDGE

    @property
    def job_ids(self) -> tuple[str | None, ...]:
        return tuple(None if job is None else job.id for job in self.jobs)

    @property
    def job_ppm(self) -> list[int]:
        return shares([None if job is None else job.share_ppm for job in self.jobs])

    @property
    def crew(self) -> str | None:
        """The shift's crew, else that of the job."""
        return self.span.crew or (self.jobs[0].crew if self.jobs[0] else None)

    def says(self) -> tuple[object, ...]:
        """All that would make a cut, but for the time itself; spans are compared by what they say."""
        span, jobs = self.span, tuple(job and (job.id, job.product) for job in self.jobs)
        said = (self.record.t0_us, span.plan, span.shift_id, self.crew, self.day, self.found, self.failing)
        return (*said, self.settings, jobs, self.job_ppm, self.rates_upm)


def cut(facts: Facts, from_us: int, to_us: int, *, settings: Settings, cuts: Iterable[int] = ()) -> list[Slice]:
    """The slices of [from_us, to_us), with a boundary also at each of `cuts` (the ends of a question).

    Raises LedgerError when an invariant does not hold, or when a count record reaches out of the period.
    """
    made = stretches(facts, from_us, to_us, settings=settings, cuts=cuts)
    slices = allot_and_build(facts, made)
    check(facts, slices, from_us, to_us)
    return slices


def stretches(
    facts: Facts, from_us: int, to_us: int, *, settings: Settings, cuts: Iterable[int] = ()
) -> list[Stretched]:
    """The slices of a period without their pieces: elementary intervals, joined where nothing changes."""
    records = _without_holes(facts.records, from_us, to_us)
    wanted = {cut_us for cut_us in cuts if from_us < cut_us < to_us}
    edges = sorted({from_us, to_us, *wanted, *_edges(facts, records, from_us, to_us)})
    starts = [record.t0_us for record in records]
    stops = stops_of(facts)
    span_starts = [span.t0_us for span in facts.spans]
    definition_starts = [definitions.t0_us for definitions in facts.definitions]
    done: list[Stretched] = []
    for t0_us, t1_us in pairwise(edges):
        record = records[bisect_right(starts, t0_us) - 1]
        span = facts.spans[bisect_right(span_starts, t0_us) - 1]
        defined = facts.definitions[bisect_right(definition_starts, t0_us) - 1]
        made = _stretch(
            facts,
            t0_us,
            t1_us,
            record=record,
            span=span,
            defined=defined,
            settings=settings,
            stop=stops.get(record.t0_us),
        )
        if done and t0_us not in wanted and done[-1].says() == made.says():
            made = replace(done.pop(), t1_us=made.t1_us)
        done.append(made)
    return done


def _stretch(
    facts: Facts,
    t0_us: int,
    t1_us: int,
    *,
    record: StateTrack,
    span: SpanTrack,
    defined: Definitions,
    settings: Settings,
    stop: Stop | None,
) -> Stretched:
    active = [job for job in facts.jobs if job.t0_us <= t0_us and (job.t1_us is None or job.t1_us > t0_us)]
    in_order = sorted(active, key=lambda job: (job.t0_us, job.id))
    jobs: tuple[JobTrack | None, ...] = (*in_order,) if in_order else (None,)
    seen = Situation(
        plan=span.plan,
        state=record.state,
        mode=record.mode,
        category=defined.category(record.reason),
        has_job=bool(active),
        stop_us=None if stop is None else stop.lasts_us,
    )
    rates_upm = tuple(defined.rate_upm(job) for job in jobs)
    day = _production_day(span, t0_us, facts.timezone)
    chosen = defined.settings or settings
    found, failing = classify(seen, chosen), fails(seen) and not record.external
    return Stretched(t0_us, t1_us, record, span, day, found, jobs, rates_upm, stop, failing, chosen)


def _without_holes(records: Sequence[StateTrack], from_us: int, to_us: int) -> list[StateTrack]:
    """The records that touch the period, with time without data in the holes; an overlap goes to the later one."""
    done: list[StateTrack] = []
    reached_us = from_us
    for record in sorted(records, key=lambda r: r.t0_us):
        if record.t0_us >= to_us or (record.t1_us is not None and record.t1_us <= from_us):
            continue
        if record.t0_us > reached_us:
            done.append(NoRecord(reached_us, record.t0_us))
        done.append(record)
        reached_us = max(reached_us, to_us if record.t1_us is None else record.t1_us)
    if reached_us < to_us:
        done.append(NoRecord(reached_us, None))
    return done


def _edges(facts: Facts, records: Sequence[StateTrack], from_us: int, to_us: int) -> set[int]:
    tracks = (records, facts.spans, facts.jobs, facts.definitions)
    ends = {end for track in tracks for item in track for end in (item.t0_us, item.t1_us) if end is not None}
    for span in facts.spans:
        ends |= _midnights(span, facts.timezone) if span.shift_id is None else set()
    return {end for end in ends if from_us < end < to_us}


def _midnights(span: SpanTrack, timezone: str) -> set[int]:
    """Local midnights inside a span without a shift: there the production day changes."""
    zone = ZoneInfo(timezone)
    found: set[int] = set()
    day = to_datetime(span.t0_us).astimezone(zone).date() + timedelta(days=1)
    while (at_us := _start_of_day(day, zone)) < span.t1_us:
        found.add(at_us)
        day += timedelta(days=1)
    return found


def sure_edges(spans: Sequence[SpanTrack], timezone: str) -> list[int]:
    """The moments amid spans at which slices end whatever else is true: where plan or shift or local day changes."""
    said = [(one.plan, one.shift_id) for one in spans]
    found = {one.t0_us for one, now, was in zip(spans[1:], said[1:], said, strict=False) if now != was}
    for span in spans:
        found |= _midnights(span, timezone) if span.shift_id is None else set()
    return sorted(found)


def _start_of_day(day: date, zone: ZoneInfo) -> int:
    return from_datetime(datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC))


def shift_day(shift_id: str | None) -> date | None:
    """The local date on which a shift began, which its id says (`<calendar>/<date>/<name>`).

    >>> shift_day("two-shift/2026-01-05/Late")
    datetime.date(2026, 1, 5)
    """
    found = _SHIFT_DAY.search(shift_id or "")
    return date.fromisoformat(found[1]) if found else None


def shift_day_us(shift_id: str) -> int | None:
    """The UTC midnight of that date, None where an id has none."""
    day = shift_day(shift_id)
    return None if day is None else (day.toordinal() - 719_163) * DAY_US


def _production_day(span: SpanTrack, at_us: int, timezone: str) -> str:
    """The local date on which the shift began (a night shift counts to its evening), else the local date."""
    day = shift_day(span.shift_id) or to_datetime(at_us).astimezone(ZoneInfo(timezone)).date()
    return day.isoformat()


def allot_and_build(facts: Facts, made: Sequence[Stretched]) -> list[Slice]:
    """Slices from stretches, with the pieces of the count records in them."""
    by_job = pieces_by_job(allot(facts.counts, made), facts.counts, made)
    built = zip(made, by_job, strict=True)
    return [_build(facts.equipment_id, one, pieces) for one, pieces in built]


def _build(equipment_id: int, made: Stretched, parts: Sequence[Pieces]) -> Slice:
    ppm = made.job_ppm
    times = split(made.t1_us - made.t0_us, ppm)
    shared = tuple(
        JobShare(job.id if job else None, job.product if job else None, share_ppm, elapsed_us, part, rate_upm)
        for job, share_ppm, elapsed_us, part, rate_upm in zip(made.jobs, ppm, times, parts, made.rates_upm, strict=True)
    )
    record, span, found, stop = made.record, made.span, made.found, made.stop
    begins = stop is not None and made.t0_us == record.t0_us
    return Slice(
        equipment_id=equipment_id,
        t0_us=made.t0_us,
        t1_us=made.t1_us,
        state=record.state,
        mode=record.mode,
        reason=record.reason,
        external=record.external,
        unplanned=found.unplanned,
        plan=found.plan,
        day=made.day,
        shift_id=span.shift_id,
        shift_name=span.shift_name,
        crew=made.crew,
        cls=found.cls,
        shares=shared,
        failing=made.failing,
        short=stop is not None and is_short(stop.lasts_us, made.settings),
        stops=int(begins and stop is not None and stop.begins),
        failures=int(begins and stop is not None and stop.fails),
    )


def check(facts: Facts, slices: Sequence[Slice], from_us: int, to_us: int) -> None:
    """Raise LedgerError unless the slices tile the period and hold exactly its planned time and its pieces."""
    reached_us = from_us
    for piece in slices:
        _demand(piece.t0_us == reached_us < piece.t1_us, "slices do not tile the time", at_us=piece.t0_us)
        shared = (sum(s.share_ppm for s in piece.shares), sum(s.elapsed_us for s in piece.shares))
        _demand(shared == (SHARE_PPM, piece.elapsed_us), "the shares of the jobs do not fill the slice", piece.t0_us)
        reached_us = piece.t1_us
    _demand(reached_us == to_us, "slices end before the period does", at_us=reached_us)
    busy_us = sum(piece.elapsed_us for piece in slices if piece.plan == "BUSY")
    classed_us = sum(piece.elapsed_us for piece in slices if piece.cls in OBSERVED_CLASSES)
    _demand(busy_us == classed_us, "PBT is not APT + AUST + ADET + ADOT + NODT", at_us=from_us)
    for kind in KINDS:
        counted = sum(count.quantity for count in facts.counts if count.kind == kind)
        held = sum(getattr(share.pieces, kind) for piece in slices for share in piece.shares)
        _demand(counted == held, f"{kind} pieces are lost or made up: {counted} counted, {held} held", at_us=from_us)
    within = all(from_us <= count.t0_us and count.t1_us <= to_us for count in facts.counts)
    _demand(within, "a count record reaches out of the period", at_us=from_us)


def _demand(holds: bool, otherwise: str, at_us: int) -> None:
    if not holds:
        raise LedgerError(f"{otherwise} (at {to_datetime(at_us).isoformat()})")
