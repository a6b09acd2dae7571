"""Writes signals of a period to files for people, as long work of its own, and lets each fetch only their own."""

from __future__ import annotations

import errno
import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import DovetailError, InvalidError, LinkError, NotFoundError, RefusedError
from dovetail.core.ids import uuid7
from dovetail.core.limits import (
    EXPORT_FREE_BYTES,
    EXPORT_KEPT_US,
    EXPORT_SCOPE_S,
    EXPORTS_AT_ONCE_MAX,
    EXPORTS_KEPT_MAX,
    SERIES_TAGS_MAX,
)
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database, UnitOfWork
from dovetail.events.exports import ExportAsked
from dovetail.exports import files, store
from dovetail.exports.asked import AskExport
from dovetail.exports.files import Sources
from dovetail.exports.model import Export, State, Wanted
from dovetail.exports.why import FAULT, LOST, SPACE, said, why
from dovetail.forms import arrow
from dovetail.forms.model import Named, tag_words
from dovetail.gone.told import GoneOf, nothing
from dovetail.historian.service import VIEW
from dovetail.operations.http import as_known, period
from dovetail.operations.operation import Call, Input, Nothing, Operation
from dovetail.web.longwork import LongWork

log = logging.getLogger(__name__)

OURS: Final = system_scope("exports")
MANAGE: Final = "system.manage"
PARTIAL: Final = ".partial"
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
STOP_S: Final = 5.0  # a stop of the server does not wait longer for an export to be given up
UNIT: Final = "%"


class OfExport(Input):
    """An export by its id."""

    export_id: str = Field(max_length=40)


class ExportAccepted(BaseModel):
    """The export, and the long work that writes it (`/jobs/{job_id}`)."""

    export_id: str
    job_id: str


