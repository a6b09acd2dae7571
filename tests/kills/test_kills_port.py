"""Close the port of a PLC: NO DATA from its last good-through, the others go on, and it comes back by itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from kills_checks import Books, books, no_data_begins_where_knowledge_ends, timeline_is_contiguous, what_is_told_is_true
from kills_world import UNITS, UP_S, Cradle, World, world

from dovetail.core.clock import SECOND_US, from_rfc3339, to_rfc3339

NOTICED_S, BACK_S = 5.0, 10.0  # SECURITY §1 row 1
OUT_S = 3.0
OUT = "capper"
OTHERS = tuple(unit for unit in UNITS if unit != OUT)


def link_lines(world: World) -> list[str]:
    """What the log says of links: `<connection> is up|down`."""
    lines = world.lives[-1].log.read_text().splitlines()
    return [line.split(": ", 1)[1].split(":", 1)[0] for line in lines if "dovetail.edge.session" in line]


def no_data_since(living: World, from_us: int) -> int | None:
    """When the live timeline of the unit says that knowledge ended, as the API tells it."""
    query = {"start": to_rfc3339(from_us), "end": to_rfc3339(from_us + 3600 * SECOND_US)}
    found = living.get(f"/equipment/{living.ids()[OUT]}/state-records", **query)["items"]
    starts = [from_rfc3339(item["start"]) for item in found if item["state"] == "NO_DATA"]
    return next((start for start in starts if start >= from_us), None)


@pytest.mark.kills
def test_a_closed_port_is_no_data_from_the_last_good_through_and_heals_by_itself(
    tmp_path: Path, cradle: Cradle
) -> None:
    with world(tmp_path, cradle, seed=3) as living:
        living.begin()
        living.until_ready()
        living.until(lambda: "NO_DATA" not in living.states().values(), within_s=UP_S)
        known_us = living.plant.clock.now_us()  # knowledge ends after this, and on a busy machine long before the pull
        living.live_for(2.0)
        said_before = len(link_lines(living))

        pulled = time.monotonic()
        living.unplug(OUT)
        living.until(lambda: living.states()[OUT] == "NO_DATA", within_s=30)
        noticed_s = time.monotonic() - pulled
        told_us = no_data_since(living, known_us)
        living.live_for(OUT_S)
        assert "NO_DATA" not in [state for unit, state in living.states().items() if unit != OUT]

        back = time.monotonic()
        living.plug(OUT)
        living.until(lambda: living.states()[OUT] != "NO_DATA", within_s=30)
        back_s = time.monotonic() - back
        living.live_for(2.0)
        said = link_lines(living)[said_before:]
        living.close_ports_and_end()
    assert noticed_s <= NOTICED_S
    assert back_s <= BACK_S
    assert said == [f"plc-{OUT} is down", f"plc-{OUT} is up"]
    with books(living) as found:
        the_outage_is_on_record(found, told_us)


def the_outage_is_on_record(found: Books, told_us: int | None) -> None:
    """What was shown at once is what the records say afterwards; of the others nothing was missed."""
    for unit in UNITS:
        timeline_is_contiguous(found, unit)
        no_data_begins_where_knowledge_ends(found, unit)
        what_is_told_is_true(found, unit)
    unknown = [record.t0_us for record in found.records(found.unit(OUT)) if record.state == "NO_DATA"]
    assert unknown[-2] == told_us  # the last one is the end of the test
    for unit in OTHERS:
        records = found.records(found.unit(unit))
        assert "NO_DATA" not in [record.state for record in records[1:-1]], unit
