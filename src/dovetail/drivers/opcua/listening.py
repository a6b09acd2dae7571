"""One subscription per link: the server tells what changed, and every so often that nothing did.

All points share one subscription, so that a publish message is a cut through the whole link: whatever changed before
its PublishTime is in it. Scan classes differ in their sampling interval (OPC 10000-4 §5.12, §5.13, §5.14).
"""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from asyncua import ua

from dovetail.core.batch import Batch
from dovetail.core.errors import LinkError
from dovetail.drivers.base import NO_DEVICE_TIME, ListenGroup, Notice, Point, run_together
from dovetail.drivers.flow import Flow
from dovetail.drivers.opcua.address import inside_of
from dovetail.drivers.opcua.publish import Published, decode
from dovetail.drivers.opcua.status import overflowed, quality_of
from dovetail.drivers.values import Row, Table

PUBLISH_MS: Final = (50, 500)  # never faster than a group commit, never so slow that good-through lags a second
KEEP_ALIVE_MS: Final = 1_000
LIFETIME_MS: Final = 30_000  # the server forgets us as soon as it forgets the session
QUEUE_MIN: Final = 50  # a server that reports each change, not samples, may have many per publish
PER_PUBLISH_MAX: Final = 1_000  # one message is decoded in the loop: a few milliseconds
IN_FLIGHT: Final = 3  # publish requests waiting at the server: one is answered, others still stand
SILENCE_US: Final = 3_000_000  # beyond two keep-alives: a busy server is late before it is dead
BAD_NODE_ID: Final = 0x8034_0000


class Channel(Protocol):
    """What listening asks of an open client: the session's channel, its limits, and time."""

    @property
    def items_per_call(self) -> int: ...
    def now_us(self) -> int: ...
    def monotonic_us(self) -> int: ...
    @property
    def flow(self) -> Flow: ...
    def resolve(self, address: str) -> ua.NodeId | None: ...
    async def learn(self, addresses: Iterable[str]) -> None: ...
    def refuse_flood(self) -> None: ...
    async def ask(self, request: Any, timeout_s: float | None = None) -> Any: ...
    async def call(self, request: Any, answer: Any) -> Any: ...
    async def unfold(self, rows: Sequence[Row], inside: Mapping[int, tuple[str, ...]]) -> list[Row]: ...
    async def read(self, points: Sequence[Point]) -> list[Batch]: ...


@dataclass(slots=True)
class _Subscription:
    """What the server granted, and what was heard last."""

    id: int
    keep_alive_us: int
    heard_us: int
    sequence: int = 0  # of the last notification; 0 before the first


class _Listener:
    """State of one `subscribe` call: the points by client handle, and acknowledgements that travel with requests."""

    def __init__(self, driver: Channel, points: Sequence[Point], on_notice: Callable[[Notice], None]) -> None:
        self.driver = driver
        self.table = Table(points, quality_of)
        self.inside = inside_of(points)
        self.on_notice = on_notice
        self.acknowledge: list[Any] = []

    def tell_bad(self, rows: Sequence[Row]) -> None:
        """Points that the server would not watch: one BAD sample each, the others go on."""
        at_us = self.driver.now_us()
        if rows:
            batches = tuple(self.table.batches(rows, received_us=at_us))
            self.on_notice(Notice(received_us=at_us, batches=batches, has="more"))


