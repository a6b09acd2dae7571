"""Who may post, and how often: decided without a clock, a network or a secret that leaves."""

from __future__ import annotations

import base64

import pytest

from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.core.standardwebhooks import mac
from dovetail.intake.model import Bucket, Carried, Refusals, carried, is_fresh, off_us, shows, signed
from dovetail.webhooks.model import headers

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
BODY = b'{"speed": 1}'


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Carried("nothing")),
        ({"authorization": "Basic abc"}, Carried("nothing")),
        ({"authorization": "bearer  abc ", "idempotency-key": "7"}, Carried("token", token="abc", key="7")),
        (
            {"webhook-id": "m1", "webhook-timestamp": "5", "webhook-signature": "v1,AA v2,BB v1,CC"},
            Carried("signature", id="m1", timestamp="5", signatures=("AA", "CC"), key="m1"),
        ),
        ({"webhook-signature": "v1,AA", "idempotency-key": "7"}, Carried("signature", signatures=("AA",))),
    ],
)
def test_what_a_request_carries(given: dict[str, str], expected: Carried) -> None:
    """The key of what is signed is the one that is signed: another header could be changed on the way."""
    assert carried(given) == expected


@pytest.mark.parametrize(
    ("changed", "body", "secret", "expected"),
    [
        ({}, BODY, SECRET, True),
        ({}, BODY + b" ", SECRET, False),
        ({}, BODY, "whsec_" + base64.b64encode(bytes(32)).decode(), False),
        ({}, BODY, "whsec_not base64", False),
        ({"webhook-id": "m2"}, BODY, SECRET, False),
        ({"webhook-id": ""}, BODY, SECRET, False),
        ({"webhook-timestamp": "1700000001"}, BODY, SECRET, False),
        ({"webhook-signature": "v1,"}, BODY, SECRET, False),
        ({"webhook-signature": "v1,%%%"}, BODY, SECRET, False),
        ({"webhook-signature": "garbage"}, BODY, SECRET, False),
    ],
)
def test_a_signature_is_over_id_time_and_body(
    changed: dict[str, str], body: bytes, secret: str, expected: bool
) -> None:
    """What Dovetail itself signs when it tells others is what it accepts."""
    given = {**headers(SECRET, "m1", 1_700_000_000, BODY), **changed}
    assert signed(secret, carried(given), body) is expected


def test_one_of_several_signatures_is_enough() -> None:
    given = headers(SECRET, "m1", 1_700_000_000, BODY)
    given["webhook-signature"] = "v1,AAAA " + given["webhook-signature"]
    assert signed(SECRET, carried(given), BODY)


@pytest.mark.parametrize(
    ("secret", "token", "expected"), [("abc", "abc", True), ("abc", "abd", False), ("ä", "ä", True), ("abc", "", False)]
)
def test_a_token_is_the_secret(secret: str, token: str, expected: bool) -> None:
    assert shows(secret, token) is expected


@pytest.mark.parametrize(
    ("timestamp", "fresh"),
    [
        ("1000000", True),
        ("1000299", True),
        ("999700", True),
        ("1000301", False),
        ("999699", False),
        ("1003600", False),  # an hour off
        ("", False),
        ("-5", False),
        ("1e6", False),
        ("9" * 40, False),
        ("²", False),
    ],
)
def test_a_signature_is_good_for_five_minutes(timestamp: str, fresh: bool) -> None:
    assert is_fresh(off_us(timestamp, 1_000_000 * SECOND_US)) is fresh


def test_a_sixth_of_a_minute_may_come_at_once_and_then_one_after_the_other() -> None:
    bucket = Bucket()
    assert [bucket.wait_s(60, 0) for _ in range(10)] == [0] * 10
    assert bucket.wait_s(60, 0) == 1.0
    assert bucket.wait_s(60, SECOND_US) == 0
    assert bucket.wait_s(60, SECOND_US) == 1.0
    taken = sum(bucket.wait_s(60, SECOND_US + n * MINUTE_US // 600) == 0 for n in range(1, 6001))  # ten minutes
    assert taken == 600
    assert [Bucket(0, 0).wait_s(1, 0), Bucket().wait_s(1, 0)] == [60.0, 0]


def test_whoever_knocks_is_counted_and_not_listed_without_end() -> None:
    refused = Refusals(2)
    for sender in ("a", "a", "b", "c", "d", "a"):
        refused.note("mes", sender)
    said = {"connection": "", "from": "others", "count": 2}
    a, b = ({"connection": "mes", "from": sender, "count": n} for sender, n in (("a", 3), ("b", 1)))
    assert (refused.taken(), refused.taken()) == ([said, a, b], [])


@pytest.mark.parametrize("secret", ["whsec_not base64", "whsec_", ""])
def test_a_secret_that_says_nothing_lets_nobody_in(secret: str) -> None:
    """Not even whoever signs with nothing, which everybody can."""
    nothing = base64.b64encode(mac(b"", "m1", "1700000000", BODY)).decode()
    given = {"webhook-id": "m1", "webhook-timestamp": "1700000000", "webhook-signature": f"v1,{nothing}"}
    assert not signed(secret, carried(given), BODY)
