"""Every row of the standard's own example tables comes out as it is printed there."""

from __future__ import annotations

import re

import numpy as np
import pytest
from part13_derived import DERIVED
from part13_examples import CONFIGS, LEFT_OUT, SAMPLES, TABLES

from dovetail.aggregates.compute import Summing
from dovetail.aggregates.names import AGGREGATES, Aggregate
from dovetail.aggregates.places import evenly
from dovetail.aggregates.points import Points, points_of
from dovetail.aggregates.status import Bits, Status
from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US

NOON_US = 1_325_505_600_000_000  # 2012-01-02 12:00:00
QUALITY = {"G": q.GOOD, "u": q.UNCERTAIN, "B": q.BAD}
LETTERS = {"G": Status.GOOD, "U": Status.SUBNORMAL, "u": Status.UNCERTAIN, "N": Status.NO_DATA, "B": Status.BAD}
MARKS = {"C": Bits.CALCULATED, "I": Bits.INTERPOLATED, "P": Bits.PARTIAL, "M": Bits.MULTIPLE_VALUES}
RESULT = re.compile(r"(?P<value>[\d.]+)? ?(?:@(?P<at>[\d.]+))? ?(?P<status>[GUuNB])(?P<marks>[CIPM]*)")


def historian(number: int) -> Points:
    rows = [row.split() for row in SAMPLES[number].split(", ")]
    ts = np.array([NOON_US + int(row[0]) * SECOND_US for row in rows])
    value = np.array([float(row[1].replace("-", "nan")) for row in rows])
    quality = np.array([QUALITY[row[2]] for row in rows], dtype=np.uint16)
    return points_of(
        np.zeros(len(ts), dtype=np.intp), ts, value, quality,
        valid=~np.isnan(value), until=np.array([ts[-1] + 1_000]),
    )  # fmt: skip


def written(text: str, start_s: float) -> tuple[float, float | None, Status, Bits]:
    found = RESULT.fullmatch(text)
    assert found is not None, text
    marks = Bits(sum(MARKS[letter] for letter in found["marks"]))
    value = float(found["value"]) if found["value"] else None
    return float(found["at"] or start_s), value, LETTERS[found["status"]], marks


def summed(name: Aggregate, number: int, every_s: int) -> list[tuple[float, float | None, Status, Bits]]:
    intervals = evenly(NOON_US, NOON_US + 100 * SECOND_US, every_s * SECOND_US)
    found = Summing(historian(number), intervals, CONFIGS[number]).of(name)
    columns = (found.ts, found.value, found.status, found.bits)
    return [
        ((ts - NOON_US) / SECOND_US, None if np.isnan(value) else value, Status(status), Bits(bits))
        for ts, value, status, bits in zip(*(column[0].tolist() for column in columns), strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "number", "every_s", "printed"),
    [
        pytest.param(name, number, every_s, texts, id=f"{name}-{number}")
        for name, every_s, tables in TABLES
        for number, texts in tables.items()
    ],
)
def test_a_table_of_the_standard(name: Aggregate, number: int, every_s: int, printed: str) -> None:
    rows = list(enumerate(printed.split(", ")))
    found = summed(name, number, every_s)
    assert len(found) == len(rows)
    for i, text in [row for row in rows if row[1] != LEFT_OUT]:
        at_s, value, status, bits = written(text, i * every_s)
        assert found[i] == (at_s, value if value is None else pytest.approx(value, abs=0.0011), status, bits)


@pytest.mark.parametrize(
    ("name", "number", "worked_out"),
    [pytest.param(name, number, texts, id=f"{name}-{number}") for name, number, texts, _ in DERIVED],
)
def test_what_the_standard_has_no_table_of_is_as_its_text_says(name: Aggregate, number: int, worked_out: str) -> None:
    rows = [written(text, i * 20) for i, text in enumerate(worked_out.split(", "))]
    expected = [
        (at_s, value if value is None else pytest.approx(value, abs=1e-9), *marks) for at_s, value, *marks in rows
    ]
    assert summed(name, number, 20) == expected


def test_every_aggregate_is_checked_against_a_table() -> None:
    assert {name for name, *_ in (*TABLES, *DERIVED)} == set(AGGREGATES)
