"""An engineer watches a machine that was just connected, takes over what is claimed of it, and takes that back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from dovetail.app.bootstrap import House, open_house
from dovetail.cli.assisting import told
from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, Batch, Frame, Kind, Lane
from dovetail.core.clock import HOUR_US, SystemClock
from dovetail.meanings.model import Seen
from dovetail.ownership.settings import Settings
from dovetail.security.service import SetUp

sys.path.append(str(Path(__file__).resolve().parents[1] / "meanings"))

from worlds import Machine  # it lies with the claims

WORD = "quiet bottles on a belt"
KINDS = {"state": Kind.I64, "pieces": Kind.U64, "rejects": Kind.U64, "amps": Kind.F64}


@dataclass(frozen=True)
class Site:
    """An installation with a press on a Modbus link that nobody answers, and its past in the historian."""

    house: House
    client: TestClient

    def propose(self, **asked: Any) -> Any:
        answer = self.client.get("/connections/plc1/proposals", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def press(self) -> dict[str, Any]:
        return next(one for one in self.client.get("/equipment").json()["items"] if one["path"] == "acme/hall/press")

    def states(self) -> Any:
        found = self.client.get("/connections/plc1/definition").json()["machines"][0]
        return found["states"], found["counters"], found["standard_rate_upm"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with (
        open_house(Settings(data=tmp_path / "data")) as house,
        TestClient(house.gated, base_url="http://127.0.0.1/api/v1") as client,
    ):
        given = SetUp(token=house.security.new_set_up_token(), login="anna", name="Anna", password=WORD)
        assert client.post("/setup", json=given.model_dump()).status_code == 201
        signals = [
            {"property": name, "address": f"4000{n}", "kind": kind.name.lower()}
            for n, (name, kind) in enumerate(KINDS.items(), start=1)
        ]
        machine = {
            "path": "acme/hall/press", "name": "Press", "calendar": "around-the-clock", "signals": signals,
            "above": [
                {"path": "acme", "level": "Enterprise", "name": "Acme", "timezone": "Europe/Prague"},
                {"path": "acme/hall", "level": "ProductionLine", "name": "Hall"},
            ],
        }  # fmt: skip
        link = {"driver": "modbus", "options": {"host": "127.0.0.1", "port": 1}}
        body = {"link": link, "machine": machine, "plant_name": "Acme", "seen": 0}
        answer = client.put("/connections/plc1", json=body)
        assert answer.status_code == 200, answer.text
        yield Site(house, client)


def remember(site: Site, hours: float) -> Machine:
    """The press has run for so long, and the historian has it."""
    machine = Machine(4, hours=hours, from_us=SystemClock().now_us() - round(hours * HOUR_US))
    seen = {"state": machine.word(), "pieces": machine.total(), "rejects": machine.rejects(), "amps": machine.clamp()}
    tags = {tag.property: tag for tag in site.house.rooms.equipment.plant().tags_on("plc1")}
    batches = tuple(_batch(tags[name].id, KINDS[name], one) for name, one in seen.items())
    site.house.rooms.historian.put([Frame("test", Lane.IMPORT, 1, 1, batches, {})])
    return machine


def _batch(tag: int, kind: Kind, seen: Seen) -> Batch:
    n = len(seen.track)
    value = seen.track.value.astype(DTYPES[kind])
    good = np.full(n, q.GOOD, dtype=np.uint16)
    return Batch(kind, np.full(n, tag, np.int64), seen.track.ts, value, np.ones(n, np.bool_), good)


def test_what_is_claimed_is_taken_over_with_one_action_and_taken_back(site: Site) -> None:
    remember(site, 4)
    [machine] = site.propose(minutes=245)
    assert machine["progress"]["enough"]
    assert (machine["state"]["tag"], machine["state"]["confidence"]) == ("state", "sure")
    assert machine["state"]["because"]["text"].startswith(f"{machine['state']['because']['facts']['pieces']} pieces")
    assert len(machine["pieces_upm"]) == 120 and max(filter(None, machine["pieces_upm"])) > 30
    assert {span["value"] for span in machine["spans"]} == {"7", "2", "3", "9"}
    given = {**machine["suggested"], "equipment_id": machine["equipment_id"]}
    seen = site.client.post("/equipment/meaning/preview", json=given).json()
    assert seen["faults"] == [] and [step["key"] for step in seen["steps"]] == ["acme/hall/press"]
    body = {name: said for name, said in given.items() if name != "equipment_id"} | {"seen": seen["version"]}
    done = site.client.post(f"/equipment/{machine['equipment_id']}/meaning", json=body)
    assert done.status_code == 200, done.text
    states, counters, rate = site.states()
    assert states == {"values": {"tag": "state", "map": {"7": "RUN", "2": "Stopped", "3": "Stopped", "9": "Stopped"}}}
    assert counters == {"total": {"tag": "pieces"}, "scrap": {"tag": "rejects"}}
    assert rate == pytest.approx(58, rel=0.01)
    again = site.client.post(f"/equipment/{machine['equipment_id']}/meaning", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "plant-changed")
    undone = site.client.post(f"/audit/{done.headers['X-Audit-Id']}/undo", json={})
    assert undone.status_code == 200, undone.text
    assert site.states() == (None, {}, None)


def test_levels_become_a_computed_tag_and_a_state(site: Site) -> None:
    press = site.press()["id"]
    levels = {"tag": "amps", "thresholds": [{"low": 0.5, "high": 1}, {"low": 4, "high": 6}], "states": {"off": "Idle"}}
    done = site.client.post(f"/equipment/{press}/meaning", json={"levels": levels})
    assert done.status_code == 200, done.text
    states, _, _ = site.states()
    assert states == {"values": {"tag": "doing", "map": {"off": "Idle", "idle": "Idle", "run": "Execute"}}}
    [tag] = site.client.get("/tags", params={"find": "doing"}).json()["items"]
    wiring = site.client.get(f"/tags/{tag['id']}").json()
    assert "hysteresis(amps, 4, 6)" in wiring["expression"]


CLASSES = """
equipment_classes:
  packml-press:
    tags: {mode: {connection: plc1, address: "40009", kind: i64}}
    states: {packml: {state: mode}}
    counters: {good: {tag: pieces}, scrap: {tag: rejects}}
