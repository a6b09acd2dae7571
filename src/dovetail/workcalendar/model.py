"""A week or a rotation of shifts with their breaks, laid over real days: every moment is planned or is not.

Shifts and breaks are wall time at the equipment; on the day of a clock change a shift is an hour shorter or longer
and the sums stay exact. A break keeps its length where the hour comes twice, and falls away where it is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dovetail.workcalendar.rotation import Rotation
from dovetail.workcalendar.zone import local_date, readings_us

type Plan = Literal["BUSY", "PLANNED_DOWN", "NOT_PLANNED"]

DAY_MINUTES: Final = 24 * 60
EVER_US: Final = (-(1 << 62), 1 << 62)
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
class Note:
    """Why a date is not as usual: a holiday, or an exception that somebody entered."""

    kind: Literal["holiday", "exception"]
    name: str | None


@dataclass(frozen=True, slots=True)
class Special:
    """What is different on one date. `shifts` None: those of that day stay; `add` come on top; `down` cuts into all."""

    note: Note
    shifts: tuple[ShiftPattern, ...] | None = None
    add: tuple[ShiftPattern, ...] = ()
    down: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """One date of a calendar: the shifts that start on it, by their start, and when the equipment is planned down."""

    shifts: tuple[ShiftPattern, ...]
    down: tuple[Break, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Shifts by the week or by a rotation, and the dates on which others (or none) stand in their place.

    An exception stands over a holiday, a holiday over the usual shifts.
    """

    name: str
    shifts: tuple[ShiftPattern, ...]
    exceptions: Mapping[date, Special] = field(default_factory=dict[date, Special])
    holidays: Mapping[date, Special] = field(default_factory=dict[date, Special])
    rotation: Rotation | None = None

    def on(self, day: date) -> tuple[ShiftPattern, ...]:
        """The shifts that start on a date, by their start."""
        return self.day(day).shifts

    def day(self, day: date) -> Day:
        """A date with all that is special about it."""
        exception, holiday = self.exceptions.get(day), self.holidays.get(day)
        shifts = tuple(shift for _, shift in self.usual(day))
        for special in (holiday, exception):
            if special is not None:
                own = shifts if special.shifts is None else self._crewed(special.shifts, day)
                shifts = own + self._crewed(special.add, day)
        return Day(
            shifts=tuple(sorted(shifts, key=lambda shift: shift.start_min)),
            down=exception.down if exception else (),
            notes=tuple(special.note for special in (holiday, exception) if special is not None),
        )

    def usual(self, day: date) -> list[tuple[int, ShiftPattern]]:
        """The shifts that start on a date were it like any other, with their place in `shifts`."""
        found: list[tuple[int, ShiftPattern]] = []
        for place, shift in enumerate(self.shifts):
            if day.weekday() not in shift.days:
                continue
            if self.rotation is None or shift.name not in self.rotation.cycle:
                found.append((place, shift))
            elif crews := self.rotation.crews_on(shift.name, day):
                found.append((place, replace(shift, crew=crews[0])))
        return found

    def _crewed(self, shifts: tuple[ShiftPattern, ...], day: date) -> tuple[ShiftPattern, ...]:
        """Shifts of a single date worked by the crew whose turn it is, where they do not name their own."""
        if self.rotation is None:
            return shifts
        turn = {shift.name: self.rotation.crews_on(shift.name, day) for shift in shifts}
        return tuple(
            replace(shift, crew=turn[shift.name][0]) if shift.crew is None and turn[shift.name] else shift
            for shift in shifts
        )


@dataclass(frozen=True, slots=True)
class Span:
    """[t0_us, t1_us) of one plan: BUSY, PLANNED_DOWN (a break) or NOT_PLANNED (outside every shift)."""

    t0_us: int
    t1_us: int
    plan: Plan
    shift_id: str | None = None
    shift_name: str | None = None
    crew: str | None = None
    pause: str | None = None  # the name of the break, or of what it is planned down for
    notes: tuple[Note, ...] = ()  # of the date its shift started on

    def says(self) -> tuple[object, ...]:
        """All that the ledger cuts by."""
        return (self.plan, self.shift_id, self.shift_name, self.crew)

    def joins(self, after: Span) -> bool:
        """Whether `after` says the same and follows at once, so that no boundary lies between."""
        return self.says() == after.says() and self.pause == after.pause and self.t1_us == after.t0_us


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of a shift that is not worked: a break, or a time the equipment is planned down."""

    name: str | None
    t0_us: int
    t1_us: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift as it took place: `id` is `<calendar>/<local date of its start>/<name>`."""

    id: str
    name: str
    t0_us: int
    t1_us: int
    crew: str | None
    pauses: tuple[Pause, ...] = ()
    notes: tuple[Note, ...] = ()


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


