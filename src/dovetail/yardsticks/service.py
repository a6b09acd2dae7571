"""The yardsticks room: which conventions and targets hold at a moment; read once for each version of the plant."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from dovetail.core.bus import Bus
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.events.equipment import PlantApplied
from dovetail.yardsticks import store
from dovetail.yardsticks.model import Target, body_at, targets_of

CONVENTIONS = "conventions"


def current(reading: Reading, kind: store.Kind, at_us: int) -> dict[str, dict[str, Any]]:
    """What the plant code says at a moment, by key."""
    return store.at(reading, kind, at_us)


def apply(
    uow: UnitOfWork, kind: store.Kind, bodies: Mapping[str, Mapping[str, Any] | None], valid_from_us: int
) -> None:
    """Give it a new version; the past keeps its own."""
    store.put(uow, kind, bodies, valid_from_us)


class Yardsticks:
    """What holds at a moment, from memory; what is applied is read again at the next question. With `as_of` it answers
    as was known then."""

    def __init__(self, database: Database, bus: Bus, *, as_of: int | None = None) -> None:
        self._database, self._as_of = database, as_of
        self._lock = threading.Lock()
        self._held: dict[store.Kind, store.Versions] = {}
        bus.subscribe(PlantApplied, self._applied)

    def _applied(self, _applied: PlantApplied) -> None:
        with self._lock:
            self._held = {}

    def _versions(self, kind: store.Kind) -> store.Versions:
        with self._lock:
            if kind not in self._held:
                with self._database.read() as reading:
                    self._held[kind] = store.versions(reading, kind, as_of=self._as_of)
            return self._held[kind]

    def conventions(self, at_us: int) -> dict[str, Any]:
        """What was said of conventions and holds at a moment; what is not said is as ISO 22400-2 has it."""
        return body_at(self._versions("convention"), CONVENTIONS, at_us) or {}

    def targets(self, path: str, at_us: int) -> dict[str, Target]:
        """The targets of an equipment at a moment by KPI, its own or inherited."""
        return targets_of(self._versions("target"), path, at_us)
