"""Everything that happens reaches the receiver, in order, at least once, signed; whatever the receiver does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from webhooks_world import EVERYONE, Receiver, World, receiver

from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.operations.operation import execute
from dovetail.webhooks import post as posting
from dovetail.webhooks.model import (
    GIVE_UP_AFTER_US,
    RETRY_FIRST_US,
    RETRY_MAX_US,
    Delivery,
    is_due,
    is_hopeless,
    retry_us,
    signature,
    wanted,
)  # fmt: skip
from dovetail.webhooks.service import OneWebhook


def test_told_in_order_and_signed(either: World, hears: Receiver) -> None:
    webhook_id, secret = either.add(hears.url, "connection.down", "connection.back")
    either.happen("connection.down", 1)
    either.happen("alarm.raised", 2)  # not asked for
    either.happen("connection.back", 3)
    either.settle()
    assert [got.json["id"] for got in hears.got] == ["event-connection.down-1", "event-connection.back-3"]
    got = hears.got[0]
    assert got.path == "/hook?token=sesame-4711"
    assert got.json["type"] == "connection.down"
    assert got.json["equipment"] == [1, 2]
    assert got.headers["webhook-id"] == "event-connection.down-1"
    assert int(got.headers["webhook-timestamp"]) == either.clock.now_us() // SECOND_US
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert either.log(webhook_id) == [
        ("event-connection.down-1", "delivered", 1, 200),
        ("event-connection.back-3", "delivered", 1, 200),
    ]


def test_the_signature_of_the_standard() -> None:
    """The vector that Standard Webhooks publishes."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("trouble, status, said", [
    (500, 500, "answered 500"),
    (404, 404, "answered 404"),
    (429, 429, "answered 429"),
    ("close", None, "its answer is not HTTP"),
    ("garbage", None, "its answer is not HTTP"),
])  # fmt: skip
def test_a_receiver_that_fails_and_heals(world: World, hears: Receiver, trouble, status, said) -> None:
    """Three failures, then it takes everything: the second event waits for the first, so the order holds."""
    hears.does = [trouble] * 3
    webhook_id, _ = world.add(hears.url)
    world.happen("connection.down", 1)
    world.happen("connection.back", 2)
    world.settle()
    (shown,) = world.room.webhooks(scope=EVERYONE)
    assert (shown.waiting, shown.next.status, shown.next.error) == (2, status, said)
    for _ in range(3):
        world.later(60)
    assert world.log(webhook_id) == [
        ("event-connection.down-1", "delivered", 4, 200),
        ("event-connection.back-2", "delivered", 1, 200),
    ]
    assert len({got.body for got in hears.got[:4]}) == 1, "the same bytes at each attempt"
    assert len({got.headers["webhook-id"] for got in hears.got[:4]}) == 1, "by which the receiver finds repeats"


@pytest.mark.parametrize("trouble", ["hang", "drip"])
def test_a_receiver_that_never_ends_is_left(world: World, hears: Receiver, monkeypatch, trouble: str) -> None:
    """Ten seconds for everything (a quarter here); another webhook does not wait for it."""
    monkeypatch.setattr(posting, "TOTAL_S", 0.25)
    with receiver() as other:
        hears.does = [trouble]
        stuck, _ = world.add(hears.url)
        fine, _ = world.add(other.url)
        world.happen("connection.down", 1)
        world.settle()
        assert world.log(fine) == [("event-connection.down-1", "delivered", 1, 200)]
        assert world.log(stuck) == [("event-connection.down-1", "waiting", 1, None)]
        shown = {one.webhook.id: one for one in world.room.webhooks(scope=EVERYONE)}
        assert shown[stuck].next.error.startswith("no answer within")
        world.later(60)
        assert world.log(stuck) == [("event-connection.down-1", "delivered", 2, 200)]


