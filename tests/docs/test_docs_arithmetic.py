"""What the guide beyond one machine works out for whoever buys machines follows from what it says of one sample."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dovetail.core import limits

GUIDE = (Path(__file__).parents[2] / "docs" / "how-to" / "beyond-one-machine.md").read_text(encoding="utf-8")
BITS, DAY_S, DAYS = 8, 86_400, 365
WIRE, PER_MESSAGE, PER_FRAME, STORED = (6, 14), 150, 100, (1.6, 3.0)  # bytes a sample, bytes, samples, bytes a sample


def table() -> list[list[str]]:
    """The rows of the table of plants, without its head."""
    (head,) = re.finditer(r"^\| \| sites \|.*\n\|[-:|]+\n", GUIDE, re.MULTILINE)
    rows = GUIDE[head.end() :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def number(text: str) -> float:
    return float(text.replace(",", "").removesuffix(" s"))


def span(text: str) -> list[float]:
    return [number(one) for one in text.split(" to ")]


def test_the_guide_says_what_the_table_is_worked_out_from() -> None:
    assert f"{WIRE[0]} to {WIRE[1]} bytes a sample, {PER_MESSAGE} bytes a message" in GUIDE
    assert f"in frames of {PER_FRAME} are about 1 Mbit/s" in GUIDE
    assert f"{STORED[0]} bytes a sample where signals are read together" in GUIDE
    assert f"about {STORED[1]:.0f} where each has moments of its own" in GUIDE


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in table()])
def test_each_plant_is_worked_out_right(row: list[str]) -> None:
    sites, tags, every_s, at_each = (number(one) for one in row[1:5])
    rate = tags / every_s
    wire = [rate * (one + PER_MESSAGE / PER_FRAME) * BITS / 1e6 for one in WIRE]
    day = [rate * DAY_S * one / 1e9 for one in STORED]
    assert at_each == rate
    for said, worked_out in (
        (row[5], wire),
        (row[6], day),
        (row[7], [one * DAYS for one in day]),
        (row[8], [one * sites for one in day]),
    ):
        assert span(said) == pytest.approx(worked_out, rel=0.05), row[0]  # said in one or two figures


def test_a_full_stream_and_a_full_outbox_last_as_long_as_it_says() -> None:
    rate = 10_000 * (sum(WIRE) / 2 + PER_MESSAGE / PER_FRAME)
    assert f"The stream keeps {limits.TRANSPORT_STREAM_BYTES >> 30} GB: 10,000 samples/s for about a day" in GUIDE
    assert limits.TRANSPORT_STREAM_BYTES / rate == pytest.approx(DAY_S, rel=0.15)
    assert f"up to {limits.OUTBOX_BYTES_MAX >> 30} GB" in GUIDE
    assert f"as many as you like, up to {limits.SHARDS}" in GUIDE
