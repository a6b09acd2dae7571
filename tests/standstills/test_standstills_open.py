"""Sums of the rows of a list open into these rows, each into its time, and all of it adds up down to the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from counting_plant import PLANT, Plant, an_hour, at, plant_on

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, MINUTE_US
from dovetail.core.errors import DovetailError, NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.cycletimes.service import CycleTimesRoom
from dovetail.db.uow import Database
from dovetail.groupings.service import GroupingsRoom
from dovetail.house.workings import Lists, workings_room
from dovetail.insight.stops import Stop
from dovetail.losses.service import LossesRoom
from dovetail.proof.tree import Node, Place
from dovetail.slowrunning.service import SlowRunningRoom
from dovetail.testing.clock import ManualClock

SLOW = PLANT.replace(
    "states: {packml: {state: state}}", "states: {packml: {state: state}, slow_running: {below: 0.85, for_s: 300}}"
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("standstills")
    clock, bus = ManualClock(), Bus()
    database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    with plant_on(database, folder, clock, bus, text=SLOW) as opened:
        an_hour(opened)
        yield opened
    database.close()


def explain(
    plant: Plant,
    path: str,
    *,
    of: int | None = None,
    scope: Scope | None = None,
    cursor: str = "",
    from_us: int = at(0),
) -> Node:
    rooms = plant.rooms
    slow = SlowRunningRoom(rooms.performance)
    room = workings_room(
        rooms.explainer,
        CycleTimesRoom(rooms.performance, rooms.historian),
        rooms.pace.ends,
        LossesRoom(rooms.performance),
        GroupingsRoom(rooms.performance),
        lists=Lists(rooms.insight, rooms.causes, slow),
    )
    place = Place("", plant.line if of is None else of, from_us, at(60), None, scope or plant.everyone)
    return room.explain(path.split("/")[0], place, path=path, cursor=cursor or None)


def minutes(node: Node) -> float:
    assert isinstance(node.value, int)
    return node.value / MINUTE_US


def walked(plant: Plant, path: str) -> set[str]:
    """Every step below a sum: each is what those below it add up to, down to slices; the kinds that were met."""
    node = explain(plant, path)
    kinds = {node.kind}
    if node.kind == "slice":
        return kinds | {child.kind for child in node.children}
    assert sum(child.value for child in node.children if isinstance(child.value, int | float)) == node.value, path
    return kinds.union(*(walked(plant, child.key) for child in node.children))


@pytest.mark.parametrize("path, lasts_min, count", [
    ("stops", 20, 2),  # the filler's jam, and the table that nobody mans since: it goes on
    ("stops/at:{at50}/longer:60000000", 10, 1),  # at minute 50 the table had just stopped
    ("stops/own/machine:{filler}", 10, 1),
    ("stops/reason:mechanical", 0, 0),
    ("stops/unassigned/planned/short", 20, 2),
    ("stops/since:{at40}.0", 10, 1),
])  # fmt: skip
def test_the_stops_of_a_list_are_those_that_its_filters_leave(
    ran: Plant, path: str, lasts_min: float, count: int
) -> None:
    root = path.format(filler=ran.filler, at50=at(50), at40=at(40))
    asked = explain(ran, root)
    assert [minutes(asked.children[0]), asked.children[1].value] == [lasts_min, count]
    assert explain(ran, f"{root}/stops").value == count


@pytest.mark.parametrize("filters, count, begins, longest_days", [
    ("", 2, at(0) - 60 * DAY_US, 7),  # of two months a week is read at once
    ("since:{at40}.0/", 1, at(40), 1),  # and what no list has loaded not at all
])  # fmt: skip
def test_a_long_list_is_read_in_parts_and_no_further_back_than_it_was_loaded(
    ran: Plant, monkeypatch: pytest.MonkeyPatch, filters: str, count: int, begins: int, longest_days: int
) -> None:
    read, stretches = list[tuple[int, int]](), ran.rooms.insight.stretches

    def told(asked: int, from_us: int, to_us: int, scope: Scope, as_of: int | None = None) -> Sequence[Stop]:
        read.append((from_us, to_us))
        return stretches(asked, from_us, to_us, scope, as_of)

    monkeypatch.setattr(ran.rooms.insight, "stretches", told)
    path = f"stops/{filters}stops".format(at40=at(40))
    assert explain(ran, path, from_us=at(0) - 60 * DAY_US).value == count
    assert (min(read)[0], max(read)[1]) == (begins, at(60))
    assert max(to_us - from_us for from_us, to_us in read) <= longest_days * DAY_US


def test_the_time_of_stops_opens_down_to_what_slices_were_cut_from(ran: Plant) -> None:
    assert walked(ran, "stops/us") >= {"figure", "equipment", "stop", "slice", "state-record"}
    (jam,) = explain(ran, f"stops/stops/equipment:{ran.filler}").children
    assert (jam.value, jam.kind, jam.detail["state"]) == (1, "stop", "Held")
    assert sum(minutes(one) for one in explain(ran, jam.key).children) == 10


def test_what_a_line_lost_opens_by_cause_and_stretch_and_adds_up(ran: Plant) -> None:
    lost = explain(ran, "causes/us")
    told = ran.rooms.causes.summed(ran.line, at(0), at(60), scope=ran.everyone)
    assert (lost.value, minutes(lost)) == (told.lost_us, 10)
    (cause,) = lost.children
    assert (cause.label, cause.detail["role"], cause.detail["stops"]) == ("Filler", "own", 1)
    assert walked(ran, "causes/us") >= {"cause", "stretch", "slice", "state-record"}


def test_lost_pieces_are_time_at_the_standard_rate(ran: Plant) -> None:
    units = explain(ran, "causes/units")
    (cause,) = units.children
    (stretch,) = explain(ran, cause.key).children
    assert stretch.detail["rate_upm"] == 100
    assert stretch.value == cause.value == units.value == pytest.approx(10 * 100)
    (step,) = explain(ran, stretch.key).detail["trail"]
    assert (step["unit_id"], step["says"]) == (ran.filler, "own")


def test_a_speed_loss_is_slow_running_and_the_rest_and_slow_running_its_stretches(ran: Plant) -> None:
    root = explain(ran, "speed-loss", of=ran.filler)
    speed, slow, rest = (explain(ran, child.key, of=ran.filler) for child in root.children)
    figures = ran.rooms.performance.kpis(ran.filler, at(0), at(60), scope=ran.everyone).figures
    assert speed.value == next(loss.us for loss in figures.losses if loss.key == "speed")
    rated, ideal = (child.value for child in speed.children)
    assert isinstance(rated, int)
    assert isinstance(ideal, int)
    assert speed.value == rated - (ideal + 500) // 1000
    assert [child.value for child in rest.children] == [speed.value, slow.value]
    assert minutes(rest) == minutes(speed) - minutes(slow)
    (machine,) = slow.children
    (stretch,) = explain(ran, machine.key, of=ran.filler).children
    assert stretch.value == machine.value == slow.value
    elapsed, ideal = (child.value for child in explain(ran, stretch.key, of=ran.filler).children)
    assert isinstance(elapsed, int)
    assert isinstance(ideal, int)
    assert stretch.value == elapsed - (ideal + 500) // 1000
    assert explain(ran, f"{stretch.key}/elapsed_us", of=ran.filler).children


@pytest.mark.parametrize("path", [
    "stops/hours",
    "stops/at:soon/us",
    "stops/us/machine:1",
    "stops/us/equipment:x",
    "stops/us/equipment:{filler}/stop:1",
    "causes/hours",
    "causes/us/cause:{filler}",
    "causes/us/cause:{filler}.whose.-",
    "causes/us/cause:{filler}.own.mechanical%2Fjam",
    "causes/us/cause:{filler}.own.-/piece:1",
    "speed-loss/time",
    "speed-loss/rest/slow",
    "speed-loss/slow/equipment:999",
    "speed-loss/slow/equipment:{filler}/slow:1",
    "speed-loss/speed/good",
])  # fmt: skip
def test_a_step_that_leads_nowhere_is_said(ran: Plant, path: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        explain(ran, path.format(filler=ran.filler), of=ran.filler)
    assert refused.value.code == "explain-path"


@pytest.mark.parametrize("path", ["stops/us", "causes/us", "speed-loss/slow"])
def test_who_may_not_see_a_line_opens_nothing_of_it(ran: Plant, path: str) -> None:
    stranger = Scope(Actor("user", "u-1", "Ann"), {"plant.view": frozenset({ran.table})})
    with pytest.raises(DovetailError):
        explain(ran, path, scope=stranger)