async def listen(driver: Channel, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
    """Create the subscription and its items, then keep publish requests standing until cancelled or lost."""
    listener = _Listener(driver, [point for group in groups for point in group.points], on_notice)
    await driver.learn(point.address for point in listener.table.points)
    subscription = await _create(driver, min(group.interval_ms for group in groups))
    first = 0
    for group in groups:
        await _watch(listener, subscription, group, first)
        first += len(group.points)
    loops = [_publish_forever(listener, subscription) for _ in range(IN_FLIGHT)]
    await run_together(_guard(driver, subscription), *loops)


def publish_ms(interval_ms: int) -> int:
    """How often the server may send, for the fastest scan class of the link."""
    return min(max(interval_ms, PUBLISH_MS[0]), PUBLISH_MS[1])


def queue_size(interval_ms: int, published_ms: float) -> int:
    """Values the server must keep between two messages: all samples of one, twice over, and never few."""
    return max(QUEUE_MIN, 2 * math.ceil(published_ms / max(interval_ms, 1)))


async def _create(driver: Channel, interval_ms: int) -> _Subscription:
    wanted_ms = publish_ms(interval_ms)
    request = ua.CreateSubscriptionRequest()
    request.Parameters = ua.CreateSubscriptionParameters(
        RequestedPublishingInterval=float(wanted_ms),
        RequestedLifetimeCount=max(30, LIFETIME_MS // wanted_ms),
        RequestedMaxKeepAliveCount=max(1, KEEP_ALIVE_MS // wanted_ms),
        MaxNotificationsPerPublish=PER_PUBLISH_MAX,
        PublishingEnabled=True,
        Priority=0,
    )
    granted = (await driver.call(request, ua.CreateSubscriptionResponse)).Parameters
    keep_alive_us = round(granted.RevisedPublishingInterval * granted.RevisedMaxKeepAliveCount * 1000)
    return _Subscription(granted.SubscriptionId, keep_alive_us, driver.monotonic_us())


async def _watch(listener: _Listener, subscription: _Subscription, group: ListenGroup, first: int) -> None:
    """Ask for the group's items in the portions the server bears."""
    refused: list[Row] = []
    items: list[tuple[int, Any]] = []
    size = queue_size(group.interval_ms, publish_ms(group.interval_ms))
    for handle, point in enumerate(group.points, start=first):
        node = listener.driver.resolve(point.address)
        if node is None:
            refused.append((handle, None, BAD_NODE_ID, NO_DEVICE_TIME))
        else:
            items.append((handle, _item(node, handle, group.interval_ms, size)))
    per_call = listener.driver.items_per_call
    for start in range(0, len(items), per_call):
        refused += await _create_items(listener.driver, subscription, items[start : start + per_call])
    listener.tell_bad(refused)


def _item(node: ua.NodeId, handle: int, interval_ms: int, size: int) -> Any:
    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=ua.ReadValueId(NodeId=node, AttributeId=ua.AttributeIds.Value),
        MonitoringMode=ua.MonitoringMode.Reporting,
        RequestedParameters=ua.MonitoringParameters(
            ClientHandle=handle, SamplingInterval=float(interval_ms), QueueSize=size, DiscardOldest=True
        ),
    )


async def _create_items(driver: Channel, subscription: _Subscription, items: list[tuple[int, Any]]) -> list[Row]:
    request = ua.CreateMonitoredItemsRequest()
    request.Parameters = ua.CreateMonitoredItemsParameters(
        SubscriptionId=subscription.id,
        TimestampsToReturn=ua.TimestampsToReturn.Both,
        ItemsToCreate=[item for _, item in items],
    )
    results = (await driver.call(request, ua.CreateMonitoredItemsResponse)).Results
    return [
        (handle, None, int(result.StatusCode.value), NO_DEVICE_TIME)
        for (handle, _), result in zip(items, results, strict=True)
        if not result.StatusCode.is_good()
    ]


async def _publish_forever(listener: _Listener, subscription: _Subscription) -> None:
    """Keep one publish request standing at the server, acknowledging with it what has been handed over.

    While more waits than is kept, none is sent: the server's queues take over, and it says when they ran over.
    """
    while True:
        if listener.driver.flow.is_held:
            await listener.driver.flow.free()
            subscription.heard_us = listener.driver.monotonic_us()
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements, listener.acknowledge = listener.acknowledge, []
        try:
            body = await listener.driver.ask(request, 0)  # no timeout: the guard watches for silence
        except ua.uaerrors.BadTooManyPublishRequests:
            return  # the server bears fewer; the loops that already stand are enough
        subscription.heard_us = listener.driver.monotonic_us()
        await _take(listener, subscription, body)


async def _take(listener: _Listener, subscription: _Subscription, body: Any) -> None:
    driver = listener.driver
    received_us = driver.now_us()
    message = decode(body)
    _check_sequence(subscription, message)
    if message.rows or not message.undecoded:
        rows = message.rows
        if listener.inside or not message.is_plain:
            rows = await driver.unfold(rows, listener.inside)
        lost = sum(overflowed(row[2]) for row in rows)
        batches = tuple(listener.table.batches(rows, received_us=received_us)) if rows else ()
        listener.on_notice(
            Notice(
                received_us=received_us,
                batches=batches,
                device_us=message.published_us,
                has="more" if message.more else "all",
                lost_samples=lost,
                next_within_us=subscription.keep_alive_us,
            )
        )
    if message.undecoded:  # one structure nobody can decode spoils a whole message: read the points one by one
        batches = tuple(await driver.read(listener.table.points))
        listener.on_notice(Notice(driver.now_us(), batches, None, "more", lost_samples=1))
    if message.is_data:
        listener.acknowledge.append(
            ua.SubscriptionAcknowledgement(SubscriptionId=subscription.id, SequenceNumber=message.sequence)
        )


def _check_sequence(subscription: _Subscription, message: Published) -> None:
    """A hole in the numbers is a lost change: only a fresh start tells what is true now."""
    if message.closed:
        raise LinkError(f"the server ended the subscription: {message.closed}", code="opcua-subscription")
    if not message.is_data:
        return
    expected = subscription.sequence % 0xFFFF_FFFF + 1
    if subscription.sequence and message.sequence != expected:
        raise LinkError(f"notification {expected} never came", code="opcua-gap")
    subscription.sequence = message.sequence


async def _guard(driver: Channel, subscription: _Subscription) -> None:
    """Raise when neither a change nor a keep-alive came for too long: the server lives, its subscription does not."""
    silent_after_us = 2 * subscription.keep_alive_us + SILENCE_US
    while True:
        await asyncio.sleep(0.5)
        driver.refuse_flood()
        if not driver.flow.is_held and driver.monotonic_us() - subscription.heard_us > silent_after_us:
            raise LinkError("the subscription fell silent", code="opcua-silent")
