"""The way in of a running installation: who may post, what is answered, and what becomes of it."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import orjson
import pytest
import yaml
from intake_world import BY_TOKEN, PLANT, TOKEN, kept, running, sender, signed, until

from dovetail.app.bootstrap import House
from dovetail.core import limits
from dovetail.drivers.posts import POSTS, Box
from dovetail.intake.model import Bucket
from dovetail.vitals.metrics import HttpMeter, families, render

MES, CLOUD = "/api/v1/intake/mes", "/api/v1/intake/cloud"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with sender(house) as opened:
        yield opened


def now_s(house: House) -> int:
    return house.clock.now_us() // 1_000_000


async def test_by_token_and_by_signature_what_is_posted_arrives_once(house: House, client: httpx2.AsyncClient) -> None:
    first = await client.post(MES, json={"force": 1.5}, headers={**BY_TOKEN, "idempotency-key": "1"})
    again = await client.post(MES, json={"force": 1.5}, headers={**BY_TOKEN, "idempotency-key": "1"})
    assert (first.status_code, first.json()) == (202, {"rows": 1, "samples": 1, "repeated": False})
    assert (again.status_code, again.json()["repeated"]) == (202, True)
    other = await client.post(MES, json={"force": 9}, headers={**BY_TOKEN, "idempotency-key": "1"})
    assert (other.status_code, other.json()["code"]) == (409, "intake-key")

    body = b'{"speed": 3}'
    proof = signed(body, key="m1", at_s=now_s(house))
    answers = [await client.post(CLOUD, content=body, headers=proof) for _ in range(2)]  # the second is a replay
    assert [one.json().get("repeated") for one in answers] == [False, True]
    await until(lambda: kept(house, "force") == [1.5] and kept(house, "speed") == [3.0])
    assert house.intake.outcomes == {"taken": 2, "repeated": 2, "unfit": 1}
    await until(lambda: {status.name: status.up for status in house.link_statuses()}["mes"])


async def test_what_was_posted_is_counted_by_what_became_of_it(house: House, client: httpx2.AsyncClient) -> None:
    rows = [{"weight": 1}, {"weight": "heavy"}, {"weight": []}, {"weight": 4}]
    key = {"idempotency-key": "1"}
    for _ in range(2):  # the second is the same: its rows are not left out twice
        answer = await client.post("/api/v1/intake/lax", json=rows, headers={**BY_TOKEN, **key})
        assert (answer.status_code, answer.json()["left_out"]) == (202, 2)
    assert (await client.post(MES, json={"force": "much"}, headers=BY_TOKEN)).status_code == 422
    await until(lambda: kept(house, "weight") == [1.0, 4.0])
    said = render(families(house.look("quick"), HttpMeter())).splitlines()
    assert [line for line in said if line.startswith("dovetail_post")] == [
        'dovetail_posts_total{outcome="repeated"} 1',
        'dovetail_posts_total{outcome="taken"} 1',
        'dovetail_posts_total{outcome="unfit"} 1',
        "dovetail_post_rows_left_out_total 2",
    ]


async def test_the_manuals_own_post_is_taken(house: House, client: httpx2.AsyncClient) -> None:
    """The `curl` of the how-to, word by word, to a connection as the how-to writes it."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "connect-webhook.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(curl .*?)```", page, re.DOTALL)
    _, address, *words = shlex.split(block.replace("\\\n", " ").replace("$TOKEN", TOKEN))
    pairs = list(zip(words[::2], words[1::2], strict=True))
    headers = dict(word.split(": ", 1) for option, word in pairs if option == "-H")
    (body,) = [word for option, word in pairs if option == "-d"]
    written = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0])
    assert written["connections"]["mes"] == yaml.safe_load(PLANT)["connections"]["mes"]
    answers = [await client.post(urlsplit(address).path, content=body, headers=headers) for _ in range(2)]
    assert [answer.json()["repeated"] for answer in answers] == [False, True]
    assert re.findall(r"is answered `(.*?)`", page) == [answers[0].text]
    await until(lambda: kept(house, "force") == [12.5])


REFUSALS = [
    # connection, headers
    ("mes", {}),
    ("mes", {"authorization": "Bearer wrong"}),
    ("mes", {"authorization": "Basic bWVzOg=="}),
    ("nobody", {}),
    ("nobody", BY_TOKEN),
    ("other", BY_TOKEN),  # is there, and is not posted to
    ("cloud", BY_TOKEN),  # asks for a signature
    ("cloud", {"webhook-id": "a", "webhook-timestamp": "5", "webhook-signature": "v1,AAAA"}),
    ("nobody", {"webhook-id": "a", "webhook-timestamp": "5", "webhook-signature": "v1,AAAA"}),
]


async def test_whoever_cannot_prove_itself_learns_nothing_and_is_written_down_once(
    house: House, client: httpx2.AsyncClient
) -> None:
    answers = [await client.post(f"/api/v1/intake/{name}", content=b"{", headers=given) for name, given in REFUSALS]
    told = [{**one.json(), "request_id": ""} for one in answers]
    assert told == [told[0]] * len(told) and told[0]["status"] == 401
    assert {one.elapsed.total_seconds() >= limits.INTAKE_REFUSED_S for one in answers} == {True}
    house.intake.step()
    house.intake.step()
    with house.database.read() as reading:
        rows = reading.connection.exec_driver_sql(
            "select given from audit where operation = 'intake.refused'"
        ).fetchall()
    (given,) = [orjson.loads(row[0]) for row in rows]
    counts = {one["connection"]: one["count"] for one in given["refused"]}
    assert counts == {"mes": 3, "": 4, "cloud": 2}
    assert "wrong" not in orjson.dumps(given).decode()  # not what was shown, either


async def test_an_old_message_or_a_wrong_clock_is_refused_and_said_to_the_right_sender(
    house: House, client: httpx2.AsyncClient
) -> None:
    body = b'{"speed": 3}'
    for off_s, side in ((-3600, "behind us"), (-310, "behind us"), (310, "ahead of us"), (3600, "ahead of us")):
        answer = await client.post(CLOUD, content=body, headers=signed(body, key="m1", at_s=now_s(house) + off_s))
        assert (answer.status_code, answer.json()["code"]) == (401, "intake-clock")
        assert side in answer.json()["detail"] and "clock" in answer.json()["hint"]
    assert kept(house, "speed") == []


async def test_a_wrong_body_is_answered_with_its_place(house: House, client: httpx2.AsyncClient) -> None:
    answer = await client.post(MES, json=[{"force": 1}, {"force": "x"}, {"force": "y"}], headers=BY_TOKEN)
    said = answer.json()
    assert (answer.status_code, said["code"], said["pointer"]) == (422, "intake-unfit", "/1/force")
    assert [flaw["pointer"] for flaw in said["errors"]] == ["/1/force", "/2/force"]
    assert "whoever sends it" in said["hint"]
    packed = await client.post(MES, json={"force": 1}, headers={**BY_TOKEN, "content-encoding": "gzip"})
    assert packed.json()["code"] == "intake-packed"
    long = await client.post(MES, json={"force": 1}, headers={**BY_TOKEN, "idempotency-key": "k" * 201})
    assert long.json()["code"] == "intake-key"
    assert kept(house, "force") == []


async def forever(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100_000):
        yield b" " * 100_000


async def test_a_body_has_an_end_in_bytes_and_in_time(
    house: House, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = b" " * 30_000
    answer = await client.post(CLOUD, content=large, headers=signed(large, key="m1", at_s=now_s(house)))
    assert (answer.status_code, answer.json()["code"]) == (422, "intake-large")
    for body in (b" " * 10_000_000, forever(10_000_000)):  # its length said beforehand, and not
        answer = await client.post(MES, content=body, headers=BY_TOKEN)
        assert (answer.status_code, answer.json()["code"]) == (422, "body-too-large")
    monkeypatch.setattr(limits, "INTAKE_BODY_S", 0.05)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    answer = await client.post(MES, content=dripping(), headers=BY_TOKEN)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "intake-slow", "2")


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_quick_posts_are_let_in_at_the_connections_pace(
    house: House, client: httpx2.AsyncClient, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are let in arrive; the others are told when to come again, and cost next to nothing."""
    wait_s = Bucket.wait_s

    def all_at_once(bucket: Bucket, per_minute: int, _now_us: int) -> float:
        """However slow it is here."""
        return wait_s(bucket, per_minute, 0)

    monkeypatch.setattr(Bucket, "wait_s", all_at_once)
    gate = asyncio.Semaphore(50)

    async def one(n: int) -> httpx2.Response:
        async with gate:
            return await client.post(MES, json={"force": n}, headers=BY_TOKEN)

    answers = await asyncio.gather(*(one(n) for n in range(count)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(202), statuses.count(429)) == (100, count - 100)  # a sixth of a minute's
    turned_away = [answer for answer in answers if answer.status_code == 429]
    assert {answer.headers["retry-after"] for answer in turned_away} == {"1"}
    assert {answer.json()["code"] for answer in turned_away} == {"intake-too-often"}
    taken = [float(n) for n, status in enumerate(statuses) if status == 202]
    await until(lambda: sorted(kept(house, "force")) == taken)


async def test_a_link_that_is_not_there_just_now_is_waited_for_and_then_said(
    house: House, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house.edge is not None
    box: Box = house.edge.shared.one(POSTS, Box)
    link = house.rooms.equipment.plant().connections["mes"].good_through_tag
    taker = await box.taker(link, within_s=15)
    assert taker is not None
    box.close(link, taker)
    sent = asyncio.create_task(client.post(MES, json={"force": 5}, headers=BY_TOKEN))
    await until(lambda: box._news._waiters)  # it stands before the door
    box.open(link, taker)
    assert (await sent).status_code == 202
    monkeypatch.setattr(limits, "INTAKE_LINK_S", 0.01)
    idle = await client.post("/api/v1/intake/idle", json={"force": 5}, headers=BY_TOKEN)
    assert (idle.status_code, idle.json()["code"], idle.headers["retry-after"]) == (503, "intake-away", "2")
    assert "has it tags" in idle.json()["hint"]
