"""Times, values and qualities as other systems write them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import from_rfc3339
from dovetail.pastfiles.moments import Moments
from dovetail.pastfiles.values import quality_of, value_of

PRAGUE = ZoneInfo("Europe/Prague")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2026-01-05T06:00:00Z", "2026-01-05T06:00:00Z"),
        ("2026-01-05T06:00:00.123456789+01:00", "2026-01-05T05:00:00.123456Z"),  # ns are cut to µs
        ("2026-07-05 06:00:00", "2026-07-05T04:00:00Z"),  # the wall of Prague, in summer
        ("5.1.2026 6:00:00", "2026-01-05T05:00:00Z"),
        ("05-Jan-26 06:00:00.5", "2026-01-05T05:00:00.5Z"),
        ("1767592800", "2026-01-05T06:00:00Z"),
        ("1767592800.25", "2026-01-05T06:00:00.25Z"),
        ("1767592800000", "2026-01-05T06:00:00Z"),
        ("1767592800000000", "2026-01-05T06:00:00Z"),
        ("1767592800000000000", "2026-01-05T06:00:00Z"),
        ("46027.25", "2026-01-05T05:00:00Z"),  # a spreadsheet's day and its share, wall time
    ],
)
def test_a_time(text: str, expected: str) -> None:
    assert Moments(PRAGUE).us("a", text) == from_rfc3339(expected)


def test_an_hour_that_comes_twice_is_told_apart_by_the_order_of_its_series() -> None:
    moments = Moments(PRAGUE)
    times = ["01:59:00", "02:00:00", "02:59:00", "02:00:00", "02:59:00", "03:00:00"]
    hours = [(moments.us("a", f"2026-10-25 {one}") - from_rfc3339("2026-10-24T23:59:00Z")) / 60e6 for one in times]
    assert hours == [0, 1, 60, 61, 120, 121]
    assert moments.us("b", "2026-10-25 02:30:00") == from_rfc3339("2026-10-25T00:30:00Z")


@pytest.mark.parametrize(
    "text, said",
    [
        ("2026-03-29 02:30:00", "is skipped by the clock"),
        ("01/02/2026 06:00", "day and month could be either"),
        ("yesterday", "is no time"),
        ("", "is no time"),
        ("05-Foo-26 06:00:00", "is no time"),
    ],
)
def test_what_is_no_time_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Moments(PRAGUE).us("a", text)


def test_a_pattern_says_which_is_the_month() -> None:
    moments = Moments(PRAGUE, pattern="%m/%d/%Y %H:%M")
    assert moments.us("a", "01/02/2026 06:00") == from_rfc3339("2026-01-02T05:00:00Z")


@pytest.mark.parametrize(
    "text, kind, comma, value, quality",
    [
        ("12,5", Kind.F64, True, 12.5, q.GOOD),
        ("1e3", Kind.F64, False, 1_000.0, q.GOOD),
        ("NaN", Kind.F64, False, None, q.BAD),
        (None, Kind.F64, False, None, q.BAD),
        ("I/O Timeout", Kind.F64, False, None, q.BAD_COMM),
        ("9007199254740993", Kind.I64, False, 9007199254740993, q.GOOD),  # not through a float
        ("7.0", Kind.I64, False, 7, q.GOOD),
        ("ON", Kind.BOOL, False, True, q.GOOD),
        ("I/O Timeout", Kind.STR, False, "I/O Timeout", q.GOOD),
    ],
)
def test_a_value(text: str | None, kind: Kind, comma: bool, value: Value, quality: int) -> None:
    assert value_of(text, kind, comma=comma) == (value, quality)


@pytest.mark.parametrize(
    "text, kind",
    [
        ("fast", Kind.F64),
        ("inf", Kind.F64),
        ("7.5", Kind.I64),
        ("-1", Kind.U64),
        ("2", Kind.BOOL),
        ("1" * 30, Kind.I64),
        ("1" * 400, Kind.F64),
        ("-" + "9" * 5_000, Kind.I64),
    ],
)
def test_what_is_no_value_of_that_kind_is_told(text: str, kind: Kind) -> None:
    with pytest.raises(ValueError, match="'"):
        value_of(text, kind, comma=False)


def test_a_text_longer_than_a_signal_can_have_is_told() -> None:
    """Else it would be counted as a sample, and the door would refuse it unheard."""
    assert value_of("ü" * 32_000, Kind.STR, comma=False) == ("ü" * 32_000, q.GOOD)
    with pytest.raises(ValueError, match="at most 64,000 bytes"):
        value_of("ü" * 32_001, Kind.STR, comma=False)


def test_a_pattern_that_names_a_part_twice_is_no_time() -> None:
    with pytest.raises(ValueError, match="is no time"):
        Moments(PRAGUE, pattern="%d.%d.%Y").us("a", "01.02.2026")


@pytest.mark.parametrize(
    "text, expected",
    [("Good", q.GOOD), ("192", q.GOOD), ("0", q.BAD), ("questionable", q.UNCERTAIN), (None, None), ("", None),
     ("1073741824", q.UNCERTAIN), ("2147483648", q.BAD), ("GOOD+TIME_REANCHORED", q.GOOD | q.TIME_REANCHORED)],
)  # fmt: skip
def test_a_quality(text: str | None, expected: int | None) -> None:
    assert quality_of(text) == expected


def test_an_unknown_quality_is_told() -> None:
    with pytest.raises(ValueError, match="no quality"):
        quality_of("splendid")
