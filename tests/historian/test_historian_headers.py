"""A disk spoils what stands beside the samples: headers, whose they are, sums of hours. None of it is ever served."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from naive_historian import frame, rows_of

from dovetail.core import quality as q
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.scope import system_scope
from dovetail.damage.known import Hole
from dovetail.historian.model import Series
from dovetail.historian.service import Historian
from dovetail.packing import checks
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from samples_stores import Store

ALL = system_scope("test")
SECOND_US = 1_000_000
N = 5_000
SPAN = (DAY_ZERO_US, DAY_ZERO_US + DAY_US)
type Open = Callable[[], Historian]


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


def filled(historian: Historian) -> None:
    rows = [(tag, DAY_ZERO_US + i * SECOND_US, float(i % 7 + tag), q.GOOD) for tag in (1, 2) for i in range(N)]
    historian.put([frame(1, rows)])
    historian.seal_once()


def altered(historian: Historian, table: str, change: str, *, tag: int = 1) -> None:
    """What a bad sector does to the rows of a tag: `change` as SQL sets it."""
    (month,) = historian.chunks.newest_first()
    with historian.chunks.use(month) as opened, opened._place.transaction() as session:
        change = change.format(chunk=opened._words.chunk)
        session.execute(f"update {getattr(opened._words, table)} set {change} where tag = ?", (tag,))


def drawn(found: Series) -> list[list[float]]:
    return [getattr(found, name).tolist() for name in ("t0_us", "min", "max", "first", "last", "n", "n_good")]


def answers(historian: Historian) -> list[object]:
    """Every question that a header, the end of a chunk or a sum of hours may answer alone."""
    mean = historian.mean(1, *SPAN, scope=ALL)
    held = historian.bounding([1], DAY_ZERO_US + DAY_US, scope=ALL)[1]
    hours = historian.hourly([1], *SPAN, scope=ALL, as_of=None).folded
    slots = historian.slotted([1], [*SPAN], "sums", scope=ALL, as_of=None).folded
    whole = [historian.series(1, *SPAN, px, scope=ALL) for px in (1, 24, 1440)]
    raw = rows_of(historian.raw([1], *SPAN, scope=ALL))
    sums = [float(np.sum(one.value) + np.sum(one.total)) for one in (hours, slots) if len(one.ts)]
    return [mean, (held.ts_us, held.value, held.quality), [drawn(one) for one in whole], raw, sums[-1]]


HEADERS = [
    "min = -1e9", "max = 1e9", "first = 17", "last = 17", "sum = sum + 1", "tw = null", "n = n + 1", "n_good = 3",
    "covered_us = 0", "good_us = good_us - 1", "end_status = 0", "end_device = end_device + 1", "rev = rev + 4",
    "end_value = (select end_value from {chunk} where tag = 2)", "t1 = t1 - 1000000",
]  # fmt: skip


def test_a_header_that_is_not_what_was_written_is_never_served_and_is_derived_anew(
    reopen: Open, clock: ManualClock
) -> None:
    historian = reopen()
    filled(historian)
    clock.step(2 * DAY_US)
    before, newest = answers(historian), historian.last([1], scope=ALL)
    for change in HEADERS:
        altered(historian, "chunk", change)
        assert answers(historian) == before, change
        assert historian.damage.all() == []
        historian = reopen()
        assert historian.last([1], scope=ALL) == newest, change
        answers(historian)
        historian.seal_once()
        assert historian.damage.mended == 1, change
        answers(historian)
        historian.seal_once()
        assert (historian.damage.mended, answers(historian)) == (1, before), change


def test_samples_that_stand_under_another_tag_are_nobodys(historian: Historian) -> None:
    filled(historian)
    altered(historian, "chunk", "tag = 7")
    assert rows_of(historian.raw([7], *SPAN, scope=ALL)) == []
    assert [(one.of.tag, one.n) for one in historian.damage.all()] == [(7, N)]
    historian.seal_once()
    assert [one.is_aside for one in historian.damage.all()] == [True]
    assert len(rows_of(historian.raw([1, 2], *SPAN, scope=ALL))) == N


def test_bodies_of_two_tags_that_changed_places_are_holes_of_both(historian: Historian) -> None:
    filled(historian)
    (month,) = historian.chunks.newest_first()
    with historian.chunks.use(month) as opened, opened._place.transaction() as session:
        table = opened._words.chunk
        found = dict(session.execute(f"select tag, body from {table} where tag in (1, 2)").fetchall())
        session.many(f"update {table} set body = ? where tag = ?", [(found[1], 2), (found[2], 1)])

    def said(one: Hole) -> tuple[int, int]:
        return one.of.tag, one.n

    assert rows_of(historian.raw([1, 2], *SPAN, scope=ALL)) == []
    assert [said(one) for one in historian.damage.all()] == [(1, N), (2, N)]


def test_hours_that_hold_less_than_they_say_are_never_served(historian: Historian, clock: ManualClock) -> None:
    filled(historian)
    clock.tick(HOUR_US + HOUR_US // 2)
    before = answers(historian)
    assert 0 in [historian.compact_once() for _ in range(20)]
    assert historian.rollups()[0] == 2
    altered(historian, "rollup", "upto = upto + 3600000000")
    assert answers(historian) == before


def test_hours_of_another_tag_are_never_served(historian: Historian, clock: ManualClock) -> None:
    filled(historian)
    clock.step(2 * DAY_US)
    before = answers(historian)
    assert 0 in [historian.compact_once() for _ in range(20)]
    altered(historian, "rollup", "tag = 9")
    altered(historian, "rollup", "tag = 1", tag=2)
    assert answers(historian) == before


def test_what_is_dirty_does_not_become_clean_by_one_bit(historian: Historian, clock: ManualClock) -> None:
    filled(historian)
    clock.step(2 * DAY_US)
    assert 0 in [historian.compact_once() for _ in range(20)]
    historian.put([frame(2, [(1, DAY_ZERO_US + 3 * SECOND_US + 1, 1e6, q.GOOD)])])
    historian.seal_once()
    assert historian.rollups() == (2, 1)
    altered(historian, "rollup", "dirty = 0")
    assert historian.series(1, *SPAN, 1, scope=ALL).max.tolist() == [1e6]


ROW: list[Any] = [1, 1, 10, 20, 5, 5, -0.0, None, float("inf"), 1.5, 2.5, 3.5, 10, 10, b"12345678", 1 << 17, 20, 1, 1]


@pytest.mark.parametrize("place", range(len(ROW)))
def test_every_column_is_vouched_for(place: int) -> None:
    body = b"DVC\x01" + struct.pack("<I", 77)
    check = checks.check_of(ROW, body)
    assert checks.holds(check, ROW)
    assert checks.holds(check, [*ROW[:6], 0.0, *ROW[7:]])  # a store may keep -0.0 so
    for other in (5.25, None, "text"):
        assert not checks.holds(check, [*ROW[:place], other if ROW[place] is not None else 5.25, *ROW[place + 1 :]])


def test_a_body_says_whose_it_is() -> None:
    body = b"DVC\x01" + struct.pack("<I", 77)
    check = checks.check_of(ROW, body)
    assert checks.owns(check, 1, body)
    assert not checks.owns(check, 2, body)
    assert not checks.owns(check, 1, b"DVC\x01" + struct.pack("<I", 78))
    assert checks.owns(None, 2, body)
    assert checks.holds(None, [])
