"""Days kept as Parquet, read by programs that are not ours: each finds every value, quality, time and folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from parquet_readers import read_by

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.scope import system_scope
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.tiers.tier import Tier

pytestmark = pytest.mark.peers
MIDNIGHT = DAY_ZERO_US // DAY_US * DAY_US - 3 * DAY_US
STROKE, NOTE = Named(1, "acme/press.stroke", "mm", Kind.F64), Named(2, "acme/press.note", None, Kind.STR)
HOT = Named(3, "acme/oven.hot", "1", Kind.BOOL)
COLUMNS = ["site", "day", "tag", "path", "unit", "ts", "value_f64", "value_bool", "value_str", "quality"]


@pytest.fixture
def tier(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Tier]:
    """Three days of two sites: numbers that need all their digits, one that is bad, a truth, a text."""
    historian = Historian(tmp_path / "historian", clock=clock, bus=bus, owner_of={1: 1, 2: 1, 3: 2}.get)
    strokes = [(1, MIDNIGHT + n * HOUR_US + n, n / 3, 0xC0) for n in range(71)]
    strokes.append((1, MIDNIGHT + 71 * HOUR_US, None, 0x18))
    texts = Batch.of(Kind.STR, [(2, MIDNIGHT + 36 * HOUR_US, 'räum, "auf"\n', 0x40)])
    truths = Batch.of(Kind.BOOL, [(3, MIDNIGHT + 2 * DAY_US, False, 0xC0)])
    historian.put([Frame("edge", Lane.LIVE, 1, 1, (Batch.of(Kind.F64, strokes), texts, truths))])
    made = Tier(
        tmp_path / "parquet", historian, system_scope("tier"), {"Brno / west": [STROKE, NOTE], "Ostrava": [HOT]}
    )
    made.write(MIDNIGHT, MIDNIGHT + 3 * DAY_US, lambda _done, _of: None)
    yield made
    historian.close()


def expected() -> list[list[Any]]:
    """Tag by tag, by time, as they were stored."""

    def row(site: str, tag: Named, ts: int, *values: Any) -> list[Any]:
        return [site, f"2026-01-0{2 + (ts - MIDNIGHT) // DAY_US}", tag.id, tag.path, tag.unit, ts, *values]

    strokes = [row("Brno / west", STROKE, MIDNIGHT + n * HOUR_US + n, n / 3, None, None, 0xC0) for n in range(71)]
    bad = row("Brno / west", STROKE, MIDNIGHT + 71 * HOUR_US, None, None, None, 0x18)
    note = row("Brno / west", NOTE, MIDNIGHT + 36 * HOUR_US, None, None, 'räum, "auf"\n', 0x40)
    return [*strokes, bad, note, row("Ostrava", HOT, MIDNIGHT + 2 * DAY_US, None, False, None, 0xC0)]


def test_polars_reads_it(tier: Tier) -> None:
    found = pl.scan_parquet(tier.folder / "**/*.parquet", hive_partitioning=True).sort("tag", "ts").select(
        pl.col(COLUMNS).exclude("ts"), pl.col("ts").dt.epoch("us")
    ).collect()  # fmt: skip
    assert found.with_columns(pl.col("day").cast(pl.String)).select(COLUMNS).rows() == [
        tuple(one) for one in expected()
    ]


def test_duckdb_reads_it(tier: Tier) -> None:
    found = read_by("duckdb", tier.folder)
    assert found["rows"] == expected()
    assert found["good"] == 24  # the text of that day is uncertain


@pytest.mark.soak
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17: Debian's openjdk-17-jre-headless")
def test_spark_reads_it(tier: Tier) -> None:
    """In the long form alone: it weighs 400 MB, needs Java and takes half a minute to begin."""
    found = read_by("spark", tier.folder)
    assert found["rows"] == expected()
    assert found["good"] == 24
