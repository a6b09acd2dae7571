"""The log: one event per line, for people or machines, with the request it belongs to, and never a secret (E3, E11)."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import orjson
import pytest
from vitals_backup import rows_of

from dovetail.app.bootstrap import House, open_house
from dovetail.core import context
from dovetail.core.errors import ConfigError
from dovetail.ownership.settings import Settings
from dovetail.security.service import SetUp
from dovetail.vitals import logs
from dovetail.web import observe

PASSWORD = "quiet canary on a belt 4711"


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_line_for_machines_says_who_asked(root_log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    assert root_log.level == logging.INFO
    request, actor = context.REQUEST.set("ab12"), context.ACTOR.set("person:7")
    try:
        raise ValueError("a nozzle is missing")
    except ValueError:
        logging.getLogger("dovetail.test").exception("the filler %s", "stands", extra={"fields": {"unit": 5}})
    finally:
        context.REQUEST.reset(request)
        context.ACTOR.reset(actor)
    logging.getLogger("dovetail.test").debug("not asked for")
    logging.getLogger("asyncua").info("not asked for")
    (line,) = said(capsys)
    found = orjson.loads(line)
    assert {name: found[name] for name in ("level", "logger", "message", "request", "actor", "unit", "error")} == {
        "level": "error",
        "logger": "dovetail.test",
        "message": "the filler stands",
        "request": "ab12",
        "actor": "person:7",
        "unit": 5,
        "error": "ValueError",
    }
    assert found["ts"].endswith("Z")
    assert "a nozzle is missing" in found["traceback"]


@pytest.mark.parametrize("style", ["text", "json"])
def test_what_comes_from_outside_stays_one_line(
    root_log: logging.Logger, capsys: pytest.CaptureFixture[str], style: str
) -> None:
    logs.configure(style)
    logging.getLogger("dovetail.test").warning("no tag %s", "x\n2026-01-01 ERROR dovetail: all is lost\x1b[2J")
    assert root_log.handlers
    lines = said(capsys)
    assert len(lines) == 1
    assert "\x1b" not in lines[0]


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_name_that_is_no_text_is_told_all_the_same(
    root_log: logging.Logger, capsys: pytest.CaptureFixture[str], style: str
) -> None:
    logs.configure(style)
    logging.getLogger("dovetail.test").warning("%s was taken", os.fsdecode(b"m\xe4r.csv"))
    assert root_log.handlers
    (line,) = said(capsys)
    assert "udce4r.csv was taken" in line


@pytest.mark.parametrize(("style", "level"), [("xml", "info"), ("text", "loud")])
def test_another_style_is_refused(style: str, level: str) -> None:
    with pytest.raises(ConfigError, match="there is no log"):
        logs.configure(style, level)


@pytest.mark.parametrize(
    "text",
    [
        "GET /setup#token=canary7 failed",
        "/sign-in#once=canary7",
        "token dt_ab12_canary7 was used",
        "cannot connect to postgresql+psycopg://mes:canary7@db/plant",
        "authorization: Bearer canary7",
        "Cookie: dovetail_session=canary7; other=canary7",
        '{"login": "anna", "password": "canary7"}',
        "POST /api/v1/terminal?pin=canary7",
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(text: str) -> None:
    assert "canary7" not in logs.masked(text)
    assert (
        logs.masked("the filler was in state Held from 06:00:12 on") == "the filler was in state Held from 06:00:12 on"
    )


# --- a whole installation -------------------------------------------------------------------------------------


@pytest.fixture
async def client(tmp_path: Path, root_log: logging.Logger) -> AsyncIterator[tuple[httpx2.AsyncClient, House]]:
    """Somebody at the gate of a real installation."""
    assert root_log
    with open_house(Settings(data=tmp_path / "data")) as house:
        transport = httpx2.ASGITransport(app=house.gated, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
            yield opened, house


async def test_no_secret_that_passes_through_reaches_the_log(
    client: tuple[httpx2.AsyncClient, House], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observe, "SLOW_S", 0.0)  # every request is written down
    logs.configure("json", "debug")
    asked, house = client
    link = house.security.new_set_up_token()
    given = SetUp(token=link, login="anna", name="Anna", password=PASSWORD)
    assert (await asked.post("/api/v1/setup", json=given.model_dump())).status_code == 201
    cookie = next(iter(asked.cookies.jar)).value
    made = await asked.post("/api/v1/tokens", json={"name": "bi", "days": 1})
    assert made.status_code == 201, made.text
    token = made.json()["token"]
    once = house.security.new_sign_in_token("anna")
    assert (await asked.post("/api/v1/session", json={"once": once})).status_code == 201
    wrong = {"login": "anna", "password": PASSWORD + "x"}
    assert (await asked.post("/api/v1/session", json=wrong)).status_code in {401, 403}
    bearer = {"authorization": f"Bearer {token}"}
    assert (await asked.get("/api/v1/metrics?token=" + token, headers=bearer)).status_code == 200
    assert (await asked.get("/api/v1/nothing", headers={"authorization": f"Bearer {token}x"})).status_code in {401, 404}
    text = capsys.readouterr().err
    sys.stderr.write(text[-2_000:])  # for whoever reads a failure
    assert text.count("answered") >= 5
    secrets = [PASSWORD, link, cookie, token.rsplit("_", 1)[1], once]
    assert all(secrets)
    backup = house.backups.now(house.settings.data.parent / "backups")
    kept = [text, *(str(rows) for rows in rows_of(backup).values()), (backup / "manifest.json").read_text()]
    assert [secret for secret in secrets if secret and any(secret in one for one in kept)] == []


async def test_a_request_has_one_id_in_answer_problem_and_log(
    client: tuple[httpx2.AsyncClient, House], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observe, "SLOW_S", 0.0)
    logs.configure("json")
    asked, _house = client
    answer = await asked.get("/api/v1/metrics")
    assert answer.status_code == 401
    found = [orjson.loads(line) for line in said(capsys) if '"route"' in line]
    assert [one["request"] for one in found] == [answer.headers["x-request-id"]]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert (await asked.get("/api/v1/health")).status_code == 200
    (seen,) = [orjson.loads(line) for line in said(capsys) if '"route"' in line]
    assert (seen["route"], seen["status"], seen["method"]) == ("/api/v1/health", 200, "GET")
    assert "actor" not in seen
