"""A cycle time is computed again from the steps below it: sums of slices, bars of cycles, readings of counters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from counting_plant import Plant, at, lived_hour

from dovetail.core.batch import Value
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.cycletimes.service import CycleTimesRoom
from dovetail.groupings.service import GroupingsRoom
from dovetail.house.workings import workings_room
from dovetail.losses.service import LossesRoom
from dovetail.proof.tree import Node, Place

END = 130
ROOT = "cycle-times/product:-"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """An hour at two speeds with a stop, and seventy minutes at 120 a minute: nobody who asks changes anything."""
    with lived_hour(tmp_path_factory.mktemp("ran")) as opened:
        opened.now(END)
        rows: list[tuple[str, float, Value]] = [("total", m, 5_200 + 120 * (m - 60)) for m in range(61, END + 1)]
        opened.send(rows, mark=END)
        opened.work()
        yield opened


def explain(plant: Plant, path: str = "", *, cursor: str | None = None, scope: Scope | None = None) -> Node:
    cycles = CycleTimesRoom(plant.rooms.performance, plant.rooms.historian)
    place = Place("", plant.filler, at(0), at(END), None, scope or plant.everyone)
    losses = LossesRoom(plant.rooms.performance)
    return workings_room(
        plant.rooms.explainer, cycles, plant.rooms.pace.ends, losses, GroupingsRoom(plant.rooms.performance)
    ).explain("cycle-times", place, path=path, cursor=cursor)


def below(plant: Plant, path: str) -> list[Node]:
    """All its children, page by page."""
    page = explain(plant, path)
    found = page.children
    while page.next is not None:
        page = explain(plant, path, cursor=page.next)
        found += page.children
    return found


def number(node: Node) -> float:
    assert isinstance(node.value, int | float)
    return node.value


def total(nodes: list[Node]) -> float:
    return sum(number(node) for node in nodes)


def test_actual_and_ideal_are_ratios_of_sums_over_slices(ran: Plant) -> None:
    actual = explain(ran, f"{ROOT}/actual")
    apt, pieces = actual.children
    assert (number(actual), actual.formula) == (number(apt) / number(pieces) / 1e6, "APT / PQ")
    throughput = explain(ran, f"{ROOT}/throughput")
    assert number(throughput) == pytest.approx(number(pieces) * 3.6e9 / number(apt))
    ideal = explain(ran, f"{ROOT}/ideal")
    ideal_ns, rated = ideal.children
    assert number(ideal) == pytest.approx(number(ideal_ns) / number(rated) / 1e9)
    for part in (apt, pieces, ideal_ns, rated):
        slices = below(ran, part.key)
        assert number(part) == total(slices) > 0
        opened = explain(ran, slices[0].key)
        assert (opened.value, opened.formula) == (slices[0].value, slices[0].formula)
        assert {"state-record", "count-record", "job-response"} <= {child.kind for child in opened.children}
    record = next(c for c in explain(ran, below(ran, pieces.key)[0].key).children if c.kind == "count-record")
    sample = explain(ran, record.key).children[0]
    assert explain(ran, sample.key).children[0].kind == "address"


def test_a_percentile_is_counted_again_from_the_bars(ran: Plant) -> None:
    median = explain(ran, f"{ROOT}/p50")
    assert median.detail["counted"] == total(median.children)
    assert median.detail["took_less"] < median.detail["wanted"] <= median.detail["took_at_most"]
    within = [bar for bar in median.children if bar.detail["low_s"] <= number(median)]
    assert total(within) >= median.detail["wanted"]
    for bar in median.children:
        cycles = below(ran, bar.key)
        assert number(bar) == total(cycles)
        each = [cycle.detail["each_s"] for cycle in cycles]
        assert each == sorted(each)
        assert bar.detail["low_s"] <= each[0]


def test_the_best_hour_is_the_sum_of_its_cycles_and_they_of_readings(ran: Plant) -> None:
    best = explain(ran, f"{ROOT}/best")
    cycles = below(ran, best.key)
    assert number(best) == pytest.approx(3600 / total(cycles))
    opened = explain(ran, cycles[1].key)
    assert sum(reading.detail["pieces_since"] for reading in opened.children) == opened.detail["pieces_made"] == 120
    assert opened.detail["each_s"] == opened.detail["lasted_us"] / 1e6 / 120
    address = explain(ran, explain(ran, opened.children[0].key).children[0].key)
    assert (address.kind, address.value) == ("address", "ns=2;s=Total")


def test_the_way_from_the_root_is_made_of_figures(ran: Plant) -> None:
    assert [child.key for child in explain(ran).children] == [ROOT]
    told = ["actual", "throughput", "ideal", "best", "p10", "p50", "p90"]
    assert [child.label for child in explain(ran, ROOT).children] == told


@pytest.mark.parametrize(
    "path",
    ["cycle-times/product:water", f"{ROOT}/nonsense", f"{ROOT}/p50/bin:99", f"{ROOT}/p50/bin:x", f"{ROOT}/best/cycle:1",
     f"{ROOT}/actual/sum:good", "else/product:-"],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_not_found(ran: Plant, path: str) -> None:
    with pytest.raises(NotFoundError):
        explain(ran, path)


def test_what_is_out_of_sight_is_not_there(ran: Plant) -> None:
    with pytest.raises(NotFoundError):
        explain(ran, ROOT, scope=Scope(Actor("nobody", "Nobody", "person"), {}))
