"""The virtual room: computes the tags that have an expression, and tries expressions out on what is known."""

from __future__ import annotations

import threading
from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.limits import CONSUMER_FRAMES_MAX, LOOK_MAX_US
from dovetail.core.scope import Scope
from dovetail.db.events import events_after, handled, mark_handled
from dovetail.db.uow import Database
from dovetail.events.corrections import SamplesCorrected
from dovetail.events.equipment import PlantApplied
from dovetail.expr.naming import full_path, names_in
from dovetail.virtual.asked import SCOPE, Corrections, Plants, Samples
from dovetail.virtual.computing import Computing
from dovetail.virtual.model import inputs_of
from dovetail.virtual.retrofitting import Looked, look
from dovetail.virtual.trial import Input, Tried, tried

HANDLER: Final = "virtual"
VIEW: Final = "plant.view"


class VirtualRoom:
    """`step` is for one thread; questions may come from any."""

    def __init__(
        self,
        database: Database,
        historian: Samples,
        plants: Plants,
        *,
        corrections: Corrections | None = None,
        clock: Clock,
        bus: Bus,
    ) -> None:
        self._database, self._samples, self._plants, self._clock = database, historian, plants, clock
        self._computing, self._corrections = Computing(historian, plants), corrections
        self._lock = threading.Lock()
        self.behind = False
        self._must_hear = True
        self._handled = -1  # the newest event of a plant dealt with; -1: as it is written down
        self._owed: int | None = None  # dealt with in memory, to be written down when nothing is late any more
        bus.subscribe(PlantApplied, self._to_be_heard)
        bus.subscribe(SamplesCorrected, self._to_be_heard)

    def _to_be_heard(self, _event: object) -> None:
        self._must_hear = True

    # --- work ------------------------------------------------------------------------------------------------
    def step(self, limit: int = CONSUMER_FRAMES_MAX) -> int:
        """Take in up to `limit` head rows, compute what is known and what came late, put it; how much work that was.

        `behind` says afterwards whether there is more to do already.
        """
        with self._lock:
            computing = self._computing
            try:
                if not computing.loaded:
                    computing.load()
                    self._handled, self._must_hear = -1, True
                if self._must_hear:
                    self._hear()
                rows = computing.take(limit)
                left = computing.again()
                said = computing.put()
                more = computing.go_on(self._clock.now_us())
                said += computing.put()
                computing.trim()
                if not left:
                    self._write_down()
            except BaseException:
                computing.loaded = False
                raise
        self.behind = bool(rows >= limit or left or more)
        return rows + left + said + more

    def _hear(self) -> None:
        """Of plants that were applied and of samples that were corrected since."""
        self._must_hear = False
        with self._database.read() as reading:
            after = handled(reading, HANDLER) if self._handled < 0 else self._handled
            events = events_after(reading, after, (PlantApplied.__name__,))
            moved = self._corrections.moved_since(reading, after) if self._corrections else ()
        self._handled = after
        for event in events:
            self._computing.changed_from(int(event.body["valid_from_us"]))
            self._handled = self._owed = event.known
        for one in moved:
            self._computing.corrected(one.tag_id, one.from_us, one.to_us)
            self._handled = self._owed = max(self._handled, one.known)

    def _write_down(self) -> None:
        """What applied plants and corrections asked for is done: a restart need not do it again."""
        if self._owed is None:
            return
        with self._database.write(SCOPE.actor) as uow:
            mark_handled(uow, HANDLER, self._owed)
        self._owed = None

    # --- questions -------------------------------------------------------------------------------------------
    def inputs(self, text: str, equipment_id: int, *, scope: Scope) -> list[Input]:
        """The signals that an expression of an equipment names; those out of scope look as if they were not there."""
        scope.require(VIEW, equipment_id)
        plant = self._plants.plant()
        own = plant.get(equipment_id).path
        seen = inputs_of(plant, own, names_in(text))
        visible = {name: tag for name, tag in seen.items() if tag and scope.sees(VIEW, tag.equipment_id or 0)}
        newest = self._samples.last([tag.id for tag in visible.values()], scope=SCOPE) if visible else {}
        found: list[Input] = []
        for name in seen:
            tag = visible.get(name)
            found.append(Input(name, full_path(own, name), tag, newest.get(tag.id) if tag else None))
        return found

    def tried(self, text: str, equipment_id: int, *, at_us: int | None, scope: Scope) -> Tried:
        """What an expression says at a moment (None: now), as a tag of an equipment. Raises ExpressionError."""
        inputs = self.inputs(text, equipment_id, scope=scope)
        moment_us = self._clock.now_us() if at_us is None else at_us
        names = list(self._plants.plant().tags_of(equipment_id))
        return tried(self._samples, inputs, text=text, names=names, moment_us=moment_us)

    def look(self, tag_id: int, *, from_us: int, to_us: int, scope: Scope) -> Looked:
        """What a raw signal says of its machine. Raises NotFoundError out of scope, InvalidError."""
        tag = self._plants.plant().tags.get(tag_id)
        if tag is None or tag.equipment_id is None:
            raise NotFoundError("there is no such tag")
        scope.require(VIEW, tag.equipment_id)
        if tag.kind not in (Kind.F64, Kind.I64, Kind.U64):
            raise InvalidError(f"{tag.path} is no number: it has no levels", pointer="/tag_id")
        if not from_us < to_us <= from_us + LOOK_MAX_US:
            raise InvalidError("look at a stretch of up to a week", pointer="/end")
        return look(self._samples, tag, from_us=from_us, to_us=to_us)
