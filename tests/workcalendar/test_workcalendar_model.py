"""Two shifts and a night shift, on ordinary days and on those where the clock changes, read off as a planner would."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, from_datetime, to_datetime
from dovetail.workcalendar.model import Calendar, Rota, Span, shifts_in
from dovetail.workcalendar.schema import WEEKDAYS, calendar_from
from dovetail.workcalendar.zone import readings_us

PRAGUE = ZoneInfo("Europe/Prague")
EVERY_DAY = list(WEEKDAYS)
EARLY = {"name": "Early", "start": "06:00", "end": "14:00", "days": EVERY_DAY[:5]}
LATE = {"name": "Late", "start": "14:00", "end": "22:00", "days": EVERY_DAY[:5]}
NIGHT = {"name": "Night", "start": "22:00", "end": "06:00", "days": EVERY_DAY}
PAUSE = {"start": "10:00", "end": "10:30"}


def calendar(*shifts: dict[str, object], **more: object) -> Calendar:
    return calendar_from("two-shift", {"shifts": list(shifts), **more})


def at_us(wall: str, zone: ZoneInfo = PRAGUE, *, fold: int = 0) -> int:
    return from_datetime(datetime.fromisoformat(wall).replace(tzinfo=zone, fold=fold))


def told(spans: list[Span], zone: ZoneInfo = PRAGUE) -> list[str]:
    """`06:00–10:00 BUSY Early`: wall time at the equipment."""
    return [
        f"{to_datetime(span.t0_us).astimezone(zone):%H:%M}–{to_datetime(span.t1_us).astimezone(zone):%H:%M} "
        f"{span.plan} {span.shift_name or ''}".strip()
        for span in spans
    ]


def day_of(rota: Rota, day: str, next_day: str) -> list[str]:
    return told(rota.spans(at_us(day, rota.zone), at_us(next_day, rota.zone)), rota.zone)


def test_an_ordinary_monday() -> None:
    rota = Rota(calendar({**EARLY, "breaks": [PAUSE]}, LATE), PRAGUE)
    assert day_of(rota, "2026-01-05", "2026-01-06") == [
        "00:00–06:00 NOT_PLANNED",
        "06:00–10:00 BUSY Early",
        "10:00–10:30 PLANNED_DOWN Early",
        "10:30–14:00 BUSY Early",
        "14:00–22:00 BUSY Late",
        "22:00–00:00 NOT_PLANNED",
    ]


def test_a_night_shift_belongs_to_the_day_it_starts_on() -> None:
    rota = Rota(calendar({**NIGHT, "days": ["mon"], "breaks": [{"start": "02:00", "end": "02:30"}]}), PRAGUE)
    spans = rota.spans(at_us("2026-01-05"), at_us("2026-01-07"))
    assert told(spans) == [
        "00:00–22:00 NOT_PLANNED",
        "22:00–02:00 BUSY Night",
        "02:00–02:30 PLANNED_DOWN Night",
        "02:30–06:00 BUSY Night",
        "06:00–00:00 NOT_PLANNED",
    ]
    (shift,) = shifts_in(spans)
    assert shift.id == "two-shift/2026-01-05/Night"
    assert shift.t1_us - shift.t0_us == 8 * HOUR_US


def test_a_day_off_and_a_short_day_stand_in_place_of_the_week() -> None:
    short = {"name": "Early", "start": "06:00", "end": "12:00"}
    rota = Rota(calendar(EARLY, LATE, exceptions={"2026-12-24": [short], "2026-12-25": []}), PRAGUE)
    assert day_of(rota, "2026-12-24", "2026-12-26") == [
        "00:00–06:00 NOT_PLANNED",
        "06:00–12:00 BUSY Early",
        "12:00–00:00 NOT_PLANNED",
    ]


@pytest.mark.parametrize("start, end, hours", [
    #  day before    day after     length of the day and of its night shift
    ("2026-03-28", "2026-03-29", (24, 7)),   # the night over which the clock goes forward
    ("2026-10-24", "2026-10-25", (24, 9)),   # the night over which it goes back
    ("2026-03-29", "2026-03-30", (23, 8)),
    ("2026-10-25", "2026-10-26", (25, 8)),
    ("2026-01-05", "2026-01-06", (24, 8)),
])  # fmt: skip
def test_the_hour_that_comes_or_goes_is_in_the_shift_that_works_it(
    start: str, end: str, hours: tuple[int, int]
) -> None:
    rota = Rota(calendar(NIGHT), PRAGUE)
    from_us, to_us = at_us(start), at_us(end)
    assert to_us - from_us == hours[0] * HOUR_US
    assert sum(span.t1_us - span.t0_us for span in rota.spans(from_us, to_us)) == hours[0] * HOUR_US
    night = next(
        shift for shift in shifts_in(rota.spans(from_us, to_us + DAY_US)) if shift.id.endswith(f"{start}/Night")
    )
    assert night.t1_us - night.t0_us == hours[1] * HOUR_US


@pytest.mark.parametrize("day, pause, expected", [
    #  date        break             its minutes, and when it begins in UTC
    ("2026-03-28", ("02:00", "02:30"), None),             # the clock skips it
    ("2026-03-28", ("02:15", "02:45"), None),
    ("2026-03-28", ("01:45", "02:15"), (15, "00:45")),    # its second half is skipped
    ("2026-03-28", ("01:30", "03:30"), (60, "00:30")),
    ("2026-03-28", ("02:30", "03:15"), (15, "01:00")),
    ("2026-10-24", ("02:00", "02:30"), (30, "00:00")),    # comes twice: taken once, the first time
    ("2026-10-24", ("01:45", "02:15"), (30, "23:45")),
    ("2026-10-24", ("02:30", "03:00"), (30, "01:30")),    # keeps its length: the second time
    ("2026-10-24", ("02:45", "03:15"), (30, "01:45")),
    ("2026-10-24", ("01:30", "03:30"), (180, "23:30")),   # holds both hours
    ("2026-01-05", ("02:00", "02:30"), (30, "01:00")),
])  # fmt: skip
def test_a_break_in_the_night_of_the_clock_change(
    day: str, pause: tuple[str, str], expected: tuple[int, str] | None
) -> None:
    rota = Rota(calendar({**NIGHT, "breaks": [{"start": pause[0], "end": pause[1]}]}), PRAGUE)
    spans = rota.spans(at_us(f"{day}T22:00"), at_us(f"{day}T22:00") + 7 * HOUR_US)
    pauses = [
        ((span.t1_us - span.t0_us) // MINUTE_US, f"{to_datetime(span.t0_us):%H:%M}")
        for span in spans
        if span.plan == "PLANNED_DOWN"
    ]
    assert pauses == [value for value in [expected] if value is not None]


def test_shifts_that_change_over_within_the_doubled_hour_meet_once() -> None:
    first = {"name": "A", "start": "18:30", "end": "02:30", "days": EVERY_DAY}
    second = {"name": "B", "start": "02:30", "end": "10:30", "days": EVERY_DAY}
    rota = Rota(calendar(first, second), PRAGUE)
    spans = rota.spans(at_us("2026-10-24T18:30"), at_us("2026-10-25T10:30"))
    assert [(span.shift_name, (span.t1_us - span.t0_us) // HOUR_US) for span in spans] == [("A", 8), ("B", 9)]


def test_lord_howe_moves_its_clock_by_half_an_hour() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    rota = Rota(calendar(NIGHT), zone)
    nights = shifts_in(rota.spans(at_us("2026-04-04T22:00", zone), at_us("2026-04-05T06:00", zone)))
    assert [night.t1_us - night.t0_us for night in nights] == [8 * HOUR_US + HOUR_US // 2]


def test_a_date_that_never_was_has_no_shift() -> None:
    zone = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011 overnight
    rota = Rota(calendar({**NIGHT, "start": "08:00", "end": "16:00"}), zone)
    spans = rota.spans(at_us("2011-12-29", zone), at_us("2012-01-01", zone))
    assert [shift.id.split("/")[1] for shift in shifts_in(spans)] == ["2011-12-29", "2011-12-31"]
    assert sum(span.t1_us - span.t0_us for span in spans) == 2 * DAY_US


@pytest.mark.parametrize("minute, expected", [
    (90, ["23:30"]),             # before the change
    (150, ["00:30", "01:30"]),   # twice
    (180, ["02:00"]),
])  # fmt: skip
def test_a_wall_time_in_the_doubled_hour_has_two_readings(minute: int, expected: list[str]) -> None:
    readings = readings_us(date(2026, 10, 25), minute, PRAGUE)
    assert [f"{to_datetime(moment):%H:%M}" for moment in readings] == expected


ZONES = st.sampled_from(["Europe/Prague", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]).map(ZoneInfo)
CLOCK_CHANGES = st.sampled_from(["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04"])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Days cut at a few times into shifts, some left out, with a break in some; the last may run over midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 1439), min_size=2, max_size=5)))
    edges.append(edges[0] + 1440)
    shifts: list[dict[str, object]] = []
    for number, (start, end) in enumerate(pairwise(edges)):
        days = draw(st.lists(st.sampled_from(EVERY_DAY), unique=True, max_size=7))
        inner = sorted(
            draw(st.lists(st.integers(start, end), min_size=2, max_size=4, unique=True)) if end - start > 9 else []
        )
        pauses = [{"start": wall(a), "end": wall(b)} for a, b in zip(inner[::2], inner[1::2], strict=False)]
        shifts.append({"name": f"S{number}", "start": wall(start), "end": wall(end), "days": days, "breaks": pauses})
    off = draw(st.lists(CLOCK_CHANGES, unique=True, max_size=2))
    return calendar(*shifts, exceptions={day: [] for day in off})


def wall(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


@settings(max_examples=100, deadline=None)
@given(calendars(), ZONES, CLOCK_CHANGES, st.integers(-3 * DAY_US, 2 * DAY_US), st.integers(1, 5 * DAY_US))
def test_spans_tile_every_window_exactly(
    week: Calendar, zone: ZoneInfo, around: str, offset_us: int, length_us: int
) -> None:
    from_us = at_us(around, zone) + offset_us
    to_us = from_us + length_us
    rota = Rota(week, zone)
    spans = rota.spans(from_us, to_us)
    assert (spans[0].t0_us, spans[-1].t1_us) == (from_us, to_us)
    assert all(span.t1_us > span.t0_us for span in spans)
    assert all(a.t1_us == b.t0_us for a, b in pairwise(spans))
    assert all((span.shift_id is None) == (span.plan == "NOT_PLANNED") for span in spans)


@settings(max_examples=100, deadline=None)
@given(calendars(), ZONES, CLOCK_CHANGES, st.lists(st.integers(0, 4 * DAY_US), min_size=1, max_size=4))
def test_a_window_asked_in_pieces_says_the_same(week: Calendar, zone: ZoneInfo, around: str, inner: list[int]) -> None:
    start_us = at_us(around, zone) - 2 * DAY_US
    edges = sorted({0, 4 * DAY_US, *inner})
    rota = Rota(week, zone)
    whole = rota.spans(start_us, start_us + 4 * DAY_US)
    pieces = [span for a, b in pairwise(edges) for span in rota.spans(start_us + a, start_us + b)]
    for moment in (start_us + edge for edge in edges[:-1]):
        a = next(span for span in whole if span.t0_us <= moment < span.t1_us)
        b = next(span for span in pieces if span.t0_us <= moment < span.t1_us)
        assert (a.plan, a.shift_id) == (b.plan, b.shift_id)
    busy = [sum(s.t1_us - s.t0_us for s in spans if s.plan == "BUSY") for spans in (whole, pieces)]
    assert busy[0] == busy[1]
