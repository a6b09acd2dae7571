"""How many times faster than it happened the past of a four-machine line is replayed through changed plant code.

The demo's line in two ways: a week as its PLCs report it (by exception, a sample for each change and each piece), and a
day in which every signal is polled each second. The samples lie in chunks, as they do an hour later in a plant; jobs
ran, shifts and breaks are planned. Beside it, in the same run: what it took to derive and settle that past live; and
what was held at once to replay a day of it and all of it.
"""

from __future__ import annotations

import statistics
import sys
import time
import tracemalloc
from collections.abc import Iterator, Sequence

import numpy as np

from dovetail.core.batch import DTYPES, Batch, Frame, Kind, Lane
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, from_rfc3339
from dovetail.demo import history
from dovetail.demo.run import PATHS, documents
from dovetail.replaying.model import Replay
from dovetail.replaying.service import Asked, ReplayRoom
from dovetail.scenarios.stage import OWN, Stage, stage
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import JobBegan, JobEnded, Line, Setting
from dovetail.sim.samples import Sampler

START_US = from_rfc3339("2026-01-05T00:00:00Z")  # a Monday
ROUNDS = 3
LIMIT = 10_000
CHANGES = ((b"11: mechanical/jam", b"11: planned/cleaning"), (b"standard_rate_upm: 100", b"standard_rate_upm: 90"))

type Job = JobBegan | JobEnded


def life(now: Stage, until_us: int) -> tuple[list[Frame], list[Job]]:
    """What the PLCs of the line said, hour by hour, and the orders that ran."""
    line = Line(Setting(seed=1, hours=TWO_SHIFT, order_sizes=(4_000, 12_000)), start_us=START_US)
    sampler = Sampler(line, history.unit_tags(now.rooms.equipment.plant(), PATHS), "bench", lane=Lane.IMPORT)
    frames: list[Frame] = []
    jobs: list[Job] = []
    for to_us in range(START_US + HOUR_US, until_us + 1, HOUR_US):
        more, ran = sampler.frames(to_us)
        frames += more
        jobs += ran
    return frames, jobs


def each_second(frames: Sequence[Frame], until_us: int) -> Iterator[Frame]:
    """The same signals as somebody sees them who reads every one each second."""
    ts = np.arange(START_US + SECOND_US, until_us + 1, SECOND_US, dtype=np.int64)
    kinds: dict[int, Kind] = {}
    parts: dict[int, list[Batch]] = {}
    for batch in (batch for frame in frames for batch in frame.batches):
        for tag in np.unique(batch.tag).tolist():
            kinds[tag] = batch.kind
            parts.setdefault(tag, []).append(batch.take(batch.tag == tag))
    good_through = {tag: until_us for frame in frames for tag in frame.good_through}
    for seq, (tag, said) in enumerate(parts.items(), start=1):
        at = np.concatenate([batch.ts for batch in said])
        value = np.concatenate([batch.value for batch in said])
        order = np.argsort(at, kind="stable")
        seen = ts[ts >= at.min()]
        read = value[order][np.searchsorted(at[order], seen, side="right") - 1].astype(DTYPES[kinds[tag]])
        n = len(seen)
        batch = Batch(kinds[tag], np.full(n, tag), seen, read, np.ones(n, np.bool_), np.full(n, 0xC0, np.uint16))
        yield Frame("bench", Lane.IMPORT, 1, seq, (batch,), good_through if seq == len(parts) else {})


def replay(now: Stage, period: tuple[int, int]) -> Replay:
    """The period through code with another reason and another rate."""
    rooms = now.rooms
    room = ReplayRoom(
        now.database, rooms.equipment, rooms.historian, rooms.states, rooms.calendar, rooms.performance, now.clock
    )
    changed = {name: _exchanged(content) for name, content in documents().items()}
    return room.replay(Asked(changed, *period), scope=OWN)


def held_mb(now: Stage, period: tuple[int, int]) -> float:
    """The most that Python held at once for a replay, MB."""
    tracemalloc.start()
    replay(now, period)
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return most


def _exchanged(content: bytes) -> bytes:
    for old, new in CHANGES:
        content = content.replace(old, new)
    return content


def measure(title: str, days: int, *, polled: bool) -> bool:
    """Make the past, replay it, and print a row; whether the limit is kept."""
    until_us = START_US + days * DAY_US
    with stage(until_us) as now:
        now.rooms.equipment.apply(documents(), scope=OWN, valid_from_us=START_US - MINUTE_US)
        frames, jobs = life(now, until_us)
        ids = {unit: now.rooms.equipment.plant().by_path(path).id for unit, path in PATHS.items()}
        keeper = history.JobKeeper(now.rooms.production, now.database, ids=lambda: ids)
        for job in jobs:
            keeper.record(job)
        for frame in each_second(frames, until_us) if polled else frames:
            now.rooms.historian.put([frame])
        began_s = time.perf_counter()
        now.work()
        live_s = time.perf_counter() - began_s
        while now.rooms.historian.seal_once():
            pass
        found = [replay(now, (START_US, until_us)) for _ in range(ROUNDS)]
        day_mb, all_mb = (held_mb(now, (until_us - one * DAY_US, until_us)) for one in (1, days))
    took_s = statistics.median(one.took_s for one in found)
    machines = [one for one in found[0].machines if one.differs]
    if not machines:
        print("the changed code changed nothing: that is no replay")
        return False
    speed = (until_us - START_US) / 1e6 / took_s
    samples = found[0].samples
    print(
        f"| {title} | {samples:,} | {took_s:.2f} s | **{speed:,.0f} ×** | {samples / took_s:,.0f} | {live_s:.1f} s "
        f"| {live_s / took_s:.0f} × | {day_mb:.0f} · {all_mb:.0f} |"
    )
    return speed >= LIMIT


def main() -> int:
    """Both ways; fails where one is slower than the limit."""
    print(f"A line of four machines through changed plant code (limit: {LIMIT:,} × real time); median of {ROUNDS}\n")
    print(
        "| past | samples | replay | of real time | samples/s | settled live | live ÷ replay | held, a day · all, MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    kept = [
        measure("a week, by exception", 7, polled=False),
        measure("a day, every signal each second", 1, polled=True),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
