"""Keeps the copies of a site equal to it, in the background, and says of each how far behind it is, and why."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field

from dovetail.copies.target import Copy
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, SECOND_US, Clock
from dovetail.core.errors import ConfigError, DovetailError, LinkError, NotFoundError
from dovetail.core.limits import FORWARD_RETRY_MAX_S
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.events.equipment import PlantApplied
from dovetail.forwarding import store
from dovetail.forwarding.model import Forwarded, Lack, Selection
from dovetail.forwarding.reconcile import Reconciler, lacking
from dovetail.forwarding.site import Site
from dovetail.forwarding.ways import Body, selection_of
from dovetail.operations.operation import Call, Input, Nothing, Operation

log = logging.getLogger(__name__)

MANAGE: Final = "system.manage"
RETRY_FIRST_S: Final = 2.0

type OpenCopy = Callable[[Body], Copy]


class RunForwarding(Input):
    """Compare a copy now instead of in its time. `recheck`: also what was equal when it was last compared.

    `take_over`: the site's name there is this installation's from now on, whoever had it; as after a restore.
    """

    name: str = Field(max_length=120)
    recheck: bool = False
    take_over: bool = False


@dataclass(slots=True)
class _Kept:
    """One copy at work."""

    body: Body
    reconciler: Reconciler | None = None
    copy: Copy | None = None
    next_us: int = 0  # monotonic
    equal_us: int | None = None  # wall time at which it was last seen to be equal
    failed: int = 0
    failing_us: int | None = None
    trouble: DovetailError | None = None
    recheck: bool = False
    take_over: bool = False
    selection: tuple[int, Selection] | None = None


class ForwardingRoom:
    """`step` is the background work. `open_copy` makes the way to a copy of what the plant code says of it."""

    def __init__(
        self,
        database: Database,
        site: Site,
        *,
        plant: Callable[[], PlantModel],
        open_copy: OpenCopy,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._database, self._site, self._plant, self._open_copy = database, site, plant, open_copy
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._gone: list[_Kept] = []
        self._is_known, self._looked_us = False, 0
        self._lock = threading.Lock()  # of what is kept, never held while a copy is asked
        self._rng = random.SystemRandom()  # a hundred sites do not come back in the same second
        self.run = Operation(
            name="forwarding.run",
            summary="Compare a copy now, or hear all of it anew",
            permission=MANAGE,
            input=RunForwarding,
            output=Nothing,
            handler=self._run,
        )
        bus.subscribe(PlantApplied, self._applied)

    def _applied(self, _event: PlantApplied) -> None:
        self._is_known = False

    def _run(self, call: Call, given: RunForwarding) -> Nothing:
        self._look()
        with self._lock:
            kept = self._kept.get(given.name)
            if kept is None:
                raise NotFoundError(
                    f"the plant code names no copy {given.name!r}", hint="see dovetail forwarding status"
                )
            kept.next_us, kept.failed = 0, 0
            kept.recheck |= given.recheck
            kept.take_over |= given.take_over
        return Nothing()

    def _look(self) -> None:
        """Take over what the plant code says now; looked up again each minute, for it may have been said ahead."""
        mono_us = self._clock.monotonic_us()
        if self._is_known and mono_us - self._looked_us < MINUTE_US:
            return
        self._is_known, self._looked_us = True, mono_us
        with self._database.read() as reading:
            bodies = store.at(reading, self._clock.now_us())
        with self._lock:
            gone = [one for name, one in self._kept.items() if bodies.get(name) != one.body]
            self._kept = {
                name: self._kept[name] if name in self._kept and self._kept[name].body == body else _Kept(body)
                for name, body in bodies.items()
            }
            self._gone += gone

    def step(self) -> int:
        """Bring each copy whose time has come one step on; how much was looked at, 0: nothing is due."""
        self._look()
        while self._gone:  # here, where nobody is asking them
            _close(self._gone.pop())
        with self._lock:
            due = [(name, one) for name, one in self._kept.items() if one.next_us <= self._clock.monotonic_us()]
        return sum(self._step_of(name, one) for name, one in due)

    def _step_of(self, name: str, kept: _Kept) -> int:
        try:
            done = self._begun(kept).step()
        except DovetailError as error:
            self._failed(name, kept, error)
            return 0
        if kept.trouble is not None:
            log.info("the copy %s is reached again", name)
        kept.trouble, kept.failing_us, kept.failed = None, None, 0
        if not done:
            if kept.copy is not None:
                kept.copy.close()  # a hundred sites do not hold a hundred connections for a minute's rest
            kept.equal_us = self._clock.now_us()
            kept.next_us = self._clock.monotonic_us() + round(kept.body["every_s"] * SECOND_US)
        return done

    def _begun(self, kept: _Kept) -> Reconciler:
        if kept.reconciler is None:
            kept.copy = self._open_copy(kept.body)
            kept.reconciler = Reconciler(
                self._site,
                kept.copy,
                lambda: self._selection(kept),
                clock=self._clock,
                round_us=round(kept.body["every_s"] * SECOND_US),
            )
        if kept.take_over and kept.copy is not None:
            kept.copy.take_over()
            kept.take_over = False
        if kept.recheck:
            kept.reconciler.recheck()
            kept.recheck = False
        return kept.reconciler

    def _selection(self, kept: _Kept) -> Selection:
        plant = self._plant()
        if kept.selection is None or kept.selection[0] != id(plant):
            kept.selection = id(plant), selection_of(plant, kept.body)
        return kept.selection[1]

    def _failed(self, name: str, kept: _Kept, error: DovetailError) -> None:
        if kept.trouble is None:
            log.warning("the copy %s is not brought on: %s", name, error.message)
            kept.failing_us = self._clock.now_us()
        kept.trouble = error
        kept.failed += 1
        most_s = FORWARD_RETRY_MAX_S
        wait_s = most_s if isinstance(error, ConfigError) else min(most_s, RETRY_FIRST_S * 2 ** min(kept.failed, 20))
        kept.next_us = self._clock.monotonic_us() + round(self._rng.uniform(wait_s / 2, wait_s) * SECOND_US)
        if isinstance(error, ConfigError):
            _close(kept)  # a secret or a file may be another when it is tried again

    def copies(self, *, scope: Scope) -> list[Forwarded]:
        """Every copy as it stands."""
        scope.require_somewhere(MANAGE)
        self._look()
        now_us, mono_us = self._clock.now_us(), self._clock.monotonic_us()
        with self._lock:
            every = list(self._kept.items())
        return [self._shown(name, one, now_us, mono_us) for name, one in every]

    def _shown(self, name: str, kept: _Kept, now_us: int, mono_us: int) -> Forwarded:
        done = None if kept.reconciler is None else kept.reconciler.done
        trouble = kept.trouble
        return Forwarded(
            name=name,
            to=kept.body["to"],
            site=kept.body["site"],
            host=kept.body["host"],
            tags=len(self._selection(kept).tags),
            equal_us=kept.equal_us,
            months=0 if kept.reconciler is None else kept.reconciler.waiting,
            samples=0 if done is None else done.samples,
            failing_us=kept.failing_us,
            cause=None if trouble is None else trouble.message,
            hint=None if trouble is None else trouble.hint,
            who="time" if trouble is None or isinstance(trouble, LinkError) else "administrator",
            next_s=max(0.0, (kept.next_us - mono_us) / SECOND_US),
        )

    def lacking(self, name: str, month: int, until: Mapping[int, int]) -> Mapping[int, Lack]:
        """Why a copy does not hold the samples of a month before `until` (by tag) as they are; empty: it holds all.

        A month that was not equal when it was last compared is asked for tag by tag, over a connection of its own.
        """
        self._look()
        with self._lock:
            kept = self._kept.get(name)
        if kept is None:
            return _each(until, "no-copy")
        selection = self._selection(kept)
        found = _each(until.keys() - selection.asked, "not-taken")
        asked = {tag: cut for tag, cut in until.items() if tag in selection.asked}
        reconciler = kept.reconciler
        if not asked or (reconciler is not None and reconciler.is_equal(month, selection)):
            return found
        if kept.trouble is not None:
            return found | _each(asked, "away")
        return found | self._asked(kept.body, selection, month, asked)

    def _asked(self, body: Body, selection: Selection, month: int, until: Mapping[int, int]) -> dict[int, Lack]:
        try:
            with closing(self._open_copy(body)) as copy:
                behind = lacking(self._site, copy, selection, month, until)
        except DovetailError as error:
            log.info("a copy could not be asked what it holds: %s", error.message)
            return _each(until, "away")
        return _each(behind, "behind")

    def close(self) -> None:
        """Give the ways to the copies back."""
        with self._lock:
            every = list(self._kept.values())
        for one in every:
            _close(one)


def _each(tags: Iterable[int], why: Lack) -> dict[int, Lack]:
    return dict.fromkeys(tags, why)


def _close(kept: _Kept) -> None:
    if kept.copy is not None:
        kept.copy.close()
    kept.copy = kept.reconciler = None


def current(reading: Reading, at_us: int) -> dict[str, dict[str, Any]]:
    """The copies as the plant code last said them."""
    return store.at(reading, at_us)


def apply(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], valid_from_us: int) -> None:
    """Take over new versions."""
    store.put(uow, bodies, valid_from_us=valid_from_us)
