"""What others post becomes samples, once for each key, or is refused with the place in the body that is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from taking_world import LINK, Taking, until

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import HOUR_US, SystemClock, to_rfc3339
from dovetail.core.errors import ConfigError, ConflictError, LinkError, PointError
from dovetail.drivers.base import Point
from dovetail.drivers.posts import POSTS, Box, Post, Receipt, Taker, UnfitError
from dovetail.drivers.webhook import PLUGIN

SECRETS = {"mes": "a-token-of-more-than-sixteen", "short": "123"}
OPTIONS: dict[str, Any] = {"token": "secret://mes"}
SPEED = ("/speed", Kind.F64)


@pytest.fixture
async def taking(tmp_path: Path) -> AsyncIterator[Taking]:
    made = Taking("webhook", tmp_path, SECRETS)
    yield made
    await made.end()


async def ready(taking: Taking, options: dict[str, Any], *wanted: tuple[str, Kind]) -> Taker:
    """The link, taking."""
    await taking.begin({**OPTIONS, **options}, *wanted)
    taker = await taking.shared.one(POSTS, Box).taker(LINK, within_s=15)
    assert taker is not None
    return taker


def post(body: Any, key: str | None = None) -> Post:
    return Post(body if isinstance(body, bytes) else orjson.dumps(body), key)


async def test_a_body_reaches_the_historian(taking: Taking) -> None:
    taker = await ready(taking, {"time": "/at"}, SPEED, ("/part", Kind.STR))
    receipt = await taker.take(post({"at": "2026-03-02T10:00:00Z", "speed": 1.5, "part": "A-1"}))
    assert receipt == Receipt(rows=1, samples=2)
    await until(lambda: taking.kept.values(2))
    assert (taking.kept.rows(1), taking.kept.values(2)) == ([(1_772_445_600_000_000, 1.5)], ["A-1"])


@pytest.mark.parametrize(
    ("options", "address", "body", "values"),
    [
        ({}, "/speed", {"speed": "2.5"}, [2.5]),  # a number that is written as text is one
        ({}, "#/a/1", {"a": [1, 2]}, [2]),  # as of a web page
        ({}, "speed", [{"speed": 1}, {"speed": 2}], [1, 2]),  # a list of rows
        ({"records": "/rows"}, "/v", {"rows": [{"v": 1}, {"v": None}, {"v": 3}]}, [1, 3]),  # null says nothing
        ({"records": "/row"}, "/v", {"row": {"v": 7}}, [7]),  # the only row
        ({}, "/v?/name=temp", [{"name": "temp", "v": 5}, {"name": "rpm", "v": 9}], [5]),
        ({}, "/a~1b", {"a/b": 4}, [4]),
        ({}, "/v", b'{"v": Infinity}', [float("inf")]),  # which some machines write
        ({"bad_row": "skip"}, "/v", [{"v": 1}, {"v": "x"}, {"v": 3}], [1, 3]),
    ],
)
async def test_where_values_stand(
    taking: Taking, options: dict[str, Any], address: str, body: Any, values: list[float]
) -> None:
    taker = await ready(taking, options, (address, Kind.F64))
    await taker.take(post(body))
    await until(lambda: len(taking.kept.values()) == len(values))
    assert taking.kept.values() == values


async def test_a_text_that_is_too_long_is_refused_for_that(taking: Taking) -> None:
    taker = await ready(taking, {}, ("/text", Kind.STR))
    with pytest.raises(UnfitError, match="/text: this text has 64,001 bytes, and a signal's at most 64,000"):
        await taker.take(post({"text": "x" * 64_001}))
    await taker.take(post({"text": "x" * 64_000}))
    await until(lambda: taking.kept.values())
    assert [len(text) for text in taking.kept.values()] == [64_000]


def in_an_hour() -> str:
    return to_rfc3339(SystemClock().now_us() + HOUR_US)


@pytest.mark.parametrize(
    ("options", "body", "code", "pointer", "said"),
    [
        ({}, b"", "intake-json", "", "line 1, character 1"),
        ({}, b'{"speed": 1', "intake-json", "", "this is no JSON"),  # half a body
        ({}, b"\x00\xff\xfe garbage", "intake-json", "", "this is no JSON"),
        ({}, b"[" * 100_000, "intake-json", "", "this is no JSON"),
        ({}, {"speed": "fast"}, "intake-unfit", "/speed", "'fast' is no value of kind f64"),
        ({}, [{"speed": 1}, {"speed": {}}], "intake-unfit", "/1/speed", "is no value of kind f64"),
        ({"records": "/r"}, {"r": [{"speed": []}]}, "intake-unfit", "/r/0/speed", "is no value of kind f64"),
        ({}, {"velocity": 1}, "intake-nothing", "", "looks for /speed; this has velocity"),
        ({}, 7, "intake-nothing", "", "this has a number"),
        ({}, [], "intake-nothing", "", "the list of rows is empty"),
        ({"records": "/rows"}, {"row": []}, "intake-nothing", "/rows", "the body has row"),
        ({}, [{"speed": 1}] * 20_001, "intake-long", "", "at most 20000"),
        ({"time": "/at"}, {"speed": 1}, "intake-unfit", "/at", "does not say when"),
        ({"time": "/at"}, {"speed": 1, "at": "noon"}, "intake-unfit", "/at", "is not an ISO 8601 time"),
        ({"time": "/at"}, {"speed": 1, "at": in_an_hour()}, "intake-unfit", "/at", "lies in the future"),
        ({"bad_row": "skip"}, {"speed": "x"}, "intake-unfit", "/speed", "no value"),  # nothing is left of it
    ],
)
async def test_what_is_wrong_is_said_with_its_place_and_nothing_is_kept(
    taking: Taking, options: dict[str, Any], body: Any, code: str, pointer: str, said: str
) -> None:
    taker = await ready(taking, options, SPEED)
    with pytest.raises(UnfitError, match=said) as refused:
        await taker.take(post(body, "k"))
    assert (refused.value.code, refused.value.pointer) == (code, pointer)
    assert refused.value.hint is not None
    right = {"speed": 1, "at": "2026-03-02T10:00:00Z"}
    assert await taker.take(post({**right, "r": right, "rows": [right]}, "k")) == Receipt(1, 1)  # the key is free
    await until(lambda: taking.kept.values())
    assert taking.kept.values() == [1]


async def test_what_was_left_out_is_told_by_its_place(taking: Taking) -> None:
    taker = await ready(taking, {"bad_row": "skip"}, SPEED)
    receipt = await taker.take(post([{"speed": 1}, {"speed": "x"}], "k"))
    assert [flaw.pointer for flaw in receipt.left_out] == ["/1/speed"]
    again = await taker.take(post([{"speed": 1}, {"speed": "x"}], "k"))
    assert again == Receipt(receipt.rows, receipt.samples, receipt.left_out, is_repeat=True)


async def test_a_key_counts_once_through_a_restart_and_holds_for_its_body_only(taking: Taking) -> None:
    taker = await ready(taking, {}, SPEED)
    both = await asyncio.gather(*(taker.take(post({"speed": 1}, "order-1")) for _ in range(5)))
    assert [one.is_repeat for one in both] == [False, True, True, True, True]
    await taking.end()
    taker = await ready(taking, {}, SPEED)
    assert (await taker.take(post({"speed": 1}, "order-1"))).is_repeat
    with pytest.raises(ConflictError, match="another body was taken under this key") as refused:
        await taker.take(post({"speed": 2}, "order-1"))
    assert refused.value.code == "intake-key"
    await taker.take(post({"speed": 2}))
    await taker.take(post({"speed": 2}))  # without a key, twice is twice
    await until(lambda: len(taking.kept.values()) == 3)
    assert taking.kept.values() == [1, 2, 2]


async def test_what_was_posted_last_is_known_after_a_restart_and_counts_no_more(taking: Taking) -> None:
    taker = await ready(taking, {}, SPEED)
    await taker.take(post({"speed": 4}))
    await taking.end()
    taking.notices.clear()
    await ready(taking, {}, SPEED, ("/other", Kind.F64))
    assert taking.told(1) == [(4.0, q.UNCERTAIN_LAST_KNOWN)]
    assert taking.told(2) == [(None, q.BAD_NOT_CONNECTED)]


async def test_a_link_that_ended_takes_nothing_and_is_waited_for(taking: Taking) -> None:
    old = await ready(taking, {}, SPEED)
    box: Box = taking.shared.one(POSTS, Box)
    await taking.end()
    assert await box.taker(LINK, within_s=0.01) is None
    with pytest.raises(LinkError, match="begins anew"):
        await old.take(post({"speed": 1}))
    waiting = asyncio.create_task(box.taker(LINK, within_s=15))
    await asyncio.sleep(0)
    box.open(LINK, old)
    assert await waiting is old


async def test_while_the_historian_is_away_there_is_an_end_to_what_waits(
    taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.drivers.webhook.client.INTAKE_WAITING_MAX", 3)
    taking.kept.trouble = LinkError("away")
    taker = await ready(taking, {}, SPEED)
    for n in range(3):
        await taker.take(post({"speed": n}))
    with pytest.raises(LinkError, match="no more has room"):
        await taker.take(post({"speed": 3}))
    taking.kept.trouble = None
    await until(lambda: taking.kept.values() == [0, 1, 2])


async def test_on_trial_nothing_is_taken(taking: Taking) -> None:
    driver = await taking.begin(OPTIONS, SPEED)
    with pytest.raises(ConfigError, match="cannot be browsed"):
        await driver.browse()
    with pytest.raises(PointError, match="only be read"):
        await driver.write(Point(1, "/speed", Kind.F64), 1.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "name one of them"),
        ({"token": "secret://a", "signing_secret": "secret://b"}, "name one of them"),
        ({"token": "abc"}, "never stands in plant code"),
        ({"token": "secret://a", "records": "rows"}, "a pointer begins with /"),
        ({"token": "secret://a", "time": "#3"}, "no place in a JSON document"),
        ({"token": "secret://a", "zone": "Brno"}, "no time zone"),
        ({"token": "secret://a", "max_kb": 100_000}, "max_kb"),
    ],
)
def test_options_that_cannot_hold_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PLUGIN.check(options)


@pytest.mark.parametrize("address", ["", "#3", "@1-4", "/a~2", "/a?b"])
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(ConfigError):
        PLUGIN.parse_address(address)


@pytest.mark.parametrize(
    ("way", "secret"),
    [
        ("token", "123"),
        ("token", ""),
        ("signing_secret", "123"),
        ("signing_secret", "whsec_a pass phrase that is no base64"),
        ("signing_secret", "whsec_AAAA"),
    ],
)
async def test_a_link_without_a_secret_does_not_open(taking: Taking, way: str, secret: str) -> None:
    taking.secrets = {"given": secret}
    with pytest.raises(ConfigError, match="fewer than 16"):
        await taking.begin({way: "secret://given"}, SPEED)
