"""An administrator looks for devices: one search at a time, on record, where it was named, ended when they say so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from dovetail.app.bootstrap import open_house
from dovetail.db.uow import Database
from dovetail.operations.store import find_audit
from dovetail.ownership.settings import Settings
from dovetail.security.service import SetUp
from dovetail.sim.line import Change
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.modbus import ModbusUnitServer
from dovetail.sim.truth import Counts, Status
from waiting import until

WORD = "quiet bottles on a belt"
HERE = "127.0.0.1"
STATUS = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, starved=False, blocked=False)


@dataclass
class Site:
    """An installation, its first administrator, and a Modbus device and a mute one that wait on loopback."""

    client: TestClient
    database: Database
    modbus: int
    mute: int

    def ask(self, **given: Any) -> Any:
        return self.client.post("/device-search", json={"ranges": [HERE], "units": "1", **given})

    def search(self) -> Any:
        return self.client.get("/device-search").json()["search"]

    def ended(self) -> Any:
        asyncio.run(until(lambda: self.search()["state"] != "running", within_s=60))
        return self.search()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with (
        open_house(Settings(data=tmp_path_factory.mktemp("search") / "data")) as house,
        TestClient(house.gated, base_url="http://127.0.0.1/api/v1") as client,
    ):
        given = SetUp(token=house.security.new_set_up_token(), login="anna", name="Anna", password=WORD)
        assert client.post("/setup", json=given.model_dump()).status_code == 201
        assert client.portal is not None
        device = ModbusUnitServer("filler", port=0)
        client.portal.call(device.start, Change(0, "filler", STATUS, 80.5, Counts(117, 3)))
        mute = client.portal.call(_mute)
        yield Site(client, house.database, device.port, mute.sockets[0].getsockname()[1])
        mute.close()
        client.portal.call(device.stop)


async def _mute() -> asyncio.Server:
    """Takes every connection, and says nothing until the other side goes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    return await asyncio.start_server(talk, HERE, 0)


def test_what_is_found_can_be_connected_and_who_looked_is_on_record(site: Site) -> None:
    begun = site.ask(ways={"modbus": [site.modbus, site.mute]}, reason="the new press")
    assert (begun.status_code, begun.json()["hosts"]) == (202, 1)
    search = site.ended()
    assert (search["id"], search["state"], search["asked"], search["by"]) == (
        begun.json()["search_id"],
        "done",
        1,
        "Anna",
    )
    [found] = search["finds"]
    assert found["connect"]["options"] == {"host": HERE, "port": site.modbus, "unit": 1}
    assert (found["connect"]["driver"], found["connect"]["missing"]) == ("modbus", None)
    assert search["strangers"] == [{"host": HERE, "port": site.mute, "tried": ["Modbus TCP"]}]
    with site.database.read() as reading:
        row = find_audit(reading, int(begun.headers["x-audit-id"]))
    assert row is not None
    assert (row.operation, row.actor_name, row.given["ranges"], row.reason) == (
        "devices.find", "Anna", [HERE], "the new press",
    )  # fmt: skip


def test_one_search_at_a_time_and_it_ends_when_somebody_has_had_enough(site: Site) -> None:
    assert site.ask(ranges=["127.0.0.1-127.0.0.60"], ways={"modbus": [site.mute]}).status_code == 202
    again = site.ask(ways={"modbus": [site.modbus]})
    assert (again.status_code, again.json()["code"]) == (409, "search-busy")
    assert site.client.post("/device-search/end", json={}).status_code == 200
    search = site.ended()
    assert (search["state"], search["asked"] + search["unasked"]) == ("stopped", 60)
    asyncio.run(until(lambda: "dovetail-finding" not in {one.name for one in threading.enumerate()}))
    nobody = site.client.post("/device-search/end", json={})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "search-none")


@pytest.mark.parametrize(("given", "status", "code"), [
    ({"ranges": []}, 422, "invalid"),  # there is no range that is meant when none is named
    ({"ranges": ["my network"]}, 422, "discover-range"),
    ({"ranges": ["10.0.0.0/8"]}, 422, "discover-range"),
    ({"ranges": ["10.0.0.0/21", "10.0.16.0/21", "10.0.32.0/21"], "agreed": True}, 422, "discover-range"),
    ({"ranges": ["10.0.0.0/22"]}, 403, "discover-many"),
    ({"ranges": ["8.8.8.8"]}, 403, "discover-many"),
    ({"ways": {"telepathy": [1]}}, 422, "discover-way"),
    ({"ways": {}}, 422, "discover-way"),
    ({"ways": {"modbus": list(range(1, 10))}}, 422, "invalid"),
    ({"units": "1-300"}, 422, "discover-units"),
])  # fmt: skip
def test_what_is_not_meant_or_makes_no_sense_is_refused(
    site: Site, given: dict[str, Any], status: int, code: str
) -> None:
    before = site.search()
    answer = site.ask(**given)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert site.search() == before


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("operator", 403), ("administrator", 200)])
def test_only_administrators_look(site: Site, role: str, status: int) -> None:
    made = site.client.post("/people", json={"login": f"one-{role}", "name": "One", "role": role, "locale": "en"})
    theirs = TestClient(site.client.app, base_url="http://127.0.0.1/api/v1")
    assert theirs.post("/session", json={"once": made.json()["token"]}).status_code == 201
    theirs.put("/me/password", json={"password": WORD})
    assert theirs.get("/device-search").status_code == status
    assert theirs.post("/device-search/end", json={}).status_code in (status, 409)
