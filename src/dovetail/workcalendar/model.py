"""A week of shifts with their breaks, laid over real days: every moment of an equipment is planned or is not.

Shifts and breaks are wall time at the equipment; on the day of a clock change a shift is an hour shorter or longer
and the sums stay exact. A break keeps its length where the hour comes twice, and falls away where it is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dovetail.workcalendar.zone import local_date, readings_us

type Plan = Literal["BUSY", "PLANNED_DOWN", "NOT_PLANNED"]

DAY_MINUTES: Final = 24 * 60
DAYS_KEPT: Final = 4_000  # eleven years of one calendar in one zone, about 10 MB; then it starts anew


@dataclass(frozen=True, slots=True)
class Break:
    """A pause in a shift: minutes after 00:00 of the day the shift starts on; over midnight they pass 1440."""

    name: str
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True)
class ShiftPattern:
    """A shift of the week: the weekdays (Monday is 0) it starts on, in minutes after 00:00; `end_min` may pass 1440."""

    name: str
    start_min: int
    end_min: int
    days: frozenset[int]
    breaks: tuple[Break, ...] = ()
    crew: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The shifts of a week, and the dates on which others (or none) stand in their place."""

    name: str
    shifts: tuple[ShiftPattern, ...]
    exceptions: Mapping[date, tuple[ShiftPattern, ...]] = field(default_factory=dict[date, tuple[ShiftPattern, ...]])

    def on(self, day: date) -> tuple[ShiftPattern, ...]:
        """The shifts that start on a date, by their start."""
        own = self.exceptions.get(day)
        if own is None:
            own = tuple(shift for shift in self.shifts if day.weekday() in shift.days)
        return tuple(sorted(own, key=lambda shift: shift.start_min))


@dataclass(frozen=True, slots=True)
class Span:
    """[t0_us, t1_us) of one plan: BUSY, PLANNED_DOWN (a break) or NOT_PLANNED (outside every shift)."""

    t0_us: int
    t1_us: int
    plan: Plan
    shift_id: str | None = None
    shift_name: str | None = None
    crew: str | None = None

    def joins(self, after: Span) -> bool:
        """Whether `after` says the same and follows at once, so that no boundary lies between."""
        same = self.shift_id == after.shift_id and self.plan == after.plan and self.crew == after.crew
        return same and self.t1_us == after.t0_us


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift as it took place: `id` is `<calendar>/<local date of its start>/<name>`."""

    id: str
    name: str
    t0_us: int
    t1_us: int
    crew: str | None


def around_the_clock(from_us: int, to_us: int) -> list[Span]:
    """Where no calendar is given the equipment is planned around the clock, without a shift."""
    return [Span(from_us, to_us, "BUSY")]


def not_there(from_us: int, to_us: int) -> list[Span]:
    """While an equipment is not in the plant nothing is planned on it."""
    return [Span(from_us, to_us, "NOT_PLANNED")]


def break_us(day: date, pause: Break, *, shift_us: tuple[int, int], zone: ZoneInfo) -> tuple[int, int]:
    """[t0, t1) of a break within its shift; empty when the clock skips it.

    Where the hour comes twice there are several ways to read the two times: the shortest counts, the earlier of equals.
    """
    starts = readings_us(day, pause.start_min, zone)
    ends = readings_us(day, pause.end_min, zone)
    clipped = ((max(t0, shift_us[0]), min(t1, shift_us[1])) for t0, t1 in product(starts, ends))
    ways = sorted((t1 - t0, t0, t1) for t0, t1 in clipped if t1 > t0)
    return (ways[0][1], ways[0][2]) if ways else (shift_us[0], shift_us[0])


def shift_spans(calendar: str, day: date, pattern: ShiftPattern, *, zone: ZoneInfo) -> tuple[Span, ...]:
    """One shift of one date, tiled into BUSY and PLANNED_DOWN; nothing when the clock skips all of it."""
    t0_us, t1_us = readings_us(day, pattern.start_min, zone)[0], readings_us(day, pattern.end_min, zone)[0]
    pauses = sorted(break_us(day, pause, shift_us=(t0_us, t1_us), zone=zone) for pause in pattern.breaks)
    whole = Span(t0_us, t1_us, "BUSY", f"{calendar}/{day.isoformat()}/{pattern.name}", pattern.name, pattern.crew)
    spans: list[Span] = []
    at_us = t0_us
    for pause_us, back_us in pauses:
        spans.append(replace(whole, t0_us=at_us, t1_us=pause_us))
        spans.append(replace(whole, t0_us=max(pause_us, at_us), t1_us=back_us, plan="PLANNED_DOWN"))
        at_us = max(at_us, back_us)
    spans.append(replace(whole, t0_us=at_us, t1_us=t1_us))
    return tuple(span for span in spans if span.t1_us > span.t0_us)


class Rota:
    """One calendar in one time zone; remembers the days it has laid out."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo) -> None:
        self.calendar = calendar
        self.zone = zone
        self._days: dict[date, tuple[Span, ...]] = {}

    def _day(self, day: date) -> tuple[Span, ...]:
        known = self._days.get(day)
        if known is not None:
            return known
        if len(self._days) >= DAYS_KEPT:
            self._days.clear()
        patterns = self.calendar.on(day)
        laid = tuple(
            span for pattern in patterns for span in shift_spans(self.calendar.name, day, pattern, zone=self.zone)
        )
        self._days[day] = laid
        return laid

    def spans(self, from_us: int, to_us: int) -> list[Span]:
        """[from_us, to_us) tiled exactly: no gap, no overlap, each span with its plan and its shift."""
        if to_us <= from_us:
            return []
        day = local_date(from_us, self.zone) - timedelta(days=1)  # last night's shift may still be running
        last = local_date(to_us, self.zone)
        planned: list[Span] = []
        while day <= last:
            planned.extend(self._day(day))
            day += timedelta(days=1)
        return list(fill(planned, from_us, to_us))


def fill(planned: Iterable[Span], from_us: int, to_us: int) -> Iterable[Span]:
    """Tile [from_us, to_us) with spans by their start, NOT_PLANNED between; of two that overlap, the first."""
    at_us = from_us
    for span in planned:
        t0_us, t1_us = max(span.t0_us, at_us), min(span.t1_us, to_us)
        if t1_us <= t0_us:
            continue
        if t0_us > at_us:
            yield Span(at_us, t0_us, "NOT_PLANNED")
        yield span if (t0_us, t1_us) == (span.t0_us, span.t1_us) else replace(span, t0_us=t0_us, t1_us=t1_us)
        at_us = t1_us
    if at_us < to_us:
        yield Span(at_us, to_us, "NOT_PLANNED")


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time with no boundary left at which nothing changes."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].joins(span):
            joined[-1] = replace(joined[-1], t1_us=span.t1_us)
        else:
            joined.append(span)
    return joined


def shifts_in(spans: Sequence[Span]) -> list[Shift]:
    """The shifts that spans belong to, each from its first to its last moment, by start."""
    found: dict[str, Shift] = {}
    for span in spans:
        if span.shift_id is None or span.shift_name is None:
            continue
        earlier = found.get(span.shift_id)
        t0_us = span.t0_us if earlier is None else earlier.t0_us
        found[span.shift_id] = Shift(span.shift_id, span.shift_name, t0_us, span.t1_us, span.crew)
    return list(found.values())
