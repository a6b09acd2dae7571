"""The account of samples over the API: what came, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, Field

from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.fleet.model import Transported
from dovetail.historian.model import Delivery
from dovetail.operations.http import Api

MANAGE = "system.manage"


class AccountView(BaseModel):
    """One source and lane, in samples: expected = stored + duplicate + refused + gap, else `balanced` is false."""

    source: str
    lane: str
    expected: int
    stored: int
    duplicate: int
    refused: int
    gap: int = Field(description="declared lost by the source itself")
    frames: int
    frames_repeated: int = Field(description="came again, to no effect")
    frames_missing: int = Field(description="numbers that were never seen, though later ones were")
    balanced: bool


class Accounts(BaseModel):
    """Of every source and lane."""

    items: list[AccountView]


def view(one: Delivery) -> AccountView:
    """An account as it is shown."""
    balanced = one.expected == one.stored + one.duplicate + one.refused + one.gap
    return AccountView(
        source=one.source, lane=one.lane, expected=one.expected, stored=one.stored, duplicate=one.duplicate,
        refused=one.refused, gap=one.gap, frames=one.frames, frames_repeated=one.frames_repeated,
        frames_missing=one.frames_missing, balanced=balanced,
    )  # fmt: skip


class WorkerView(BaseModel):
    """An ingest worker: `alive` while its lease holds; what it has done since it began."""

    name: str
    host: str
    since: str
    alive: bool
    shards: list[int]
    frames: int
    samples: int
    redelivered: int
    refused: int


class StreamView(BaseModel):
    """What waits between those who collect and the workers; kept by `replicas_current` of `replicas` servers."""

    messages: int
    bytes: int
    bytes_max: int
    replicas: int
    replicas_current: int
    leader: str


class TransportView(BaseModel):
    """The transport over NATS. `used` false: what is collected is stored by this very process.

    `on_disk` messages wait on this machine, `backlog` of them since an outage, beside what is live. `orphans` are
    shards that nobody alive stores; `fault`: why the transport is not seen.
    """

    used: bool
    fault: str | None
    on_disk: int
    backlog: int
    sent_again: int
    orphans: list[int]
    stream: StreamView | None
    workers: list[WorkerView]


def transport_view(found: Transported | None) -> TransportView:
    """The transport as it is shown; None: there is none."""
    seen = found or Transported()
    stream = seen.stream
    return TransportView(
        used=found is not None, fault=seen.fault, on_disk=seen.on_disk, backlog=seen.backlog,
        sent_again=seen.sent_again, orphans=[] if found is None else seen.orphans,
        stream=None if stream is None else StreamView(
            messages=stream.messages, bytes=stream.bytes, bytes_max=stream.bytes_max, replicas=stream.replicas,
            replicas_current=stream.replicas_current, leader=stream.leader,
        ),
        workers=[
            WorkerView(
                name=one.name, host=one.host, since=to_rfc3339(one.since_us), alive=one.is_alive,
                shards=list(one.shards), frames=one.frames, samples=one.samples, redelivered=one.redelivered,
                refused=one.refused,
            )
            for one in seen.workers
        ],
    )  # fmt: skip


def routes(
    api: Api, *, delivery: Callable[[], Sequence[Delivery]], transported: Callable[[], Transported | None]
) -> None:
    """Declare it."""

    @api.query("GET", "/delivery", permission=MANAGE, summary="What became of the samples of each source and lane")
    def get_delivery(scope: Scope) -> Accounts:
        scope.require(MANAGE, None)
        return Accounts(items=[view(one) for one in delivery()])

    @api.query("GET", "/transport", permission=MANAGE, summary="The stream over NATS and who stores what comes by it")
    def get_transport(scope: Scope) -> TransportView:
        scope.require(MANAGE, None)
        return transport_view(transported())
