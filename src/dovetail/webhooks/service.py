"""Makes webhooks, hands each its events one after the other until they are taken, and shows what became of them."""

from __future__ import annotations

import base64
import logging
import os
import random
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from dovetail.core import faults
from dovetail.core.clock import DAY_US, SECOND_US, Clock, to_rfc3339
from dovetail.core.errors import ConflictError, DovetailError, InvalidError, NotFoundError, RefusedError
from dovetail.core.ids import uuid7
from dovetail.core.scope import Scope, system_scope
from dovetail.core.standardwebhooks import SECRET_PREFIX
from dovetail.db.uow import Database
from dovetail.events.operations import OperationsEvent
from dovetail.operations.operation import Call, Input, Nothing, Operation
from dovetail.vault.service import VaultRoom
from dovetail.webhooks import store
from dovetail.webhooks.model import (
    RETRY_FIRST_US,
    SECRET_BYTES,
    TEST_KIND,
    Delivery,
    Tried,
    Webhook,
    headers,
    is_due,
    is_hopeless,
    retry_us,
    wanted,
)  # fmt: skip
from dovetail.webhooks.post import post
from dovetail.webhooks.store import Logged
from dovetail.webhooks.target import Target, parse

log = logging.getLogger(__name__)

SCOPE: Final = system_scope("webhooks")
CLASS: Final = "webhook"  # of what the vault locks for this room
WEBHOOKS_MAX: Final = 50  # each may hold a thread for ten seconds
MANAGE: Final = "system.manage"
AT_ONCE: Final = 8  # receivers that hang must not hold up the others
EVENTS_MAX: Final = 200  # one transaction stays short
KEPT_US: Final = 90 * DAY_US  # how long an ended delivery can be looked at and sent again

type Kinds = Callable[[], Mapping[str, str]]
type Send = Callable[[Target, bytes, Mapping[str, str]], Tried]


class CreateWebhook(Input):
    """Somebody to be told. The address may hold a token, so it is kept locked, and shown as its origin only."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: SecretStr = Field(description="https://… or http://…; write-only")
    kinds: list[str] = Field(min_length=1, max_length=50, description="connection.down, connection.*, *")
    name: str = Field(default="", max_length=120, description="what it is for")
    origin: str = Field(default="", description="filled in: what the audit shows of the address")

    @model_validator(mode="after")
    def _say_where(self) -> CreateWebhook:
        own = parse(self.url.get_secret_value()).origin
        if self.origin not in ("", own):
            raise ValueError("the origin is not that of the address")
        object.__setattr__(self, "origin", own)
        return self


class WebhookMade(BaseModel):
    """The secret by which the receiver knows our signature is shown this once."""

    id: str
    secret: str = ""


class OneWebhook(Input):
    webhook_id: str


class OneDelivery(Input):
    delivery_id: int


class Queued(BaseModel):
    """It stands in the queue; its delivery log says what becomes of it."""

    webhook_id: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A webhook with how many deliveries wait, were given up, and the one whose turn it is."""

    webhook: Webhook
    waiting: int
    given_up: int
    next: Delivery | None


