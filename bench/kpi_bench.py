"""A year of fifty machines and ten lines, 200 slices a day each, on SQLite and on PostgreSQL, in one run.

OEE by the keys of the rollups, beside SQL over the slices (limit of the rollups: 200 ms; of other groupings: 5 s); one
stop of a year ago that a person gives another reason, until the ledgers of its machine and line say so (limit: 1 s);
what cost most in the year, from sums of shifts beside SQL over slices; where the lost minutes of a line came from; and
where machines ran slowly. `--days` makes a shorter year; `--part groupings` asks only what the plant came to by words.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

import ledger_year
from ledger_year import OWN, Year, a_year

from dovetail.books.rollups import sums_by_rollup
from dovetail.core.clock import DAY_US, SECOND_US, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.db.uow import Reading
from dovetail.groupings.model import OF_SHIFTS
from dovetail.groupings.service import GroupingsRoom
from dovetail.ledger.columns import nothing
from dovetail.ledger.named import needed_by
from dovetail.ledger.timeclass import Settings
from dovetail.losses.model import Wanted
from dovetail.losses.service import Asked, LossesRoom
from dovetail.operations.operation import execute
from dovetail.performance import store
from dovetail.performance.report import catalogue, compute
from dovetail.slowrunning import service as slowrunning
from dovetail.slowrunning.model import SlowRule
from dovetail.slowrunning.service import SlowRunningRoom
from dovetail.timeline.operations import EditTime

ROUNDS = 3
EDITS = 9
GROUPINGS = (("equipment_id",), ("equipment_id", "shift_name"), ("shift_name",), ("product",))
LIMIT_EDIT_S = 1.0
LIMIT_GROUPING_MS = 5_000


def median_ms(ask: Callable[[], object], clock: Callable[[], float] = time.perf_counter, rounds: int = ROUNDS) -> float:
    """The median of a few rounds, ms; where there are several, the first, cold one is not counted."""
    if rounds > 1:
        ask()
    taken: list[float] = []
    for _ in range(rounds):
        began = clock()
        ask()
        taken.append(1000 * (clock() - began))
    return statistics.median(taken)


def asked(year: Year, sums: Callable[..., Any], reading: Reading, by: tuple[str, ...]) -> Callable[[], dict[Any, Any]]:
    """OEE of the machines by some keys as a question that can be asked again."""
    settings, oee = Settings(), catalogue()["oee_index"]
    columns = needed_by((*oee.inputs, "nodt_us"), settings)

    def ask() -> dict[Any, Any]:
        found = sums(reading, year.machines, year.start_us, year.end_us, by=by, columns=columns)
        return {key: compute(oee, nothing() | one, settings) for key, one in found.items()}

    return ask


def oee(year: Year) -> bool:
    """OEE by every grouping, both ways; whether the answers are the same."""
    print("\n| OEE by | groups | rollups, ms | SQL over slices, ms | ratio |\n|---|---:|---:|---:|---:|")
    for by in GROUPINGS:
        with year.database.read() as reading:
            from_rollups = asked(year, sums_by_rollup, reading, by)
            from_slices = asked(year, store.sums_by_slices, reading, by)
            same = from_rollups()
            began = time.perf_counter()
            is_same = from_slices() == same
            slow_ms = 1000 * (time.perf_counter() - began)
            fast_ms = median_ms(from_rollups)
        if not is_same:
            return False
        print(f"| {' × '.join(by)} | {len(same)} | {fast_ms:.0f} | {slow_ms:,.0f} | {slow_ms / fast_ms:.0f} × |")
    return True


def groupings(year: Year) -> bool:
    """What the year of the plant came to by words that sums of shifts know, and by others, slice by slice; whether each
    was answered in time."""
    room, node = GroupingsRoom(year.rooms.performance), year.rooms.equipment.plant().by_path("acme").id
    with year.database.read() as reading:
        known = reading.known_now()
    print(f"\n| the plant by (limit {LIMIT_GROUPING_MS:,} ms) | from | groups | ms |\n|---|---|---:|---:|", flush=True)
    asked: list[tuple[tuple[str, ...], int | None]] = [
        (("product",), None), (("month", "shift"), None), (("weekday", "equipment"), None), (("state",), None),
        (("reason",), None), (("product",), known),
    ]  # fmt: skip
    in_time = True
    for by, as_of in asked:
        began = time.perf_counter()
        found = room.grouped(
            node, (year.start_us, year.end_us), by=by, kpis=("oee_index",), scope=OWN, as_of=as_of
        ).groups
        took_ms = 1000 * (time.perf_counter() - began)
        in_time = in_time and took_ms < LIMIT_GROUPING_MS
        source = "sums of shifts" if as_of is None and OF_SHIFTS.issuperset(by) else "slices"
        name = " × ".join(by) + ("" if as_of is None else ", as known then")
        print(f"| {name} | {source} | {len(found)} | {took_ms:,.0f} |", flush=True)
    return in_time


def late_edits(year: Year) -> bool:
    """A stop of the first days is given another reason; how long until machine and line are settled again."""
    rooms, took_s, busy_s = year.rooms, list[float](), list[float]()
    for number in range(EDITS):
        unit = year.machines[(number % ledger_year.LINES) * ledger_year.UNITS]  # a constraint: its line moves with it
        from_us = year.start_us + (1 + number % (ledger_year.DAYS - 1)) * DAY_US
        stops = [
            one for one in rooms.performance.slices(unit, from_us, from_us + DAY_US, scope=OWN) if one.cls == "ADET"
        ]
        stop = stops[40 + number]
        start, end = to_rfc3339(stop.t0_us), to_rfc3339(stop.t1_us)
        said = EditTime.model_validate(
            {"equipment_id": unit, "start": start, "end": end, "reason": "material/quality", "comment": "seen on film"}
        )
        began, began_busy = time.perf_counter(), time.process_time()
        execute(rooms.timeline.operations.edit, said, database=year.database, scope=OWN, reason="bench")
        while rooms.timeline.step() or rooms.performance.step():
            pass
        took_s.append(time.perf_counter() - began)
        busy_s.append(time.process_time() - began_busy)
        for ledger in (unit, year.lines[number % ledger_year.LINES]):
            (now,) = rooms.performance.slices(ledger, stop.t0_us, stop.t1_us, scope=OWN)
            if now.reason != "material/quality":
                return False
    median, worst = statistics.median(took_s), max(took_s)
    print(f"\nA stop of a year ago given another reason, until machine and line are settled ({EDITS} edits):")
    print(f"median {1000 * median:.0f} ms, worst {1000 * worst:.0f} ms (limit {1000 * LIMIT_EDIT_S:.0f} ms),")
    print(f"of it processor here {1000 * statistics.median(busy_s):.0f} ms.")
    return True


def losses(year: Year, scope: Scope = OWN) -> bool:
    """The Pareto of a machine, a line and the plant from sums of shifts and from slices; whether both say the same. And
    where the lost minutes of a line came from."""
    room, plant = LossesRoom(year.rooms.performance), year.rooms.equipment.plant()
    places = {"a machine": year.machines[0], "a line": year.lines[0], "the plant": plant.by_path("acme").id}
    print("\n| what cost most, by reason | days | ms | SQL over slices, ms | ratio |\n|---|---:|---:|---:|---:|")
    with year.database.read() as reading:
        known = reading.known_now()
    for name, node in places.items():
        for days in (7, 90, ledger_year.DAYS):
            now = Asked(node, year.end_us - min(days, ledger_year.DAYS) * DAY_US, year.end_us, Wanted())
            ask = partial(room.pareto, by="reason", measure="minutes", scope=scope)
            fast_ms, slow_ms = (
                median_ms(partial(ask, now)),
                median_ms(partial(ask, replace(now, as_of=known)), rounds=1),
            )
            if ask(now).bars != ask(replace(now, as_of=known)).bars:
                return False
            print(f"| {name} | {days} | {fast_ms:,.0f} | {slow_ms:,.0f} | {slow_ms / fast_ms:.0f} × |")
    print("\n| where lost minutes of a line come from | ms |\n|---|---:|")
    for name, days in (("a shift", 1 / 3), ("a day", 1.0), ("a week", 7.0)):
        from_us = year.end_us - round(days * DAY_US)
        asked = partial(year.rooms.causes.found, year.lines[0], from_us, year.end_us, scope=scope)
        print(f"| {name} | {median_ms(asked):,.0f} |")
    return True


def slow_running(year: Year) -> None:
    """Where machines ran slowly: of a machine and of the plant, and how much is held at once (the limit is a week)."""
    room, rule = SlowRunningRoom(year.rooms.performance), SlowRule(below_ppm=850_000, for_us=300 * SECOND_US)
    print("\n| where machines ran slowly | days | stretches | ms | held at once, MB |\n|---|---:|---:|---:|---:|")
    with patch.object(slowrunning, "_rule", lambda _node: rule):
        for name, units in (("a machine", year.machines[:1]), ("fifty machines", year.machines)):
            for days in (1, 7, 31):
                from_us = year.end_us - min(days, ledger_year.DAYS - 1) * DAY_US
                tracemalloc.start()
                room.stretches(units[0], from_us, year.end_us)
                held_mb = tracemalloc.get_traced_memory()[1] / 1e6
                tracemalloc.stop()
                began = time.perf_counter()
                found = sum(len(room.stretches(unit, from_us, year.end_us)) for unit in units)
                print(f"| {name} | {days} | {found:,} | {1000 * (time.perf_counter() - began):,.0f} | {held_mb:.1f} |")


def main() -> int:
    """Each store in turn: fill it, ask, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=ledger_year.DAYS)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--part", choices=("all", "groupings"), default="all")
    given = parser.parse_args()
    ledger_year.DAYS = given.days
    late = False
    for name in (given.only,) if given.only else ("sqlite", "postgres"):
        with a_year(name) as year:
            held = ledger_year.rows(year.database)
            what = f"{len(year.machines)} machines, {len(year.lines)} lines, {given.days} days, {held:,} slices"
            print(f"\n### {name}: {what}", flush=True)
            if given.part == "groupings":
                late = not groupings(year) or late
                continue
            if not oee(year):
                print("the two answers differ")
                return 1
            late = not groupings(year) or late
            if not late_edits(year):
                print("the edit did not arrive in the ledgers")
                return 1
            if not losses(year):
                print("the two ways to what cost most differ")
                return 1
            slow_running(year)
    if late:
        print("a grouping took longer than its limit")
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
