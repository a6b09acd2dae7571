"""Plant code from a terminal: what is printed, and the exit codes scripts rely on (0 nothing, 1 error, 2 changes)."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.equipment import api as equipment_api
from dovetail.equipment.service import EquipmentRoom
from dovetail.house.rooms import plant_sections
from dovetail.operations.http import Api
from dovetail.testing.clock import ManualClock

BOTTLING = Path(__file__).resolve().parents[2] / "plants" / "bottling"


class OverAsgi:
    """The equipment room's real routes, called as the control socket would be."""

    def __init__(self, room: EquipmentRoom) -> None:
        api = Api(room.database)
        equipment_api.routes(api, room)
        self.app = FastAPI()

        @self.app.middleware("http")
        async def gate(request: Request, call_next: Any) -> Response:
            request.state.scope = system_scope("cli:test")
            return await call_next(request)

        self.app.include_router(api.router)

    def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        return asyncio.run(self._call(method, path, body, query))

    async def _call(self, method: str, path: str, body: object, query: dict[str, object]) -> Any:
        asked = {key: str(value) for key, value in query.items() if value is not None}
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://plant/api/v1") as client:
            answer = await client.request(method, path, json=body, params=asked)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(autouse=True)
def worker_threads_end() -> Iterator[None]:
    yield
    for thread in [one for one in threading.enumerate() if one.name.startswith("AnyIO")]:
        thread.join(timeout=5)


@pytest.fixture
def room(sqlite_database: Database, clock: ManualClock, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> EquipmentRoom:
    room = EquipmentRoom(sqlite_database, clock, bus, plant_sections())

    @contextmanager
    def installation(_data: Path, *, begins: bool = False) -> Iterator[OverAsgi]:
        clock.tick(SECOND_US)
        yield OverAsgi(room)

    monkeypatch.setattr("dovetail.terminal.installation.installation", installation)
    return room


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demo plant that a test may change."""
    return Path(shutil.copytree(BOTTLING, tmp_path / "bottling"))


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


def rewrite(file: Path, was: str, becomes: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(was, becomes, 1), encoding="utf-8")


def test_a_plant_begun_with_init_is_valid(tmp_path: Path) -> None:
    code, said = run("init", tmp_path / "mine", "--name", 'Größe "1"', "--timezone", "Europe/Prague")
    assert (code, said.splitlines()[0][:7]) == (0, "5 files")
    assert run("validate", tmp_path / "mine") == (0, f"{tmp_path / 'mine'}: 5 files, nothing wrong.\n")


def test_faults_are_told_with_their_place_and_exit_1(demo: Path) -> None:
    rewrite(demo / "connections.yaml", "driver: opcua", "driver: opcu")
    code, said = run("validate", demo)
    assert code == 1
    assert "connections.yaml:4:24: DT-P202: there is no driver opcu" in said
    assert "did you mean opcua?" in said
    code, said = run("validate", "--json", demo)
    found = json.loads(said)
    assert (code, found["ok"]) == (1, False)
    assert [(one["line"], one["col"], one["code"]) for one in found["problems"]] == [(4, 24, "DT-P202")]


def test_plan_apply_plan_export(demo: Path, room: EquipmentRoom, tmp_path: Path) -> None:
    code, said = run("plan", demo)
    assert code == 2
    assert "+ equipment acme/brno/pack/line1/filler" in said
    code, said = run("apply", demo, "--yes", "--reason", "first")
    assert (code, said.splitlines()[-1]) == (0, "Version 1 holds from 2026-01-05T06:00:02.000000Z.")
    assert run("plan", demo) == (0, "Nothing to change.\n")
    assert run("apply", demo, "--yes")[1].splitlines()[-1] == "Version 1 already says this."
    rewrite(demo / "equipment.yaml", "standard_rate_upm: 100", "standard_rate_upm: 95")
    code, said = run("plan", demo)
    assert code == 2
    assert "~ equipment acme/brno/pack/line1/filler\n    standard_rate_upm: 100.0 → 95.0" in said
    assert run("apply", demo)[0] == 1  # nobody to ask, and no --yes
    assert room.plant().version == 1
    assert run("apply", demo, "--yes")[0] == 0
    assert run("export", tmp_path / "out")[0] == 0
    assert (tmp_path / "out" / "equipment.yaml").read_bytes() == (demo / "equipment.yaml").read_bytes()
    assert run("export", tmp_path / "first", "--version", 1)[0] == 0
    assert "standard_rate_upm: 100\n" in (tmp_path / "first" / "equipment.yaml").read_text(encoding="utf-8")


def test_a_faulty_plant_is_not_applied(demo: Path, room: EquipmentRoom) -> None:
    run("apply", demo, "--yes")
    rewrite(demo / "equipment.yaml", "level: Site", "level: Sight")
    for verb in ("plan", "apply"):
        code, said = run(verb, demo)
        assert code == 1
        assert "did you mean Site?" in said
    assert room.plant().version == 1


def test_the_schema_is_printed_for_editors() -> None:
    code, said = run("schema")
    assert code == 0
    assert {"equipment", "connections", "reasons"} <= set(json.loads(said)["properties"])