class WebhooksRoom:
    """Who is told. `step` is the background work: it never waits for a receiver; `close` does, for ten seconds."""

    def __init__(
        self,
        database: Database,
        *,
        vault: VaultRoom,
        clock: Clock,
        kinds: Kinds,
        allowed: Collection[str] = (),
        send: Send | None = None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._kinds = kinds
        self._send: Send = send or (lambda target, body, head: post(target, body, head, allowed=allowed))
        self._rng = random.SystemRandom()
        self._pool: ThreadPoolExecutor | None = None
        self._flying: set[str] = set()
        self._rests_until: dict[str, int] = {}  # monotonic µs; a database that is away must not cause a flood
        self._lock = threading.Lock()
        self.on_done: Callable[[], None] = lambda: None
        self.create = Operation(
            name="webhook.create", summary="Tell an address when something happens", input=CreateWebhook,
            output=WebhookMade, handler=self._create, secret_fields=frozenset({"url", "secret"}), permission=MANAGE,
        )  # fmt: skip
        self.delete = Operation(
            name="webhook.delete", summary="Tell an address no more", input=OneWebhook, output=Nothing,
            handler=self._delete, permission=MANAGE,
        )  # fmt: skip
        self.test = Operation(
            name="webhook.test", summary="Send a test event to one webhook", input=OneWebhook, output=Queued,
            handler=self._test, permission=MANAGE,
        )  # fmt: skip
        self.replay = Operation(
            name="webhook.replay", summary="Send one event to its webhook again", input=OneDelivery, output=Queued,
            handler=self._replay, permission=MANAGE,
        )  # fmt: skip

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (self.create, self.delete, self.test, self.replay)

    # --- what may be done ------------------------------------------------------------------------------------
    def _create(self, call: Call, given: CreateWebhook) -> WebhookMade:
        if len(store.webhooks(call.uow)) >= WEBHOOKS_MAX:
            raise RefusedError(f"there are {WEBHOOKS_MAX} webhooks, which is all there may be", code="webhooks-many")
        known = self._kinds()
        for kind in given.kinds:
            if not any(wanted((kind,), one) for one in known):
                hint = f"there are: {', '.join(sorted(known))}; also connection.* and *"
                raise InvalidError(f"nothing is ever told as {kind!r}", pointer="/kinds", code="event-kind", hint=hint)
        new_id = uuid7(call.clock)
        secret = SECRET_PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()
        kinds = tuple(dict.fromkeys(given.kinds))
        made = Webhook(new_id, given.name, given.origin, kinds, call.clock.now_us(), call.scope.actor.name)
        store.add(
            call.uow,
            made,
            url=self._vault.lock(call.uow, given.url.get_secret_value(), of=CLASS, place=_place("url", new_id)),
            secret=self._vault.lock(call.uow, secret, of=CLASS, place=_place("secret", new_id)),
        )
        return WebhookMade(id=new_id, secret=secret)

    def _delete(self, call: Call, given: OneWebhook) -> Nothing:
        if not store.remove(call.uow, given.webhook_id):
            raise NotFoundError("there is no such webhook")
        return Nothing()

    def _test(self, call: Call, given: OneWebhook) -> Queued:
        found = _found(store.find(call.uow, given.webhook_id))
        call.uow.emit(
            OperationsEvent(
                id=uuid7(call.clock),
                kind=TEST_KIND,
                type="Event",
                at_us=call.clock.now_us(),
                source=found.id,
                equipment=(),
                message=f"A test of the webhook to {found.origin}, asked for by {call.scope.actor.name}",
            )
        )
        return Queued(webhook_id=found.id)

    def _replay(self, call: Call, given: OneDelivery) -> Queued:
        before = store.find_delivery(call.uow, given.delivery_id)
        if before is None:
            raise NotFoundError("there is no such delivery")
        if before.state == "waiting":
            raise ConflictError("this delivery still waits for its turn", code="delivery-waiting")
        now_us = call.clock.now_us()
        again = replace(_waiting(before.webhook_id, before, now_us), replay_of=before.id)
        store.add_deliveries(call.uow, [again])
        return Queued(webhook_id=before.webhook_id)

    # --- the background work ---------------------------------------------------------------------------------
    def step(self) -> int:
        """Queue what became known, and start what may be tried now. Answers how many events were queued."""
        queued = self._queue()
        with self._database.read() as reading:
            turn = store.first_waiting(reading)
        now_us = self._clock.now_us()
        for one in turn:
            if is_due(one, now_us):
                self._start(one)
        return queued

    def _queue(self) -> int:
        """Write down, per webhook that asked for it, each event since the last look; once, whatever ends us."""
        with self._database.read() as reading:
            since = store.least_heeded(reading)
            events = [] if since is None else store.events_after(reading, since, kind=_EVENT, limit=EVENTS_MAX)
        if not events:
            return 0
        with self._database.write(SCOPE.actor) as uow:
            hooks, heeded = store.webhooks(uow), store.heeded(uow)
            for event in events:
                asked = [hook for hook in hooks if heeded[hook.id] < event.known and _wants(hook, event)]
                store.add_deliveries(uow, [_first(hook.id, event, self._clock.now_us()) for hook in asked])
            store.heed(uow, events[-1].known)
            store.forget_ended(uow, before_us=self._clock.now_us() - KEPT_US)
        faults.point("webhooks.queued")
        return len(events)

    def _start(self, delivery: Delivery) -> None:
        with self._lock:
            rests = self._rests_until.get(delivery.webhook_id, 0) > self._clock.monotonic_us()
            if delivery.webhook_id in self._flying or rests:
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
            self._flying.add(delivery.webhook_id)
            self._pool.submit(self._fly, delivery)

    def _fly(self, delivery: Delivery) -> None:
        try:
            self._attempt(delivery)
        except Exception:
            log.exception("what became of a delivery could not be written down; it is tried again")
            self._rests_until[delivery.webhook_id] = self._clock.monotonic_us() + RETRY_FIRST_US
        finally:
            with self._lock:
                self._flying.discard(delivery.webhook_id)
        self.on_done()

    def _attempt(self, seen: Delivery) -> None:
        with self._database.read() as reading:
            delivery = store.find_delivery(reading, seen.id)
        if delivery is None or delivery != seen:
            return  # somebody looked just before an attempt was written down: its turn is over
        tried = self._try(delivery)
        faults.point("webhooks.sent")
        now_us, attempts = self._clock.now_us(), delivery.attempts + 1
        done = replace(delivery, attempts=attempts, status=tried.status, error=tried.error)
        if tried.is_taken:
            done = replace(done, state="delivered", ended_us=now_us)
        elif is_hopeless(delivery, attempts, now_us):
            done = replace(done, state="given_up", ended_us=now_us)
            log.warning("webhook %s: %s was given up after %d attempts", delivery.webhook_id, delivery.kind, attempts)
        else:
            done = replace(done, next_us=now_us + retry_us(attempts, self._rng.random()))
        with self._database.write(SCOPE.actor) as uow:
            store.keep_attempt(uow, done)

    def _try(self, delivery: Delivery) -> Tried:
        with self._database.read() as reading:
            kept = store.locked(reading, delivery.webhook_id)
            event = store.event(reading, delivery.known, delivery.n)
        if kept is None or event is None:
            return Tried(None, "the webhook or its event is gone")
        try:
            url = self._vault.unlock(kept[0], of=CLASS, place=_place("url", delivery.webhook_id))
            secret = self._vault.unlock(kept[1], of=CLASS, place=_place("secret", delivery.webhook_id))
        except DovetailError as error:
            return Tried(None, error.message)
        body = payload(event)
        timestamp_s = self._clock.now_us() // SECOND_US
        return self._send(parse(url), body, headers(secret, delivery.event_id, timestamp_s, body))

    def close(self) -> None:
        """Wait for what is under way; nothing new begins."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
        self._flying.clear()

    # --- what is asked ---------------------------------------------------------------------------------------
    def webhooks(self, *, scope: Scope) -> list[Shown]:
        """Every webhook with how it does. Raises RefusedError for whoever does not manage the system."""
        scope.require("system.manage", None)
        with self._database.read() as reading:
            counts = store.counts(reading)
            turn = {one.webhook_id: one for one in store.first_waiting(reading)}
            hooks = store.webhooks(reading)
        return [
            Shown(hook, counts.get((hook.id, "waiting"), 0), counts.get((hook.id, "given_up"), 0), turn.get(hook.id))
            for hook in hooks
        ]

    def deliveries(
        self, webhook_id: str, *, scope: Scope, states: Collection[str], before: int | None, limit: int
    ) -> list[Delivery]:
        """The delivery log of one webhook, newest first. Raises NotFoundError, RefusedError."""
        scope.require("system.manage", None)
        with self._database.read() as reading:
            _found(store.find(reading, webhook_id))
            return store.deliveries(reading, webhook_id, states=states, before=before, limit=limit)

    def kinds(self) -> Mapping[str, str]:
        """What can be told, with what it means."""
        return self._kinds()


_EVENT: Final = OperationsEvent.__name__


def payload(event: Logged) -> bytes:
    """The message of an event: the same bytes at each attempt."""
    body: dict[str, Any] = event.body
    return orjson.dumps(
        {
            "id": body["id"],
            "type": body["kind"],
            "timestamp": to_rfc3339(body["at_us"]),
            "recorded": to_rfc3339(event.at_us),
            "known": event.known,
            "event_type": body["type"],
            "source": body["source"],
            "equipment": body["equipment"],
            "message": body["message"],
            "associated_id": body["associated_id"],
            "data": body["data"],
        },
        option=orjson.OPT_SORT_KEYS,
    )


def _wants(hook: Webhook, event: Logged) -> bool:
    """A test is for the webhook it names, whatever that asked for."""
    kind = event.body["kind"]
    return event.body["source"] == hook.id if kind == TEST_KIND else wanted(hook.kinds, kind)


def _first(webhook_id: str, event: Logged, now_us: int) -> Delivery:
    body = event.body
    return Delivery(0, webhook_id, body["id"], body["kind"], event.known, event.n, "waiting", 0, now_us, now_us)


def _waiting(webhook_id: str, like: Delivery, now_us: int) -> Delivery:
    return Delivery(0, webhook_id, like.event_id, like.kind, like.known, like.n, "waiting", 0, now_us, now_us)


def _place(column: str, webhook_id: str) -> str:
    return f"webhook|{column}|{webhook_id}"


def _found(found: Webhook | None) -> Webhook:
    if found is None:
        raise NotFoundError("there is no such webhook")
    return found
