"""Applying a plant: ids for ever, definitions with their time, and nothing changes when anything is wrong."""

from __future__ import annotations

import pytest
from equipment_plants import SMALL, documents, sections

from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, SECOND_US
from dovetail.core.errors import InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.equipment.service import EquipmentRoom, PlantInvalidError
from dovetail.events.equipment import PlantApplied
from dovetail.operations import store as audit
from dovetail.operations.operation import Catalogue
from dovetail.testing.clock import ManualClock

FILLER = "acme/line1/filler"


@pytest.fixture
def room(database: Database, clock: ManualClock, bus: Bus) -> EquipmentRoom:
    return EquipmentRoom(database, clock, bus, sections())


def test_before_the_first_apply_the_plant_is_empty(room: EquipmentRoom) -> None:
    assert room.plant().equipment == {}
    assert room.roots() == frozenset()


def test_an_applied_plant_is_the_one_that_rooms_read(room: EquipmentRoom, everyone: Scope, bus: Bus) -> None:
    heard: list[PlantApplied] = []
    bus.subscribe(PlantApplied, heard.append)
    done = room.apply(documents(), scope=everyone)
    assert done.output.changed
    assert heard == [PlantApplied(1, room.clock.now_us(), done.known)]
    plant = room.plant()
    filler, capper = plant.by_path(FILLER), plant.by_path("acme/line1/capper")
    assert (plant.name, plant.version) == ("Small", 1)
    assert (filler.timezone, filler.standard_rate_upm, filler.class_name) == ("Europe/Prague", 100.0, "machine")
    assert (plant.by_path("acme/line1").outfeed, plant.by_path("acme/line1").flow) == ("capper", ("filler", "capper"))
    assert {name: tag.kind for name, tag in plant.tags_of(filler.id).items()} == {
        "speed": Kind.F64, "good": Kind.U64, "job": Kind.STR, "product": Kind.STR, "rate_upm": Kind.F64,
    }  # fmt: skip
    speed = plant.tags_of(filler.id)["speed"]
    assert (speed.path, speed.address, speed.deadband) == (f"{FILLER}.speed", "ns=2;s=Filler.Speed", 0.5)
    assert sorted(plant.tags_of(capper.id)) == ["job", "product", "rate_upm", "speed", "torque"]
    assert plant.tags_of(capper.id)["speed"].deadband == 3.0
    assert plant.links_of(filler.id) == {plant.connections["plc1"].good_through_tag}
    assert plant.owner_of(speed.id) == filler.id
    assert plant.owner_of(plant.connections["plc1"].good_through_tag) is None
    assert plant.subtree(plant.by_path("acme").id) == set(plant.equipment)
    assert plant.ancestors(filler.id) == (filler.parent_id, plant.by_path("acme").id)
    assert plant.tag_by_path("plc1.good_through").id == plant.connections["plc1"].good_through_tag
    assert filler.states == {"packml": {"state": "good"}}


def test_definitions_hold_from_apply_on_and_the_past_keeps_its_own(
    room: EquipmentRoom, everyone: Scope, clock: ManualClock
) -> None:
    start_us = clock.now_us()
    room.apply(documents(), scope=everyone)
    clock.tick(DAY_US)
    room.apply(documents(SMALL.replace("standard_rate_upm: 100", "standard_rate_upm: 90")), scope=everyone)
    before, now = room.plant(at_us=start_us), room.plant()
    assert before.by_path(FILLER).standard_rate_upm == 100.0
    assert now.by_path(FILLER).standard_rate_upm == 90.0
    assert before.by_path(FILLER).id == now.by_path(FILLER).id
    assert before.tags.keys() == now.tags.keys()
    assert room.plant(at_us=start_us - 1).equipment == {}
    assert room.changes_between(start_us, clock.now_us() + 1) == [start_us + DAY_US]


def test_a_plant_can_be_applied_ahead_of_time(room: EquipmentRoom, everyone: Scope, clock: ManualClock) -> None:
    room.apply(documents(), scope=everyone)
    tomorrow_us = clock.now_us() + DAY_US
    room.apply(documents(SMALL.replace("rate_upm: 100", "rate_upm: 90")), scope=everyone, valid_from_us=tomorrow_us)
    assert room.plant().by_path(FILLER).standard_rate_upm == 100.0
    clock.tick(DAY_US)
    assert room.plant().by_path(FILLER).standard_rate_upm == 90.0


def test_only_the_first_plant_may_hold_in_the_past(room: EquipmentRoom, everyone: Scope, clock: ManualClock) -> None:
    fortnight_ago_us = clock.now_us() - 14 * DAY_US
    room.apply(documents(), scope=everyone, valid_from_us=fortnight_ago_us)
    assert room.plant(at_us=fortnight_ago_us).by_path(FILLER).name == "filler"
    for verb in (room.plan, room.apply):
        with pytest.raises(InvalidError, match="past"):
            verb(documents(SMALL + "\n"), scope=everyone, valid_from_us=clock.now_us() - SECOND_US)


