"""Let samples go as the rules say: once a day, when a person asks, and on a full disk where the plant allows it.

Each step is decided in the records, done in the store, and confirmed in the records: killed between any two of them,
the next start finds out which, before anything new is sealed.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from dovetail.clearing.archive import Archives
from dovetail.clearing.bringing import Bringing
from dovetail.core import faults
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.errors import ConfigError, ConflictError, DovetailError, LinkError, RefusedError
from dovetail.core.limits import DROP_CHUNKS_MAX, DROP_SAMPLES_MAX, EVICT_BELOW_BYTES
from dovetail.core.scope import Actor
from dovetail.db.uow import UnitOfWork
from dovetail.gone.model import Drop, Stretch
from dovetail.operations import store as audit
from dovetail.operations.operation import Call, Input, Operation
from dovetail.packing.rollups import Touched
from dovetail.retention.choosing import END_OF_TIME_US, Choice, ids_of, stretches
from dovetail.retention.holds import EDIT
from dovetail.retention.service import OWN, Line, RetentionRoom
from dovetail.web.longwork import LongWork

log = logging.getLogger(__name__)

TRIES: Final = 3  # samples that come late, or a hold, in the middle of it: it is chosen again


class RunRetention(Input):
    """Let go what a plan says; `plan` is its digest, so nothing goes that nobody has seen."""

    plan: str = Field(max_length=64)


class RunBegun(BaseModel):
    """The long work (`/jobs/{job_id}`)."""

    job_id: str


class Keeper:
    """The background role: `step` does a little. `room_left` is in bytes, None where the disk is none of ours."""

    def __init__(
        self,
        room: RetentionRoom,
        work: LongWork,
        *,
        archives: Archives,
        room_left: Callable[[], int] | None = None,
    ) -> None:
        self._room, self._work, self._archives, self._room_left = room, work, archives, room_left
        self._clock = room.database.clock
        self._lines: deque[Line] = deque()
        self._lock = threading.Lock()
        self._looked: int | None = None  # the day on which it was last looked for what is due
        self._again_us = 0  # when what waited for copies, or could not be done, is looked at again
        self._no_help: int | None = None  # the day on which letting go made no room
        self._job: str | None = None
        self._by = OWN.actor
        self._done = 0
        self.trouble: str | None = None  # why something that is due does not go
        self.run: Operation[RunRetention, RunBegun] = Operation(
            name="retention.run", summary="Let samples go as a plan says", permission=EDIT,
            input=RunRetention, output=RunBegun, handler=self._asked,
        )  # fmt: skip
        self.bringing = Bringing(room, work)
        self.settle()

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (self.run, self.bringing.bring)

    # --- what a person asks ---------------------------------------------------------------------------------------
    def _asked(self, call: Call, given: RunRetention) -> RunBegun:
        plan = self._room.plan()
        if plan.digest != given.plan:
            hint = "look at the plan again"
            raise ConflictError("something else would go by now", code="retention-plan", hint=hint)
        with self._lock:
            if self._lines:
                raise RefusedError("samples are going already", code="retention-busy", hint="see the list of jobs")
            return RunBegun(job_id=self._begin(plan.lines, call.scope.actor))

    def _begin(self, lines: Sequence[Line], by: Actor) -> str:
        self._lines.extend(lines)
        self._by, self._done = by, 0
        total = sum(line.samples for line in lines)
        self._job = self._work.begin("Retention", total=max(1, total), unit="samples")
        return self._job

    # --- the role -------------------------------------------------------------------------------------------------
    def step(self) -> int:
        """Do one thing: finish what was cut off, make room, bring back, or let go what is due. 0: nothing to do."""
        if self.settle():
            return 1
        if self._evict() or self.bringing.step():
            return 1
        with self._lock:
            self._look()
            line = self._lines[0] if self._lines else None
        if line is None:
            return 0
        return self._one(line)

    def _evict(self) -> bool:
        """On a disk that is nearly full, by rules that allow it: the oldest month first, as long as that helps."""
        today = self._clock.now_us() // DAY_US
        if self._room_left is None or today == self._no_help or (left := self._room_left()) >= EVICT_BELOW_BYTES:
            return False
        line = self._room.eviction()
        if line is None:
            return False
        log.error("the disk is nearly full: %d samples go before their time by rule %s", line.samples, line.rule)
        self._go(line, OWN.actor)
        if self._room_left() <= left:
            log.error("that has made no room: nothing more goes before its time today")
            self._no_help = today
        return True

    def _look(self) -> None:
        """Once a day, by rules that have stood for a day; every hour while what is due waits, or could not be done."""
        today = self._clock.now_us() // DAY_US
        now_us = self._clock.now_us()
        if self._lines or (today == self._looked and not 0 < self._again_us <= now_us):
            return
        plan = self._room.plan(careful=True)
        self._looked, self._again_us = today, now_us + HOUR_US if plan.waits else 0
        if plan.lines:
            self._begin(plan.lines, OWN.actor)

    def _one(self, line: Line) -> int:
        job = self._job or ""
        try:
            self._go(line, self._by)
        except ConfigError as error:  # a person must mend it; the rest goes on
            self.trouble = error.message + (f" ({error.hint})" if error.hint else "")
            log.error("what is due by rule %s does not go: %s", line.rule, self.trouble)
        except DovetailError as error:
            with self._lock:
                self._lines.clear()
                self._again_us = self._clock.now_us() + HOUR_US
            self._work.end(job, state="failed", detail=error.message)
            raise
        with self._lock:
            self._lines.popleft()
            if not self._lines:
                failed = self.trouble is not None
                self._work.end(job, state="failed" if failed else "done", detail=self.trouble or self._said())
                self.trouble = self.trouble if failed else None
        return 1

    def _said(self) -> str:
        return f"{self._done:,} samples"

    # --- one line -------------------------------------------------------------------------------------------------
    def _go(self, line: Line, by: Actor) -> None:
        for tags in _batches(line):
            part = replace(
                line,
                until={tag: line.until[tag] for tag in tags},
                of=tuple(one for one in line.of if one.tag in set(tags)),
            )
            if line.act == "archive":
                self._archive(part, tags)
            else:
                self._drop(part, by)
            self._done += part.samples
            if self._job is not None and line.act != "evict":
                self._work.step(self._job, self._done)

    def _archive(self, line: Line, tags: Sequence[int]) -> None:
        archive = self._archives.keep(line, tags)
        faults.point("retention.verified")
        with self._room.database.write(OWN.actor) as uow:
            self._room.keep_archive(uow, archive)
            self._tell(
                uow, OWN.actor, "retention.archive", _told(archive.rule, archive.month, archive.of, archive.file)
            )
        self._room.heard(archive)
        faults.point("retention.archived")

    def _drop(self, line: Line, by: Actor) -> None:
        for _ in range(TRIES):
            wanted = self._room.unarchived(line)
            if wanted:
                self._archive(replace(line, of=tuple(wanted)), [one.tag for one in wanted])
            with self._room.historian.dropper.still():
                if self._drop_now(line, by):
                    return
            choice = self._chosen(line)
            line = replace(line, of=tuple(one.stretch for one in choice.of.values()))
            if not line.of:
                return
        raise LinkError("samples of this month keep coming: they go another time", code="retention-moved")

    def _chosen(self, line: Line) -> Choice:
        with self._room.database.read() as reading:
            references = self._room.references(reading)
        return self._room.choice(line.month, line.until, references, needs=line.needs)

    def _drop_now(self, line: Line, by: Actor) -> bool:
        """Whether it went: not if something else is there by now, or something of it must stay since."""
        room, clock = self._room, self._clock
        with room.database.read() as reading:
            references = room.references(reading)
        choice = room.choice(line.month, line.until, references, needs=line.needs)
        of = tuple(one.stretch for one in choice.of.values())
        if set(of) != set(line.of):
            return False
        with room.historian.dropper.view(line.month) as view:
            view.vouch([one.tag for one in of])  # else a row that a disk has altered lets go what is not due
            ids = ids_of(view, choice, line.until)
        files = sorted({room.archived[line.month, one.tag][1] for one in of if room.is_archived(line.month, one)})
        drop = Drop(
            0, line.act, line.rule, line.month, max(line.until.values()), ids, line.samples,
            sum(one.bytes for one in choice.of.values()), of, clock.now_us(), by.name, 0, False, tuple(files),
        )  # fmt: skip
        with room.database.write(by) as uow:
            _ = uow.known  # nobody else writes from here on: what is held now is held, and nothing later
            if room.references(uow) != references:
                return False
            drop = room.begin(uow, drop)
            self._tell(uow, by, f"retention.{line.act}", _told(line.rule, line.month, of, *files))
        faults.point("retention.begun")
        self._let_go(drop)
        return True

    def _let_go(self, drop: Drop) -> None:
        touched = [Touched(one.tag, one.t0, one.t1) for one in drop.of]
        self._room.historian.dropper.drop(drop.month, drop.ids, touched)
        self._end(drop)

    def _end(self, drop: Drop) -> None:
        with self._room.database.write(OWN.actor) as uow:
            self._room.end(uow, drop)
        self._room.gone.take([drop])
        faults.point("retention.ended")

    def _tell(self, uow: UnitOfWork, by: Actor, what: str, given: dict[str, Any]) -> None:
        audit.write_audit(uow, audit.AuditRow(what, by.id, by.name, by.session_id, None, given, None))

    # --- what was cut off -----------------------------------------------------------------------------------------
    def settle(self) -> int:
        """End what was decided and not confirmed: it goes if all of it is there as it was, else it has gone, or stays.

        How many there were.
        """
        room = self._room
        with room.database.read() as reading:
            found = room.unfinished(reading)
        for drop in found:
            with room.historian.dropper.still():
                match self._state_of(drop):
                    case "there":
                        self._let_go(drop)
                    case "gone":
                        self._end(drop)
                    case "other":  # samples came late in between: it is decided anew
                        with room.database.write(OWN.actor) as uow:
                            room.void(uow, drop)
        return len(found)

    def _state_of(self, drop: Drop) -> Literal["there", "gone", "other"]:
        with self._room.historian.dropper.view(drop.month) as view:
            if drop.ids is None:
                weights = view.weights(END_OF_TIME_US)
                now = tuple(Stretch(one.tag, one.t0, one.t1, one.n) for one in weights.values())
                is_left = any(one.n >= was.n and one.t0 <= was.t0 for one, was in _pairs(now, drop.of))
            else:
                ids = set(drop.ids)
                pieces = [one for one in view.pieces([one.tag for one in drop.of], END_OF_TIME_US) if one.id in ids]
                now = stretches(pieces)
                is_left = any(one in drop.of for one in now)
        if sorted(now, key=lambda one: one.tag) == sorted(drop.of, key=lambda one: one.tag):
            return "there"
        return "other" if is_left else "gone"


def _pairs(now: Sequence[Stretch], was: Sequence[Stretch]) -> Iterator[tuple[Stretch, Stretch]]:
    by_tag = {one.tag: one for one in was}
    return ((one, by_tag[one.tag]) for one in now if one.tag in by_tag)


def _batches(line: Line) -> Iterator[list[int]]:
    """Tags that go together: few enough for one commit and one file."""
    per_tag = max(1, line.chunks // max(1, len(line.of)))
    some: list[int] = []
    n = 0
    for one in line.of:
        if some and (n + one.n > DROP_SAMPLES_MAX or (len(some) + 1) * per_tag > DROP_CHUNKS_MAX):
            yield some
            some, n = [], 0
        some.append(one.tag)
        n += one.n
    if some:
        yield some


def _told(rule: str, month: int, of: Sequence[Stretch], *files: str) -> dict[str, Any]:
    """What the audit says of it."""
    return {
        "rule": rule, "month": f"{1970 + month // 12}-{month % 12 + 1:02d}", "tags": len(of),
        "samples": sum(one.n for one in of), "from_us": min(one.t0 for one in of),
        "to_us": max(one.t1 for one in of) + 1, "files": list(files),
    }  # fmt: skip
