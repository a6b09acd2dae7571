"""How fast signals are summed up: the historian beside polars over the same samples as Parquet, in the same run.

500 tags × 1 h: the time-weighted mean of each (half are random walks rounded to 0.1, half steps of ~500 s; 1 Hz, 0.1 %
BAD). 60 jobs: the same of one tag over each of 60 runs of 8 h in a month; of a second tag that was never BAD, whose
chunks are told by their headers. All is sealed; Parquet is one file by (tag, ts), zstd, row groups of 100,000, in the
page cache. At last the standard deviation of days that begin at no full hour, which no header knows: from samples, and
when hours are summed up. polars is asked for the plain mean and for the time-weighted one; the historian also says how
far each result may be believed and looks up what stood at every start. Medians; only ratios mean something.

    python bench/aggregates_bench.py [--tags 500]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dovetail.aggregates.names import Config
from dovetail.aggregates.places import Intervals, named
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel, Tag
from dovetail.historian.service import Historian
from dovetail.recaps.service import Asked, RecapsRoom, Sources

SECOND_US = 1_000_000
HOUR_S = 3_600
MONTH_S = 30 * 24 * HOUR_S
JOBS, JOB_S = 60, 8 * HOUR_S
ALL = system_scope("bench")
MEAN = Asked(("TimeAverage2",), Config())
SPREAD = Asked(("StandardDeviationSample",), Config())


class Nothing:
    """No rooms beside: the jobs are named by the bench itself."""

    def responses(self, *_where: object, scope: object) -> list[object]:
        return []


def signal(
    rng: np.random.Generator, n: int, tag: int, *, bad: float = 0.001
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """n values at 1 Hz, and which are BAD."""
    walk = np.round(50 + np.cumsum(rng.normal(0, 0.3, n)), 1)
    steps = (np.cumsum(rng.random(n) < 1 / 500) % 7).astype(np.float64)
    return (walk if tag % 2 else steps), rng.random(n) < bad


def store(historian: Historian, columns: dict[int, tuple[int, NDArray[np.float64], NDArray[np.bool_]]]) -> pl.DataFrame:
    """Every tag's samples from its start on, into chunks; and the same as a table."""
    frames: list[pl.DataFrame] = []
    for seq, (tag, (start_us, value, bad)) in enumerate(columns.items()):
        ts = start_us + np.arange(len(value), dtype=np.int64) * SECOND_US
        quality = np.where(bad, 0x0C, 0xC0).astype(np.uint16)
        batch = Batch(Kind.F64, np.full(len(ts), tag, dtype=np.int64), ts, value, ~bad, quality)
        historian.put([Frame("bench", Lane.LIVE, 1, seq, (batch,))])
        frames.append(pl.DataFrame({"tag": batch.tag, "ts": ts, "value": np.where(bad, np.nan, value)}))
    while historian.seal_once():
        pass
    return pl.concat(frames).with_columns(pl.col("value").fill_nan(None))


def median_ms(work: Callable[[], object], times: int = 9) -> float:
    """Milliseconds of the middle run; the first does not count."""
    work()
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken)


def of_hour(path: Path, from_us: int, to_us: int, *, weighted: bool) -> pl.DataFrame:
    """polars: the mean of every tag over an hour."""
    rows = pl.scan_parquet(path).filter(pl.col("ts").is_between(from_us, to_us, closed="left"))
    if not weighted:
        return rows.group_by("tag").agg(pl.col("value").mean()).collect()
    held = (pl.col("ts").shift(-1).over("tag").fill_null(to_us) - pl.col("ts")).alias("held")
    has = pl.col("value").is_not_null()
    mean = (pl.col("value") * pl.col("held")).sum() / pl.col("held").filter(has).sum()
    return rows.with_columns(held).group_by("tag").agg(mean).collect()


def of_jobs(path: Path, tag: int, spans: list[tuple[int, int]], *, weighted: bool) -> list[pl.DataFrame]:
    """polars: the mean of one tag over every job, all jobs planned and read together."""
    asked: list[pl.LazyFrame] = []
    for from_us, to_us in spans:
        rows = pl.scan_parquet(path).filter(
            (pl.col("tag") == tag) & pl.col("ts").is_between(from_us, to_us, closed="left")
        )
        if weighted:
            held = pl.col("ts").shift(-1).fill_null(to_us) - pl.col("ts")
            mean = (pl.col("value") * held).sum() / held.filter(pl.col("value").is_not_null()).sum()
            asked.append(rows.select(mean))
        else:
            asked.append(rows.select(pl.col("value").mean()))
    return pl.collect_all(asked)


def spread_of_days(path: Path, tag: int, spans: list[tuple[int, int]]) -> list[pl.DataFrame]:
    """polars: the standard deviation of one tag over every day."""
    of_tag = pl.scan_parquet(path).filter(pl.col("tag") == tag)
    within = (of_tag.filter(pl.col("ts").is_between(*span, closed="left")) for span in spans)
    return pl.collect_all([rows.select(pl.col("value").std()) for rows in within])


