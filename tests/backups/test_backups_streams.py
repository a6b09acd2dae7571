"""Rows as a stream: they come back exactly, and a change of one row changes one piece."""

from __future__ import annotations

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from dovetail.backups import streams
from dovetail.carrying.moving import HeadRows, MonthRows

values = st.one_of(
    st.none(), st.integers(-(1 << 63), (1 << 63) - 1), st.floats(allow_nan=False), st.text(), st.binary(max_size=60)
)


@given(st.lists(st.lists(values, max_size=8), max_size=20), st.integers(1, 5))
def test_rows_come_back_as_they_were(rows: list[list[object]], a_piece: int) -> None:
    packed = [streams.pack(row) for row in rows]
    pieces = [b"".join(packed[first : first + a_piece]) for first in range(0, len(packed), a_piece)]
    assert list(streams.unpack(pieces)) == rows


def test_what_json_cannot_say_comes_back() -> None:
    [row] = streams.unpack([streams.pack((float("nan"), float("-inf"), b"\0\xff", None, 0.1))])
    assert math.isnan(row[0])
    assert row[1:] == [float("-inf"), b"\0\xff", None, 0.1]


def test_head_and_months_come_back() -> None:
    tables = {"mark": [("released", 1), ("sealed", 2)], "consumer": [], "delivery": [("plc", "live", 5)]}
    rows = [(7, 100, b"frames"), (8, 3, b"")]
    said = streams.unpack(streams.of_head(HeadRows(tables, [rows[:1], rows[1:]])))
    head = streams.as_head(said, tables, at_once=1)
    assert {name: [tuple(row) for row in found] for name, found in head.tables.items()} == tables
    assert [tuple(row) for group in head.groups for row in group] == rows

    chunks = [(1, 2, 0.5, None, b"body"), (1, 3, -0.0, 2.5, b"other")]
    said = streams.unpack(streams.of_month(MonthRows(9, [("plc", "live", 4)], [(3, 1, 2, b"\0")], [chunks])))
    month = streams.as_month(said, at_once=10)
    assert (month.sealed, month.repeats) == (9, [["plc", "live", 4]])
    assert [[tuple(row) for row in group] for group in month.groups] == [chunks]
    empty = streams.as_month(streams.unpack(streams.of_month(MonthRows(0, [], [], []))), at_once=10)
    assert (empty.sealed, list(empty.groups)) == (0, [])


def test_a_row_that_goes_or_comes_changes_the_piece_it_is_in() -> None:
    chance = random.Random(5)
    rows = [chance.randbytes(chance.randint(100, 20_000)) for _ in range(2_000)]  # 20 MB
    before = set(streams.cut(rows))
    assert 10 < len(before) < 100
    one_gone = set(streams.cut([*rows[:1_000], *rows[1_001:]]))
    assert len(one_gone - before) <= 2
    more = set(streams.cut([*rows, *rows[:50]]))
    assert len(more - before) <= 2
    changed = set(streams.cut([*rows[:300], b"another", *rows[301:]]))
    assert len(changed - before) <= 2


def test_no_piece_is_larger_than_memory_allows() -> None:
    pieces = list(streams.cut([bytes(1000)] * 30_000))  # alike: chance never ends one, the limit does
    assert max(map(len, pieces)) <= streams.MOST + 1000
    assert sum(map(len, pieces)) == 30_000_000
