"""Two shifts and a night shift, on ordinary days and on those where the clock changes, read off as a planner would."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, from_datetime, to_datetime
from dovetail.workcalendar.model import Calendar, Rota, Span, shifts_in
from dovetail.workcalendar.schema import WEEKDAYS, calendar_from
from dovetail.workcalendar.zone import readings_us
from shortcuts import examples

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


def test_overtime_comes_on_top_and_a_maintenance_window_cuts_into_what_is_worked() -> None:
    extra = {"name": "Overtime", "start": "06:00", "end": "12:00", "crew": "A"}
    boiler = {"name": "Boiler", "start": "13:00", "end": "15:00"}
    exceptions = {"2026-01-10": {"name": "Rush", "add": [extra]}, "2026-01-05": {"down": [boiler]}}
    rota = Rota(calendar({**EARLY, "breaks": [PAUSE]}, LATE, exceptions=exceptions), PRAGUE)
    assert day_of(rota, "2026-01-10", "2026-01-11") == [
        "00:00–06:00 NOT_PLANNED",
        "06:00–12:00 BUSY Overtime",
        "12:00–00:00 NOT_PLANNED",
    ]
    assert day_of(rota, "2026-01-05", "2026-01-06") == [
        "00:00–06:00 NOT_PLANNED",
        "06:00–10:00 BUSY Early",
        "10:00–10:30 PLANNED_DOWN Early",
        "10:30–13:00 BUSY Early",
        "13:00–14:00 PLANNED_DOWN Early",  # the window goes over the change of shifts
        "14:00–15:00 PLANNED_DOWN Late",
        "15:00–22:00 BUSY Late",
        "22:00–00:00 NOT_PLANNED",
    ]
    early, late = shifts_in(rota.spans(at_us("2026-01-05"), at_us("2026-01-06")))
    assert [(pause.name, (pause.t1_us - pause.t0_us) // MINUTE_US) for pause in early.pauses] == [
        ("Break", 30),
        ("Boiler", 60),
    ]
    assert [pause.name for pause in late.pauses] == ["Boiler"]
    (saturday,) = shifts_in(rota.spans(at_us("2026-01-10"), at_us("2026-01-11")))
    assert (saturday.crew, [(note.kind, note.name) for note in saturday.notes]) == ("A", [("exception", "Rush")])


def test_a_window_after_midnight_cuts_into_the_night_that_began_the_day_before() -> None:
    exceptions = {"2026-01-06": {"down": [{"start": "04:00", "end": "07:00"}]}}
    rota = Rota(calendar({**NIGHT, "days": ["mon"]}, exceptions=exceptions), PRAGUE)
    assert day_of(rota, "2026-01-06", "2026-01-07") == [
        "00:00–04:00 BUSY Night",
        "04:00–06:00 PLANNED_DOWN Night",
        "06:00–00:00 NOT_PLANNED",  # what is not worked is not planned down
    ]


PUBLIC = {"public": {"2026-12-24": "Christmas Eve", "2026-12-25": "Christmas Day"}}


@pytest.mark.parametrize("shifts, exceptions, expected", [
    #  worked on the list's dates, and what an exception says of 25 December
    ([], {}, []),
    ([{"name": "Short", "start": "06:00", "end": "10:00"}], {}, ["Short"]),
    ([], {"2026-12-25": {"add": [{"name": "Rush", "start": "08:00", "end": "12:00"}]}}, ["Rush"]),
    ([], {"2026-12-25": [{"name": "Rush", "start": "08:00", "end": "12:00"}]}, ["Rush"]),
    ([{"name": "Short", "start": "06:00", "end": "10:00"}], {"2026-12-25": []}, []),
    ([], {"2026-12-20": {"until": "2026-12-27", "shifts": []}}, []),
])  # fmt: skip
def test_a_holiday_closes_or_replaces_shifts_and_an_exception_stands_over_it(
    shifts: list[object], exceptions: dict[str, object], expected: list[str]
) -> None:
    week = calendar(EARLY, NIGHT, holidays={"public": shifts}, holiday_dates=PUBLIC, exceptions=exceptions)
    assert [shift.name for shift in week.on(date(2026, 12, 25))] == expected
    assert ("holiday", "Christmas Day") in [(note.kind, note.name) for note in week.day(date(2026, 12, 25)).notes]


def test_a_holiday_takes_the_night_that_begins_on_it_and_leaves_the_one_that_runs_into_it() -> None:
    rota = Rota(calendar(NIGHT, holidays={"public": []}, holiday_dates={"public": {"2026-01-06": "Epiphany"}}), PRAGUE)
    assert told(rota.spans(at_us("2026-01-05T20:00"), at_us("2026-01-08"))) == [
        "20:00–22:00 NOT_PLANNED",
        "22:00–06:00 BUSY Night",  # Monday's night, into the holiday
        "06:00–22:00 NOT_PLANNED",  # the holiday's own night, into Wednesday, is not worked
        "22:00–00:00 BUSY Night",
    ]


@pytest.mark.parametrize("day, hours", [("2026-03-28", 7), ("2026-10-24", 9)])
def test_a_holiday_in_the_night_of_the_clock_change_leaves_that_night_whole(day: str, hours: int) -> None:
    """The clock changes on the Sunday; that it is a holiday does not shorten Saturday's night, nor lengthen it."""
    sunday = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    rota = Rota(calendar(NIGHT, holidays={"public": []}, holiday_dates={"public": {sunday: "Sunday"}}), PRAGUE)
    nights = shifts_in(rota.spans(at_us(f"{day}T12:00"), at_us(f"{day}T12:00") + 2 * DAY_US))
    assert [(night.id.split("/")[1], (night.t1_us - night.t0_us) // HOUR_US) for night in nights] == [(day, hours)]


HALF = ["Day", "Day", "rest", "rest", "Day", "Day", "Day", "rest", "rest", "Day", "Day", "rest", "rest", "rest"]
CONTINENTAL = {
    "anchor": "2026-01-05",
    "cycle": [*HALF, *(name.replace("Day", "Night") for name in HALF)],
    "crews": {"A": 0, "B": 7, "C": 14, "D": 21},
}
DUPONT = {
    "anchor": "2026-01-05",
    "cycle": [*["Night"] * 4, *["rest"] * 3, *["Day"] * 3, "rest", *["Night"] * 3, *["rest"] * 3, *["Day"] * 4,
              *["rest"] * 7],
    "crews": {"A": 0, "B": 7, "C": 14, "D": 21},
}  # fmt: skip
TWELVE = ({"name": "Day", "start": "06:00", "end": "18:00"}, {"name": "Night", "start": "18:00", "end": "06:00"})


@pytest.mark.parametrize("rotation", [CONTINENTAL, DUPONT], ids=["2-2-3", "DuPont"])
def test_four_crews_man_every_hour_and_each_works_42_hours_a_week(rotation: dict[str, object]) -> None:
    four = calendar(*TWELVE, rotation=rotation)
    days = [date(2025, 1, 6) + timedelta(days=n) for n in range(2 * 28)]  # a year before the anchor: it runs back too
    crews = [[shift.crew for shift in four.on(day)] for day in days]
    assert all(len(set(pair)) == 2 for pair in crews)
    hours = {crew: 12 * sum(pair.count(crew) for pair in crews) for crew in "ABCD"}
    assert hours == dict.fromkeys("ABCD", 8 * 42)


@pytest.mark.parametrize("day, expected", [
    ("2026-01-05", [("Day", "A"), ("Night", "C")]),
    ("2026-01-07", [("Day", "D"), ("Night", "B")]),
    ("2026-01-12", [("Day", "B"), ("Night", "D")]),
    ("2026-02-02", [("Day", "A"), ("Night", "C")]),   # four weeks later it begins again
])  # fmt: skip
def test_who_works_a_2_2_3(day: str, expected: list[tuple[str, str]]) -> None:
    four = calendar(*TWELVE, rotation=CONTINENTAL)
    assert [(shift.name, shift.crew) for shift in four.on(date.fromisoformat(day))] == expected


def test_a_shift_that_is_not_in_the_cycle_keeps_to_the_week_and_a_short_day_keeps_its_crew() -> None:
    office = {"name": "Office", "start": "06:00", "end": "06:30", "days": ["mon"], "crew": "Leads"}
    short = {"2026-02-02": [{"name": "Day", "start": "06:00", "end": "12:00"}]}
    four = calendar(*TWELVE, office, rotation=CONTINENTAL, exceptions=short)
    assert [shift.crew for shift in four.on(date(2026, 1, 12))] == ["B", "Leads", "D"]
    assert [(shift.crew, shift.end_min) for shift in four.on(date(2026, 2, 2))] == [("A", 12 * 60)]


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
    chosen = draw(st.lists(CLOCK_CHANGES, unique=True, max_size=3))
    exceptions = {day: draw(st.sampled_from(ODD_DAYS)) for day in chosen[:2]}
    holidays = dict.fromkeys(chosen[2:], "Off")
    more: dict[str, object] = {"exceptions": exceptions, "holidays": {"off": []}, "holiday_dates": {"off": holidays}}
    if draw(st.booleans()):
        names = ["rest", *(str(shift["name"]) for shift in shifts)]
        cycle = draw(st.lists(st.sampled_from(names), min_size=1, max_size=9))
        more["rotation"] = {"anchor": draw(CLOCK_CHANGES), "cycle": cycle, "crews": {"A": 0, "B": len(cycle) // 2}}
    return calendar(*shifts, **more)


ODD_DAYS: list[object] = [
    [],
    {"down": [{"start": "01:30", "end": "03:15"}]},
    {"down": [{"start": "23:00", "end": "02:30"}, {"start": "02:00", "end": "02:45"}], "add": []},
    {"shifts": [{"name": "Odd", "start": "02:15", "end": "02:45"}]},
    {"until": "2026-12-31", "add": [{"name": "More", "start": "00:00", "end": "24:00"}]},
]


def wall(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


@settings(max_examples=examples(100), deadline=None)
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
    shifts = shifts_in(spans)
    assert all(a.t1_us <= b.t0_us for a, b in pairwise(shifts))
    planned = sum(span.t1_us - span.t0_us for span in spans if span.plan != "NOT_PLANNED")
    assert sum(shift.t1_us - shift.t0_us for shift in shifts) == planned


@settings(max_examples=examples(100), deadline=None)
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
