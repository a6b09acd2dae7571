"""A frozen report stands whatever becomes of what lies beneath: renamed, taken out, samples gone, another program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_performance_rooms import PLANT, at
from test_reports import WITH_LINE, Office, office_on

from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.performance import service as performance
from dovetail.testing.clock import ManualClock

RENAMED = WITH_LINE.replace(
    b"  acme/filler:\n    {level: WorkUnit,", b"  acme/bottler:\n    {moved: acme/filler, level: WorkUnit,"
).replace(b"rates_upm: {acme/filler: 120}", b"rates_upm: {acme/bottler: 120}")


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Office]:
    yield from office_on(sqlite_database, tmp_path, clock, bus)


def test_a_machine_that_is_called_otherwise_since_moves_no_figure(office: Office) -> None:
    made = office.freeze()
    before = office.get(f"reports/{made['id']}")
    office.house.apply(RENAMED)
    plant = office.house.rooms.equipment.plant()
    assert plant.get(made["equipment_id"]).path == "acme/bottler"
    assert office.get(f"reports/{made['id']}") == before
    assert before["content"]["equipment"]["path"] == "acme/filler"
    since = office.get(f"reports/{made['id']}/diff")
    assert (since["moved"], since["otherwise"], since["broken"]) == ([], [], None)


def test_a_machine_that_was_taken_out_since_is_still_told_of(office: Office) -> None:
    made = office.freeze()
    before = office.get(f"reports/{made['id']}")
    without = PLANT.replace(
        b"  acme/filler:\n    {level: WorkUnit, class: machine, calendar: day, parameters: {connection: plc}, "
        b"standard_rate_upm: 100}\n",
        b"  acme/capper: {level: WorkUnit, class: machine, calendar: day, parameters: {connection: plc}}\n",
    ).replace(b"rates_upm: {acme/filler: 120}", b"rates_upm: {acme/capper: 120}")
    assert without != PLANT
    office.house.apply(without)
    assert office.get(f"reports/{made['id']}") == before
    since = office.get(f"reports/{made['id']}/diff")
    assert since.get("otherwise") == [], since


def test_samples_that_a_rule_lets_go_move_no_figure(office: Office) -> None:
    made = office.freeze()
    before = office.get(f"reports/{made['id']}")
    historian = office.house.rooms.historian
    tags = [tag.id for tag in office.house.rooms.equipment.plant().tags_of(office.ids["acme/filler"]).values()]
    while historian.seal_once():
        pass
    for month in historian.dropper.months():
        with historian.dropper.still():
            historian.dropper.drop(month, None, [])
    assert not any(len(one) for one in historian.raw(tags, at(0), at(60), scope=system_scope()))
    office.house.work()
    assert office.get(f"reports/{made['id']}") == before
    since = office.get(f"reports/{made['id']}/diff")
    assert (since["moved"], since["otherwise"]) == ([], [])
    office.house.recode(31, "mechanical")  # and people may still say what it was
    moved = {one["key"]: (one["frozen"], one["now"]) for one in office.get(f"reports/{made['id']}/diff")["moved"]}
    assert moved["time:adet_us"] == (0, 4 * MINUTE_US)


def test_what_another_version_of_the_program_makes_of_it_is_said_and_is_no_step(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:  # a version whose means divide by the failures alone
        older.setattr(performance, "figured", lambda _node, settings: replace(settings, failures="per_failure"))
        made = office.freeze()
    since = office.get(f"reports/{made['id']}/diff")
    named = {one["key"] for one in since["otherwise"]}
    assert named == {"kpi:mtbf", "kpi:mttf"}
    assert named == {one["key"] for one in since["moved"]}
    assert since["changes"] == []