"""


def test_what_a_class_says_otherwise_is_taken_away_for_this_machine_alone(site: Site) -> None:
    _, files = site.house.rooms.equipment.export(scope=site.house.scope)
    [name] = [one for one, text in files.items() if "acme/hall/press" in text]
    files["classes.yaml"] = CLASSES
    files[name] = files[name].replace("level: WorkUnit", "level: WorkUnit\n    class: packml-press")
    done = site.client.post("/plant/apply", json={"documents": files})
    assert done.status_code == 200, done.text
    body = {
        "states": {"values": {"tag": "state", "map": {"7": "RUN", "2": "Stopped"}}},
        "counters": {"total": {"tag": "pieces"}, "scrap": {"tag": "rejects"}},
    }
    for _ in range(2):  # and again: what was taken away stays away
        done = site.client.post(f"/equipment/{site.press()['id']}/meaning", json=body)
        assert done.status_code == 200, done.text
        press = site.house.rooms.equipment.plant().equipment[site.press()["id"]]
        assert dict(press.states or {}).keys() == {"values"}
        assert dict(press.counters or {}).keys() == {"total", "scrap"}


def test_cycles_of_a_raw_signal_count_the_pieces(site: Site) -> None:
    levels = {"tag": "amps", "thresholds": [{"low": 4, "high": 6.5}], "cycles": "cycle"}
    done = site.client.post(f"/equipment/{site.press()['id']}/meaning", json={"levels": levels})
    assert done.status_code == 200, done.text
    states, counters, _ = site.states()
    assert (states["values"]["tag"], counters) == ("doing", {"total": {"tag": "cycle"}})
    [tag] = site.client.get("/tags", params={"find": "cycle"}).json()["items"]
    assert site.client.get(f"/tags/{tag['id']}").json()["expression"] == "hysteresis(amps, 4, 6.5)"


@pytest.mark.parametrize(("asked", "status", "code"), [
    ({"minutes": 0}, 422, "watch-length"),
    ({"minutes": 2000}, 422, "watch-length"),
])  # fmt: skip
def test_a_stretch_that_cannot_be_watched_is_refused(site: Site, asked: dict[str, Any], status: int, code: str) -> None:
    answer = site.client.get("/connections/plc1/proposals", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_before_there_is_anything_it_says_how_much_is_missing(site: Site) -> None:
    assert site.client.get("/connections/nobody/proposals").status_code == 404
    [machine] = site.propose()
    assert (machine["state"], machine["counters"], machine["rate"]) == (None, [], None)
    assert {one["because"]["code"] for one in machine["silent"]} == {"never-heard"}
    printed = told(machine)
    assert "so far 0 minutes and 0 stops" in printed[1]
    assert printed[-2] == "    (nothing)"
    wrong = {"equipment_id": machine["equipment_id"], "states": {"values": {"tag": "nothing", "map": {"1": "RUN"}}}}
    faults = site.client.post("/equipment/meaning/preview", json=wrong).json()["faults"]
    assert "nothing" in faults[0]["message"]


def test_the_terminal_prints_what_is_claimed_and_the_plant_code(site: Site) -> None:
    remember(site, 3)
    printed = "\n".join(told(site.propose(minutes=185)[0]))
    assert "state            says what it does (sure)" in printed
    assert "pieces           counts total (sure)" in printed
    assert "total: {tag: pieces}" in printed
