"""Over the real socket: without a session only the declared few answer; no two installations share a secret."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from installation_process import Installation
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

pytestmark = pytest.mark.browser

OPEN = {
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/setup"),
    ("POST", "/api/v1/setup"),
    ("POST", "/api/v1/session"),
}
PASSWORD = "quiet bottles on a belt"
FIRST_LINK = "0" * 64  # what stands before the first row of every audit chain
SECRET_COLUMN = re.compile("hash|secret|password|token|key|cookie|salt")


@pytest.fixture
def twins(folder: Path) -> Iterator[tuple[Installation, Installation]]:
    """Two installations set up by the same person with the same words."""
    pair = (Installation("serve", folder / "twin-1"), Installation("serve", folder / "twin-2"))
    with ThreadPoolExecutor() as both:
        list(both.map(Installation.start, pair))
    yield pair
    for one in pair:
        one.stop()


def stored(data: Path) -> set[str]:
    """Every secret, hash and key in the records store, and every file that only the owner may read."""
    with sqlite3.connect(data / "records.db") as records:
        tables = [name for (name,) in records.execute("select name from sqlite_master where type = 'table'")]
        columns = [
            (table, column[1]) for table in tables for column in records.execute(f'pragma table_info("{table}")')
        ]
        return {
            str(value)
            for table, column in columns
            if SECRET_COLUMN.search(column)
            for (value,) in records.execute(f'select "{column}" from "{table}"')
            if value is not None
        }


def entered(one: Installation) -> set[str]:
    """Set it up; every secret that passed over the wire."""
    link = one.secret()
    with httpx2.Client(base_url=f"{one.base}/api/v1", timeout=30) as client:
        given = {"token": link, "login": "anna", "name": "Anna", "password": PASSWORD}
        assert client.post("/setup", json=given).status_code == 201
        token = client.post("/tokens", json={"name": "report"}).json()
        return {link, client.cookies["dovetail"], token["token"], client.get("/me").json()["person"]["id"]}


def test_no_declared_route_answers_without_a_session(demo: Installation, api: httpx2.Client) -> None:
    described = api.get("/openapi.json").json()["paths"]
    routes = [(method.upper(), path) for path, methods in described.items() for method in methods]
    with httpx2.Client(base_url=demo.base, timeout=30) as nobody:
        answers = {
            (method, path): nobody.request(method, re.sub(r"{\w+}", "1", path), json={}).status_code
            for method, path in routes
        }
        assert {route for route, status in answers.items() if status != 401} == OPEN
    assert len(answers) > 30


def test_no_stream_opens_without_a_session(demo: Installation, cookie: str) -> None:
    address = f"{demo.base.replace('http', 'ws')}/api/v1/live"
    with pytest.raises(InvalidStatus, match="403"), connect(address, origin=Origin(demo.base)):
        pass
    with connect(address, origin=Origin(demo.base), additional_headers={"cookie": f"dovetail={cookie}"}) as live:
        live.send('{"op": "subscribe", "topics": ["connections"]}')
        assert "subscribed" in str(live.recv(timeout=10))


def test_two_installations_share_no_secret(twins: tuple[Installation, Installation]) -> None:
    seen = [entered(one) for one in twins]
    assert seen[0] & seen[1] == set()
    kept = [stored(one.data) for one in twins]
    assert all(len(secrets) >= 4 for secrets in kept), kept
    assert {secret for secret in kept[0] & kept[1] if len(secret) > 12} - {FIRST_LINK} == set()
