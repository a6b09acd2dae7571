"""Every route and every operation of a whole installation × everybody: who is let in, and who is refused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx2
import orjson
import pytest
from argon2 import PasswordHasher

from dovetail.app.bootstrap import House, open_house
from dovetail.core.scope import system_scope
from dovetail.demo.run import documents
from dovetail.operations.http import PROOF, PUBLIC
from dovetail.operations.operation import execute
from dovetail.ownership.settings import Settings
from dovetail.security.account import ChangePassword
from dovetail.security.people import AddPerson, OfPerson, SetRole
from dovetail.security.roles import PERMISSIONS

BASE: Final = "http://127.0.0.1"
PASSWORD: Final = "quiet bottles on a belt"
VIEWER, OPERATOR, ENGINEER, ADMINISTRATOR = "viewer", "operator", "engineer", "administrator"
PEOPLE: Final = ("nobody", VIEWER, OPERATOR, ENGINEER, ADMINISTRATOR)
EVERYBODY, SIGNED_IN = frozenset(PEOPLE), frozenset(PEOPLE) - {"nobody"}

# What each permission means for the five, said once more by hand: the table in the code is held against it.
LET_IN: Final = {
    PUBLIC: EVERYBODY,
    PROOF: EVERYBODY,  # past the session: what they carry is looked at by the route itself
    "self": SIGNED_IN,
    "plant.view": {VIEWER, OPERATOR, ENGINEER, ADMINISTRATOR},
    "job.operate": {OPERATOR, ENGINEER, ADMINISTRATOR},
    "timeline.edit": {OPERATOR, ENGINEER, ADMINISTRATOR},
    "timeline.edit-closed": {OPERATOR, ENGINEER, ADMINISTRATOR},
    "shift.sign": {ENGINEER, ADMINISTRATOR},
    "shift.reopen": {ADMINISTRATOR},
    "plant.restate": {ADMINISTRATOR},
    "count.enter": {OPERATOR, ENGINEER, ADMINISTRATOR},
    "count.review": {ENGINEER, ADMINISTRATOR},
    "samples.correct": {ENGINEER, ADMINISTRATOR},
    "calendar.edit": {ADMINISTRATOR},
    "sim.operate": {ADMINISTRATOR},
    "plant.edit": {ADMINISTRATOR},
    "token.create": {ENGINEER, ADMINISTRATOR},
    "person.manage": {ADMINISTRATOR},
    "metrics.read": {VIEWER, OPERATOR, ENGINEER, ADMINISTRATOR},
    "system.manage": {ADMINISTRATOR},
    "system.set-up": set[str](),  # the one-time token opens it, no person's right
}

# Routes whose permission is a decision of its own; every other falls to the one it declares.
DECIDED: Final = {
    ("GET", "/health"): PUBLIC,
    ("GET", "/setup"): PUBLIC,
    ("POST", "/setup"): PUBLIC,
    ("POST", "/session"): PUBLIC,
    ("POST", "/intake/{connection}"): PROOF,
    ("DELETE", "/session"): "self",
    ("GET", "/me"): "self",
    ("GET", "/me/sessions"): "self",
    ("PUT", "/me/password"): "self",
    ("PUT", "/me/locale"): "self",
    ("POST", "/me/sign-out"): "self",
    ("GET", "/people"): "person.manage",
    ("POST", "/people"): "person.manage",
    ("PUT", "/people/{person_id}"): "person.manage",
    ("PUT", "/people/{person_id}/role"): "person.manage",
    ("POST", "/people/{person_id}/deactivate"): "person.manage",
    ("POST", "/people/{person_id}/activate"): "person.manage",
    ("POST", "/people/{person_id}/sign-out"): "person.manage",
    ("POST", "/people/{person_id}/link"): "person.manage",
    ("GET", "/roles"): "person.manage",
    ("POST", "/tokens"): "token.create",
    ("POST", "/job-responses"): "job.operate",
    ("POST", "/plant/apply"): "plant.edit",
    ("POST", "/plant/plan"): "plant.edit",
    ("GET", "/plant/export"): "plant.edit",
    ("GET", "/audit/verify"): "system.manage",
}
ENDS_WHO_ASKS: Final = ("DELETE", "/session")  # asked last


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with a plant; nothing runs in it."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
        patch.setattr("dovetail.security.passwords.PasswordHasher", cheap)
        with open_house(Settings(data=Path(tmp_path_factory.mktemp("rights")) / "data")) as opened:
            opened.rooms.equipment.apply(documents(), scope=opened.scope)
            assert opened.gated
            yield opened


def enter(house: House, login: str, role: str) -> str:
    """Add somebody, who follows the link and chooses a password; their cookie."""
    given = AddPerson(login=login, name=login.title(), role=role)
    added = execute(house.security.people.add, given, database=house.database, scope=system_scope("cli:test")).output
    entered = house.security.sign_in_once(added.token)
    scope = house.security.scope_of_cookie(entered.cookie)
    assert scope is not None
    house.security.account.change_password(ChangePassword(password=PASSWORD), scope=scope)
    return entered.cookie


@pytest.fixture(scope="module")
def cookies(house: House) -> dict[str, str]:
    """The session of each role; nobody has none."""
    return {"nobody": ""} | {role: enter(house, role, role) for role in PEOPLE[1:]}


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=house.gated, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as opened:
        yield opened


def declared(house: House) -> dict[tuple[str, str], str]:
    """The permission of every route, as the installation itself describes them."""
    paths = house.app.openapi()["paths"]
    routes = {
        (method.upper(), path.removeprefix("/api/v1")): route["x-permission"]
        for path, methods in paths.items()
        for method, route in methods.items()
    }
    return dict(sorted(routes.items(), key=lambda item: item[0] == ENDS_WHO_ASKS))


async def operations(client: httpx2.AsyncClient, cookie: str) -> dict[str, str]:
    """The permission of every operation, as somebody who is signed in is told."""
    answer = await client.get("/api/v1/operations", headers={"cookie": f"dovetail={cookie}"})
    return {one["name"]: one["permission"] for one in answer.json()["items"]}


async def refused(client: httpx2.AsyncClient, method: str, path: str, cookie: str, body: object) -> bool:
    """Whether the caller was turned away as such: not signed in, or without the right."""
    headers = {"cookie": f"dovetail={cookie}"} if cookie else {}
    answer = await client.request(method, "/api/v1" + path, json=body, headers=headers)
    assert answer.status_code < 500, (method, path, answer.text)
    code = answer.json().get("code") if answer.status_code in (401, 403) else ""
    return code in ("unauthenticated", "permission")


async def test_every_permission_is_known_and_means_what_is_said_here(
    house: House, client: httpx2.AsyncClient, cookies: dict[str, str]
) -> None:
    asked = set(declared(house).values()) | set((await operations(client, cookies[ADMINISTRATOR])).values())
    assert asked <= set(LET_IN), "say in LET_IN who holds the new permission, and in security/roles.py"
    said = {name: set(roles) for name, roles in LET_IN.items() if "." in name and name != "system.set-up"}
    assert {one.name: set(one.roles & SIGNED_IN) for one in PERMISSIONS} == said


def test_what_was_decided_about_a_route_stands(house: House) -> None:
    found = declared(house)
    assert {route: found.get(route) for route in DECIDED} == DECIDED
    open_ways = (PUBLIC, PROOF)
    assert {route for route, permission in found.items() if permission in open_ways} == {
        route for route, permission in DECIDED.items() if permission in open_ways
    }


async def test_every_route_lets_in_whom_its_permission_names(
    house: House, client: httpx2.AsyncClient, cookies: dict[str, str]
) -> None:
    every = declared(house)
    assert len(every) > 40
    wrong: list[str] = []
    for (method, path), permission in every.items():
        address = re.sub(r"{\w+}", "999999", path)
        for who in PEOPLE:
            turned_away = await refused(client, method, address, cookies[who], {})
            if turned_away is (who in LET_IN[permission]):
                wrong.append(f"{method} {path} ({permission}): {who} {'refused' if turned_away else 'let in'}")
    assert wrong == []


async def test_every_operation_by_its_name_lets_in_the_same(house: House, client: httpx2.AsyncClient) -> None:
    cookies = {"nobody": ""} | {role: enter(house, f"{role}-2", role) for role in PEOPLE[1:]}
    wrong: list[str] = []
    for name, permission in (await operations(client, cookies[ADMINISTRATOR])).items():
        for who in PEOPLE:
            turned_away = await refused(client, "POST", f"/operations/{name}", cookies[who], {"given": {"odd": 1}})
            if turned_away is (who in LET_IN[permission]):
                wrong.append(f"{name} ({permission}): {who} {'refused' if turned_away else 'let in'}")
    assert wrong == []


async def test_a_session_that_owes_a_password_opens_its_own_account_only(
    house: House, client: httpx2.AsyncClient
) -> None:
    given = AddPerson(login="new", name="New", role=ADMINISTRATOR)
    added = execute(house.security.people.add, given, database=house.database, scope=system_scope("cli:test")).output
    cookie = house.security.sign_in_once(added.token).cookie
    me = await client.get("/api/v1/me", headers={"cookie": f"dovetail={cookie}"})
    assert (me.json()["password_due"], me.json()["permissions"]) == (True, {"system": ["self"], "at": {}})
    closed = [route for route, permission in declared(house).items() if permission not in (PUBLIC, PROOF, "self")]
    for method, path in closed:
        assert await refused(client, method, re.sub(r"{\w+}", "1", path), cookie, {}), (method, path)


class Screen:
    """The browser's end of a live stream."""

    def __init__(self) -> None:
        self.asks: asyncio.Queue[str] = asyncio.Queue()
        self.words: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.closed: int | None = None

    async def accept(self) -> None: ...

    async def close(self, code: int) -> None:
        self.closed = code

    async def receive_text(self) -> str:
        return await self.asks.get()

    async def send_text(self, text: str) -> None:
        await self.words.put(orjson.loads(text))

    async def send_bytes(self, frame: bytes) -> None: ...


