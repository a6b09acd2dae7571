"""A year of a plant's ledger for the benchmarks of figures: ten lines of five machines, two hundred slices a day each.

One day of one line is lived by the rooms themselves: records, counts and jobs are written down and settled. The store
then repeats that day 365 times on every line, all in its own SQL: what is held is what settling would have written.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pgserver
from sqlalchemy import Column, Table, insert, literal, select, text
from sqlalchemy import func as sql

from dovetail.books.rollups import rollup_job, rollup_reason
from dovetail.books.slices import slice_table
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, SystemClock, to_datetime
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database, UnitOfWork
from dovetail.house.rooms import Rooms, build_rooms
from dovetail.production.store import job_response
from dovetail.states.store import count_record, state_record

LINES, UNITS, DAYS = 10, 5, 365
CYCLE_US = DAY_US // 100  # a run and a stop: two slices
OWN: Scope = system_scope("bench")
REASONS = (None, "mechanical/jam", "mechanical/belt", "material/late", None, "material/quality", "mechanical/jam")
HEAD = """
plant: {format: 1, name: Year}
connections:
  plc: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1:4841/", security: {policy: None, insecure: true}}}
reasons:
  mechanical: {name: Mechanical, category: failure, children: {jam: {name: Jam}, belt: {name: Belt}}}
  material: {name: Material, category: other, children: {late: {name: Late}, quality: {name: Quality}}}
calendars:
  three:
    shifts:
      - {name: Night, start: "00:00", end: "08:00", days: [mon, tue, wed, thu, fri, sat, sun]}
      - {name: Early, start: "08:00", end: "16:00", days: [mon, tue, wed, thu, fri, sat, sun]}
      - {name: Late, start: "16:00", end: "00:00", days: [mon, tue, wed, thu, fri, sat, sun]}
products: {cola: {name: Cola, unit: "{#}"}, water: {name: Water, unit: "{#}"}, juice: {name: Juice, unit: "{#}"}}
equipment_classes:
  machine:
    tags:
      state: {connection: plc, address: "ns=2;s=State", kind: i64}
      good: {connection: plc, address: "ns=2;s=Good", kind: u64}
    states: {packml: {state: state}}
    counters: {good: {tag: good, modulus: 4294967296, max_rate_upm: 400}}
equipment:
  acme: {level: Enterprise, name: Acme, timezone: UTC, calendar: three}
"""


def plant_code() -> str:
    """Ten lines of five machines; the first machine is the constraint, the last one the outfeed."""
    lines = [HEAD]
    for line in range(LINES):
        flow = ", ".join(f"m{n}" for n in range(UNITS))
        lines.append(f"  acme/line{line}: {{level: ProductionLine, flow: [{flow}], constraint: m0}}\n")
        lines += [
            f"  acme/line{line}/m{n}: {{level: WorkUnit, class: machine, standard_rate_upm: 100}}\n"
            for n in range(UNITS)
        ]
    return "".join(lines)


@dataclass(frozen=True)
class Year:
    """The plant and where its ledgers are. `took_s`: how long the store took to repeat the day."""

    store: str
    database: Database
    rooms: Rooms
    start_us: int
    machines: Sequence[int]
    lines: Sequence[int]
    took_s: float

    @property
    def end_us(self) -> int:
        return self.start_us + DAYS * DAY_US


@contextmanager
def a_year(store: str) -> Iterator[Year]:
    """A year on `sqlite` or on `postgres` (the pgserver wheel, as it is set up there), ended with its server."""
    with tempfile.TemporaryDirectory(prefix="dovetail-year-") as folder:
        server = pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete") if store == "postgres" else None
        url = f"sqlite:///{Path(folder) / 'records.db'}"
        if server is not None:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        clock, bus = SystemClock(), Bus()
        database = Database(url, clock=clock, bus=bus)
        database.create_for_tests()
        rooms = build_rooms(Path(folder), database, clock=clock, bus=bus)
        yield _filled(store, database, rooms)
        rooms.historian.close()
        database.close()
        if server is not None:
            server.cleanup()


def _filled(store: str, database: Database, rooms: Rooms) -> Year:
    today_us = database.clock.now_us() // DAY_US * DAY_US
    start_us = today_us - DAYS * DAY_US
    files = {"plant.yaml": plant_code().encode()}
    rooms.equipment.apply(files, scope=OWN, reason="bench", valid_from_us=start_us - DAY_US)
    plant = rooms.equipment.plant()
    lines = [plant.by_path(f"acme/line{n}").id for n in range(LINES)]
    machines = [plant.by_path(f"acme/line{line}/m{n}").id for line in range(LINES) for n in range(UNITS)]
    first = machines[:UNITS]
    while rooms.performance.step():
        pass
    with database.write(OWN.actor) as uow:
        for place, unit in enumerate(first):
            _live(uow, unit, place, start_us, known=uow.known)
    for ledger in (*first, lines[0]):
        rooms.performance.settle(ledger, start_us, start_us + DAY_US)
    began_s = time.perf_counter()
    with database.write(OWN.actor) as uow:
        for table in (state_record, slice_table):
            uow.connection.execute(table.delete().where(table.c.t0_us >= start_us + DAY_US))
        for table in (rollup_job, rollup_reason):
            uow.connection.execute(table.delete().where(table.c.bucket_from_us >= start_us + DAY_US))
        _repeat(uow, start_us, {first[n]: machines[n::UNITS] for n in range(UNITS)} | {lines[0]: lines})
        uow.connection.execute(text("analyze"))
    return Year(store, database, rooms, start_us, machines, lines, time.perf_counter() - began_s)


def _live(uow: UnitOfWork, unit: int, place: int, start_us: int, *, known: int) -> None:
    """A machine's day: a hundred runs of six to eleven minutes, a stop after each; three orders, one a shift."""
    same = {"equipment_id": unit, "known_from": known, "known_to": None}
    state = same | {"mode": "Production", "external": False, "source": "signal"}
    records: list[dict[str, Any]] = []
    counts: list[dict[str, Any]] = []
    for n in range(100):
        t0_us = start_us + n * CYCLE_US
        held_us, t1_us = t0_us + (6 + (n * 7 + place) % 6) * MINUTE_US, t0_us + CYCLE_US
        records.append(state | {"t0_us": t0_us, "t1_us": held_us, "state": "Execute", "reason": None})
        reason = REASONS[(n + place) % len(REASONS)]
        records.append(state | {"t0_us": held_us, "t1_us": t1_us, "state": "Held", "reason": reason})
        counts.append(
            same | {"t0_us": t0_us, "t1_us": held_us, "kind": "good", "quantity": 550 + n % 60, "origin": "counter",
                    "tag_id": None, "spread": False, "at_us": held_us}
        )  # fmt: skip
    next_us = start_us + DAY_US  # the day goes on, so that its last slice is held
    records.append(state | {"t0_us": next_us, "t1_us": next_us + HOUR_US, "state": "Execute", "reason": None})
    jobs = [
        same | {"id": f"{unit}-{n}", "product": product, "t0_us": start_us + n * DAY_US // 3,
                "t1_us": start_us + (n + 1) * DAY_US // 3, "run_id": f"{unit}-{n}", "run_equipment_id": unit,
                "started_by": "person", "beside": False}
        for n, product in enumerate(("cola", "water", "juice"))
    ]  # fmt: skip
    for table, rows in ((state_record, records), (count_record, counts), (job_response, jobs)):
        uow.connection.execute(insert(table), rows)