class Ended(Exception):
    """The export was given up. `state` says by whom: a person, or the end of the process."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state: State = state


class ExportsRoom:
    """All methods are thread-safe. `named` finds a tag by id or path, `owner_of` and `zone_of` its equipment and zone;

    `scope_of` compiles what somebody may see now, `gone` says what of a tag went by a retention rule.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        sources: Sources,
        work: LongWork,
        bus: Bus,
        named: Callable[[str], Named | None],
        node_of: Callable[[int], int | None],
        zone_of: Callable[[int], str],
        scope_of: Callable[[Actor], Scope],
        gone: GoneOf = nothing,
    ) -> None:
        self._database, self._folder, self._sources, self._work = database, folder, sources, work
        self._clock: Clock = database.clock
        self._named, self._node_of, self._zone_of, self._scope_of, self._gone = named, node_of, zone_of, scope_of, gone
        self._lock = threading.Lock()
        self._running: dict[str, threading.Thread] = {}
        self._given_up: dict[str, State] = {}
        self.ask = Operation(
            name="export.ask",
            summary="Write signals of a period to a file",
            permission=VIEW,
            input=AskExport,
            output=ExportAccepted,
            handler=self._ask,
            node=self._node,
        )
        self.remove = Operation(
            name="export.remove",
            summary="Give up an export, or remove its file",
            permission=VIEW,
            input=OfExport,
            output=Nothing,
            handler=self._remove,
            node=self._node_of_export,
        )
        bus.subscribe(ExportAsked, self._begin)

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (self.ask, self.remove)

    # --- asking -----------------------------------------------------------------------------------------------
    def _tags(self, words: Sequence[str]) -> tuple[Named, ...]:
        found = {word: self._named(word) for word in tag_words(",".join(words), most=SERIES_TAGS_MAX)}
        if not all(found.values()):
            raise NotFoundError("there is no such tag")
        return tuple({tag.id: tag for tag in found.values() if tag is not None}.values())

    def _node(self, _uow: UnitOfWork, given: AskExport) -> int | None:
        return self._node_of(self._tags(given.tags)[0].id)

    def _ask(self, call: Call, given: AskExport) -> ExportAccepted:
        wanted = self._wanted(given, as_known(call.uow, given.as_of))
        self._require(wanted, call.scope)
        mine = store.of_actor(call.uow, call.scope.actor.id)
        if len(mine) >= EXPORTS_KEPT_MAX:
            raise RefusedError(
                f"{EXPORTS_KEPT_MAX} exports of yours are kept already", code="exports-kept", hint="remove one of them"
            )
        now_us = call.clock.now_us()
        with self._lock:
            if len(self._running) >= EXPORTS_AT_ONCE_MAX:
                raise RefusedError(
                    f"{EXPORTS_AT_ONCE_MAX} exports are written already", code="exports-busy",
                    hint="ask again when one of them has ended",
                )  # fmt: skip
        one = Export(
            id=uuid7(call.clock),
            actor=call.scope.actor,
            wanted=wanted,
            state="running",
            begun_us=now_us,
            until_us=now_us + EXPORT_KEPT_US,
        )
        store.add(call.uow, one)
        call.uow.emit(ExportAsked(one.id))
        return ExportAccepted(export_id=one.id, job_id=one.id)

    def _require(self, wanted: Wanted, scope: Scope) -> None:
        """Raises NotFoundError for a signal, or a machine, that is out of scope."""
        self._sources.historian.last([tag.id for tag in wanted.tags], scope=scope)
        if wanted.over is not None and wanted.over.occasions is not None:
            scope.require(VIEW, wanted.over.occasions[1])

    def _wanted(self, given: AskExport, as_of: int | None) -> Wanted:
        tags = self._tags(given.tags)
        from_us, to_us = period(given.start, given.end)
        zone = self._zone_of(tags[0].id) if given.zone == "plant" else given.zone
        try:
            ZoneInfo(zone)
        except (ValueError, KeyError, OSError) as error:
            raise InvalidError(
                f"there is no time zone {zone!r}", pointer="/zone", code="zone", hint="as Europe/Prague"
            ) from error
        if given.format == "parquet":
            arrow.parquet()  # raises where it is not installed
        over = None if given.aggregate is None else given.aggregate.over_what(from_us, to_us)
        to_us = min(to_us, max(from_us + 1, self._clock.now_us()))
        wanted = Wanted(
            tags=tags, from_us=from_us, to_us=to_us, shape=given.shape, format=given.format, over=over,
            every_us=round(given.every_s * SECOND_US) if over is None else over.every_us, zone=zone,
            language=given.language, as_of=as_of,
            dropped=tuple((tag.id, one) for tag in tags for one in self._gone(tag.id, 0, to_us)),
        )  # fmt: skip
        wanted.check()
        return wanted

    # --- writing ----------------------------------------------------------------------------------------------
    def _begin(self, event: ExportAsked) -> None:
        with self._database.read() as reading:
            one = store.find(reading, event.export_id)
        if one is None:
            return
        title = f"Export {one.wanted.format.upper()} ({len(one.wanted.tags)})"  # everybody sees it: it names no signal
        self._work.begin(title, total=100, unit=UNIT, work_id=one.id)
        thread = threading.Thread(target=self._run, args=(one,), name="dovetail-export", daemon=True)
        with self._lock:
            self._running[one.id] = thread
        thread.start()

    def _run(self, one: Export) -> None:
        state: State = "failed"
        rows, detail = 0, said(FAULT, one.wanted)
        try:
            rows = self._write(one)
            state, detail = "done", ""
        except Ended as ended:
            state, detail = ended.state, said(LOST, one.wanted) if ended.state == "lost" else ""
        except DovetailError as error:
            detail = why(error, one.wanted)
        except OSError as error:
            log.error("the export %s failed: %s", one.id, error)
            detail = said(SPACE if error.errno in NO_ROOM else FAULT, one.wanted)  # where it is says the log
        except Exception:
            log.exception("the export %s failed", one.id)
        finally:
            try:
                self._end(one, state=state, rows=rows, detail=detail)
            finally:
                with self._lock:
                    self._running.pop(one.id, None)
                    self._given_up.pop(one.id, None)

    def _end(self, one: Export, *, state: State, rows: int, detail: str) -> None:
        ended = "done" if state == "done" else "cancelled" if state == "cancelled" else "failed"
        try:
            size = self.path(one).stat().st_size if state == "done" else 0
            with self._database.write(OURS.actor) as uow:
                store.end(uow, one.id, state=state, rows=rows, size=size, detail=detail)
        finally:  # records that cannot be written now call it lost; nobody waits for it for ever
            self._work.end(one.id, state=ended, detail=detail)

    def _write(self, one: Export) -> int:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole = self.path(one)
        partial = whole.with_name(whole.name + PARTIAL)
        asking = _Fresh(lambda: self._scope(one.actor), self._clock)

        def step(share: float) -> None:
            with self._lock:
                state = self._given_up.get(one.id)
            if state is not None:
                raise Ended(state)
            if shutil.disk_usage(self._folder).free < EXPORT_FREE_BYTES:
                raise LinkError("the server's disk is nearly full", code=SPACE, hint="ask an administrator")
            self._work.step(one.id, min(99, int(share * 100)))

        try:
            step(0.0)
            rows = files.write(partial, one.wanted, self._sources, asking, step)
            partial.rename(whole)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        self._work.step(one.id, 100)
        return rows

    def _scope(self, actor: Actor) -> Scope:
        return Scope(actor=actor, everything=True) if actor.kind == "system" else self._scope_of(actor)

    # --- afterwards -------------------------------------------------------------------------------------------
    def mine(self, *, scope: Scope) -> list[Export]:
        """What the caller asked for, newest first."""
        with self._database.read() as reading:
            return [self._as_it_is(one) for one in store.of_actor(reading, scope.actor.id)]

    def one(self, export_id: str, *, scope: Scope) -> Export:
        """One of the caller's exports. Raises NotFoundError for another's, as for one that does not exist."""
        with self._database.read() as reading:
            found = store.find(reading, export_id)
        if found is None or not (found.actor.id == scope.actor.id or scope.everything):
            raise NotFoundError("there is no such export")
        return self._as_it_is(found)

    def file(self, export_id: str, *, scope: Scope) -> tuple[Export, Path]:
        """The whole file, to who asked for it and may see all that is in it now. Raises NotFoundError, RefusedError."""
        found = self.one(export_id, scope=scope)
        self._require(found.wanted, scope)
        if found.state != "done":
            raise RefusedError(f"this export has no file: it is {found.state}", code="export-no-file")
        path = self.path(found)
        if not path.is_file():
            raise NotFoundError("the file of this export is gone")
        return found, path

    def path(self, one: Export) -> Path:
        """Where its file is, under a name that says nothing."""
        return self._folder / f"{one.id}.{one.wanted.format}"

    def _as_it_is(self, one: Export) -> Export:
        """The records do not know of a process that was killed while it wrote."""
        with self._lock:
            lost = one.state == "running" and one.id not in self._running
        if not lost:
            return one
        with self._database.read() as reading:
            again = store.find(reading, one.id) or one  # it may have ended between the two looks
        return _lost(again) if again.state == "running" else again

    def _node_of_export(self, uow: UnitOfWork, given: OfExport) -> int | None:
        found = store.find(uow, given.export_id)
        if found is None:
            raise NotFoundError("there is no such export")
        return self._node_of(found.wanted.tags[0].id)

    def _remove(self, call: Call, given: OfExport) -> Nothing:
        found = store.find(call.uow, given.export_id)
        mine = found is not None and (found.actor.id == call.scope.actor.id or call.scope.holds(MANAGE))
        if found is None or not mine:
            raise NotFoundError("there is no such export")
        with self._lock:
            is_running = found.id in self._running
            if is_running:
                self._given_up[found.id] = "cancelled"
        if not is_running:
            store.remove(call.uow, [found.id])
            self.path(found).unlink(missing_ok=True)
        return Nothing()

    def step(self) -> int:
        """Remove what is over its time or was lost, and files nobody knows. Background work; how many went."""
        now_us = self._clock.now_us()
        with self._database.read() as reading:
            known = [self._as_it_is(one) for one in store.everyones(reading)]
        over = [one for one in known if one.until_us <= now_us and one.state != "running"]
        lost = [one for one in known if one.state == "lost"]
        if over or lost:
            with self._database.write(OURS.actor) as uow:
                store.remove(uow, [one.id for one in over])
                for one in lost:
                    store.end(uow, one.id, state="lost", rows=0, size=0, detail=one.detail)
        kept = {one.id for one in known if one.state in ("running", "done")} - {one.id for one in over}
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            with self._lock:
                is_ours = path.name.partition(".")[0] in kept | self._running.keys()
            if not is_ours:
                path.unlink(missing_ok=True)
        return 0

    def stop(self) -> None:
        """Give up what is being written."""
        with self._lock:
            threads = list(self._running.values())
            self._given_up.update((export_id, "lost") for export_id in self._running)
        for thread in threads:
            thread.join(STOP_S)


def _lost(one: Export) -> Export:
    detail = said(LOST, one.wanted)
    return Export(one.id, one.actor, one.wanted, "lost", one.begun_us, one.until_us, detail=detail)


class _Fresh:
    """The rights of who asked, looked up again every second: what is taken away ends an export under way."""

    def __init__(self, look: Callable[[], Scope], clock: Clock) -> None:
        self._look, self._clock = look, clock
        self._seen: tuple[int, Scope] | None = None

    def __call__(self) -> Scope:
        now_us = self._clock.monotonic_us()
        if self._seen is None or now_us - self._seen[0] > EXPORT_SCOPE_S * SECOND_US:
            self._seen = now_us, self._look()
        return self._seen[1]
