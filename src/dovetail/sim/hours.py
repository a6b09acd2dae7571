"""When the line is manned: shifts and breaks in local time, told apart from the calendar that Dovetail itself keeps.

Written a second time on purpose: the simulator's truth must not borrow from what it verifies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dovetail.core.clock import from_datetime, to_datetime

type Plan = Literal["BUSY", "PLANNED_DOWN", "NOT_PLANNED"]


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of every day, in local wall time; breaks are (start, end) inside it."""

    name: str
    start: time
    end: time
    breaks: tuple[tuple[time, time], ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """What is planned in [t0_us, t1_us); `shift` is None outside shifts."""

    t0_us: int
    t1_us: int
    plan: Plan
    shift: str | None


@dataclass(frozen=True, slots=True)
class Hours:
    """The working hours of the line."""

    zone: ZoneInfo
    shifts: tuple[Shift, ...]

    def spans(self, from_us: int, to_us: int) -> list[Span]:
        """Tile [from_us, to_us) exactly with what is planned. Shifts must not overlap nor pass midnight."""
        tiles: list[Span] = []
        at_us = from_us
        for span in self._shift_spans(from_us, to_us):
            t0_us, t1_us = max(span.t0_us, from_us), min(span.t1_us, to_us)
            if t0_us >= t1_us:
                continue
            if at_us < t0_us:
                tiles.append(Span(at_us, t0_us, "NOT_PLANNED", None))
            tiles.append(Span(t0_us, t1_us, span.plan, span.shift))
            at_us = t1_us
        if at_us < to_us:
            tiles.append(Span(at_us, to_us, "NOT_PLANNED", None))
        return tiles

    def manned(self, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """(t0_us, t1_us) in which people work at the line; shifts that follow each other are one stretch."""
        stretches: list[tuple[int, int]] = []
        for span in self.spans(from_us, to_us):
            if span.plan != "BUSY":
                continue
            if stretches and stretches[-1][1] == span.t0_us:
                stretches[-1] = (stretches[-1][0], span.t1_us)
            else:
                stretches.append((span.t0_us, span.t1_us))
        return stretches

    def _shift_spans(self, from_us: int, to_us: int) -> Iterator[Span]:
        day = to_datetime(from_us).astimezone(self.zone).date() - timedelta(days=1)
        last = to_datetime(to_us).astimezone(self.zone).date()
        while day <= last:
            for shift in self.shifts:
                yield from self._one_shift(day, shift)
            day += timedelta(days=1)

    def _one_shift(self, day: date, shift: Shift) -> Iterator[Span]:
        at_us = self._at(day, shift.start)
        for start, end in shift.breaks:
            yield Span(at_us, self._at(day, start), "BUSY", shift.name)
            yield Span(self._at(day, start), self._at(day, end), "PLANNED_DOWN", shift.name)
            at_us = self._at(day, end)
        yield Span(at_us, self._at(day, shift.end), "BUSY", shift.name)

    def _at(self, day: date, local: time) -> int:
        return from_datetime(datetime.combine(day, local, tzinfo=self.zone))


TWO_SHIFT: Final = Hours(
    zone=ZoneInfo("Europe/Prague"),
    shifts=(
        Shift("Early", time(6), time(14), ((time(10), time(10, 30)),)),
        Shift("Late", time(14), time(22), ((time(18), time(18, 30)),)),
    ),
)
