"""An engineer brings in a list of tags: sees each row's verdict, applies it, takes it back, and hands it out again."""

from __future__ import annotations

import base64
import gzip
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from dovetail.app.bootstrap import open_house
from dovetail.ownership.settings import Settings
from dovetail.security.service import SetUp

WORD = "quiet bottles on a belt"
PLANT = {
    "plant.yaml": """plant: {format: 1, name: Acme}
connections:
  plc1: {driver: modbus, options: {host: 10.9.8.7}}
  plc2: {driver: s7, options: {host: 10.9.8.8}}
scan_classes:
  fast: {mode: poll, interval_ms: 200}
equipment_classes:
  press:
    tags:
      force: {connection: plc1, address: "40900", unit: kN}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press:  # the old one
    level: WorkUnit
    class: press
    tags:
      # measured by hand in May
      speed: {connection: plc1, address: "40001", kind: i64}  # of the shaft
      total: {connection: plc1, address: "40003:uint32", kind: i64, unit: "{#}"}
  acme/filler: {level: WorkUnit}
"""
}
LIST = """Name;Adresse;Datentyp;Einheit;Faktor;Beschreibung;Intervall
Speed;40001;WORD;;;;
Total;40003;UDINT;Stk;;good pieces;
Füllhöhe;40011;REAL;mm;0,5;Höhe: # "im" Tank;200
Läuft;00017;BOOL;;;;500
Doppelt;40001:int16;;;;;
Druck;40012;REAL;bananas;;;
Tür;40001.99;BOOL;;;;
Wert;40055;BCD;;;;
force;40901;;;;;
force;40900;f64;kN;;;
Läuft;00018;BOOL;;;;
"""


def packed(text: str | bytes) -> str:
    return base64.b64encode(gzip.compress(text.encode() if isinstance(text, str) else text)).decode()


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, httpx2.Cookies]:
    """The folder of an installation with Anna and the plant, and Anna's session: each test begins with a copy."""
    data = tmp_path_factory.mktemp("set_up") / "data"
    with (
        open_house(Settings(data=data)) as house,
        TestClient(house.gated, base_url="http://127.0.0.1/api/v1") as found,
    ):
        given = SetUp(token=house.security.new_set_up_token(), login="anna", name="Anna", password=WORD)
        assert found.post("/setup", json=given.model_dump()).status_code == 201
        applied = found.post("/plant/apply", json={"documents": PLANT})
        assert applied.status_code == 200, applied.text
        return data, found.cookies


@pytest.fixture
def client(set_up: tuple[Path, httpx2.Cookies], tmp_path: Path) -> Iterator[TestClient]:
    data = shutil.copytree(set_up[0], tmp_path / "data")
    with (
        open_house(Settings(data=data)) as house,
        TestClient(house.gated, base_url="http://127.0.0.1/api/v1", cookies=set_up[1]) as found,
    ):
        yield found