def test_a_moved_equipment_keeps_its_identity_and_that_of_its_tags(
    room: EquipmentRoom, everyone: Scope, clock: ManualClock
) -> None:
    room.apply(documents(), scope=everyone)
    before_us, old = clock.now_us(), room.plant()
    clock.tick(SECOND_US)
    moved = (
        SMALL.replace("acme/line1", "acme/hall2")
        .replace("{level: ProductionLine,", "{level: ProductionLine, moved: acme/line1,")
        .replace("good: {connection", "pieces: {moved: good, connection")
        .replace("tag: good", "tag: pieces")
        .replace("state: good", "state: pieces")
        .replace("good: null", "pieces: null")
        .replace("plc1: {driver", "plc-one: {moved: plc1, driver")
        .replace("connection: plc1", "connection: plc-one")
    )
    plan = room.plan(documents(moved), scope=everyone)
    assert "> equipment acme/line1/filler → acme/hall2/filler" in str(plan)
    room.apply(documents(moved), scope=everyone)
    new = room.plant()
    filler = new.by_path("acme/hall2/filler")
    assert filler.id == old.by_path(FILLER).id
    assert new.tags_of(filler.id)["pieces"].id == old.tags_of(filler.id)["good"].id
    assert new.connections["plc-one"].good_through_tag == old.connections["plc1"].good_through_tag
    assert room.plant(at_us=before_us).by_path(FILLER).id == filler.id
    with pytest.raises(NotFoundError):
        new.by_path(FILLER)
    clock.tick(SECOND_US)
    again = room.apply(documents(moved), scope=everyone)
    assert not again.output.changed


def test_a_removed_equipment_that_comes_back_is_the_same(
    room: EquipmentRoom, everyone: Scope, clock: ManualClock
) -> None:
    room.apply(documents(), scope=everyone)
    first = room.plant().by_path(FILLER).id
    without = SMALL.replace("acme/line1/filler:", "acme/line1/other:").replace("[filler, capper]", "[other, capper]")
    clock.tick(SECOND_US)
    room.apply(documents(without.replace("constraint: filler", "constraint: other")), scope=everyone)
    assert room.plant().by_path("acme/line1/other").id != first
    assert room.subtree(first) == frozenset()
    clock.tick(SECOND_US)
    room.apply(documents(), scope=everyone)
    assert room.plant().by_path(FILLER).id == first


def test_what_is_wrong_anywhere_leaves_the_old_plant_standing(
    room: EquipmentRoom, everyone: Scope, database: Database, clock: ManualClock
) -> None:
    room.apply(documents(), scope=everyone)
    clock.tick(SECOND_US)
    with database.read() as reading:
        known = reading.known_now()
    with pytest.raises(PlantInvalidError) as refused:
        room.apply(documents(SMALL.replace("connection: plc1,", "connection: plc1x,")), scope=everyone)
    assert refused.value.message.startswith("plant.yaml:16:30: DT-P201: there is no connection plc1x")
    assert refused.value.hint == "did you mean plc1?"
    with database.read() as reading:
        assert reading.known_now() == known
    assert room.plant().version == 1


def test_a_section_that_fails_while_applying_takes_the_others_back(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    from dataclasses import replace

    def fails(*_anything: object) -> None:
        raise OSError("the disk is full")

    own = sections()
    room = EquipmentRoom(database, clock, bus, own)
    room.apply(documents(), scope=everyone)
    clock.tick(SECOND_US)
    broken = EquipmentRoom(database, clock, bus, [*own[:-1], replace(own[-1], apply=fails)])
    with pytest.raises(OSError, match="disk"):
        broken.apply(documents(SMALL.replace("Small", "Other").replace(": 100", ": 90")), scope=everyone)
    room.refresh()
    assert (room.plant().name, room.plant().version) == ("Small", 1)


def test_only_who_may_edit_the_plant_plans_applies_and_exports(room: EquipmentRoom) -> None:
    nobody = Scope(actor=Actor(id="p1", name="Eve"))
    for forbidden in (
        lambda: room.plan(documents(), scope=nobody),
        lambda: room.apply(documents(), scope=nobody),
        lambda: room.export(scope=nobody),
        lambda: room.versions(scope=nobody),
    ):
        with pytest.raises(RefusedError):
            forbidden()
    assert room.plant().equipment == {}


def test_every_version_is_kept_word_for_word_and_can_be_taken_back(
    room: EquipmentRoom, everyone: Scope, database: Database, clock: ManualClock
) -> None:
    room.apply(documents(), scope=everyone, reason="first")
    clock.tick(SECOND_US)
    changed = SMALL.replace("rate_upm: 100", "rate_upm: 90 # slower bottles")
    done = room.apply(documents(changed), scope=everyone, reason="new bottle")
    version, files = room.export(scope=everyone)
    assert (version.version, files) == (2, {"plant.yaml": changed})
    assert room.export(scope=everyone, version=1)[1] == {"plant.yaml": SMALL}
    assert version.summary == {"equipment": {"added": 0, "changed": 1, "removed": 0}}
    with database.read() as reading:
        row = audit.find_audit(reading, done.audit_id)
    assert row is not None
    assert (row.given["documents"], row.given["digest"]) == ("***", version.digest)
    clock.tick(SECOND_US)
    catalogue = Catalogue([room.apply_operation, room.rollback_operation])  # type: ignore[list-item]
    catalogue.undo(done.audit_id, database=database, scope=everyone)
    assert room.plant().by_path(FILLER).standard_rate_upm == 100.0
    assert [one.version for one in room.versions(scope=everyone)] == [3, 2, 1]
