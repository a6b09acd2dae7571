"""Over HTTP: what a disk has spoilt is told beside what is whole, to whom may see the signal."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from signals_world import EVERYBODY, FILLER_ONLY, PLANT, at, frame, named

from asking import client_of
from dovetail.chunkstore.files import connect
from dovetail.core.batch import Batch, Kind
from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import Tag
from dovetail.gone.told import nothing, with_damage
from dovetail.historian.service import Historian
from dovetail.operations.http import Api
from dovetail.signals import damaged_api, moments_api, samples_api

SPAN = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(60))}


def asked_by(who: Scope, database: Database, historian: Historian) -> TestClient:
    api = Api(database)
    gone = with_damage(nothing, historian.damage)

    def find(word: str) -> Tag | None:
        return named(PLANT, word)

    damaged_api.routes(api, historian, named=find)
    samples_api.routes(api, historian, named=find, gone=gone)
    moments_api.routes(api, historian, named=find, gone=gone)
    return client_of(who, api)


@pytest.fixture
def spoilt(tmp_path: Path, historian: Historian) -> Historian:
    """Tags 1, 2 and 6 said ten samples each; the chunks of 1 and 6 are spoilt."""
    numbers = [(tag, at(i), float(i), 0xC0) for tag in (1, 2, 6) for i in range(10)]
    historian.put([frame(1, Batch.of(Kind.F64, numbers))])
    historian.seal_once()
    connection = connect(tmp_path / "historian" / "chunks-2026-01.db", role="writer")
    connection.execute("update chunk set body = cast(substr(body, 1, 20) || x'ff' as blob) where tag in (1, 6)")
    connection.close()
    return historian


def test_samples_of_the_others_come_and_the_hole_is_told(sqlite_database: Database, spoilt: Historian) -> None:
    client = asked_by(EVERYBODY, sqlite_database, spoilt)
    page = client.get("/api/v1/samples", params={"tags": "1,2", **SPAN}).json()
    assert {one["tag"] for one in page["items"]} == {2} and len(page["items"]) == 10
    (hole,) = page["dropped"]
    assert (hole["tag"], hole["act"], hole["samples"], hole["start"]) == (1, "damaged", 10, SPAN["start"])
    series = client.get("/api/v1/series", params={"tag": 1, "px": 4, **SPAN}).json()
    assert [one["act"] for one in series["dropped"]] == ["damaged"]
    stated = client.get("/api/v1/statistics", params={"tags": "1,2", **SPAN}).json()["items"]
    assert [[went["act"] for went in one["dropped"]] for one in stated] == [["damaged"], []]


def test_the_list_says_what_when_and_why_to_whom_may_see_it(sqlite_database: Database, spoilt: Historian) -> None:
    assert asked_by(EVERYBODY, sqlite_database, spoilt).get("/api/v1/samples/damaged").json()["items"] == []
    asked_by(EVERYBODY, sqlite_database, spoilt).get("/api/v1/samples", params={"tags": "1,6", **SPAN})
    spoilt.seal_once()
    found = asked_by(EVERYBODY, sqlite_database, spoilt).get("/api/v1/samples/damaged").json()["items"]
    assert [(one["path"], one["samples"], one["set_aside"]) for one in found] == [
        ("acme/filler.speed", 10, True),
        ("acme/capper.speed", 10, True),
    ]
    seen = asked_by(FILLER_ONLY, sqlite_database, spoilt).get("/api/v1/samples/damaged").json()["items"]
    assert [one["tag"] for one in seen] == [1]


def test_the_list_comes_in_pages(sqlite_database: Database, spoilt: Historian) -> None:
    client = asked_by(EVERYBODY, sqlite_database, spoilt)
    client.get("/api/v1/samples", params={"tags": "1,6", **SPAN})
    first = client.get("/api/v1/samples/damaged", params={"limit": 1}).json()
    second = client.get("/api/v1/samples/damaged", params={"limit": 1, "cursor": first["next"]}).json()
    assert [one["tag"] for one in first["items"] + second["items"]] == [1, 6]
    assert second["next"] is None
    assert client.get("/api/v1/samples/damaged", params={"cursor": "nonsense"}).status_code == 422
