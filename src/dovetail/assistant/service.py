"""The assistant's room: watches a connection's samples, and puts what a person takes over into the plant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.assistant import meaning
from dovetail.assistant.meaning import MachineMeant, MeanMachine
from dovetail.core.batch import Kind
from dovetail.core.clock import MINUTE_US, Clock
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.limits import WATCH_MAX_US, WATCH_TAGS_MAX
from dovetail.core.scope import Scope
from dovetail.equipment.model import WORK_UNIT, Equipment, Tag
from dovetail.meanings.model import Meanings, Seen
from dovetail.meanings.propose import propose
from dovetail.meanings.running import dwells_of
from dovetail.onboarding import compose
from dovetail.onboarding.schema import TakeBack
from dovetail.onboarding.service import Considered, Onboarding
from dovetail.operations.operation import Call, Operation, Undo
from dovetail.virtual.asked import Samples
from dovetail.virtual.model import meaning_of
from dovetail.virtual.trial import heard_of

EDIT: Final = "plant.edit"
STRIP_BUCKETS: Final = 120
STRIP_SPANS_MAX: Final = 400


@dataclass(frozen=True, slots=True)
class Strip:
    """Pieces a minute over the stretch, None where nobody knows, and what the state word said meanwhile."""

    pieces_upm: Sequence[float | None]
    spans: Sequence[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Watched:
    """A machine of the connection over [from, end), as far back as it was heard, and what its signals seem to mean."""

    equipment: Equipment
    from_us: int
    end_us: int
    heard_us: int
    found: Meanings
    strip: Strip
    suggested: Mapping[str, Any]


class AssistantRoom:
    """All methods are thread-safe."""

    def __init__(self, onboarding: Onboarding, samples: Samples, clock: Clock) -> None:
        self.onboarding, self._samples, self._clock = onboarding, samples, clock
        self.mean = Operation(
            name="machine.mean",
            summary="Say what a machine's signals mean, from now on",
            permission=EDIT,
            input=MeanMachine,
            output=MachineMeant,
            handler=self._mean,
            reason="optional",
            undo=_undo,
        )

    # --- watching -----------------------------------------------------------------------------------------------
    def watch(self, connection: str, *, minutes: float, scope: Scope) -> list[Watched]:
        """What the signals of each machine on a connection seem to mean. Raises NotFoundError, InvalidError."""
        scope.require(EDIT, None)
        plant = self.onboarding.equipment.plant()
        if connection not in plant.connections:
            raise NotFoundError(f"there is no connection {connection!r}")
        if not 0 < minutes * MINUTE_US <= WATCH_MAX_US:
            raise InvalidError("watch for up to a day", pointer="/minutes", code="watch-length")
        end_us = self._clock.now_us()
        from_us = end_us - round(minutes * MINUTE_US)
        tags: dict[int, list[Tag]] = {}
        for tag in plant.tags_on(connection):
            if tag.equipment_id is not None and meaning_of(tag) is not None:
                tags.setdefault(tag.equipment_id, []).append(tag)
        return [
            self._watched(plant.equipment[node], found[:WATCH_TAGS_MAX], from_us, end_us)
            for node, found in tags.items()
            if plant.equipment[node].level == WORK_UNIT
        ]

    def _watched(self, node: Equipment, tags: Sequence[Tag], from_us: int, end_us: int) -> Watched:
        seen = [self._seen(tag, from_us, end_us) for tag in tags]
        first = [int(one.track.ts[np.argmin(one.track.bad)]) for one in seen if not one.track.bad.all()]
        found = propose(seen, from_us, end_us)
        since_us = max(from_us, min(first, default=from_us))  # a new one was not heard all the time
        heard_us = end_us - since_us if first else 0
        strip = _strip(seen, found, since_us, end_us)
        return Watched(node, since_us, end_us, heard_us, found, strip, meaning.suggested(found))

    def _seen(self, tag: Tag, from_us: int, end_us: int) -> Seen:
        meant = meaning_of(tag)
        assert meant is not None  # those that cannot be computed with are left out before
        track = heard_of(self._samples, tag, from_us, end_us - 1).track(from_us)
        is_whole = tag.kind in (Kind.I64, Kind.U64) and tag.scale == 1.0
        return Seen(tag.id, tag.property, meant.kind, is_whole, tag.unit, track)

    # --- taking over --------------------------------------------------------------------------------------------
    def consider(self, given: MeanMachine, *, scope: Scope) -> Considered:
        """Everything about a change but the change. Raises NotFoundError, ConflictError, InvalidError, RefusedError."""
        scope.require(EDIT, None)
        version, documents, plant = self.onboarding.standing(seen=given.seen)
        edited = meaning.put(documents, plant, self._node(given), given)
        encoded = {name: text.encode() for name, text in edited.items()}
        found, report = self.onboarding.equipment.check(encoded)
        faults = compose.faults(found, report, None)
        plan = None if faults else self.onboarding.equipment.plan(encoded, scope=scope)
        return Considered(version, documents, edited, faults, plan, [], frozenset())

    def _node(self, given: MeanMachine) -> Equipment:
        node = self.onboarding.equipment.plant().equipment.get(given.equipment_id)
        if node is None:
            raise NotFoundError("there is no such equipment")
        return node

    def _mean(self, call: Call, given: MeanMachine) -> MachineMeant:
        _ = call.uow.known  # from here on nobody else changes the plant
        found = self.consider(given, scope=call.scope)
        version = self.onboarding.put_files(call, found)
        return MachineMeant(equipment_path=self._node(given).path, version=version, previous=found.version)


def _undo(_given: MeanMachine, out: MachineMeant) -> Undo | None:
    if out.version == out.previous:
        return None
    return Undo("connection.take_back", TakeBack(to=out.previous, over=out.version))


def _strip(seen: Sequence[Seen], found: Meanings, from_us: int, end_us: int) -> Strip:
    """The evidence for the eye: what was made when, and what the state word said meanwhile."""
    by_name = {one.name: one for one in seen}
    roles = {one.role: one.tag for one in found.counters}
    main = roles.get("total") or roles.get("good") or next((one.tag for one in found.counters), None)
    state = found.state
    shown = by_name[state.tag] if state is not None and state.way != "activity" else None
    spans = [] if shown is None else dwells_of(shown, end_us)[-STRIP_SPANS_MAX:]
    return Strip([] if main is None else _made(by_name[main], from_us, end_us), spans)


def _made(counter: Seen, from_us: int, end_us: int) -> list[float | None]:
    track = counter.track
    edges = np.linspace(from_us, end_us, STRIP_BUCKETS + 1).astype(np.int64)
    steps = np.clip(np.diff(track.value.astype(np.float64), prepend=track.value[:1].astype(np.float64)), 0, None)
    sound: NDArray[np.bool_] = ~track.bad & ~np.concatenate(([True], track.bad[:-1]))
    made, _ = np.histogram(track.ts[sound], bins=edges, weights=steps[sound])
    known = ~track.at(edges[1:] - 1).bad
    per_minute = MINUTE_US / ((end_us - from_us) / STRIP_BUCKETS)
    return [round(float(n * per_minute), 2) if ok else None for n, ok in zip(made, known, strict=True)]