def preview(client: TestClient, content: str | bytes, **more: Any) -> dict[str, Any]:
    given = {"connection": "plc1", "content": packed(content), "equipment": "acme/press", **more}
    answer = client.post("/tag-lists/preview", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def bring_in(client: TestClient, content: str | bytes, **more: Any) -> httpx2.Response:
    given = {"name": "tags.csv", "content": packed(content), "equipment": "acme/press", **more}
    return client.post(f"/connections/{given.pop('connection', 'plc1')}/tag-list", json=given)


def files(client: TestClient) -> dict[str, str]:
    return client.get("/plant/export").json()["documents"]


def test_each_row_has_its_verdict(client: TestClient) -> None:
    found = preview(client, LIST)
    assert (found["format"], found["says"], found["driver"]) == ("csv", "utf-8, semicolon", "modbus")
    assert [column["field"] for column in found["columns"]] == [
        "name", "address", "type", "unit", "scale", "description", "interval",
    ]  # fmt: skip
    told = [
        (row["line"], row["outcome"], row["property"], row["address"], row["kind"],
         [one["code"] for one in row["faults"]], [one["code"] for one in row["notes"]])
        for row in found["rows"]
    ]  # fmt: skip
    assert told == [
        (2, "same", "speed", "40001", "i64", [], ["renamed"]),
        (3, "same", "total", "40003:uint32", "i64", [], ["renamed", "order-unknown"]),
        (4, "new", "fuellhoehe", "40011:float32", "f64", [], ["renamed", "order-unknown"]),
        (5, "new", "laeuft", "00017", "bool", [], ["renamed"]),
        (6, "new", "doppelt", "40001:int16", "f64", [], ["renamed"]),
        (7, "new", "druck", "40012:float32", "f64", [], ["renamed", "unit-unknown", "order-unknown"]),
        (8, "fault", "tuer", "40001.99", "f64", ["address-refused"], ["renamed"]),
        (9, "fault", "wert", "40055", "f64", ["type-not-read"], ["renamed"]),
        (10, "fault", "force", "40901", "f64", ["inherited"], []),
        (11, "fault", "force", "40900", "f64", ["name-twice"], []),
        (12, "fault", "laeuft", "00018", "bool", ["name-twice"], ["renamed"]),
    ]
    assert found["counts"] == {"same": 2, "new": 4, "fault": 5}
    assert [row["scan"] for row in found["rows"]][1:5] == ["default", "fast", "poll-500ms", "default"]


def test_a_list_becomes_plant_code_beside_what_stood_there_and_goes_again_at_one_undo(client: TestClient) -> None:
    before = files(client)
    refused = bring_in(client, LIST)
    assert (refused.status_code, refused.json()["code"]) == (422, "tag-list-faults")
    assert files(client) == before
    seen = preview(client, LIST)["version"]
    done = bring_in(client, LIST, faulty="leave", left_out=[7], seen=seen)
    assert done.status_code == 200, done.text
    assert (done.json()["added"], done.json()["changed"], done.json()["left_out"]) == (3, 0, 6)
    text = files(client)["plant.yaml"]
    assert "# measured by hand in May" in text and "# of the shaft" in text and "# the old one" in text
    line = next(line for line in text.splitlines() if "fuellhoehe" in line)
    assert line.strip() == (
        'fuellhoehe: {connection: plc1, address: "40011:float32", kind: f64, unit: mm, scale: 0.5, '
        'scan: fast}  # Höhe: # "im" Tank'
    )
    paths = {tag["path"] for tag in client.get("/tags", params={"connection": "plc1"}).json()["items"]}
    assert {"acme/press.fuellhoehe", "acme/press.laeuft", "acme/press.doppelt"} <= paths
    undone = client.post(f"/audit/{done.headers['X-Audit-Id']}/undo", json={})
    assert undone.status_code == 200, undone.text
    assert files(client) == before


def test_a_tag_that_stands_there_otherwise_is_kept_or_changed_by_choice(client: TestClient) -> None:
    other = "Name,Address,Type\nspeed,40001,INT\n"
    kept = preview(client, other)["rows"][0]
    assert (kept["outcome"], kept["changes"]) == ("kept", [["address", "40001", "40001:int16"]])
    assert bring_in(client, other).json()["code"] == "tag-list-same"
    assert preview(client, other, existing="change")["rows"][0]["outcome"] == "change"
    assert bring_in(client, other, existing="change").json()["changed"] == 1
    assert 'speed: {connection: plc1, address: "40001:int16", kind: i64}' in files(client)["plant.yaml"]


def test_an_address_that_is_read_already_is_left_out_unless_it_is_meant(client: TestClient) -> None:
    again = "Name,Address,Type\nshaft,40001,WORD\n"
    row = preview(client, again)["rows"][0]
    assert (row["outcome"], row["notes"]) == (
        "taken", [{"code": "address-taken", "about": "acme/press.speed", "hint": "",
                   "message": "acme/press.speed reads this address already"}])  # fmt: skip
    assert preview(client, again, taken="add")["rows"][0]["outcome"] == "new"


@pytest.mark.parametrize(
    "given, status, code",
    [
        ({"connection": "plc9"}, 404, "not-found"),
        ({"content": "%%%"}, 422, "tag-list-damaged"),
        ({"content": base64.b64encode(b"<svg/>").decode()}, 422, "tag-list-no-nodeset"),
        ({"scan": "never"}, 422, "scan-class"),
        ({"seen": 7}, 409, "plant-changed"),
        ({"columns": {0: "colour"}}, 422, "tag-list-column"),
    ],
)
def test_what_cannot_be_is_refused(client: TestClient, given: dict[str, Any], status: int, code: str) -> None:
    said = {"connection": "plc1", "content": packed(LIST), "equipment": "acme/press", **given}
    answer = client.post("/tag-lists/preview", json=said)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_equipment_that_is_not_there_is_a_fault_of_its_row(client: TestClient) -> None:
    found = preview(client, "Name,Address,Maschine\na,40001,acme/filler\nb,40002,acme/nowhere\nc,40004,\n")
    assert [(row["equipment"], row["outcome"]) for row in found["rows"]] == [
        ("acme/filler", "taken"), ("acme/nowhere", "fault"), ("acme/press", "new"),
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_was_handed_out_changes_nothing_when_it_is_brought_in_again(client: TestClient, language: str) -> None:
    assert bring_in(client, LIST, faulty="leave").status_code == 200
    out = client.get("/connections/plc1/tag-list", params={"language": language}).json()
    assert out["name"] == "plc1.csv"
    found = preview(client, out["text"], equipment=None)
    assert {row["outcome"] for row in found["rows"]} == {"same"}, found["rows"]
    assert len(found["rows"]) == 7


@pytest.mark.parametrize("driver", ["modbus", "s7"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_template_can_be_brought_in_as_it_is(client: TestClient, driver: str, language: str) -> None:
    text = client.get("/tag-lists/template", params={"driver": driver, "language": language}).json()["text"]
    connection = {"modbus": "plc1", "s7": "plc2"}[driver]
    found = preview(client, text, connection=connection, equipment="acme/filler", taken="add")
    assert [row["outcome"] for row in found["rows"]] == ["new", "new", "new"], found["rows"]


@pytest.mark.parametrize("count", [2_000, pytest.param(10_000, marks=pytest.mark.soak)])
def test_thousands_of_rows_are_judged_and_applied_in_seconds(client: TestClient, count: int) -> None:
    rows = [f"Signal {n},{400001 + 2 * n},REAL,bar,0.1,2000" for n in range(count)]
    text = "\n".join(["Name,Address,Type,Unit,Scale,Interval", *rows])
    began = time.process_time()
    assert preview(client, text, equipment="acme/filler")["counts"] == {"new": count}
    assert time.process_time() - began < count / 500  # seconds of one core: 3.6 for ten thousand
    assert bring_in(client, text, equipment="acme/filler").json()["added"] == count


def test_who_may_not_change_the_plant_may_not_look_either(client: TestClient) -> None:
    client.cookies.clear()
    assert client.post("/tag-lists/preview", json={}).status_code == 401
    assert client.get("/connections/plc1/tag-list").status_code == 401
