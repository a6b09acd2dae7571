"""One post, from whoever knocks to the link that keeps it. Whoever cannot prove itself learns nothing, not even a name.

A connection that is not there and a wrong proof get the same answer after the same time, and the same work is done for
both. What is wrong with a body is told to whoever proved that it may send one.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from dovetail.core import limits
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import (
    ConfigError,
    DovetailError,
    InvalidError,
    LinkError,
    TooOftenError,
    UnauthenticatedError,
)
from dovetail.core.scope import system_scope
from dovetail.core.secretname import name_of
from dovetail.db.uow import Database
from dovetail.drivers.posts import Box, Flaw, Post, PostedOptions, Receipt, UnfitError
from dovetail.intake import model
from dovetail.intake.model import Bucket, Carried, Refusals, Way
from dovetail.operations import store as audit

WAY_ON = "the token or the signing secret, and the name in the address, must be those of the connection"


@dataclass(frozen=True, slots=True)
class Posted:
    """A connection that is posted to: its link by the good-through tag, and its options."""

    link: int
    options: PostedOptions


@dataclass(frozen=True, slots=True)
class Knock:
    """A request before its body was read. `sender`: its address on the network."""

    connection: str
    headers: Mapping[str, str]
    sender: str


@dataclass(frozen=True, slots=True)
class Around:
    """What the intake asks of others: connections by name, the edge's box, secrets by name."""

    posted: Callable[[str], Posted | None]
    box: Callable[[], Box | None]
    secret: Callable[[str], str]


class AwayError(LinkError):
    """The link is not there just now: the sender keeps its message and comes again."""

    retry_after_s = 2


