"""Times, durations and figures mean what a process engineer writes, and samples what a row says."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from dovetail.core.batch import Kind
from dovetail.core.clock import from_rfc3339, to_rfc3339
from dovetail.scenariofiles.schema import scenario_schema
from dovetail.scenariofiles.signals import told, words_of
from dovetail.scenariofiles.words import Wall, duration_us, figure, said_duration

PRAGUE = ZoneInfo("Europe/Prague")
WINTER = Wall(date(2026, 1, 5), PRAGUE)
AUTUMN = Wall(date(2026, 10, 25), PRAGUE)
SPRING = Wall(date(2026, 3, 29), PRAGUE)


@pytest.mark.parametrize(
    "wall, text, moment",
    [
        (WINTER, "06:00", "2026-01-05T05:00:00Z"),
        (WINTER, "06:00:07.5", "2026-01-05T05:00:07.5Z"),
        (WINTER, "24:00", "2026-01-05T23:00:00Z"),
        (WINTER, "06:00+1d", "2026-01-06T05:00:00Z"),
        (WINTER, "22:00-1d", "2026-01-04T21:00:00Z"),
        (WINTER, "2026-01-05T06:00:00Z", "2026-01-05T06:00:00Z"),
        (AUTUMN, "02:30A", "2026-10-25T00:30:00Z"),
        (AUTUMN, "02:30B", "2026-10-25T01:30:00Z"),
        (AUTUMN, "03:00", "2026-10-25T02:00:00Z"),
        (SPRING, "03:00", "2026-03-29T01:00:00Z"),
    ],
)
def test_a_time_is_the_moment_on_the_wall_and_is_said_back(wall: Wall, text: str, moment: str) -> None:
    at_us = wall.at(text)
    assert at_us == from_rfc3339(moment), to_rfc3339(at_us)
    assert wall.at(wall.said(at_us)) == at_us


@pytest.mark.parametrize(
    "wall, text, said",
    [
        (AUTUMN, "02:30", "write 02:30A for the first"),
        (Wall(date(2026, 10, 24), PRAGUE), "02:30+1d", "write 02:30A+1d for the first"),
        (AUTUMN, "04:30A", "leave the letter out"),
        (SPRING, "02:30", "there is no 02:30 on 2026-03-29"),
        (WINTER, "25:00", "is no time"),
        (WINTER, "24:01", "is no time of day"),
        (WINTER, "noon", "is no time"),
    ],
)
def test_a_time_that_is_none_says_what_to_write(wall: Wall, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        wall.at(text)


@pytest.mark.parametrize(
    "text, hours", [("06:00..14:00", 8), ("22:00..06:00", 8), ("06:00–06:30", 0.5), ("22:00+1d..06:00+2d", 8)]
)
def test_a_stretch_goes_over_midnight(text: str, hours: float) -> None:
    from_us, to_us = WINTER.span(text)
    assert to_us - from_us == hours * 3_600_000_000


@pytest.mark.parametrize("text", ["7 h 13 min", "90 min", "1.5 s", "250 ms", "1 µs", "0", "2 days 3 h", "0.000001 s"])
def test_a_duration_is_said_back(text: str) -> None:
    assert duration_us(said_duration(duration_us(text))) == duration_us(text)


@pytest.mark.parametrize("text", ["", "h", "7", "7 hrs", "7 h and 3", "-7 h"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        duration_us(text)


@pytest.mark.parametrize(
    "text, actual, holds",
    [
        ("74.79 %", 0.747937, True),
        ("74.79 %", 0.74796, False),
        ("74.79 % ± 0.02", 0.74796, True),
        ("0.748", 0.7479, True),
        ("0.748", 0.7474, False),
        ("3", 3.4, True),
        ("–", None, True),
        ("–", 0.0, False),
        ("0", None, False),
        ("90 min", 5400.0, True),
    ],
)
def test_a_figure_is_held_to_its_last_digit(text: str, actual: float | None, holds: bool) -> None:
    assert figure(text).holds(actual) is holds


def samples(row: str, kind: Kind) -> list[tuple[str, object]]:
    found = told(words_of(row), tag=1, kind=kind, wall=Wall(date(2026, 1, 5), ZoneInfo("UTC")))
    return [(to_rfc3339(ts)[11:19], value) for ts, value in zip(found.ts.tolist(), found.value.tolist(), strict=True)]


@pytest.mark.parametrize(
    "row, kind, expected",
    [
        ("06:00 a.b 6", Kind.I64, [("06:00:00", 6)]),
        ("06:00 a.b Execute", Kind.I64, [("06:00:00", 6)]),
        ("06:00 a.b true", Kind.BOOL, [("06:00:00", True)]),
        ('06:00 a.b "order 17"', Kind.STR, [("06:00:00", "order 17")]),
        ("06:00 a.b - bad-comm", Kind.I64, [("06:00:00", 0)]),
        ("06:00..06:01 a.b 5..8", Kind.U64, [("06:00:00", 5), ("06:00:20", 6), ("06:00:40", 7), ("06:01:00", 8)]),
        ("06:00..06:01 a.b 8..7", Kind.I64, [("06:00:00", 8), ("06:01:00", 7)]),
        ("06:00..06:01 a.b 0..3 every 25s", Kind.U64,
         [("06:00:00", 0), ("06:00:25", 1), ("06:00:50", 2), ("06:01:00", 3)]),
        ("06:00..06:01 a.b 0..1 every 30s", Kind.F64, [("06:00:00", 0.0), ("06:00:30", 0.5), ("06:01:00", 1.0)]),
        ("06:00..06:00:04 a.b closes every 4s", Kind.BOOL,
         [("06:00:00", True), ("06:00:02", False), ("06:00:04", True)]),
        ("06:00..06:01 a.b 7 every 30s", Kind.I64, [("06:00:00", 7), ("06:00:30", 7), ("06:01:00", 7)]),
    ],
)  # fmt: skip
def test_a_row_means_these_samples(row: str, kind: Kind, expected: list[tuple[str, object]]) -> None:
    assert samples(row, kind) == expected


@pytest.mark.parametrize(
    "row, kind, said",
    [
        ("06:00 a.b", Kind.I64, "a row is"),
        ("06:00 a.b six", Kind.I64, "no whole number"),
        ("06:00 a.b -1", Kind.U64, "no count"),
        ("06:00 a.b maybe", Kind.BOOL, "neither true nor false"),
        ("06:00 a.b -", Kind.F64, "has a bad quality"),
        ("06:00 a.b 6 every 10s", Kind.I64, "a stretch of time"),
        ("06:00..07:00 a.b 0..1", Kind.F64, "how often it is read"),
        ("06:00..07:00 a.b 0..9999999", Kind.U64, "too many"),
        ("06:00..07:00 a.b 0..9 every 1µs", Kind.U64, "less often"),
        ("06:00..07:00 a.b closes", Kind.BOOL, "closes every 3s"),
        ("06:00 a.b 6 often", Kind.I64, "neither a quality"),
        ("06:00 a.b 6 late", Kind.I64, "wants a word more"),
        ('06:00 a.b "order', Kind.STR, "no other half"),
    ],
)
def test_a_row_that_means_nothing_says_what_to_write(row: str, kind: Kind, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        samples(row, kind)


def test_an_editor_is_told_what_may_be_written() -> None:
    found = scenario_schema()
    assert {"scenario", "signals", "jobs", "expect", "plant"} <= set(found["properties"])
    assert {"from", "to"} <= set(found["$defs"]["JobEntry"]["properties"])
