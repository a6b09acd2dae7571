"""Webhooks over HTTP: make one, see how its deliveries do, send one again. Addresses and keys go in and never out."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor
from dovetail.webhooks.model import Delivery
from dovetail.webhooks.service import Shown, WebhooksRoom


class DeliveryView(BaseModel):
    """One event on its way. `status` is the receiver's last answer, `error` why it was not taken."""

    id: int
    event_id: str
    kind: str
    known: int
    state: Literal["waiting", "delivered", "given_up"]
    attempts: int
    created: str
    next_attempt: str | None
    ended: str | None
    status: int | None
    error: str | None
    replay_of: int | None


class WebhookView(BaseModel):
    """Somebody who is told. Of its address only the origin is shown. `next` is the delivery whose turn it is."""

    id: str
    name: str
    origin: str
    kinds: list[str]
    created: str
    created_by: str
    waiting: int
    given_up: int
    next: DeliveryView | None


class KindView(BaseModel):
    """Something that can be told."""

    kind: str
    meaning: str


def routes(api: Api, room: WebhooksRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/webhooks", permission="system.manage", summary="Who is told of what, and how that goes")
    def get_webhooks(scope: Scope) -> Page[WebhookView]:
        return Page(items=[_webhook(shown) for shown in room.webhooks(scope=scope)])

    @api.query("GET", "/event-kinds", permission="system.manage", summary="What can be told")
    def get_kinds() -> Page[KindView]:
        return Page(items=[KindView(kind=kind, meaning=meaning) for kind, meaning in sorted(room.kinds().items())])

    @api.query(
        "GET", "/webhooks/{webhook_id}/deliveries", permission="system.manage", summary="What became of each event"
    )
    def get_deliveries(
        webhook_id: str,
        scope: Scope,
        state: Literal["waiting", "delivered", "given_up"] | None = None,
        cursor: str | None = None,
    ) -> Page[DeliveryView]:
        """Newest first."""
        before = decode_cursor(cursor, int)
        found = room.deliveries(
            webhook_id,
            scope=scope,
            states=() if state is None else (state,),
            before=None if before is None else before[0],
            limit=PAGE_MAX + 1,
        )
        more = encode_cursor(found[PAGE_MAX - 1].id) if len(found) > PAGE_MAX else None
        return Page(items=[_delivery(one) for one in found[:PAGE_MAX]], next=more)

    api.change("POST", "/webhooks", room.create, status=201)
    api.change("POST", "/webhooks/{webhook_id}/delete", room.delete)
    api.change("POST", "/webhooks/{webhook_id}/test", room.test)
    api.change("POST", "/webhook-deliveries/{delivery_id}/replay", room.replay)


def _webhook(shown: Shown) -> WebhookView:
    hook = shown.webhook
    return WebhookView(
        id=hook.id,
        name=hook.name,
        origin=hook.origin,
        kinds=list(hook.kinds),
        created=to_rfc3339(hook.created_us),
        created_by=hook.created_by,
        waiting=shown.waiting,
        given_up=shown.given_up,
        next=None if shown.next is None else _delivery(shown.next),
    )


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(
        id=one.id,
        event_id=one.event_id,
        kind=one.kind,
        known=one.known,
        state=one.state,
        attempts=one.attempts,
        created=to_rfc3339(one.created_us),
        next_attempt=to_rfc3339(one.next_us) if one.state == "waiting" else None,
        ended=None if one.ended_us is None else to_rfc3339(one.ended_us),
        status=one.status,
        error=one.error,
        replay_of=one.replay_of,
    )
