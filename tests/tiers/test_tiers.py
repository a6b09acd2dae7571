"""Whole days as Parquet: read by one glob, and late data rewrite their own days alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, SECOND_US
from dovetail.core.errors import LinkError
from dovetail.core.scope import Scope
from dovetail.forms import arrow
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.tiers.tier import Tier, Written

MIDNIGHT = DAY_ZERO_US // DAY_US * DAY_US - 3 * DAY_US
GOOD = 0xC0
STROKE = Named(1, "acme/press.stroke", "mm", Kind.F64)
RECIPE = Named(2, "acme/press.recipe", None, Kind.STR)
OVEN = Named(3, "acme/oven.on", "1", Kind.BOOL)


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Historian]:
    """Three days: every hour a stroke, at the noon of the second a recipe; the oven on the third, in another site."""
    opened = Historian(tmp_path / "historian", clock=clock, bus=bus, owner_of={1: 1, 2: 1, 3: 2}.get)
    strokes = [(1, MIDNIGHT + n * HOUR_US, n / 2, GOOD) for n in range(72)]
    put(opened, 1, Batch.of(Kind.F64, strokes), Batch.of(Kind.STR, [(2, MIDNIGHT + 36 * HOUR_US, "=red", GOOD)]),
        Batch.of(Kind.BOOL, [(3, MIDNIGHT + 2 * DAY_US, True, GOOD)]))  # fmt: skip
    yield opened
    opened.close()


def put(historian: Historian, seq: int, *batches: Batch) -> None:
    historian.put([Frame("edge", Lane.LIVE, 1, seq, batches)])


@pytest.fixture
def tier(tmp_path: Path, historian: Historian, everyone: Scope) -> Tier:
    return Tier(tmp_path / "parquet", historian, everyone, {"Brno / west": [STROKE, RECIPE], "Ostrava": [OVEN]})


def write(tier: Tier) -> Written:
    return tier.write(MIDNIGHT, MIDNIGHT + 3 * DAY_US, lambda _done, _of: None)


def table(tier: Tier) -> pl.DataFrame:
    """All of it, by one glob."""
    return pl.scan_parquet(tier.folder / "**/*.parquet", hive_partitioning=True).sort("tag", "ts").collect()


def times(tier: Tier) -> dict[str, int]:
    return {str(path.relative_to(tier.folder)): path.stat().st_mtime_ns for path in tier.folder.rglob("*.parquet")}


def test_one_glob_reads_all_days_and_sites(tier: Tier) -> None:
    assert write(tier) == Written(written=4, same=0, removed=0, rows=74)
    found = table(tier)
    assert found.filter(tag=1)["value_f64"].to_list() == [n / 2 for n in range(72)]
    recipes = found.filter(tag=2).select("value_str", "site", "path").rows()
    assert recipes == [("=red", "Brno / west", "acme/press.recipe")]
    assert found.filter(tag=3).select("value_bool", "unit", "site").rows() == [(True, "1", "Ostrava")]
    days = found.group_by("day").len().sort("day")
    assert [str(day) for day in days["day"]] == ["2026-01-02", "2026-01-03", "2026-01-04"]
    assert days["len"].to_list() == [24, 25, 25]
    assert found["ts"].dt.date().cast(pl.String).to_list() == found["day"].cast(pl.String).to_list()


def test_late_data_rewrite_their_own_days(tier: Tier, historian: Historian) -> None:
    write(tier)
    before = times(tier)
    assert write(tier) == Written(same=4)
    historian.seal_once()
    assert write(tier) == Written(same=4)  # how they are stored is nothing that they say
    put(historian, 2, Batch.of(Kind.F64, [(1, MIDNIGHT + DAY_US - SECOND_US, -7.0, GOOD)]))
    put(historian, 3, Batch.of(Kind.STR, [(2, MIDNIGHT + 36 * HOUR_US, "blue", GOOD)]))
    assert write(tier) == Written(written=2, same=2, rows=25 + 26)
    after = times(tier)
    changed = {path for path in after if after[path] != before[path]}
    assert changed == {f"site=Brno%20%2F%20west/day=2026-01-0{day}/samples.parquet" for day in (2, 3)}
    assert table(tier).filter(tag=1, value_f64=-7.0).height == 1


def test_a_damaged_file_is_written_anew_and_a_foreign_one_stays(tier: Tier) -> None:
    write(tier)
    (tier.folder / "notes.txt").write_text("ours")
    path = tier.place("Ostrava", MIDNIGHT // DAY_US + 2)
    path.write_bytes(path.read_bytes()[:100])
    assert write(tier) == Written(written=1, same=3, rows=1)
    assert table(tier).height == 74


def test_half_a_file_is_never_seen(tier: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.tiers.tier.EXPORT_FREE_BYTES", 1 << 62)
    with pytest.raises(LinkError):
        write(tier)
    assert [path for path in tier.folder.rglob("*") if path.is_file()] == []


def test_a_day_is_sorted_so_that_a_reader_skips_what_it_need_not(tier: Tier) -> None:
    write(tier)
    file = arrow.parquet().ParquetFile(tier.place("Brno / west", MIDNIGHT // DAY_US + 1))
    groups = [file.metadata.row_group(n).column(0).statistics for n in range(file.num_row_groups)]
    assert [(one.min, one.max) for one in groups] == [(1, 1), (2, 2)]
