"""The tag table over HTTP: only what the caller sees, found, ordered, in stretches, each tag with its newest sample."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from signals_world import EVERYBODY, FILLER_ONLY, PLANT, asked_by, at, heard, properties

from dovetail.core.clock import to_rfc3339
from dovetail.db.uow import Database
from dovetail.historian.service import Historian


@pytest.fixture
def ada(sqlite_database: Database, historian: Historian) -> TestClient:
    heard(historian)
    return asked_by(EVERYBODY, sqlite_database, historian, lambda: PLANT)


@pytest.fixture
def eve(sqlite_database: Database, historian: Historian) -> TestClient:
    """She sees the filler alone."""
    heard(historian)
    return asked_by(FILLER_ONLY, sqlite_database, historian, lambda: PLANT)


@pytest.mark.parametrize("asked, found", [
    ({}, ["jam", "speed", "job", "rezeptür", "speed", "temp9", "temp10"]),
    ({"equipment": 1}, ["job", "rezeptür", "speed", "temp9", "temp10"]),
    ({"connection": "plc2"}, ["jam", "speed", "rezeptür"]),
    ({"connection": "-"}, ["job"]),
    ({"connection": "plc9"}, []),
    ({"find": "FILL temp"}, ["temp9", "temp10"]),
    ({"find": "rezeptur"}, ["rezeptür"]),
    ({"find": "s=T"}, ["temp9", "temp10"]),
    ({"find": "nowhere"}, []),
    ({"kind": "str"}, ["job", "rezeptür"]),
    ({"quality": "bad"}, ["jam"]),
    ({"quality": "uncertain"}, ["temp10"]),
    ({"quality": "good", "equipment": 1, "sort": "property", "down": True}, ["temp9", "speed", "rezeptür"]),
    ({"sort": "property", "equipment": 1}, ["job", "rezeptür", "speed", "temp9", "temp10"]),
    ({"sort": "property", "equipment": 1, "down": True}, ["temp10", "temp9", "speed", "rezeptür", "job"]),
    ({"sort": "value", "equipment": 1}, ["job", "temp10", "speed", "temp9", "rezeptür"]),
    ({"sort": "ts", "down": True}, ["jam", "speed", "temp9", "temp10", "rezeptür", "speed", "job"]),
    ({"sort": "quality", "equipment": 2}, ["speed", "jam"]),
    ({"sort": "connection", "equipment": 1}, ["job", "speed", "temp9", "temp10", "rezeptür"]),
    ({"sort": "address", "connection": "plc2"}, ["jam", "rezeptür", "speed"]),
])  # fmt: skip
def test_the_table_holds_what_is_asked_for_in_its_order(
    ada: TestClient, asked: dict[str, Any], found: list[str]
) -> None:
    assert properties(ada.get("tags", params=asked)) == found


@pytest.mark.parametrize("asked, found, of", [
    ({}, ["job", "rezeptür", "speed", "temp9", "temp10"], (5, 5)),
    ({"quality": "bad"}, [], (0, 5)),
    ({"sort": "value", "find": "temp"}, ["temp10", "temp9"], (2, 5)),
])  # fmt: skip
def test_what_is_not_seen_is_neither_found_nor_counted(
    eve: TestClient, asked: dict[str, Any], found: list[str], of: tuple[int, int]
) -> None:
    answer = eve.get("tags", params=asked)
    assert properties(answer) == found
    assert (answer.json()["total"], answer.json()["all"]) == of


@pytest.mark.parametrize("path", ["tags/6", "tags/101", "tags/999", "tags?equipment=2"])
def test_what_is_not_seen_does_not_exist(eve: TestClient, path: str) -> None:
    assert eve.get(path).status_code == 404


@pytest.mark.parametrize("asked", [{}, {"sort": "value"}, {"sort": "property", "down": True}])
def test_pages_and_stretches_hold_every_tag_once(ada: TestClient, asked: dict[str, Any]) -> None:
    whole = ada.get("tags", params=asked).json()
    assert (whole["total"], whole["all"], whole["next"]) == (7, 7, None)
    pages: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = ada.get("tags", params=asked | {"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        pages += page["items"]
        cursor = page["next"]
    assert pages == whole["items"]
    stretches = [ada.get("tags", params=asked | {"limit": 2, "skip": skip}).json() for skip in (0, 2, 4, 6, 8)]
    assert [tag for stretch in stretches for tag in stretch["items"]] == whole["items"]


@pytest.mark.parametrize("asked", [
    {"cursor": "W10"}, {"cursor": "!"}, {"skip": -1}, {"sort": "colour"}, {"quality": "fair"}, {"find": "x" * 201},
])  # fmt: skip
def test_what_cannot_be_asked_is_refused(ada: TestClient, asked: dict[str, Any]) -> None:
    assert ada.get("tags", params=asked).status_code == 422


def test_a_tag_tells_how_it_is_read_and_what_was_read(ada: TestClient) -> None:
    shown = ada.get("tags/1").json()
    wiring = {"connection": "plc1", "driver": "opcua", "address": "ns=2;s=Speed", "scan": "fast", "mode": "poll"}
    scaling = {"interval_ms": 100, "scale": 0.1, "offset": 2.0, "deadband": 0.5, "unit": "m/s", "kind": "f64"}
    news = {"raw": pytest.approx(-5.0), "native": None, "equipment_id": 1}
    assert {key: shown[key] for key in wiring | scaling | news} == wiring | scaling | news
    assert shown["last"] == {
        "value": 1.5, "ts": to_rfc3339(at(5)), "quality": 0xC0, "quality_name": "GOOD", "ts_device": None,
    }  # fmt: skip


def test_a_bad_value_says_what_the_device_said(ada: TestClient) -> None:
    shown = ada.get("tags/7").json()
    assert (shown["last"]["value"], shown["raw"]) == (None, None)
    assert shown["native"] == {"code": 2, "words": "0x02 illegal data address"}


def test_an_internal_tag_was_read_from_nowhere(ada: TestClient) -> None:
    kept = ada.get("tags/5").json()
    assert [kept[key] for key in ("connection", "driver", "mode", "last", "raw", "native")] == [None] * 6
