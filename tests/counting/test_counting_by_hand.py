"""A machine without signals: what is said as it happens has the ledger of what is entered afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from counting_plant import PLANT, Plant, plant_on, when

from dovetail.accord.asked import EditTime
from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.testing.clock import ManualClock

TWIN = """\
  acme/line/twin: {level: WorkUnit, name: Twin, standard_rate_upm: 60, states: {by_hand: true}}
connections:
"""
SIGNALS = "    states: {values: {tag: manned, map: {0: Idle, 1: RUN}}}\n"
BY_HAND = PLANT.replace(SIGNALS, "    states: {by_hand: true}\n").replace("connections:\n", TWIN, 1)
DID: Sequence[tuple[float, float | None, str, str | None]] = (
    (5, 20, "Execute", None),
    (20, 28, "Stopped", "mechanical/jam"),
    (28, 40, "Execute", None),
    (40, None, "CHANGEOVER", None),
)


def said(plant: Plant, unit: int, period: tuple[float, float | None], state: str, reason: str | None) -> Done[Any]:
    words = {"state": state} | ({} if reason is None else {"reason": reason})
    start, end = (None if minute is None else when(minute) for minute in period)
    given = EditTime.model_validate({"equipment_id": unit, "start": start, "end": end} | words)
    done = execute(plant.rooms.timeline.operations.edit, given, database=plant.database, scope=plant.everyone)
    plant.work()
    return done


def ledger(plant: Plant, unit: int) -> list[object]:
    slices = plant.slices(unit, 0, 60)
    return [(one.t0_us, one.t1_us, one.state, one.reason, one.cls, one.shares) for one in slices]


def test_what_is_pressed_as_it_happens_has_the_ledger_of_what_is_entered(
    database: Database, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    with plant_on(database, tmp_path, clock, bus, text=BY_HAND) as plant:
        twin = plant.rooms.equipment.plant().by_path("acme/line/twin").id
        for start, _, state, reason in DID:
            plant.now(start)
            said(plant, plant.table, (start, None), state, reason)
        plant.now(50)
        slip = said(plant, plant.table, (50, None), "Idle", None)
        everything = Catalogue(plant.rooms.timeline.operations.all)
        everything.undo(slip.audit_id, database=plant.database, scope=plant.everyone)
        plant.now(61)
        plant.work()
        for start, end, state, reason in DID:
            said(plant, twin, (start, end), state, reason)
        assert ledger(plant, plant.table) == ledger(plant, twin)
        assert [state for *_, state, _, _, _ in ledger(plant, twin)] == [
            "NO_DATA", "Execute", "Stopped", "Execute", "CHANGEOVER",
        ]  # fmt: skip
