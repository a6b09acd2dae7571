"""Every question that can be asked of samples, asked of the site and of the plain list beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np
import pytest

import plain_samples as plain
import shortcuts
from dovetail.aggregates.compute import Results
from dovetail.aggregates.names import AGGREGATES, EXTREMES, FOLDABLE, LOOK_BACK, Aggregate, Config
from dovetail.aggregates.places import Intervals, evenly, named
from dovetail.core.batch import Batch, Value
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from dovetail.exports import rows as exported
from dovetail.exports.model import Wanted
from dovetail.forms.model import Named
from dovetail.historian.model import Sample as HeldSample
from dovetail.historian.model import buckets
from dovetail.recaps.model import Occasion
from dovetail.recaps.service import Asked
from dovetail.signals.pages import sample_page
from dovetail.signals.standing import standing
from plain_reading import Grade, Reading, Sample
from site_life import ALL, CHANGED, FORCE, MONTH_ENDS_US, NOTE, ODD, PLANT, SPEED, TAGS, Life

BEGIN_US: Final = MONTH_ENDS_US - DAY_US
ENDS: Final = (BEGIN_US - HOUR_US, MONTH_ENDS_US + DAY_US + HOUR_US)
MOMENTS: Final = (BEGIN_US + 1, MONTH_ENDS_US, MONTH_ENDS_US + 1, MONTH_ENDS_US + HOUR_US, ENDS[1])
TRENDS: Final = (  # (from, to, px): by the hour, by the minute, at an angle to both
    (BEGIN_US, BEGIN_US + 2 * DAY_US, 48),
    (BEGIN_US, BEGIN_US + 2 * DAY_US, 2),
    (MONTH_ENDS_US, MONTH_ENDS_US + HOUR_US, 60),
    (MONTH_ENDS_US - HOUR_US, MONTH_ENDS_US + DAY_US, 1_000),
    (BEGIN_US + 17, MONTH_ENDS_US + DAY_US - HOUR_US - 3, 7),
    (MONTH_ENDS_US - 3, MONTH_ENDS_US + 4, 40),
)
SPANS: Final[dict[str, Intervals]] = {
    "each hour": evenly(MONTH_ENDS_US - 2 * HOUR_US, MONTH_ENDS_US + 3 * HOUR_US, HOUR_US),
    "two days": evenly(BEGIN_US, BEGIN_US + 2 * DAY_US, 2 * DAY_US),
    "at an angle": evenly(BEGIN_US + 1, BEGIN_US + 2 * DAY_US, 13 * HOUR_US + 7),
    "after all": named([(ENDS[1], ENDS[1] + 40 * DAY_US)]),
    "bits": named([(MONTH_ENDS_US - 1, MONTH_ENDS_US + 1), (MONTH_ENDS_US, MONTH_ENDS_US + 30 * SECOND_US)]),
}
JOBS: Final = (
    Occasion("1", "first", 3, BEGIN_US, MONTH_ENDS_US + 1),
    Occasion("2", "second", 3, MONTH_ENDS_US + 1, MONTH_ENDS_US + HOUR_US - 1),
    Occasion("3", "goes on", 3, MONTH_ENDS_US + HOUR_US, None),
)
CONFIGS: Final = (
    Config(),
    Config(treat_uncertain_as_bad=False, percent_bad=50, percent_good=50),
    Config(stepped=False),
    Config(stepped=False, treat_uncertain_as_bad=False, percent_bad=50, percent_good=50, sloped_extrapolation=True),
)
SUMS: Final[tuple[Aggregate, ...]] = tuple(sorted(FOLDABLE - EXTREMES))
OUTERMOST: Final[tuple[Aggregate, ...]] = tuple(sorted(EXTREMES))
OTHERS: Final[tuple[Aggregate, ...]] = tuple(sorted(set(AGGREGATES) - FOLDABLE - LOOK_BACK))
SEEKING: Final[tuple[Aggregate, ...]] = tuple(sorted(LOOK_BACK))  # no further than an interval is long
OF_JOBS: Final[tuple[Aggregate, ...]] = ("Average", "TimeAverage2", "Maximum", "DurationGood", "DeltaBounds")
ASKED: Final[tuple[tuple[str, tuple[Aggregate, ...], Config], ...]] = tuple(
    (over, names, config)
    for config in CONFIGS
    for over, names in (
        *((over, names) for over in SPANS for names in (SUMS, OUTERMOST, OTHERS)),
        *((over, SEEKING) for over in ("two days", "after all")),
    )
)

AT_ONCE: Final = 8 if shortcuts.IS_LONG else 2
PAGE: Final = 7  # samples

type Check = Callable[[Life, int | None], None]


def raw(life: Life, as_of: int | None) -> None:
    """Samples by time, the first few, tag by tag, and page after page."""
    historian, everything = life.historian, life.plain.rows(as_of)
    for tags in ((SPEED, FORCE, ODD), (NOTE,), (CHANGED,)):  # a batch per kind
        expected = plain.between(everything, *ENDS, *tags)
        for limit in (None, 1, 3):
            found = historian.raw(tags, *ENDS, scope=ALL, limit=limit, as_of=as_of)
            assert in_order(found) == [plain.shown(row) for row in expected[:limit]]
        by_tag = historian.by_tag(tags, *ENDS, scope=ALL, as_of=as_of)
        assert in_order(by_tag, by="tag") == [plain.shown(row) for row in sorted(expected, key=lambda row: row[0])]


def in_order(found: list[Batch], by: Literal["time", "tag"] = "time") -> list[tuple[int, int, str, int]]:
    """Rows of several kinds as one list: each batch must be in its order, and of one moment the kinds are."""
    rows = [row for batch in found for row in batch.rows()]
    for batch in found:
        places = [(row[1], row[0]) if by == "time" else row[:2] for row in batch.rows()]
        assert places == sorted(places)
    placed = sorted(rows, key=plain.in_order) if by == "time" else sorted(rows, key=lambda row: row[:2])
    return [plain.shown(row) for row in placed]


def pages(life: Life, as_of: int | None) -> None:
    """All of it through a cursor, of several kinds at once."""
    found: list[tuple[int, int, str, int]] = []
    cursor: str | None = None
    while True:
        page = sample_page(life.historian, TAGS, ENDS, scope=ALL, cursor=cursor, limit=PAGE, as_of=as_of)
        columns = (page.samples.tag.tolist(), page.samples.ts.tolist(), page.samples.plain())
        found += [plain.shown(row) for row in zip(*columns, page.samples.quality.tolist(), strict=True)]
        cursor = page.next
        if cursor is None:
            break
        assert len(page.samples) == PAGE
    expected = [plain.shown(row) for row in plain.between(life.plain.rows(as_of), *ENDS, *TAGS)]
    assert found == expected


def last(life: Life, as_of: int | None) -> None:
    """The newest of all, and the newest before a moment."""
    historian, rows = life.historian, life.plain.rows(as_of)
    for at_us in MOMENTS:
        found = told(historian.bounding(TAGS, at_us, scope=ALL, as_of=as_of))
        newest = {tag: plain.newest(rows, tag, at_us) for tag in TAGS}
        assert found == {tag: plain.shown(row) for tag, row in newest.items() if row is not None}
    of_all = historian.bounding(TAGS, ENDS[1], scope=ALL, as_of=as_of)
    assert told(historian.last(TAGS, scope=ALL, as_of=as_of)) == told(of_all)


def told(samples: Mapping[int, HeldSample]) -> dict[int, tuple[int, int, str, int]]:
    return {tag: plain.shown((tag, one.ts_us, one.value, one.quality)) for tag, one in samples.items()}


def latest(life: Life, _as_of: int | None) -> None:
    """The newest of all as screens ask for it, which is always now."""
    columns, newest = life.historian.latest(np.array(TAGS), scope=ALL), life.historian.last(TAGS, scope=ALL)
    assert columns.heard.tolist() == [tag in newest for tag in TAGS]
    shown = {
        tag: (ts, quality, text, repr(number))
        for tag, ts, quality, number, text, heard in zip(
            TAGS, columns.ts.tolist(), columns.quality.tolist(), columns.number.tolist(), columns.text.tolist(),
            columns.heard.tolist(), strict=True,
        )
        if heard
    }  # fmt: skip
    assert shown == {tag: (one.ts_us, one.quality, *as_shown(one.value)) for tag, one in newest.items()}


def as_shown(value: Value) -> tuple[str, str]:
    """(text, number) on a screen: it is one of them."""
    return (value, "nan") if isinstance(value, str) else ("", repr(math.nan if value is None else float(value)))


def trends(life: Life, as_of: int | None) -> None:
    """Buckets per pixel, through chunks, hours and minutes."""
    rows = life.plain.rows(as_of)
    for from_us, to_us, px in TRENDS:
        begin_us, width_us = buckets(from_us, to_us, px)
        for tag in (SPEED, FORCE, CHANGED):
            found = life.historian.series(tag, from_us, to_us, px, scope=ALL, as_of=as_of)
            columns = (found.t0_us, found.min, found.max, found.first, found.last, found.n, found.n_good)
            told = [[None if number != number else number for number in column.tolist()] for column in columns]
            drawn = plain.as_numbers(rows, tag)
            expected = plain.in_buckets(drawn, tag, (from_us, to_us), begin_us=begin_us, width_us=width_us)
            assert list(zip(*told, strict=True)) == expected


def standings(life: Life, as_of: int | None) -> None:
    """What stood when a curve began, and what still stands where it has a gap."""
    rows = life.plain.rows(as_of)
    for from_us, to_us, px in TRENDS[2:]:
        found = life.historian.series(FORCE, from_us, to_us, px, scope=ALL, as_of=as_of)
        stood = standing(life.historian, found, (from_us, to_us), scope=ALL, as_of=as_of, gone=life.retention.gone.of)
        before = plain.newest(rows, FORCE, from_us)
        assert repr(stood.before) == repr(math.nan if before is None or before[2] is None else before[2])
        ends = [min(to_us, t0 + found.width_us) for t0 in found.t0_us.tolist()]
        followed = [end in found.t0_us for end in ends]
        lasts = [plain.newest(rows, FORCE, end) for end in ends]
        assert [held for held, follows in zip(stood.held.tolist(), followed, strict=True) if not follows] == [
            last is not None and last[2] is not None
            for last, follows in zip(lasts, followed, strict=True)
            if not follows
        ]


def means(life: Life, as_of: int | None) -> None:
    """Time-weighted, over spans of chunks and inside of one."""
    rows = life.plain.rows(as_of)
    for from_us, to_us in ((BEGIN_US, ENDS[1]), (MONTH_ENDS_US - 1, MONTH_ENDS_US + MINUTE_US)):
        for way in ("stepped", "sloped"):
            found = life.historian.mean(FORCE, from_us, to_us, scope=ALL, interpolation=way, as_of=as_of)
            value, covered_us = plain.mean(rows, FORCE, from_us, to_us, way)
            assert found.covered_us == covered_us
            assert found.value == (None if value is None else pytest.approx(value))


def aggregates(life: Life, as_of: int | None) -> None:
    """Every aggregate of Part 13 over intervals of all lengths, stepped and sloped: a few of them each time."""
    life.aggregated += AT_ONCE
    for at in range(life.aggregated - AT_ONCE, life.aggregated):
        over, names, config = ASKED[5 * at % len(ASKED)]
        for tag in (CHANGED,) if at % 3 == 0 else (FORCE, *((SPEED,) if not life.plain.went[SPEED] else ())):
            reading = reading_of(life, tag, config, as_of)
            recap = life.recaps.over([tag], SPANS[over], Asked(names, config, as_of), scope=ALL)
            for name in names:
                compare(reading, name, recap.intervals, recap.results[name], f"{name} of {tag}, {over}")


def occasions(life: Life, as_of: int | None) -> None:
    """What jobs came to, one of which goes on; and how often a text was read in each hour."""
    reading = reading_of(life, FORCE, CONFIGS[0], as_of)
    of_jobs = life.recaps.of_occasions([FORCE], JOBS, Asked(OF_JOBS, CONFIGS[0], as_of), scope=ALL)
    for name in OF_JOBS:
        compare(reading, name, of_jobs.intervals, of_jobs.results[name], f"{name} of jobs")
    hours = SPANS["each hour"]
    texts = life.recaps.over([NOTE], hours, Asked(("Count",), Config(), as_of), scope=ALL).results["Count"]
    good = [row for row in life.plain.rows(as_of) if row[0] == NOTE and row[3] & 0xC0 == 0xC0]
    ends = zip(hours.start.tolist(), hours.end.tolist(), strict=True)
    assert np.nan_to_num(texts.value[0]).tolist() == [len(plain.between(good, *span, NOTE)) for span in ends]


def reading_of(life: Life, tag: int, config: Config, as_of: int | None) -> Reading:
    grades: dict[int, Grade] = {0xC0: "good", 0x40: "uncertain", 0x00: "bad"}
    samples = [
        Sample(row[1], 0.0, "bad") if row[2] is None else Sample(row[1], float(row[2]), grades[row[3] & 0xC0])
        for row in plain.as_numbers(life.plain.rows(as_of), tag)
    ]
    return Reading(samples, life.clock.now_us() if samples else 0, config)


def compare(reading: Reading, name: Aggregate, intervals: Intervals, found: Results, said: str) -> None:
    for i, (start, end) in enumerate(zip(intervals.start.tolist(), intervals.end.tolist(), strict=True)):
        ts, value, status, _bits = reading.of(name, start, end)
        told = (int(found.ts[0, i]), int(found.status[0, i]))
        assert told == (ts, status), (said, start, end, reading)
        expected = np.nan if value is None else value
        if name.startswith("WorstQuality") and value is not None:
            assert int(found.value[0, i]) & 0xC0 == int(value) & 0xC0
        else:
            assert found.value[0, i] == pytest.approx(expected, nan_ok=True, rel=1e-9, abs=1e-6), (
                said,
                start,
                end,
                reading,
            )


def exports(life: Life, as_of: int | None) -> None:
    """Rows of a file, long and wide."""
    tags = tuple(Named(one.id, one.path, one.unit, one.kind) for one in PLANT.tags.values())
    rows = life.plain.rows(as_of)
    wanted = Wanted(tags, *ENDS, "long", "csv", 0, "UTC", "en", as_of)
    long = [
        plain.shown(row)
        for _tag, found, _share, _gone in exported.pages(life.historian, wanted, lambda: ALL)
        for row in zip(found.tag.tolist(), found.ts.tolist(), found.plain(), found.quality.tolist(), strict=True)
    ]
    assert long == [plain.shown(row) for tag in TAGS for row in plain.between(rows, *ENDS, tag)]
    wide = Wanted(tags, BEGIN_US, ENDS[1], "wide", "csv", 7 * HOUR_US + 1, "UTC", "en", as_of)
    for block, _share in exported.wide(life.historian, wide, lambda: ALL):
        for at, ts in enumerate(block.times.tolist()):
            held = [plain.newest(rows, tag, ts + 1) for tag in TAGS]
            told = [repr(column[at]) for column in block.values]
            assert told == [repr(None if row is None else row[2]) for row in held]


def delivery(life: Life, _as_of: int | None) -> None:
    """What was expected is stored, counted as repeated, or refused: by lane, in sum."""
    account = {(one.source, one.lane): one for one in life.historian.delivery()}
    for one in account.values():
        assert one.expected == one.stored + one.duplicate + one.refused + one.gap
    told = {lane: (one.expected, one.refused) for lane, one in account.items()}
    counted = {way: (n, life.plain.refused[way]) for way, n in life.plain.expected.items()}
    assert told == counted


EVERY: Final[tuple[Check, ...]] = (
    raw, pages, last, latest, trends, standings, means, aggregates, occasions, exports, delivery,
)  # fmt: skip
