"""The door of the plant's record: closed by default, on every route, in every way a request can come."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from dovetail.core.errors import ConfigError
from dovetail.core.scope import Actor, EquipmentTree, Scope
from dovetail.db.uow import Database
from dovetail.operations.http import Api
from dovetail.security import api as security_api
from dovetail.security.service import SecurityRoom
from dovetail.testing.clock import ManualClock
from dovetail.web import account
from dovetail.web.app import create_app, gated, refuse_undeclared
from dovetail.web.live import LiveHub

BASE = "http://127.0.0.1"
PASSWORD = "quiet bottles on a belt"


class Tree:
    """Two lines: 1 is the enterprise, 2 and 3 are below it."""

    def subtree(self, equipment_id: int) -> frozenset[int]:
        return frozenset({1, 2, 3}) if equipment_id == 1 else frozenset({equipment_id})

    def roots(self) -> frozenset[int]:
        return frozenset({1})


@pytest.fixture
def security(database: Database, clock: ManualClock) -> SecurityRoom:
    tree: EquipmentTree = Tree()
    return SecurityRoom(database, tree=tree, clock=clock)


@pytest.fixture
async def app(database: Database, security: SecurityRoom) -> FastAPI:
    api = Api(database)
    security_api.routes(api, security, node_view=lambda _id: None, demo=False)
    account.routes(api, security)

    @api.query("GET", "/equipment/{equipment_id}", permission="plant.view", summary="One")
    def one(equipment_id: int, scope: Scope) -> dict[str, int]:
        scope.require("plant.view", equipment_id)
        return {"id": equipment_id}

    def resolve(cookie: str | None, bearer: str | None) -> Scope | None:
        return security.scope_of_token(bearer) if bearer else security.scope_of_cookie(cookie) if cookie else None

    application = create_app(api, LiveHub([]), resolve=resolve)
    application.state.gated = gated(application, api, resolve=resolve, hosts=frozenset({"127.0.0.1"}))
    application.state.api = api
    return application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app.state.gated, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as opened:
        yield opened


async def set_up(client: httpx2.AsyncClient, security: SecurityRoom) -> httpx2.Response:
    body = {"token": security.new_set_up_token(), "login": "Anna", "name": "Anna Novak", "password": PASSWORD}
    return await client.post("/api/v1/setup", json=body)


async def test_only_the_declared_few_answer_without_a_session(app: FastAPI, client: httpx2.AsyncClient) -> None:
    answers = {
        (method, path): (await client.request(method, path.replace("{equipment_id}", "1"), json={})).status_code
        for method, path in app.state.api.declared
    }
    open_routes = {key for key, status in answers.items() if status != 401}
    assert open_routes == {
        ("GET", "/api/v1/health"),
        ("GET", "/api/v1/setup"),
        ("POST", "/api/v1/setup"),
        ("POST", "/api/v1/session"),
    }
    assert (await client.get("/api/v1/nowhere")).status_code == 401


async def test_the_set_up_token_works_once_and_makes_one_visible_grant(
    client: httpx2.AsyncClient, security: SecurityRoom, clock: ManualClock
) -> None:
    wrong = {"token": "guess", "login": "eve", "name": "Eve", "password": PASSWORD}
    assert (await client.post("/api/v1/setup", json=wrong)).status_code == 403
    token = security.new_set_up_token()
    clock.tick(15 * 60_000_000 + 1)
    assert (await client.post("/api/v1/setup", json={**wrong, "token": token})).status_code == 403
    made = await set_up(client, security)
    assert made.status_code == 201
    me = (await client.get("/api/v1/me")).json()
    assert [grant["role"] for grant in me["grants"]] == ["administrator"]
    assert me["permissions"]["at"]["plant.view"] == [1, 2, 3]
    assert (await client.get("/api/v1/setup")).json() == {"needed": False}
    again = await client.post("/api/v1/setup", json={**wrong, "token": security.new_set_up_token()})
    assert again.status_code == 403


@pytest.mark.parametrize(
    "password, code",
    [
        ("short", "password-short"),
        ("Password1234", "password-common"),
        ("dovetail1234", "password-common"),
        ("aaaaaaaaaaaaaaa", "password-common"),
    ],
)
async def test_passwords_tried_first_are_refused(
    client: httpx2.AsyncClient, security: SecurityRoom, password: str, code: str
) -> None:
    body = {"token": security.new_set_up_token(), "login": "anna", "name": "Anna", "password": password}
    answer = await client.post("/api/v1/setup", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_wrong_password_and_unknown_login_look_the_same_and_lock_after_five(
    client: httpx2.AsyncClient, security: SecurityRoom, clock: ManualClock
) -> None:
    await set_up(client, security)
    client.cookies.clear()
    bad = [await client.post("/api/v1/session", json={"login": "anna", "password": "x" * 12}) for _ in range(5)]
    unknown = await client.post("/api/v1/session", json={"login": "nobody", "password": "x" * 12})
    bodies = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in (*bad, unknown)]
    assert all(body == bodies[0] for body in bodies)
    right = {"login": "ANNA", "password": PASSWORD}
    assert (await client.post("/api/v1/session", json=right)).status_code == 401
    clock.tick(16 * 60_000_000)
    assert (await client.post("/api/v1/session", json=right)).status_code == 201


async def test_a_session_ends_by_sign_out_and_by_time(
    client: httpx2.AsyncClient, security: SecurityRoom, clock: ManualClock
) -> None:
    await set_up(client, security)
    cookie = client.cookies["dovetail"]
    assert (await client.get("/api/v1/equipment/2")).json() == {"id": 2}
    assert (await client.delete("/api/v1/session")).status_code == 204
    client.cookies.set("dovetail", cookie)
    assert (await client.get("/api/v1/me")).status_code == 401
    client.cookies.clear()
    await client.post("/api/v1/session", json={"login": "anna", "password": PASSWORD})
    clock.tick(8 * 3_600_000_000 + 1)
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_what_a_route_declares_is_asked_before_anything_else(database: Database) -> None:
    """A handler that forgets to ask is closed, and who may not act learns nothing about the input."""
    api = Api(database)

    @api.query("POST", "/forgetful", permission="plant.edit", summary="Asks nobody")
    def forgetful(needed: int) -> int:
        return needed

    def resolve(cookie: str | None, _bearer: str | None) -> Scope | None:
        held = {"right": Scope(Actor("p", "P"), system=frozenset({"plant.edit"})), "wrong": Scope(Actor("q", "Q"))}
        return held.get(cookie or "")

    other = gated(create_app(api, LiveHub([]), resolve=resolve), api, resolve=resolve, hosts=None)
    transport = httpx2.ASGITransport(app=other, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
        for cookie, status in (("", 401), ("wrong", 403), ("right", 422)):
            answer = await client.post("/api/v1/forgetful", headers={"cookie": f"dovetail={cookie}"})
            assert answer.status_code == status


async def test_out_of_scope_is_the_same_as_not_existing(client: httpx2.AsyncClient, security: SecurityRoom) -> None:
    await set_up(client, security)
    answer = await client.get("/api/v1/equipment/99")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": BASE}, 401),
        ({"host": "evil.example"}, 403),
    ],
)
async def test_another_site_cannot_act_for_us(client: httpx2.AsyncClient, headers: dict[str, str], status: int) -> None:
    body = {"login": "anna", "password": "x" * 12}
    assert (await client.post("/api/v1/session", json=body, headers=headers)).status_code == status


async def test_a_token_is_shown_once_and_ends_when_revoked(client: httpx2.AsyncClient, security: SecurityRoom) -> None:
    await set_up(client, security)
    made = await client.post("/api/v1/tokens", json={"name": "historian export"})
    token = made.json()["token"]
    assert made.status_code == 201 and token.startswith("dt_")
    assert token not in (await client.get("/api/v1/tokens")).text
    client.cookies.clear()
    bearer = {"authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/equipment/2", headers=bearer)).status_code == 200
    assert (await client.post("/api/v1/tokens", json={"name": "child"}, headers=bearer)).status_code == 403
    revoke = f"/api/v1/tokens/{made.json()['id']}/revoke"
    assert (await client.post(revoke, json={}, headers=bearer)).status_code == 200
    assert (await client.get("/api/v1/equipment/2", headers=bearer)).status_code == 401
    forged = {"authorization": f"Bearer {token[:-2]}xx"}
    assert (await client.get("/api/v1/equipment/2", headers=forged)).status_code == 401


async def test_every_answer_carries_the_security_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/api/v1/health", "/api/v1/me", "/api/v1/nowhere", "/sign-in", "/nowhere.js"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"].split("style-src-attr")[0]


async def test_no_secret_is_stored_readable(
    client: httpx2.AsyncClient, security: SecurityRoom, database: Database
) -> None:
    await set_up(client, security)
    token = (await client.post("/api/v1/tokens", json={"name": "x"})).json()["token"]
    from dovetail.db.tables import metadata

    with database.read() as reading:
        dump = "\n".join(
            repr(row) for table in metadata.sorted_tables for row in reading.connection.execute(table.select())
        )
    assert "$argon2id$" in dump
    for canary in (PASSWORD, token, token.split("_", 2)[2], client.cookies["dovetail"]):
        assert canary not in dump


async def test_an_undeclared_route_prevents_the_start(app: FastAPI) -> None:
    @app.get("/api/v1/forgotten")
    def forgotten() -> str:
        return "open by accident"

    with pytest.raises(ConfigError, match="GET /api/v1/forgotten declares no permission"):
        refuse_undeclared(app.routes, app.state.api)


async def test_the_api_describes_itself_in_openapi_3_1(client: httpx2.AsyncClient, security: SecurityRoom) -> None:
    from openapi_spec_validator import validate

    await set_up(client, security)
    described = (await client.get("/api/v1/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    validate(described)


async def test_a_body_that_is_too_large_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/v1/session", content=b"x" * 6_000_000)
    assert answer.status_code == 422
    assert answer.json()["code"] == "body-too-large"
