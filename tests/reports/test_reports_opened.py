"""Each figure of a frozen report of losses opens as it was known then, and is computed again from the steps below."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from test_reports import LINE, Office, office_on

from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, from_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.cycletimes.service import CycleTimesRoom
from dovetail.db.uow import Database
from dovetail.groupings.service import GroupingsRoom
from dovetail.house.workings import workings_room
from dovetail.losses.service import LossesRoom
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import ManualClock
from dovetail.workings.service import WorkingsRoom

MARK = "mechanical"


class Reader:
    """Somebody who opens the figures of a report."""

    def __init__(self, office: Office) -> None:
        self.office, rooms = office, office.house.rooms
        office.scope = office.person("Ada", LINE)
        office.runs("acme/line/press", (0, 6), (5, 11), (10, 6), (40, 11), (45, 6))
        office.runs("acme/line/oven", (0, 6), (7, 11), (12, 6))
        self.report, self.content = office.kept("losses", "acme/line")
        cycles = CycleTimesRoom(rooms.performance, rooms.historian)
        losses = LossesRoom(rooms.performance)
        self.room: WorkingsRoom = workings_room(
            rooms.explainer, cycles, rooms.pace.ends, losses, GroupingsRoom(rooms.performance)
        )

    def open(self, path: str, *, as_of: int | None = None, cursor: str | None = None) -> Node:
        span = (from_rfc3339(self.report["start"]), from_rfc3339(self.report["end"]))
        place = Place("", self.office.ids["acme/line"], *span, as_of, self.office.scope)
        return self.room.explain("lost-time", place, path=f"lost-time/{path}", cursor=cursor)

    def frozen(self) -> dict[str, float]:
        """Each figure by the path that explains it."""
        answer = self.content["answer"]
        found = {"us": answer["lost_us"], "busy": answer["busy_us"], "no_data": answer["no_data_us"]}
        for bar in answer["bars"]:
            at = f"bar:{quote(bar['reason'] or '-', safe='')}"
            found |= {f"{at}/us": bar["us"], f"{at}/stops": bar["stops"], f"{at}/units": bar["lost_units"]}
        return found


@pytest.fixture
def reader(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Reader]:
    for office in office_on(sqlite_database, tmp_path, clock, bus):
        yield Reader(office)


def worth(node: Node) -> float:
    assert isinstance(node.value, int | float)
    return node.value


def test_every_figure_of_losses_opens_as_known_then_and_as_known_now(reader: Reader) -> None:
    figures, then = reader.frozen(), reader.report["as_of"]
    assert figures["us"] == 15 * MINUTE_US
    reader.office.house.tags = reader.office.house.rooms.equipment.plant().tags_of(reader.office.ids["acme/line/oven"])
    reader.office.runs("acme/line/oven", (20, 11), (24, 6))
    assert worth(reader.open("us")) == 19 * MINUTE_US
    for path, frozen in figures.items():
        node = reader.open(path, as_of=then)
        assert node.value == frozen, path
        assert frozen is None or worth(node) == sum(worth(machine) for machine in node.children), path


@pytest.mark.parametrize("path", ["us", "stops", "bar:-/us", "busy"])
def test_it_is_added_up_again_down_to_what_the_machines_did(reader: Reader, path: str) -> None:
    for machine in reader.open(path).children:
        opened = reader.open(machine.key.partition("/")[2])
        assert (opened.value, opened.label) == (machine.value, machine.label or opened.label)
        assert worth(machine) == sum(worth(step) for step in opened.children)
    step = reader.open(opened.children[0].key.partition("/")[2])
    assert step.value == opened.children[0].value
    assert step.children


def test_a_long_list_of_stretches_comes_page_by_page(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LossesRoom.losses, "__kwdefaults__", {"after": None, "limit": 1})
    press = f"us/equipment:{reader.office.ids['acme/line/press']}"
    first = reader.open(press)
    second = reader.open(press, cursor=first.next)
    assert [worth(node) for node in (*first.children, *second.children)] == [5 * MINUTE_US] * 2
    assert (len(first.children), second.next) == (1, None)


def test_a_reason_alone_is_not_those_below_it(reader: Reader) -> None:
    house = reader.office.house
    press = reader.office.ids["acme/line/press"]
    plant = house.rooms.equipment.plant()
    house.filler, house.tags = press, plant.tags_of(press)
    house.recode(6, MARK)
    assert worth(reader.open("bar:mechanical/us")) == worth(reader.open("reason:mechanical/us"))
    assert reader.open("bar:mech/us").children == []


@pytest.mark.parametrize("path", [
    "nonsense", "us/nonsense", "us/equipment:x", "us/equipment:" + "9" * 40, "busy/equipment:1", "machine:x/us",
    "us/equipment:1/slice:1", "bar:-",
])  # fmt: skip
def test_a_step_that_leads_nowhere_says_so(reader: Reader, path: str) -> None:
    with pytest.raises(NotFoundError):
        reader.open(f"{path}/nonsense" if path == "bar:-" else path)


def test_who_does_not_see_a_machine_is_not_told_of_it(reader: Reader) -> None:
    reader.office.scope = reader.office.person("Ben", LINE[:2])
    assert worth(reader.open("us")) == 10 * MINUTE_US
    with pytest.raises(NotFoundError):
        reader.open(f"us/equipment:{reader.office.ids['acme/line/oven']}")
