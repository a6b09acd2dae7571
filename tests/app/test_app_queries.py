"""Whatever stands in the address of a request: every list and every number answers, or says what is wrong with it."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx2
import orjson
import pytest

from dovetail.app.bootstrap import House, open_house
from dovetail.core.scope import system_scope
from dovetail.demo.run import documents
from dovetail.operations.operation import execute
from dovetail.ownership.settings import Settings
from dovetail.security.account import ChangePassword
from dovetail.security.people import AddPerson
from shortcuts import IS_LONG

ROUNDS: Final = 100 if IS_LONG else 3  # each asks every route once, with other words
WHOLE: Final = ("-1", "0", "1", "2", "7", "200", str((1 << 63) - 1), str(1 << 63), "9" * 30, "²", "٣", "1.5", "true")
MOMENTS: Final = (
    "2026-01-01T00:00:00Z",
    "2026-01-02T00:00:00+01:00",
    "2026-01-01",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-W01-1T00:00:00Z",
    "now",
)
TEXTS: Final = ("", "a", "oee", "acme/brno", "%", "\0", "../..", "'", "ä" * 300, "[", "*", "9" * 5_000)
PLACES: Final[tuple[Any, ...]] = (
    [], [None], ["x"], [-1], [0], [5, 6], [1.5], [True], [{}], [[1]], [(1 << 64) - 1], [-(1 << 63)], ["\0"], 7, "7",
)  # fmt: skip
CURSORS: Final = (*(base64.urlsafe_b64encode(orjson.dumps(one)).decode().rstrip("=") for one in PLACES), "!!", "A", "ä")
OF_NAME: Final = {"start": MOMENTS, "end": MOMENTS, "at": MOMENTS, "as_of": (*WHOLE, *MOMENTS), "cursor": CURSORS}
PERIOD: Final = {"start": MOMENTS[0], "end": MOMENTS[1]}  # so that the rest is looked at, too


NOT_AS_KNOWN: Final = {  # reads of an equipment that take no `as_of`, and why
    "tags": "what is defined now",
    "job-orders": "what is to be done now",
    "state": "of this moment",
    "live-kpi": "of this moment",
    "last-readings": "of this moment: where somebody who reads a counter goes on",
    "reasons": "what is offered now, or `at` a moment",
    "scrap-reasons": "what is offered now",
    "count-entries": "all that was ever entered, with when, and when it was taken back",
    "counter-readings": "all that was ever read, with when, and by whom it was taken back",
    "held-jumps": "what waits for a decision now, or how it was decided, with when",
    "held-entries": "what waits for a decision now, or how it was decided, with when",
    "scans": "all that was ever scanned, with when",
    "unconverted": "what somebody has to make right now",
    "signatures": "all that was ever signed, with when, and when it was taken back",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with a plant; nothing runs in it."""
    with open_house(Settings(data=tmp_path_factory.mktemp("queries") / "data")) as opened:
        opened.rooms.equipment.apply(documents(), scope=opened.scope)
        yield opened


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """An administrator's."""
    given = AddPerson(login="root", name="Root", role="administrator")
    added = execute(house.security.people.add, given, database=house.database, scope=system_scope("cli:test")).output
    cookie = house.security.sign_in_once(added.token).cookie
    scope = house.security.scope_of_cookie(cookie)
    assert scope is not None
    house.security.account.change_password(ChangePassword(password="quiet bottles on a belt"), scope=scope)
    transport = httpx2.ASGITransport(app=house.gated, raise_app_exceptions=False)
    headers = {"cookie": f"dovetail={cookie}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as opened:
        yield opened


def asked(path: str, parameters: list[dict[str, Any]], chance: random.Random) -> str:
    """An address with other words in it: most parameters left out or plain, so that one odd word is what is judged."""
    for name in re.findall(r"{(\w+)}", path):
        path = path.replace(
            f"{{{name}}}", quote(chance.choice(("1", "2", "3", "5", "oee", chance.choice(WHOLE + TEXTS))), safe="")
        )
    words: list[str] = []
    for parameter in parameters:
        if parameter["in"] != "query" or (chance.random() < 0.3 and not parameter.get("required")):
            continue
        name = parameter["name"]
        odd = chance.random() < 0.4
        word = chance.choice(OF_NAME.get(name, WHOLE + TEXTS)) if odd else PERIOD.get(name, "1")
        words += [f"{name}={quote(word, safe='')}"] if odd or name in PERIOD or parameter.get("required") else []
    return f"{path}?{'&'.join(words)}"


async def test_no_query_is_an_error_of_ours(house: House, client: httpx2.AsyncClient) -> None:
    chance = random.Random(20_260)
    routes = [
        (path, methods["get"].get("parameters", []))
        for path, methods in house.app.openapi()["paths"].items()
        if "get" in methods
    ]
    wrong: dict[str, str] = {}
    for _ in range(ROUNDS):
        for path, parameters in routes:
            address = asked(path, parameters, chance)
            answer = await client.get(address)
            if answer.status_code >= 500:
                wrong.setdefault(path, f"{address[:300]} {answer.text[:200]}")
    assert wrong == {}


def test_what_equipment_did_can_be_asked_as_it_was_known_at_a_moment(house: House) -> None:
    """A new read of states, counts, slices or what follows from them takes `as_of`, or stands here with a reason."""
    start = "/api/v1/equipment/{equipment_id}/"
    reads = {
        path.removeprefix(start): {one["name"] for one in methods["get"].get("parameters", [])}
        for path, methods in house.app.openapi()["paths"].items()
        if path.startswith(start) and "get" in methods
    }
    assert {name for name, asked in reads.items() if "as_of" not in asked} == set(NOT_AS_KNOWN)
