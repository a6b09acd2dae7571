"""A whole installation under faults: a dead PLC becomes history, an event and a message, once through restarts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from pydantic import SecretStr
from typer.testing import CliRunner

import waiting
from dovetail.app.bootstrap import House, open_house
from dovetail.cli.main import app
from dovetail.connections.model import NOT_RUNNING
from dovetail.core.scope import system_scope
from dovetail.operations.operation import execute
from dovetail.ownership.control import serving
from dovetail.ownership.settings import Settings
from dovetail.webhooks.service import CreateWebhook

until = partial(waiting.until, within_s=30.0)

EVERYONE = system_scope("test")
CANARY = "canary-of-the-filler-8842"
PLANT = """\
plant: {format: 1, name: Dead line}
equipment:
  acme: {level: Enterprise, timezone: UTC}
  acme/filler:
    level: WorkUnit
    tags: {speed: {connection: plc1, address: "ns=2;s=Speed"}}
connections:
  plc1:
    driver: opcua
    alert_after_min: 0.02
    options: {endpoint: "opc.tcp://127.0.0.1:1/", security: {policy: "None", insecure: true}}
"""


@pytest.fixture
def told() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(address, messages) of somebody who wants to know."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(orjson.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", got
    server.shutdown()
    server.server_close()
    thread.join(5)


def causes(house: House) -> list[list[str]]:
    found = house.rooms.connections.history("plc1", 0, 1 << 62, scope=EVERYONE, up=False, limit=10)
    return [[cause.text for cause in one.causes] for one in found]


async def test_a_dead_plc_is_told_once_through_restarts(database_url: str, tmp_path: Path, told) -> None:
    url, got = told
    settings = Settings(data=tmp_path / "data", database_url=database_url, webhook_hosts=("127.0.0.1",))
    with open_house(settings) as house:
        house.rooms.equipment.apply({"plant.yaml": PLANT.encode()}, scope=house.scope)
        given = CreateWebhook(url=SecretStr(url), kinds=["connection.*"])
        execute(house.rooms.webhooks.create, given, database=house.database, scope=EVERYONE)
        assert house.gated
        await house.start()
        await until(lambda: len(got) == 1)
        await house.stop()
        assert len(causes(house)) == 1
    with open_house(settings) as house:
        assert house.gated
        await house.start()
        await until(lambda: NOT_RUNNING in causes(house)[0])
        await until(lambda: house.rooms.webhooks.step() == 0 and house.link_statuses()[0].cause != "not connected yet")
        await house.stop()
        ((first, *_rest),) = causes(house)
    assert [message["type"] for message in got] == ["connection.down"]
    assert got[0]["data"]["connection"] == "plc1"
    assert got[0]["data"]["cause"] == first
    assert len(got[0]["equipment"]) == 1


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """The command line on a running installation's control socket."""

    def verb(*words: str, given: str | None = None) -> str:
        done = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "data")], input=given)
        assert done.exit_code == 0, done.output
        return done.stdout

    with open_house(Settings(data=tmp_path / "data")) as house, serving(house.app, tmp_path / "data"):
        yield verb


def test_secrets_and_webhooks_from_a_terminal(run: Callable[..., str], tmp_path: Path) -> None:
    run("secret", "put", "plc1", given=f"{CANARY}\n")
    assert "plc1" in run("secret", "list")
    added = run("webhook", "add", "https://hooks.example.com/x?token=canary-7", "--kind", "connection.down")
    assert added.startswith("whsec_")
    shown = run("webhook", "list")
    assert "https://hooks.example.com  connection.down" in shown
    webhook_id = shown.split()[0]
    run("webhook", "test", webhook_id)
    run("backup", "make", str(tmp_path / "backups"))
    run("webhook", "remove", webhook_id)
    assert run("webhook", "list") == ""
    run("secret", "delete", "plc1")
    assert run("secret", "list") == ""
    everything = b"".join(_content(path) for path in tmp_path.rglob("*") if path.is_file())
    assert everything.count(b"secret.put") >= 2, "the audit names what was done, here and in the backup"
    assert not list((tmp_path / "backups").rglob("installation.key")), "a key does not lie beside what it opens"
    assert CANARY.encode() not in everything
    assert b"canary-7" not in everything
    assert added.split()[0].removeprefix("whsec_").encode() not in everything


def _content(path: Path) -> bytes:
    """What stands in a file; a backup's tables are compressed."""
    raw = path.read_bytes()
    return zstandard.ZstdDecompressor().decompressobj().decompress(raw) if path.suffix == ".zst" else raw