class Intake:
    """Lives in the web server's loop, which is the edge's; `step` is called by a thread."""

    def __init__(self, database: Database, around: Around, *, clock: Clock) -> None:
        self._database = database
        self._around = around
        self._clock = clock
        self._decoy = secrets.token_urlsafe(32)
        self._buckets: dict[int, Bucket] = {}
        # whoever has proved itself does not wait for those who have not: they may be slow on purpose
        self._reading: dict[Way, asyncio.Semaphore] = {
            "token": asyncio.Semaphore(limits.INTAKE_AT_ONCE_MAX),
            "signature": asyncio.Semaphore(limits.INTAKE_AT_ONCE_MAX),
        }
        self._lock = threading.Lock()
        self._refused = Refusals(limits.INTAKE_SENDERS_MAX)
        self.outcomes: Counter[str] = Counter()  # since the start, for the metrics; left_out: rows of what was taken

    async def take(self, knock: Knock, body: AsyncIterator[bytes]) -> Receipt:
        """Durable when it returns; all else is a DovetailError that says who can mend it."""
        began_us = self._clock.monotonic_us()
        try:
            receipt = await self._take(knock, body)
        except UnauthenticatedError:
            self.outcomes["refused"] += 1
            await self._clock.sleep(limits.INTAKE_REFUSED_S - (self._clock.monotonic_us() - began_us) / SECOND_US)
            raise
        except TooOftenError:
            self.outcomes["too_often"] += 1
            raise
        except LinkError:
            self.outcomes["away"] += 1
            raise
        except DovetailError:
            self.outcomes["unfit"] += 1
            raise
        self.outcomes["repeated" if receipt.is_repeat else "taken"] += 1
        if receipt.left_out and not receipt.is_repeat:
            self.outcomes["left_out"] += len(receipt.left_out)
        return receipt

    async def _take(self, knock: Knock, chunks: AsyncIterator[bytes]) -> Receipt:
        given = model.carried(knock.headers)
        found = self._around.posted(knock.connection)
        posted, secret = self._expected(found, given)
        if given.way == "token":
            posted = self._let_in(posted if model.shows(secret, given.token) else None, knock, found)
        elif given.way == "nothing":
            self._let_in(None, knock, found)
        body = await self._body(chunks, given.way)
        if given.way == "signature":
            posted = self._let_in(posted if model.signed(secret, given, body) else None, knock, found)
            self._in_time(given, knock)
        assert posted is not None
        self._not_too_often(posted)
        self._readable(knock, given, body, posted.options)
        return await self._hand_over(posted, Post(body, given.key))

    # --- who is it ----------------------------------------------------------------------------------------------

    def _expected(self, found: Posted | None, given: Carried) -> tuple[Posted | None, str]:
        """The connection, if it is posted to in the way that was tried, and what proves it."""
        if found is None:
            return None, self._decoy
        reference = found.options.token if given.way == "token" else found.options.signing_secret
        if reference is None:
            return None, self._decoy
        try:
            return found, self._around.secret(name_of(reference)) or self._decoy
        except ConfigError:
            return None, self._decoy  # no such secret: nobody gets in, and the connection's page says why

    def _let_in(self, proven: Posted | None, knock: Knock, found: Posted | None) -> Posted:
        if proven is not None:
            return proven
        self._note("" if found is None else knock.connection, knock)
        raise UnauthenticatedError("this may not be posted here", code="intake-refused", hint=WAY_ON)

    def _note(self, connection: str, knock: Knock) -> None:
        with self._lock:
            self._refused.note(connection, knock.sender)

    def _in_time(self, given: Carried, knock: Knock) -> None:
        """Told to those only who signed rightly: their clock, or an old message that somebody sends again."""
        off = model.off_us(given.timestamp, self._clock.now_us())
        if model.is_fresh(off):
            return
        said = "is no time" if off is None else f"is {abs(off) // SECOND_US} s {'ahead of' if off > 0 else 'behind'} us"
        hint = f"set the sender's clock, or ours; a signature is good for {limits.INTAKE_CLOCK_US // SECOND_US} s"
        self._note(knock.connection, knock)
        raise UnauthenticatedError(f"the webhook-timestamp {said}", code="intake-clock", hint=hint)

    # --- may it come, and can it be read ------------------------------------------------------------------------

    def _not_too_often(self, posted: Posted) -> None:
        bucket = self._buckets.setdefault(posted.link, Bucket())
        wait_s = bucket.wait_s(posted.options.per_minute, self._clock.monotonic_us())
        if wait_s:
            what = f"this connection takes {posted.options.per_minute} posts a minute"
            hint = "send several rows in one body, or raise `per_minute`"
            raise TooOftenError(what, retry_after_s=math.ceil(wait_s), code="intake-too-often", hint=hint)

    async def _body(self, chunks: AsyncIterator[bytes], way: Way) -> bytes:
        try:
            async with asyncio.timeout(limits.INTAKE_BODY_S), self._reading[way]:
                return b"".join([chunk async for chunk in chunks])
        except TimeoutError as error:
            raise AwayError("the body did not come in time", code="intake-slow") from error

    @staticmethod
    def _readable(knock: Knock, given: Carried, body: bytes, options: PostedOptions) -> None:
        if given.key is not None and len(given.key) > model.KEY_MAX:
            raise InvalidError(f"a key has at most {model.KEY_MAX} characters", code="intake-key")
        if knock.headers.get("content-encoding", "identity") != "identity":
            raise InvalidError("a body is sent as it is, not packed", code="intake-packed", hint="no Content-Encoding")
        if len(body) > options.max_kb * 1_000:
            hint = "send it in several bodies, or raise `max_kb`"
            raise UnfitError(
                [Flaw("", f"{len(body)} bytes, and this connection takes {options.max_kb} kB")],
                code="intake-large",
                hint=hint,
            )

    async def _hand_over(self, posted: Posted, post: Post) -> Receipt:
        box = self._around.box()
        taker = None if box is None else await box.taker(posted.link, within_s=limits.INTAKE_LINK_S)
        if taker is None:
            hint = "send it again; if that goes on, look at the connection: is it running, and has it tags?"
            raise AwayError("the connection does not take just now", code="intake-away", hint=hint)
        try:
            return await taker.take(post)
        except LinkError as error:
            raise AwayError(error.message, code=error.code, hint=error.hint) from error

    # --- for those who look after it ----------------------------------------------------------------------------

    def step(self) -> int:
        """Write down who was turned away since the last time: one row of the audit, whoever knocked how often."""
        with self._lock:
            found = self._refused.taken()
        if not found:
            return 0
        actor = system_scope("intake").actor
        with self._database.write(actor) as uow:
            given = {"refused": found}
            row = audit.AuditRow("intake.refused", actor.id, actor.name, None, None, given, reason=None)
            audit.write_audit(uow, row)
        return 0