def test_a_body_without_end_is_not_read(world: World, hears: Receiver) -> None:
    hears.does = ["huge"]
    webhook_id, _ = world.add(hears.url)
    world.happen("connection.down", 1)
    world.settle()
    assert world.log(webhook_id) == [("event-connection.down-1", "delivered", 1, 200)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(world: World, hears: Receiver, status: int) -> None:
    with receiver() as elsewhere:
        hears.does, hears.location = [status], elsewhere.url
        webhook_id, _ = world.add(hears.url)
        world.happen("connection.down", 1)
        world.settle()
        assert elsewhere.got == []
        assert world.log(webhook_id)[0][1:] == ("waiting", 1, status)
        (shown,) = world.room.webhooks(scope=EVERYONE)
        assert "redirects are not followed" in shown.next.error


def test_nobody_there_and_then_somebody(world: World) -> None:
    with receiver() as gone:
        url = gone.url
    webhook_id, _ = world.add(url)
    world.happen("connection.down", 1)
    world.settle()
    (shown,) = world.room.webhooks(scope=EVERYONE)
    assert shown.next.error == "it refuses the connection"
    assert world.log(webhook_id)[0][1] == "waiting"


def test_given_up_after_a_day_and_shown_and_sent_again(world: World, hears: Receiver) -> None:
    hears.does = [500] * 1_000
    webhook_id, _ = world.add(hears.url)
    world.happen("connection.down", 1)
    world.settle()
    for _ in range(25):
        world.later(3_600)
    hears.does = []
    world.happen("connection.back", 2)
    world.settle()
    given_up, back = world.log(webhook_id)
    assert given_up[1] == "given_up"
    assert 24 <= given_up[2] <= 26
    assert back[1:] == ("delivered", 1, 200), "those that follow are not held up for ever"
    (shown,) = world.room.webhooks(scope=EVERYONE)
    assert (shown.waiting, shown.given_up) == (0, 1)
    (delivery,) = world.room.deliveries(webhook_id, scope=EVERYONE, states=("given_up",), before=None, limit=10)
    world.replay(delivery.id)
    world.settle()
    assert hears.got[-1].json["id"] == "event-connection.down-1"
    assert world.log(webhook_id)[-1][:2] == ("event-connection.down-1", "delivered")


def test_replay_of_what_still_waits_is_refused(world: World, hears: Receiver) -> None:
    hears.does = [500]
    webhook_id, _ = world.add(hears.url)
    world.happen("connection.down", 1)
    world.settle()
    (delivery,) = world.room.deliveries(webhook_id, scope=EVERYONE, states=(), before=None, limit=10)
    with pytest.raises(ConflictError):
        world.replay(delivery.id)
    with pytest.raises(NotFoundError):
        world.replay(4_711)


def test_a_restart_loses_nothing_and_the_order_holds(world: World, hears: Receiver) -> None:
    """Killed after the receiver had it and before that was written down: it gets it again, under the same id."""
    hears.does = [500]
    webhook_id, _ = world.add(hears.url)
    world.happen("connection.down", 1)
    world.settle()
    world.happen("connection.back", 2)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dovetail.webhooks.store.keep_attempt", _killed)
        world.later(60)
        assert len(hears.got) == 2, "what cannot be written down is not sent again and again"
    world.room.close()
    world.happen("alarm.raised", 3)
    world.start()
    world.later(60)
    ids = [got.json["id"] for got in hears.got]
    assert list(dict.fromkeys(ids)) == ["event-connection.down-1", "event-connection.back-2", "event-alarm.raised-3"]
    assert ids.count("event-connection.down-1") >= 3, "refused, taken but not written down, and again"
    assert [state for _, state, _, _ in world.log(webhook_id)] == ["delivered"] * 3


def _killed(*_given: object) -> None:
    raise RuntimeError("killed")


def test_told_only_of_what_happens_after_it_was_made(world: World, hears: Receiver) -> None:
    world.happen("connection.down", 1)
    webhook_id, _ = world.add(hears.url)
    world.happen("connection.back", 2)
    world.settle()
    assert [one[0] for one in world.log(webhook_id)] == ["event-connection.back-2"]


def test_many_events_keep_their_order(world: World, hears: Receiver, monkeypatch) -> None:
    """More than one look at the event log takes; each is told once, for nobody failed."""
    monkeypatch.setattr("dovetail.webhooks.service.EVENTS_MAX", 7)
    world.add(hears.url)
    expected = [world.happen("connection.down", n) for n in range(30)]
    world.settle()
    assert [got.json["id"] for got in hears.got] == expected


def test_a_test_reaches_only_the_one_that_is_tested(world: World, hears: Receiver) -> None:
    with receiver() as other:
        tested, _ = world.add(hears.url, "connection.down")
        world.add(other.url, "*")
        world.test(tested)
        world.settle()
        assert [got.json["type"] for got in hears.got] == ["webhook.test"]
        assert other.got == []


def test_removed_is_told_no_more(world: World, hears: Receiver) -> None:
    hears.does = [500]
    webhook_id, _ = world.add(hears.url)
    world.happen("connection.down", 1)
    world.settle()
    execute(world.room.delete, OneWebhook(webhook_id=webhook_id), database=world.database, scope=EVERYONE)
    world.happen("connection.down", 2)
    world.later(3_600)
    assert len(hears.got) == 1
    with pytest.raises(NotFoundError):
        world.log(webhook_id)


# --- what is shown ----------------------------------------------------------------------------------------------


def test_neither_address_nor_key_stands_anywhere_in_clear(world: World, hears: Receiver, caplog) -> None:
    """The token in the address and the key: not in the audit, the records, the log, the errors (SECURITY E3)."""
    caplog.set_level("DEBUG")
    hears.does = [500, "garbage"]
    webhook_id, secret = world.add(hears.url, name="maintenance")
    world.happen("connection.down", 1)
    world.settle()
    world.later(60)
    tables = ("audit", "event_log", "idempotency", "webhook", "webhook_delivery", "data_key")
    with world.database.read() as reading:
        everything = "\n".join(
            str(tuple(row)) for table in tables for row in reading.connection.execute(text(f"select * from {table}"))
        )
    everything += caplog.text + str(world.room.webhooks(scope=EVERYONE)) + str(world.log(webhook_id))
    assert "maintenance" in everything
    assert "http://127.0.0.1" in everything, "the origin is shown"
    for canary in ("sesame-4711", "/hook", secret, secret.removeprefix("whsec_"), "inner secret"):
        assert canary not in everything


@pytest.mark.parametrize("kinds, error", [
    (["connection.down"], None),
    (["connection.*"], None),
    (["*"], None),
    (["connection.sideways"], InvalidError),
    (["conn*"], InvalidError),
    (["webhook.test"], InvalidError),
])  # fmt: skip
def test_kinds_that_exist(world: World, hears: Receiver, kinds: list[str], error: type[Exception] | None) -> None:
    outcomes = {None: lambda: world.add(hears.url, *kinds)[0], InvalidError: lambda: _refused(world, hears.url, kinds)}
    assert outcomes[error]()


def _refused(world: World, url: str, kinds: list[str]) -> bool:
    with pytest.raises(InvalidError) as refused:
        world.add(url, *kinds)
    return "connection.down" in str(refused.value.hint)


def test_only_who_manages_the_system(world: World, hears: Receiver) -> None:
    webhook_id, _ = world.add(hears.url)
    owner = Scope(Actor("p1", "Ada"), at={"plant.view": frozenset({1})}, system=frozenset({"plant.edit"}))
    with pytest.raises(RefusedError):
        execute(world.room.test, OneWebhook(webhook_id=webhook_id), database=world.database, scope=owner)
    with pytest.raises(RefusedError):
        world.room.webhooks(scope=owner)
    with pytest.raises(RefusedError):
        world.room.deliveries(webhook_id, scope=owner, states=(), before=None, limit=1)


# --- pure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kinds, kind, expected", [
    (("connection.down",), "connection.down", True),
    (("connection.down",), "connection.back", False),
    (("connection.*",), "connection.back", True),
    (("connection.*",), "connections.back", False),
    (("*",), "alarm.raised", True),
    ((), "alarm.raised", False),
])  # fmt: skip
def test_who_wants_what(kinds, kind, expected) -> None:
    assert wanted(kinds, kind) is expected


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_retries_are_jittered_doubling_and_bounded(attempts: int, jitter: float) -> None:
    pause_us = retry_us(attempts, jitter)
    ceiling_us = min(RETRY_MAX_US, RETRY_FIRST_US * 2 ** min(attempts - 1, 20))
    assert ceiling_us // 2 <= pause_us <= ceiling_us


def test_a_day_holds_about_a_hundred_attempts() -> None:
    rng, at_us, attempts = random.Random(5), 0, 0
    while at_us < GIVE_UP_AFTER_US:
        attempts += 1
        at_us += retry_us(attempts, rng.random())
    assert 90 < attempts < 220


def waiting(next_us: int) -> Delivery:
    return Delivery(1, "w", "e", "connection.down", 1, 0, "waiting", 3, 0, next_us)


@pytest.mark.parametrize("now_us, next_us, attempts, due, hopeless", [
    (0,             0,                    1,  True,  False),
    (0,             SECOND_US,            1,  False, False),
    (0,             3 * HOUR_US,          1,  True,  False),  # our clock was set back
    (25 * HOUR_US,  0,                    50, True,  True),
    (25 * HOUR_US,  0,                    3,  True,  False),  # our clock was set forward: it was hardly tried
    (23 * HOUR_US,  0,                    90, True,  False),
])  # fmt: skip
def test_when_to_try_and_when_to_give_up(now_us, next_us, attempts, due, hopeless) -> None:
    assert is_due(waiting(next_us), now_us) is due
    assert is_hopeless(waiting(next_us), attempts, now_us) is hopeless
