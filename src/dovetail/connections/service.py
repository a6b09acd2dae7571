"""Keeps what the edge tells of every connection, each change once, and says when one has been down for too long."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from dovetail.connections import store
from dovetail.connections.model import Period, Seen, Step, Totals, after_standstill, follow, totals
from dovetail.core import faults
from dovetail.core.clock import MINUTE_US, SECOND_US, Clock, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.ids import uuid7
from dovetail.core.quality import is_bad
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database, UnitOfWork
from dovetail.edge.model import LinkChange
from dovetail.equipment.model import Connection, PlantModel
from dovetail.events.operations import OperationsEvent
from dovetail.historian.service import Historian

SCOPE: Final = system_scope("connections")
NOTICED_LATE_US: Final = MINUTE_US  # a loss is noticed within seconds; more is our own clock that was set
DOWN: Final = "connection.down"
BACK: Final = "connection.back"
KINDS: Final[Mapping[str, str]] = {
    DOWN: "A connection has been down for as long as its `alert_after_min` says.",
    BACK: "It is up again, or was taken out of the plant; said only after `connection.down`.",
}


@dataclass(frozen=True, slots=True)
class _Noted:
    """A change and when it was told: `lag_us` before that it had begun (monotonic µs and µs)."""

    seen: Seen
    monotonic_us: int
    lag_us: int


@dataclass(frozen=True, slots=True)
class _Held:
    """The open period of a link, and since when (monotonic µs) it is counted for the alert."""

    period: Period
    since_us: int


class ConnectionsRoom:
    """The past of every connection. `note` is called by the edge; `step` is the background work, safe to repeat."""

    def __init__(
        self, database: Database, *, plant: Callable[..., PlantModel], historian: Historian, clock: Clock
    ) -> None:
        self._database = database
        self._plant = plant
        self._historian = historian
        self._clock = clock
        self._held: dict[int, _Held] = {}
        self._noted: deque[_Noted] = deque()
        self._lock = threading.Lock()  # one step at a time: the worker's, and the last one at the end

    # --- what happens ----------------------------------------------------------------------------------------
    def begin(self) -> None:
        """Before the edge starts: what was open when Dovetail ended is an outage since its last good-through."""
        now_us, monotonic_us = self._clock.now_us(), self._clock.monotonic_us()
        with self._database.read() as reading:
            if not store.open_periods(reading):
                return
        with self._lock, self._database.write(SCOPE.actor) as uow:
            held = {one.link: _Held(one, monotonic_us) for one in store.open_periods(uow)}
            plant = self._plant()
            book, links = _Book(uow, held, plant, self._clock), _links(plant)
            for one in [each.period for each in held.values()]:
                for seen in self._standstill(one, links):
                    book.take(_Noted(seen, monotonic_us, max(0, now_us - seen.at_us)))
            for link, each in held.items():  # a period that was open already goes on counting from its own start
                held[link] = replace(each, since_us=monotonic_us - max(0, now_us - each.period.t0_us))
        self._held = held

    def _standstill(self, held: Period, links: Mapping[int, Connection]) -> Iterable[Seen]:
        connection = links.get(held.link)
        tags = [held.link] if connection is None else [held.link, connection.clock_offset_tag]
        last = self._historian.last(tags, scope=SCOPE)
        mark_us = last[held.link].ts_us if held.link in last else held.t0_us
        if connection is None:
            return [Seen(held.link, held.connection, False, mark_us, "", in_plant=False)]
        offset = last.get(connection.clock_offset_tag)
        lost_us = offset.ts_us if offset is not None and is_bad(offset.quality) else None
        return after_standstill(held, mark_us=mark_us, lost_us=lost_us)

    def note(self, change: LinkChange) -> None:
        """The edge tells of a link; written down by the next `step`. Never blocks, from any thread."""
        seen = Seen(change.link, change.name, change.up, change.at_us, change.cause)
        lag_us = min(max(0, self._clock.now_us() - change.at_us), NOTICED_LATE_US)
        self._noted.append(_Noted(seen, self._clock.monotonic_us(), lag_us))

    def step(self) -> int:
        """Write down what was noted, and tell of outages that have lasted too long. Answers how many changes it took.

        Level-triggered: what could not be committed is tried again by the next step, in the same order.
        """
        with self._lock:
            plant = self._plant()
            links = _links(plant)
            noted = list(self._noted)
            gone = [link for link in self._held if link not in links]
            due = [link for link, one in self._held.items() if link in links and self._is_due(one, links[link])]
            if not (noted or gone or due):
                return 0
            held = dict(self._held)
            with self._database.write(SCOPE.actor) as uow:
                book = _Book(uow, held, plant, self._clock)
                for one in noted:
                    book.take(one)
                for link in gone:
                    book.leave(link)
                for link in due:
                    book.tell_if_due(link)
            faults.point("connections.recorded")
            self._held = held
            for _ in noted:
                self._noted.popleft()
            return len(noted)

    def _is_due(self, held: _Held, connection: Connection) -> bool:
        return held.period.told is None and _is_long(held, connection, self._clock.monotonic_us())

    # --- what is asked ---------------------------------------------------------------------------------------
    def history(
        self,
        name: str,
        from_us: int,
        to_us: int,
        *,
        scope: Scope,
        up: bool | None = None,
        before: tuple[int, int] | None = None,
        limit: int,
    ) -> list[Period]:
        """The periods that touch [from_us, to_us), newest first. Raises NotFoundError out of scope."""
        link = self._link(name, to_us, scope)
        with self._database.read() as reading:
            return store.page(reading, link, from_us, to_us, up=up, before=before, limit=limit)

    def totals(self, name: str, from_us: int, to_us: int, *, scope: Scope) -> Totals:
        """How the connection did in [from_us, to_us), as far as that has been. Raises NotFoundError out of scope."""
        link = self._link(name, to_us, scope)
        end_us = min(to_us, self._clock.now_us())
        with self._database.read() as reading:
            return totals(store.every(reading, link, from_us, end_us), from_us, end_us)

    def _link(self, name: str, at_us: int, scope: Scope) -> int:
        """The link of that name as the plant stands, or as it stood then; seen by whoever sees what it feeds."""
        for plant in (self._plant(), self._plant(at_us=at_us)):
            connection = plant.connections.get(name)
            if connection is not None:
                seen = scope.equipment("plant.view")
                if seen is None or seen & feeds(plant, name):
                    return connection.good_through_tag
        raise NotFoundError(f"there is no connection {name!r}")


def feeds(plant: PlantModel, connection: str) -> frozenset[int]:
    """The equipment whose tags come over a connection."""
    return frozenset(tag.equipment_id for tag in plant.tags_on(connection) if tag.equipment_id is not None)


def _links(plant: PlantModel) -> dict[int, Connection]:
    return {connection.good_through_tag: connection for connection in plant.connections.values()}


def _is_long(held: _Held, connection: Connection, monotonic_us: int) -> bool:
    after_us = round(connection.alert_after_min * MINUTE_US)
    return not held.period.up and after_us > 0 and monotonic_us - held.since_us >= after_us


class _Book:
    """One transaction's writing: periods and the events that follow from them. `held` is changed as it goes."""

    def __init__(self, uow: UnitOfWork, held: dict[int, _Held], plant: PlantModel, clock: Clock) -> None:
        self._uow = uow
        self._held = held
        self._plant = plant
        self._links = _links(plant)
        self._clock = clock

    def take(self, noted: _Noted) -> None:
        """One change of one link."""
        seen = noted.seen
        if seen.link not in self._links:
            seen = replace(seen, in_plant=False)
        before = self._held.get(seen.link)
        step = follow(None if before is None else before.period, seen)
        if before is not None and step.closed is not None and self._is_long_then(before, noted):
            self._tell_down(before)
        self._write(step, since_us=noted.monotonic_us - noted.lag_us)

    def _is_long_then(self, held: _Held, noted: _Noted) -> bool:
        """Down for too long when it came back, and nobody told: Dovetail itself was away, or is slow."""
        connection = self._links.get(held.period.link)
        return held.period.told is None and connection is not None and _is_long(held, connection, noted.monotonic_us)

    def leave(self, link: int) -> None:
        """The connection has left the plant: its past ends here, unless a change of this step has ended it."""
        held = self._held.get(link)
        if held is not None:
            name = held.period.connection
            self._write(follow(held.period, Seen(link, name, False, self._clock.now_us(), "", in_plant=False)))

    def tell_if_due(self, link: int) -> None:
        """Unless a change of this very step has ended it."""
        held = self._held.get(link)
        if held is None or held.period.told is not None:
            return
        if _is_long(held, self._links[link], self._clock.monotonic_us()):
            self._tell_down(held)

    def _write(self, step: Step, *, since_us: int = 0) -> None:
        if step.kept is not None:
            held = self._held[step.kept.link]
            if held.period != step.kept:
                store.change(self._uow, step.kept)
                self._held[step.kept.link] = replace(held, period=step.kept)
        if step.closed is not None:
            told = self._held.pop(step.closed.link).period.told
            closed = replace(step.closed, told=told)
            store.change(self._uow, closed)
            if told is not None:
                self._tell_back(closed, told)
        if step.begun is not None:
            begun = replace(step.begun, id=store.add(self._uow, step.begun))
            self._held[begun.link] = _Held(begun, since_us)

    def _tell_down(self, held: _Held) -> None:
        period = held.period
        event = OperationsEvent(
            id=uuid7(self._clock),
            kind=DOWN,
            type="Alert",
            at_us=period.t0_us,
            source=period.connection,
            equipment=self._equipment(period),
            message=f"{period.connection} is down since {to_rfc3339(period.t0_us)}: {period.cause}",
            data={"connection": period.connection, "since": to_rfc3339(period.t0_us), "cause": period.cause},
        )
        self._uow.emit(event)
        told = replace(period, told=event.id)
        store.change(self._uow, told)
        self._held[period.link] = replace(held, period=told)

    def _tell_back(self, period: Period, told: str) -> None:
        end_us = period.t0_us if period.t1_us is None else period.t1_us
        how = "is up again" if period.link in self._links else "was taken out of the plant"
        after_s = (end_us - period.t0_us) / SECOND_US
        event = OperationsEvent(
            id=uuid7(self._clock),
            kind=BACK,
            type="Event",
            at_us=end_us,
            source=period.connection,
            equipment=self._equipment(period),
            message=f"{period.connection} {how} since {to_rfc3339(end_us)}, after {after_s:.0f} s",
            associated_id=told,
            data={
                "connection": period.connection,
                "since": to_rfc3339(period.t0_us),
                "until": to_rfc3339(end_us),
                "down_us": end_us - period.t0_us,
                "cause": period.cause,
            },
        )
        self._uow.emit(event)

    def _equipment(self, period: Period) -> tuple[int, ...]:
        connection = self._links.get(period.link)
        return () if connection is None else tuple(sorted(feeds(self._plant, connection.name)))
