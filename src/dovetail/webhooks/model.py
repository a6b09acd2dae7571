"""A webhook's deliveries: how each is signed, when it is tried again, and when it is given up. Pure.

The headers are those of Standard Webhooks (standardwebhooks.com, version 1), so a receiver needs no code of ours.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final, Literal

from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.core.standardwebhooks import VERSION, key_of, mac

SECRET_BYTES: Final = 32
RETRY_FIRST_US: Final = 5 * SECOND_US
RETRY_MAX_US: Final = 15 * 60 * SECOND_US  # a receiver that heals has everything within a quarter of an hour
GIVE_UP_AFTER_US: Final = 24 * HOUR_US
GIVE_UP_ATTEMPTS: Final = 20  # a clock that is set forward by a day must not give up what was hardly tried
TEST_KIND: Final = "webhook.test"

type State = Literal["waiting", "delivered", "given_up"]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Somebody who is told. `origin` is all of the address that is shown: the rest of it may be a secret."""

    id: str
    name: str
    origin: str
    kinds: tuple[str, ...]
    created_us: int
    created_by: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook. (known, n) is its place in the event log."""

    id: int
    webhook_id: str
    event_id: str
    kind: str
    known: int
    n: int
    state: State
    attempts: int
    created_us: int
    next_us: int
    ended_us: int | None = None
    status: int | None = None
    error: str | None = None
    replay_of: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one attempt: the receiver's status, or why there was none."""

    status: int | None
    error: str | None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300


def wanted(kinds: tuple[str, ...], kind: str) -> bool:
    """Whether a webhook that asked for `kinds` is told of this one; `*` asks for all, `connection.*` for a family."""
    return any(one in ("*", kind) or (one.endswith(".*") and kind.startswith(one[:-1])) for one in kinds)


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """The `webhook-signature` header: HMAC-SHA256 over id, time and body, with the secret's decoded bytes."""
    signed = mac(key_of(secret), message_id, str(timestamp_s), body)
    return VERSION + base64.b64encode(signed).decode()


def headers(secret: str, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Everything that a receiver needs to know that the message is ours, unchanged and fresh."""
    return {
        "content-type": "application/json",
        "user-agent": "Dovetail-Webhook/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": signature(secret, message_id, timestamp_s, body),
    }


def retry_us(attempts: int, jitter: float) -> int:
    """How long to wait after the `attempts`-th failure (from 1): doubling to a quarter of an hour, half of it jitter.

    `jitter` lies in [0, 1).
    """
    ceiling_us = min(RETRY_MAX_US, RETRY_FIRST_US * 2 ** min(attempts - 1, 20))
    return round(ceiling_us * (0.5 + jitter / 2))


def is_due(delivery: Delivery, now_us: int) -> bool:
    """Whether it may be tried now; a moment further off than any pause means that our clock was set back."""
    return delivery.next_us <= now_us or delivery.next_us - now_us > RETRY_MAX_US


def is_hopeless(delivery: Delivery, attempts: int, now_us: int) -> bool:
    """Whether it has been tried for a day, and really tried."""
    return now_us - delivery.created_us >= GIVE_UP_AFTER_US and attempts >= GIVE_UP_ATTEMPTS