def shift_spans(
    calendar: str, day: date, pattern: ShiftPattern, *, zone: ZoneInfo, notes: tuple[Note, ...] = ()
) -> tuple[Span, ...]:
    """One shift of one date, tiled into BUSY and PLANNED_DOWN; nothing when the clock skips all of it."""
    t0_us, t1_us = readings_us(day, pattern.start_min, zone)[0], readings_us(day, pattern.end_min, zone)[0]
    pauses = [Pause(pause.name, *break_us(day, pause, shift_us=(t0_us, t1_us), zone=zone)) for pause in pattern.breaks]
    shift_id = f"{calendar}/{day.isoformat()}/{pattern.name}"
    whole = Span(t0_us, t1_us, "BUSY", shift_id, pattern.name, pattern.crew, notes=notes)
    return tuple(with_pauses([whole] if t1_us > t0_us else [], pauses))


def with_pauses(spans: Iterable[Span], pauses: Iterable[Pause]) -> Iterator[Span]:
    """The same time with the pauses cut out of what is BUSY; where two lie over each other, the first."""
    in_order = sorted(pauses, key=lambda pause: (pause.t0_us, pause.t1_us))
    for span in spans:
        at_us = span.t0_us
        for pause in in_order if span.plan == "BUSY" else ():
            t0_us, t1_us = max(pause.t0_us, at_us), min(pause.t1_us, span.t1_us)
            if t1_us <= t0_us:
                continue
            if t0_us > at_us:
                yield replace(span, t0_us=at_us, t1_us=t0_us)
            yield replace(span, t0_us=t0_us, t1_us=t1_us, plan="PLANNED_DOWN", pause=pause.name)
            at_us = t1_us
        if at_us < span.t1_us:
            yield replace(span, t0_us=at_us)


class Rota:
    """One calendar in one time zone; remembers the days it has laid out."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo) -> None:
        self.calendar = calendar
        self.zone = zone
        self._days: dict[date, tuple[tuple[Span, ...], tuple[Pause, ...]]] = {}

    def _day(self, day: date) -> tuple[tuple[Span, ...], tuple[Pause, ...]]:
        """The shifts that start on a date, and the times the equipment is planned down on it."""
        known = self._days.get(day)
        if known is not None:
            return known
        if len(self._days) >= DAYS_KEPT:
            self._days.clear()
        planned = self.calendar.day(day)
        spans = tuple(
            span
            for pattern in planned.shifts
            for span in shift_spans(self.calendar.name, day, pattern, zone=self.zone, notes=planned.notes)
        )
        down = tuple(Pause(one.name, *break_us(day, one, shift_us=EVER_US, zone=self.zone)) for one in planned.down)
        self._days[day] = (spans, down)
        return spans, down

    def spans(self, from_us: int, to_us: int) -> list[Span]:
        """[from_us, to_us) tiled exactly: no gap, no overlap, each span with its plan and its shift."""
        if to_us <= from_us:
            return []
        day = local_date(from_us, self.zone) - timedelta(days=1)  # last night's shift may still be running
        last = local_date(to_us, self.zone)
        planned: list[Span] = []
        down: list[Pause] = []
        while day <= last:
            spans, pauses = self._day(day)
            planned.extend(spans)
            down.extend(pauses)
            day += timedelta(days=1)
        filled = fill(planned, from_us, to_us)
        return list(with_pauses(filled, down) if down else filled)


def fill(planned: Iterable[Span], from_us: int, to_us: int) -> Iterator[Span]:
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
        pauses = () if earlier is None else earlier.pauses
        pauses += (Pause(span.pause, span.t0_us, span.t1_us),) if span.plan == "PLANNED_DOWN" else ()
        found[span.shift_id] = Shift(span.shift_id, span.shift_name, t0_us, span.t1_us, span.crew, pauses, span.notes)
    return list(found.values())