def spreads(
    room: RecapsRoom, historian: Historian, path: Path, *, tag: int, spans: list[tuple[int, int]]
) -> list[tuple[str, str, float]]:
    """What the standard deviation over days takes, before hours are summed up and after."""

    def ask() -> object:
        return room.over([tag], named(spans), SPREAD, scope=ALL)

    from_samples = median_ms(ask, 3)
    while historian.compact_once():
        pass
    return [
        (f"{len(spans)} days at an angle", "Dovetail, StandardDeviationSample, hours", median_ms(ask)),
        ("", "the same from samples", from_samples),
        ("", "polars, std", median_ms(lambda: spread_of_days(path, tag, spans))),
    ]


def main() -> None:
    """Store, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=500)
    tags = parser.parse_args().tags
    rng = np.random.default_rng(1)
    now_us = time.time_ns() // 1000 // SECOND_US * SECOND_US
    start_us = now_us - (MONTH_S + HOUR_S) * SECOND_US
    hour = (now_us - 3 * HOUR_S * SECOND_US, now_us - 2 * HOUR_S * SECOND_US)
    around = (hour[0] - HOUR_S * SECOND_US, 3 * HOUR_S)  # the hour before, and the one after
    columns = {1 + tag: (around[0], *signal(rng, around[1], tag)) for tag in range(tags)}
    month = tags + 1
    columns[month] = (start_us, *signal(rng, MONTH_S, 1))
    clean = tags + 2
    columns[clean] = (start_us, *signal(rng, MONTH_S, 1, bad=0))
    whole = [(start_us, now_us)]
    spans = [
        (start_us + i * 12 * HOUR_S * SECOND_US, start_us + (i * 12 * HOUR_S + JOB_S) * SECOND_US) for i in range(JOBS)
    ]
    angle_us, day_us = start_us + 17 * 60 * SECOND_US, 24 * HOUR_S * SECOND_US
    days = [(angle_us + i * day_us, angle_us + (i + 1) * day_us) for i in range(29)]
    with tempfile.TemporaryDirectory() as folder:
        historian = Historian(Path(folder) / "historian", clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: None)
        table = store(historian, columns)
        file = Path(folder) / "samples.parquet"
        table.write_parquet(file, compression="zstd", row_group_size=100_000)
        database = Database(f"sqlite:///{folder}/records.db", clock=SystemClock(), bus=Bus())
        of_plant = [Tag(tag, f"acme/cell.t{tag}", None, f"t{tag}", None, None, Kind.F64) for tag in columns]
        plant = PlantModel(version=1, tags=of_plant)
        room = RecapsRoom(
            database, historian=historian, plant=lambda: plant, clock=SystemClock(),
            sources=Sources(Nothing(), lambda *_where: [], lambda *_where: []),
        )  # fmt: skip
        every = list(range(1, tags + 1))
        one_hour: Intervals = named([hour])
        rows = [
            ("500 tags × 1 h".replace("500", str(tags)), "Dovetail, TimeAverage2",
             median_ms(lambda: room.over(every, one_hour, MEAN, scope=ALL))),
            ("", "polars, plain mean", median_ms(lambda: of_hour(file, *hour, weighted=False))),
            ("", "polars, time-weighted", median_ms(lambda: of_hour(file, *hour, weighted=True))),
            (f"{JOBS} jobs of 8 h", "Dovetail, TimeAverage2",
             median_ms(lambda: room.over([month], named(spans), MEAN, scope=ALL))),
            ("", "polars, plain mean", median_ms(lambda: of_jobs(file, month, spans, weighted=False))),
            ("", "polars, time-weighted", median_ms(lambda: of_jobs(file, month, spans, weighted=True))),
            (f"{JOBS} jobs of 8 h, all GOOD", "Dovetail, TimeAverage2",
             median_ms(lambda: room.over([clean], named(spans), MEAN, scope=ALL))),
            ("", "polars, time-weighted", median_ms(lambda: of_jobs(file, clean, spans, weighted=True))),
            ("30 days of it at once", "Dovetail, TimeAverage2",
             median_ms(lambda: room.over([clean], named(whole), MEAN, scope=ALL))),
            ("", "polars, time-weighted", median_ms(lambda: of_jobs(file, clean, whole, weighted=True))),
            *spreads(room, historian, file, tag=month, spans=days),
        ]  # fmt: skip
        database.close()
        historian.close()
    print(f"load {os.getloadavg()[0]:.1f}; {len(table):,} samples\n")
    print("| question | asked of | ms | ours / theirs |\n|---|---|---|---|")
    ours = 0.0
    for question, of, ms in rows:
        ours = ms if question else ours
        print(f"| {question} | {of} | {ms:.1f} | {'' if question else f'{ours / ms:.2f}'} |")


if __name__ == "__main__":
    main()
