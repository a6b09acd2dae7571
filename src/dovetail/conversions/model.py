"""What a count in cases, kilograms or metres comes to in the unit of the product that ran then. Pure.

A count keeps its time and whoever said it. Where several products ran in it, its units are shared out among them before
they are converted. A ratio that is no whole number leaves parts of a piece: they are carried from count to count within
a day (UTC), so that what is counted is never half a piece away from what was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Final, Literal, Protocol

from dovetail.core.clock import DAY_US
from dovetail.core.shares import shares, split
from dovetail.counting.pieces import CountTrack, Said

type Why = Literal["no-job", "no-conversion"]
type Per = Callable[[str, str], Fraction | None]  # (product, unit) → how many of the product's unit one such is

BLOCK_US: Final = DAY_US  # what is carried begins anew here: a late count moves roundings of its own day alone


class JobTrack(Protocol):
    """A job response, as far as a conversion looks at it."""

    @property
    def id(self) -> str: ...
    @property
    def product(self) -> str | None: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...
    @property
    def share_ppm(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Definition:
    """What was defined in [t0_us, t1_us): the unit of a counter by its tag, and the ratios of products."""

    t0_us: int
    t1_us: int
    units: Mapping[int, str]
    per: Per


@dataclass(frozen=True, slots=True)
class Step:
    """How a count became pieces: `measured` units, each `per` of the product's; `exact`, of which whole ones count."""

    measured: int
    unit: str
    product: str
    per: Fraction

    @property
    def exact(self) -> Fraction:
        """What was measured, in the product's unit."""
        return self.measured * self.per

    @property
    def formula(self) -> str:
        """`12 case × 12 = 144`; `7 g × 1/500 = 7/500`, of which whole pieces count."""
        said = f"{self.measured} {self.unit} × {self.per} = {self.exact}"
        return f"{said}, whole pieces, the rest carried" if self.per.denominator > 1 else said

    def told(self) -> dict[str, object]:
        """The same part by part, for whoever recomputes it; exact, so as text."""
        return {
            "measured": self.measured, "measured_unit": self.unit, "per_unit": str(self.per), "exact": str(self.exact),
            "carried": self.per.denominator > 1,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Converted:
    """A count in the unit of its product; `of` is the one that was counted, `step` how it came about."""

    t0_us: int
    t1_us: int
    quantity: int
    job_response_id: str | None
    step: Step
    of: CountTrack

    @property
    def kind(self) -> str:
        return self.of.kind

    @property
    def spread(self) -> bool:
        return self.of.spread

    @property
    def origin(self) -> str:
        return self.of.origin

    @property
    def tag_id(self) -> int | None:
        return self.of.tag_id

    @property
    def said(self) -> Said | None:
        return self.of.said

    @property
    def at_us(self) -> int:
        """The reading that told of it."""
        return getattr(self.of, "at_us", self.t1_us)


@dataclass(frozen=True, slots=True)
class Unconverted:
    """A count, or its part of [t0_us, t1_us], of which nobody said what it comes to: kept, and not counted."""

    t0_us: int
    t1_us: int
    quantity: int
    unit: str
    product: str | None
    why: Why
    of: CountTrack

    @property
    def at_us(self) -> int:
        """The moment of whose jobs and definitions it is."""
        return self.t0_us if self.t0_us < self.t1_us else self.t1_us - 1


def way_on(one: Unconverted) -> str:
    """What a person can do so that a count comes to something."""
    if one.why == "no-job":
        return f"say what ran then: start a job for that time, of a product that says what a {one.unit} is"
    added = f"add `{one.unit}` to the units of {one.product}, then restate products:{one.product} over that time"
    return added if one.of.said is None else f"{added}; or take the entry back and enter it in another unit"


@dataclass(frozen=True, slots=True)
class Told:
    """Counts in units of products, and those that wait for somebody to say what they come to."""

    counts: list[CountTrack]
    waiting: list[Unconverted]


@dataclass(frozen=True, slots=True)
class _Part:
    """Units of one count in one stretch of one job, before they are rounded."""

    t0_us: int
    t1_us: int
    job_response_id: str | None
    step: Step
    of: CountTrack


def unit_of(count: CountTrack, definitions: Sequence[Definition]) -> str | None:
    """In which unit a count stands; None: in that of the product that ran."""
    if count.said is not None and count.said.unit is not None:
        return count.said.unit
    tag = count.tag_id if count.said is None else count.said.tag_id
    return None if tag is None else _at(definitions, count.t1_us - 1).units.get(tag)


def converted(counts: Iterable[CountTrack], jobs: Sequence[JobTrack], definitions: Sequence[Definition]) -> Told:
    """Every count in the unit of what ran. `definitions` follow each other without gap over all of them.

    Of counts that end on one day (UTC), which are all given, the sum of what counts is that of what was measured,
    rounded once.
    """
    told, parts = Told([], []), list[_Part]()
    for count in counts:
        unit = unit_of(count, definitions)
        if unit is None:
            told.counts.append(count)
        else:
            parts += _parts(count, unit, jobs, definitions, told.waiting)
    told.counts.extend(_whole(parts))
    return told


def doubtful(one: Definition, jobs: Sequence[JobTrack], units: Collection[str]) -> list[tuple[int, int]]:
    """[from, to) in a definition in which a count in one of these units may come to nothing: nothing runs, or something
    whose product does not know each of them."""
    ends = [one.t1_us if job.t1_us is None else job.t1_us for job in jobs]
    spans = [(max(job.t0_us, one.t0_us), min(end, one.t1_us), job) for job, end in zip(jobs, ends, strict=True)]
    edges = sorted({one.t0_us, one.t1_us, *(edge for t0, t1, _ in spans if t0 < t1 for edge in (t0, t1))})
    found: list[tuple[int, int]] = []
    for t0_us, t1_us in pairwise(edges):
        running = [job for t0, t1, job in spans if t0 <= t0_us < t1]
        if running and all(_knows(one.per, job.product, units) for job in running):
            continue
        before = found.pop() if found and found[-1][1] == t0_us else (t0_us, t1_us)
        found.append((before[0], t1_us))
    return found


def _knows(per: Per, product: str | None, units: Collection[str]) -> bool:
    return product is not None and all(per(product, unit) is not None for unit in units)


def _parts(
    count: CountTrack,
    unit: str,
    jobs: Sequence[JobTrack],
    definitions: Sequence[Definition],
    waiting: list[Unconverted],
) -> list[_Part]:
    found: list[_Part] = []
    for t0_us, t1_us, quantity in _stretches(count, jobs, definitions):
        at_us = t0_us if t0_us < t1_us else t1_us - 1
        running, per = _running(count, jobs, at_us), _at(definitions, at_us).per
        each = [None if job.product is None else per(job.product, unit) for job in running]
        one = len(running) == 1 or (len({*each}) == 1 and None not in each)
        if not running:
            waiting.append(Unconverted(t0_us, t1_us, quantity, unit, None, "no-job", count))
        for job, factor, units in zip(
            running[:1] if one else running, each, [quantity] if one else _shared(quantity, running), strict=False
        ):
            named = count.job_response_id if one else job.id
            if factor is None:
                waiting.append(Unconverted(t0_us, t1_us, units, unit, job.product, "no-conversion", count))
            elif units or not count.quantity:
                found.append(_Part(t0_us, t1_us, named, Step(units, unit, job.product or "", factor), count))
    return found


def _shared(quantity: int, running: Sequence[JobTrack]) -> list[int]:
    return split(quantity, shares([job.share_ppm for job in running]))


def _running(count: CountTrack, jobs: Sequence[JobTrack], at_us: int) -> list[JobTrack]:
    there = [job for job in jobs if job.t0_us <= at_us and (job.t1_us is None or at_us < job.t1_us)]
    named = [job for job in there if job.id == count.job_response_id]
    return named or there


def _stretches(
    count: CountTrack, jobs: Sequence[JobTrack], definitions: Sequence[Definition]
) -> list[tuple[int, int, int]]:
    """(from, to, units): a count where jobs or definitions change in it, shared out by time in which something ran."""
    edges = {edge for job in jobs for edge in (job.t0_us, job.t1_us) if edge is not None}
    edges |= {one.t0_us for one in definitions}
    inside = sorted(edge for edge in edges if count.t0_us < edge < count.t1_us)
    if not inside:
        return [(count.t0_us, count.t1_us, count.quantity)]
    bounds = [count.t0_us, *inside, count.t1_us]
    pairs = list(pairwise(bounds))
    ran = [t1 - t0 if _running(count, jobs, t0) else 0 for t0, t1 in pairs]
    weights = ran if any(ran) else [t1 - t0 for t0, t1 in pairs]
    shared = split(count.quantity, weights)
    return [(t0, t1, quantity) for (t0, t1), quantity in zip(pairs, shared, strict=True) if quantity]


def _at(definitions: Sequence[Definition], at_us: int) -> Definition:
    return next((one for one in reversed(definitions) if one.t0_us <= at_us), definitions[0])


def block(t1_us: int) -> int:
    """The day (UTC) at whose end what is carried is rounded away, of a count that ends at a moment."""
    return (t1_us - 1) // BLOCK_US


def _whole(parts: Iterable[_Part]) -> list[Converted]:
    """Whole pieces; what is left over is carried to the next count of the same source on the same day."""
    so_far: dict[object, Fraction] = {}
    found: list[Converted] = []
    for part in sorted(parts, key=lambda one: (one.t1_us, one.t0_us, _source(one), one.step.measured)):
        step = part.step
        key = (block(part.t1_us), _source(part), step.unit, step.per, step.measured < 0)
        before = so_far.get(key, Fraction(0))
        so_far[key] = before + step.exact
        quantity = _rounded(so_far[key]) - _rounded(before)
        found.append(Converted(part.t0_us, part.t1_us, quantity, part.job_response_id, step, part.of))
    return found


def _source(part: _Part) -> tuple[str, str, int]:
    said, tag = part.of.said, part.of.tag_id
    return part.of.kind, "" if said is None else said.how, (tag if said is None else said.tag_id) or 0


def _rounded(exact: Fraction) -> int:
    """The nearest whole number, half away from zero: what is taken out of one kind is what another gets."""
    return floor(exact + Fraction(1, 2)) if exact >= 0 else -floor(-exact + Fraction(1, 2))
