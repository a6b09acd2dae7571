"""Ways to get a plant wrong: each is refused at the right place with the right hint, and the old plant stays.

A case is a folder of plant files and `expected.txt`: one line per fault, `file:line:col CODE | beginning of the hint`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database
from dovetail.equipment import plant as equipment
from dovetail.equipment.service import EquipmentRoom, PlantInvalidError
from dovetail.house.rooms import plant_sections
from dovetail.materials import plant as materials
from dovetail.plantcode import codes
from dovetail.plantcode.folder import read_folder
from dovetail.plantcode.validate import validate
from dovetail.retention import plant as retention
from dovetail.states import plant as states
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar import plant as workcalendar

CASES = Path(__file__).resolve().parents[1] / "cases" / "malformed"
NAMES = sorted(path.name for path in CASES.iterdir())
SECTIONS = plant_sections()
SOUND = b"plant: {format: 1, name: Sound}\nequipment: {acme: {level: Enterprise, timezone: Europe/Prague}}\n"


def expected(name: str) -> list[tuple[str, str, str]]:
    """(place, code, beginning of the hint) of each fault."""
    lines = (CASES / name / "expected.txt").read_text(encoding="utf-8").splitlines()
    split = [line.partition(" | ") for line in lines]
    return [(where.partition(" ")[0], where.partition(" ")[2], hint) for where, _, hint in split]


@pytest.mark.parametrize("name", NAMES)
def test_a_malformed_plant_is_refused_at_the_right_place_with_a_way_on(name: str) -> None:
    _plant, report = validate(read_folder(CASES / name), SECTIONS)
    found = [(str(fault.place), fault.code, fault.hint or "") for fault in report.problems]
    wanted = expected(name)
    assert [fault[:2] for fault in found] == [fault[:2] for fault in wanted]
    assert [hint.startswith(begins) for (_, _, hint), (_, _, begins) in zip(found, wanted, strict=True)] == [
        True
    ] * len(found)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EquipmentRoom]:
    """An installation with a plant that holds: one for all cases, since none may change it."""
    clock, bus = ManualClock(), Bus()
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('records') / 'records.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    room = EquipmentRoom(database, clock, bus, SECTIONS)
    room.apply({"plant.yaml": SOUND}, scope=system_scope("test"))
    clock.tick(SECOND_US)
    yield room
    database.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_malformed_plant_leaves_the_one_that_holds(name: str, installation: EquipmentRoom, everyone: Scope) -> None:
    with pytest.raises(PlantInvalidError) as refused:
        installation.apply(read_folder(CASES / name), scope=everyone)
    place, code, hint = expected(name)[0]
    assert refused.value.message.startswith(f"{place}: {code}: ")
    assert (refused.value.hint or "").startswith(hint)
    installation.refresh()
    plant = installation.plant()
    assert (plant.version, plant.name, len(plant.equipment)) == (1, "Sound", 1)
    assert installation.export(scope=everyone)[1] == {"plant.yaml": SOUND.decode()}


def test_a_secret_in_a_file_is_not_repeated() -> None:
    for name in (name for name in NAMES if "password" in name):
        _plant, report = validate(read_folder(CASES / name), SECTIONS)
        assert "hunter2" not in str(report)


def test_most_codes_have_a_case() -> None:
    """A code without a case is a promise nobody has tried."""
    tried = {code for name in NAMES for _place, code, _hint in expected(name)}
    promised = {*codes.MEANINGS, *equipment.MEANINGS}
    elsewhere = {codes.TOO_LARGE, codes.NO_FILES, codes.FILE_NAME}  # not files of a folder: test_plantcode_reader
    assert promised - tried - elsewhere == set()


def test_every_code_says_what_it_means() -> None:
    rooms = (codes, equipment, materials, workcalendar, states, retention)
    tables = [room.MEANINGS for room in rooms]
    together = [code for table in tables for code in table]
    assert len(together) == len(set(together))
    used = {code for name in NAMES for _place, code, _hint in expected(name)}
    assert used <= set(together)
