"""Who may post: a token that is shown, or a signature as Standard Webhooks say; and how often. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.core.limits import INTAKE_CLOCK_US
from dovetail.core.standardwebhooks import VERSION, decoded, key_of, mac

KEY_MAX: Final = 200  # characters of a message's key
WORD_MAX: Final = 1_000  # of whatever else a header says of itself
SIGNATURES_MAX: Final = 8  # in one header, while a secret is being changed

type Way = Literal["token", "signature", "nothing"]


@dataclass(frozen=True, slots=True)
class Carried:
    """What a request carries as its proof. `id` and `timestamp` are signed with the body."""

    way: Way
    token: str = ""
    id: str = ""
    timestamp: str = ""
    signatures: tuple[str, ...] = ()
    key: str | None = None


def carried(headers: Mapping[str, str]) -> Carried:
    """The proof among a request's headers (names in lower case). A signature counts before a token."""
    key = headers.get("idempotency-key") or None
    if signed := headers.get("webhook-signature"):
        given = tuple(one.removeprefix(VERSION) for one in signed[:WORD_MAX].split() if one.startswith(VERSION))
        named, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        return Carried("signature", id=named, timestamp=at, signatures=given[:SIGNATURES_MAX], key=named or None)
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return Carried("token", token=token.strip()[:WORD_MAX], key=key)
    return Carried("nothing", key=key)


def shows(secret: str, token: str) -> bool:
    """Whether the token is the secret; takes as long for any token."""
    return hmac.compare_digest(_digest(token), _digest(secret))


def signed(secret: str, given: Carried, body: bytes) -> bool:
    """Whether one of the signatures was made with the secret, over id, time and body; takes as long for any."""
    key = key_of(secret)
    right = mac(key, given.id, given.timestamp, body)
    found = [hmac.compare_digest(decoded(one), right) for one in given.signatures]
    return any(found) and bool(given.id) and bool(key)


def off_us(timestamp: str, now_us: int) -> int | None:
    """How far the sender's clock is ahead of ours (behind: less than 0), as the whole seconds it signed; None: no time.

    >>> off_us("1700000000", 1_700_000_300_000_000)
    -300000000
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return None
    return int(timestamp) * SECOND_US - now_us


def is_fresh(off: int | None) -> bool:
    """Whether a signature of that moment still counts."""
    return off is not None and abs(off) <= INTAKE_CLOCK_US


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


@dataclass(slots=True)
class Bucket:
    """How many posts of one connection may still come. A sixth of a minute's may come at once.

    Counted in whole parts of a post, of which a minute of one post a minute has one each microsecond.
    """

    filled_us: int | None = None  # monotonic
    left: int = 0

    def wait_s(self, per_minute: int, now_us: int) -> float:
        """0 for one that may come now, which is then counted; else after how many seconds one may."""
        most = max(MINUTE_US, per_minute * MINUTE_US // 6)
        gained = most if self.filled_us is None else (now_us - self.filled_us) * per_minute
        self.filled_us, self.left = now_us, min(most, self.left + gained)
        if self.left < MINUTE_US:
            return (MINUTE_US - self.left) / per_minute / SECOND_US
        self.left -= MINUTE_US
        return 0.0


@dataclass(slots=True)
class Refusals:
    """Who was turned away since it was last written down: per (connection or "", sender), up to a limit."""

    most: int
    counts: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def note(self, connection: str, sender: str) -> None:
        """One more."""
        key = (connection, sender)
        if key not in self.counts and len(self.counts) >= self.most:
            key = ("", "others")
        self.counts[key] = self.counts.get(key, 0) + 1

    def taken(self) -> list[dict[str, object]]:
        """What there was, which is forgotten here."""
        counts, self.counts = self.counts, {}
        return [{"connection": name, "from": sender, "count": n} for (name, sender), n in sorted(counts.items())]
