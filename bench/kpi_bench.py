"""OEE of 50 machines over a year by shift: from the rollups, beside SQL over the slices in the same run, on SQLite.

200 slices a day each would be 3.65 million; they are made for fewer days when that takes too long, and it is said.
The rows are written straight to the tables by the room's own code for rows and rollups; settling has its own figure.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, SystemClock, from_rfc3339
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database, Reading
from dovetail.ledger.columns import nothing
from dovetail.ledger.model import JobShare, Slice
from dovetail.ledger.named import needed_by
from dovetail.ledger.pieces import Pieces
from dovetail.ledger.timeclass import Settings
from dovetail.performance import store
from dovetail.performance.report import catalogue, compute
from dovetail.performance.settling import rollups

MACHINES = 50
DAYS = 365
SLICES_PER_DAY = 200
FILL_S = 20.0  # no longer than this is spent on making slices
ROUNDS = 3
START_US = from_rfc3339("2025-01-01T06:00:00Z")
SYSTEM = system_scope("bench").actor
CLASSES = ("APT", "APT", "APT", "ADET", "APT", "ADOT", "APT", "AUST")
GROUPINGS = (("equipment_id",), ("equipment_id", "shift_name"), ("shift_name",), ("product",))
CLONE = """
insert into rollup_job (equipment_id, day, shift_id, shift_name, crew, product, job_response_id,
                        bucket_from_us, bucket_to_us, {columns})
select equipment_id, date(day, '+{days} days'), shift_id || '+{days}', shift_name, crew, product, job_response_id,
       bucket_from_us + {days} * {us}, bucket_to_us + {days} * {us}, {columns}
from rollup_job where shift_id not like '%+%'
"""
SHIFTS = ("Early", "Late", "Night")


def day_of(machine: int, day: int) -> list[Slice]:
    """One machine's day: 200 slices over three shifts, three products, pieces while it produces."""
    made: list[Slice] = []
    date = time.strftime("%Y-%m-%d", time.gmtime((START_US + day * DAY_US) // 1_000_000))
    step_us = DAY_US // SLICES_PER_DAY
    for n in range(SLICES_PER_DAY):
        t0_us = START_US + day * DAY_US + n * step_us
        shift = SHIFTS[n * step_us // (8 * HOUR_US)]
        cls = CLASSES[(n + machine) % len(CLASSES)]
        product = f"product-{(n * 3 // SLICES_PER_DAY + day) % 5}"
        pieces = Pieces(700 + (n * 7 + day) % 13, n % 3, 0, 0) if cls == "APT" else Pieces()
        share = JobShare(f"{machine}-{day}-{product}", product, 1_000_000, step_us, pieces, 100.0)
        state = "Execute" if cls == "APT" else "Held"
        made.append(
            Slice(machine, t0_us, t0_us + step_us, state, "Production", None, False, False, "BUSY", date,
                  f"three/{date}/{shift}", shift, None, cls, (share,))  # type: ignore[arg-type]  # from the tuple above
        )  # fmt: skip
    return made


def fill(database: Database) -> int:
    """Write day after day of every machine until the year or the time is full; answers the days."""
    began = time.perf_counter()
    for day in range(DAYS):
        with database.write(SYSTEM) as uow:
            for machine in range(1, MACHINES + 1):
                made = day_of(machine, day)
                store.add(uow, made, known=1)
                by_job, by_reason = rollups(made)
                store.replace_rollups(uow, machine, {made[0].day}, by_job=by_job, by_reason=by_reason)
        if time.perf_counter() - began > FILL_S:
            return day + 1
    return DAYS


def median_ms(ask: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """The median of a few rounds, ms; the first, cold one is not counted."""
    ask()
    taken: list[float] = []
    for _ in range(ROUNDS):
        began = clock()
        ask()
        taken.append(1000 * (clock() - began))
    return statistics.median(taken)


def asked(sums: Callable[..., Any], reading: Reading, end_us: int, by: tuple[str, ...]) -> Callable[[], dict[Any, Any]]:
    """OEE by some keys as a question that can be asked again."""
    settings, oee = Settings(), catalogue()["oee_index"]
    columns = needed_by((*oee.inputs, "nodt_us"), settings)

    def ask() -> dict[Any, Any]:
        found = sums(reading, range(1, MACHINES + 1), START_US, end_us, by=by, columns=columns)
        return {key: compute(oee, nothing() | one, settings) for key, one in found.items()}

    return ask


def main() -> int:
    """Fill, ask both ways, compare the answers, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'records.db'}", clock=SystemClock(), bus=Bus())
        database.create_for_tests()
        days = fill(database)
        end_us = START_US + days * DAY_US
        print(
            f"{MACHINES} machines × {days} days × {SLICES_PER_DAY} slices = {MACHINES * days * SLICES_PER_DAY:,} slices"
        )
        if days < DAYS:
            print(f"(scaled down from {DAYS} days: making them is limited to {FILL_S:.0f} s)")
        print("\n| OEE by | groups | rollups, ms | SQL over slices, ms | ratio |\n|---|---|---|---|---|")
        for by in GROUPINGS:
            with database.read() as reading:
                from_rollups = asked(store.sums_by_rollup, reading, end_us, by)
                from_slices = asked(store.sums_by_slices, reading, end_us, by)
                same = from_rollups()
                if same != from_slices():
                    print("the two answers differ")
                    return 1
                fast_ms, slow_ms = median_ms(from_rollups), median_ms(from_slices)
            print(f"| {' × '.join(by)} | {len(same)} | {fast_ms:.0f} | {slow_ms:.0f} | {slow_ms / fast_ms:.0f} × |")
        year(database, days)
        database.close()
    return 0


def year(database: Database, days: int) -> None:
    """The rollups alone, filled up to a whole year by repeating their days: what the budget speaks of."""
    with database.write(SYSTEM) as uow:
        for again in range(1, -(-DAYS // days)):
            columns = ", ".join(store.STORED_NAMES)
            uow.connection.execute(text(CLONE.format(columns=columns, days=again * days, us=DAY_US)))
    end_us = START_US + DAYS * DAY_US
    with database.read() as reading:
        rows = reading.connection.scalar(text("select count(*) from rollup_job"))
        print(f"\n{MACHINES} machines × {DAYS} days from {rows:,} rollup rows (budget: < 200 ms)\n")
        print("| OEE by | groups | rollups, ms | of it processor, ms |\n|---|---|---|---|")
        for by in GROUPINGS:
            ask = asked(store.sums_by_rollup, reading, end_us, by)
            busy_ms = median_ms(ask, time.process_time)  # SQLite works in this process
            print(f"| {' × '.join(by)} | {len(ask())} | {median_ms(ask):.0f} | {busy_ms:.0f} |")


if __name__ == "__main__":
    sys.exit(main())