def _repeat(uow: UnitOfWork, start_us: int, to: Mapping[int, Sequence[int]]) -> None:
    """The first day again on every day of the year, on every line."""
    days = [to_datetime(start_us + n * DAY_US).date().isoformat() for n in range(DAYS)]
    uow.connection.execute(text("create temporary table cal (n bigint, day varchar(10))"))
    uow.connection.execute(text("create temporary table eq (own bigint, other bigint, line bigint)"))
    uow.connection.execute(
        text("insert into cal values (:n, :day)"), [{"n": n, "day": day} for n, day in enumerate(days)]
    )
    pairs = [{"own": own, "other": one, "line": n} for own, every in to.items() for n, one in enumerate(every)]
    uow.connection.execute(text("insert into eq values (:own, :other, :line)"), pairs)
    for table in (state_record, count_record, job_response, slice_table, rollup_job, rollup_reason):
        names = [
            column.name for column in table.columns if column.name not in ("id", "row_id") or table is job_response
        ]
        names = [name for name in names if name != "row_id"]
        said = ", ".join(_again(table, table.c[name], days[0]) for name in names)
        order = ", ".join(f"{name}" for name in ("eq.other", "cal.n", *(["t.t0_us"] if "t0_us" in table.c else [])))
        uow.connection.execute(
            text(
                f"insert into {table.name} ({', '.join(names)}) select {said} from {table.name} t"
                " join eq on eq.own = t.equipment_id cross join cal"
                f" where not (eq.other = eq.own and cal.n = 0) order by {order}"
            )
        )


def _again(table: Table, column: Column[Any], day: str) -> str:
    """One column of the copy: moments and days move on, the machine is another one."""
    name = column.name
    if name in ("equipment_id", "run_equipment_id"):
        return "eq.other"
    if name in ("t0_us", "t1_us", "at_us", "bucket_from_us", "bucket_to_us"):
        return f"t.{name} + cal.n * {DAY_US}"
    if name == "day":
        return "cal.day"
    if name == "shift_id":
        return f"replace(t.shift_id, '{day}', cal.day)"
    if name in ("id", "run_id", "job_response_id"):
        return f"case when t.{name} = '' then '' else t.{name} || '+' || eq.line || '+' || cal.n end"
    return f"t.{name}"


def rows(database: Database) -> int:
    """How many slices are held."""
    with database.read() as reading:
        return reading.connection.scalar(select(sql.count(literal(1))).select_from(slice_table)) or 0