async def test_streams_follow_the_rights_of_who_watches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.web.live.RECHECK_S", 3_600.0)  # not by looking now and then: by being told
    cookie = enter(house, "watcher", OPERATOR)
    scope = house.security.scope_of_cookie(cookie)
    assert scope is not None
    person_id, topic = scope.actor.id, f"equipment/{min(scope.at['plant.view'])}/state"
    people, outside = house.security.people, system_scope("cli:test")
    screen = Screen()
    hub = asyncio.create_task(house.hub.run())
    serving = asyncio.create_task(house.hub.serve(screen, scope, again=lambda: house.resolve(cookie, None)))  # type: ignore[arg-type]
    async with asyncio.timeout(20):
        await screen.asks.put(orjson.dumps({"op": "subscribe", "topics": [topic]}).decode())
        assert (await screen.words.get())["op"] == "subscribed"
        blind = SetRole(person_id=person_id, role="system-administrator")
        await asyncio.to_thread(execute, people.set_role, blind, database=house.database, scope=outside)
        assert (await screen.words.get())["op"] == "rights"
        assert (await screen.words.get()) | {"problem": None} == {"op": "refused", "topic": topic, "problem": None}
        assert house.hub.watched() == []
        gone = OfPerson(person_id=person_id)
        await asyncio.to_thread(execute, people.deactivate, gone, database=house.database, scope=outside)
        await serving
    assert screen.closed == 4401
    hub.cancel()
    await asyncio.gather(hub, return_exceptions=True)
