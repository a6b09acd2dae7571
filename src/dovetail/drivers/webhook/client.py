"""One address that others post to, behind the plant's small `Driver` protocol: each body counts once when it is named.

A body's samples, and that a body of its key was taken, are durable together before the sender is told so.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import Final

import orjson

from dovetail.core import faults
from dovetail.core.batch import Batch, Value
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConfigError, ConflictError, LinkError, PointError
from dovetail.core.limits import INTAKE_WAITING_MAX
from dovetail.core.standardwebhooks import key_of
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.heldrows import HeldRows
from dovetail.drivers.keeping import Keep, in_parcels, keep_of, must_keep
from dovetail.drivers.posts import POSTS, Box, Flaw, Post, Receipt
from dovetail.drivers.webhook.address import parse_address
from dovetail.drivers.webhook.body import Read, Reader
from dovetail.drivers.webhook.options import WebhookOptions

LAST: Final = "last"  # under what it is remembered which value each address had last
SECRET_MIN: Final = 16  # characters; a shorter one is guessed


class WebhookDriver:
    """Takes what is posted to one connection."""

    def __init__(self, options: WebhookOptions, around: Surroundings) -> None:
        self._options = options
        self._around = around
        self._clock = around.clock
        self._keep = keep_of(around)
        self._held = HeldRows()

    async def open(self) -> None:
        """See that there is a secret by which a sender can prove who it is."""
        token, signing = self._options.token, self._options.signing_secret
        secret = self._around.behind(token or signing) or ""
        if len(secret if token else key_of(secret)) < SECRET_MIN:
            what = f"the secret that senders prove themselves by has fewer than {SECRET_MIN} characters"
            what += "" if token else " (or what follows whsec_ is no base64 of as many bytes)"
            raise ConfigError(what, code="webhook-secret", hint="make a long one by chance: openssl rand -hex 32")

    async def close(self) -> None:
        """Nothing stays open."""

    async def probe(self) -> Alive:
        """Who waits to be told lives as long as its own machine does."""
        now_us = self._clock.now_us()
        return Alive(now_us, now_us)

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """What was taken last; on trial nothing, for what is posted belongs to the plant's own connection."""
        return self._held.batches(points, self._clock.now_us())

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Take what is posted until cancelled."""
        keep = must_keep(self._keep)
        points = [point for group in groups for point in group.points]
        self._held.want(points, await keep.recall(LAST))
        now_us = self._clock.now_us()
        on_notice(Notice(now_us, tuple(self._held.told(now_us))))
        reader = Reader([(point, parse_address(point.address)) for point in points], self._options)
        box: Box = self._around.shared.one(POSTS, Box)
        taker = _Taker(reader, self._held, keep, on_notice, self._around)
        box.open(self._around.link, taker)
        try:
            await asyncio.Event().wait()
        finally:
            box.close(self._around.link, taker)
            await taker.end()

    async def write(self, point: Point, value: Value) -> None:
        """What is posted comes from others."""
        raise PointError(f"{point.address} can only be read", code="webhook-read-only")

    async def browse(self, address: str | None = None) -> list[Found]:
        """Nobody can be asked what will be posted."""
        hint = "write the addresses from a body as it will come: /machine/speed"
        raise ConfigError("what others will post cannot be browsed", code="webhook-browse", hint=hint)


class _Taker:
    """Takes one body after the other for a link that is up."""

    def __init__(
        self,
        reader: Reader,
        held: HeldRows,
        keep: Keep,
        on_notice: Callable[[Notice], None],
        around: Surroundings,
    ) -> None:
        self._reader = reader
        self._held = held
        self._keep = keep
        self._notify = on_notice
        self._clock = around.clock
        self._turn = asyncio.Lock()
        self._is_over = False

    async def end(self) -> None:
        """Nothing is taken any more; what is being taken is taken to its end, before another life remembers."""
        self._is_over = True
        async with self._turn:
            pass

    async def take(self, post: Post) -> Receipt:
        """Durable when it returns."""
        async with self._turn:
            if self._is_over:
                raise LinkError("this connection begins anew just now", code="intake-away")
            digest = hashlib.sha256(post.body).hexdigest()
            key = None if post.key is None else f"key:{hashlib.sha256(post.key.encode()).hexdigest()}"
            known = None if key is None else await self._keep.recall(key)
            if known is not None:
                return _again(known, digest)
            if await self._keep.waiting() >= INTAKE_WAITING_MAX:
                raise LinkError("what was posted waits for the historian, and no more has room", code="intake-full")
            now_us = self._clock.now_us()
            found = await asyncio.to_thread(self._reader.read, post.body, now_us=now_us)
            await self._put(found, {} if key is None else {key: _note(found, digest, now_us)})
            return Receipt(found.taken.rows, found.samples, found.flaws)

    async def _put(self, found: Read, remember: dict[str, str | None]) -> None:
        points = self._reader.points
        newest_us = max((int(batch.ts.max()) for batch in found.taken.batches if len(batch)), default=None)
        if newest_us is not None:
            self._tell(Notice(self._clock.now_us(), true_us=newest_us))
        last = self._held.with_rows({points[index].tag_id: said for index, said in found.taken.last.items()})
        remember[LAST] = orjson.dumps(last).decode()
        await self._keep.put(in_parcels(found.taken.batches), remember)
        faults.point("webhook.taken")
        now_us = self._clock.now_us()
        if still := self._held.overtaken(found.taken.last, points, now_us):
            self._tell(Notice(now_us, tuple(still)))

    def _tell(self, notice: Notice) -> None:
        if not self._is_over:
            self._notify(notice)


def _note(found: Read, digest: str, at_us: int) -> str:
    """What is remembered of a body that was taken."""
    said = {"digest": digest, "at": to_rfc3339(at_us), "rows": found.taken.rows, "samples": found.samples}
    return orjson.dumps({**said, "left_out": [[flaw.pointer, flaw.what] for flaw in found.flaws]}).decode()


def _again(known: str, digest: str) -> Receipt:
    """A body whose key was taken before. Raises ConflictError when it was another body."""
    said = orjson.loads(known)
    if said["digest"] != digest:
        what = f"another body was taken under this key at {said['at']}"
        hint = "whoever sends it gives each message a key of its own, and the same one only when it sends it again"
        raise ConflictError(what, code="intake-key", hint=hint)
    left_out = tuple(Flaw(*one) for one in said["left_out"])
    return Receipt(said["rows"], said["samples"], left_out, is_repeat=True)
