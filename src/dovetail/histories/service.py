"""Bring a foreign history in: gone through once to say what it comes to, then a second time to store it.

What is asked lies on the disk until it has ended, so that a process that was killed goes on with it when it starts
again. Frames are numbered by their place in the file under a name made of its bytes and the choices: what is stored
already is stored once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from dovetail.core import faults
from dovetail.core.batch import Frame, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import DovetailError, InvalidError, NotFoundError, RefusedError
from dovetail.core.ids import uuid7
from dovetail.core.limits import HISTORY_FRAME_ROWS, HISTORY_HELD_MAX, HISTORY_KEPT_MAX
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database, UnitOfWork
from dovetail.events.histories import HistoryAsked
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.histories.asked import HistoryBegun, HistoryOut, ImportHistory, Kept, OfFile, OfHistory, told
from dovetail.histories.disk import CONTENT, SENT, WANTED, digest_of, durable, read
from dovetail.histories.model import Judge, held_already
from dovetail.histories.refusals import Refusals
from dovetail.histories.sent import SentFiles
from dovetail.operations.operation import Call, Nothing, Operation
from dovetail.pastfiles.moments import Moments
from dovetail.pastfiles.reading import opened
from dovetail.web.longwork import LongWork

log = logging.getLogger(__name__)

CORRECT: Final = "samples.correct"
EPOCH: Final = 1  # the name of the source says all that may differ
STOP_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Plant:
    """What is asked of the plant: a tag by path or id, the equipment of a tag, the zone of one, the topmost node."""

    named: Callable[[str], Named | None]
    node_of: Callable[[int], int | None]
    zone_of: Callable[[int], str]
    root: Callable[[], int | None]
    scope_of: Callable[[Actor], Scope]


class HistoriesRoom:
    """One import at a time; all methods are thread-safe."""

    def __init__(
        self, database: Database, folder: Path, *, historian: Historian, plant: Plant, work: LongWork, bus: Bus
    ) -> None:
        self._database, self._folder, self._historian = database, folder, historian
        self._plant, self._work, self._clock = plant, work, database.clock
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._ending = threading.Event()
        self._given_up: set[str] = set()
        self.sent = SentFiles(folder / SENT, database.clock)
        self._running: dict[str, threading.Thread] = {}
        self.bring: Operation[ImportHistory, HistoryBegun] = Operation(
            name="history.import", summary="Bring in the history of another system", permission=CORRECT,
            input=ImportHistory, output=HistoryBegun, handler=self._ask, node=self._node, reason="optional",
            secret_fields=frozenset({"content"}),  # megabytes of samples are none of the audit's
        )  # fmt: skip
        self.cancel: Operation[OfHistory, Nothing] = Operation(
            name="history.cancel", summary="Give up the import of a history", permission=CORRECT,
            input=OfHistory, output=Nothing, handler=self._cancel, node=lambda _uow, given: self._node_of(given),
        )  # fmt: skip
        self.discard: Operation[OfFile, Nothing] = Operation(
            name="history.discard", summary="Remove a file that was sent to be imported", permission=CORRECT,
            input=OfFile, output=Nothing, handler=self._discard, node=lambda _uow, _given: self._plant.root(),
        )  # fmt: skip
        bus.subscribe(HistoryAsked, lambda event: self._begin(event.import_id))

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (self.bring, self.cancel, self.discard)

    # --- asking -----------------------------------------------------------------------------------------------
    def _node(self, _uow: UnitOfWork, given: ImportHistory) -> int | None:
        return self._plant.root() if given.equipment is None else given.equipment

    def _ask(self, call: Call, given: ImportHistory) -> HistoryBegun:
        if sum(one is not None for one in (given.path, given.content, given.file)) != 1:
            what = "give either the file, one that was sent, or its path on the server"
            raise InvalidError(what, pointer="/content", code="history-file")
        if given.path is not None and not call.scope.everything:
            raise RefusedError(
                "only the command line on the server itself reads files there", code="history-path",
                hint="send the file (POST /history-files), or run: dovetail import history FILE",
            )  # fmt: skip
        self._zone(given.zone, next(iter(given.tags.values()), ""))
        with self._lock:
            if len(self._running) > 1:
                raise RefusedError("two imports wait already", code="history-busy", hint="see the list of jobs")
        content = None if given.content is None else _decoded(given.content)
        sent = None if given.file is None else self.sent.content(given.file, scope=call.scope)
        named = {} if sent is None else {"name": sent[0].name}
        if given.path is not None and not Path(given.path).is_file():
            raise NotFoundError(f"there is no file {given.path} on the server")
        one = Kept(
            id=uuid7(call.clock), actor=asdict(call.scope.actor), begun_us=call.clock.now_us(),
            asked=given.model_copy(update={"content": None} | named),
        )  # fmt: skip
        place = self._folder / one.id
        place.mkdir(parents=True, mode=0o700)
        if content is not None:
            durable(place / CONTENT, content)
        if sent is not None:
            (place / CONTENT).hardlink_to(sent[1])  # it stays there to be looked at again with other choices
        self._keep(one)
        call.uow.emit(HistoryAsked(one.id))
        return HistoryBegun(import_id=one.id, job_id=one.id)

    def _node_of(self, given: OfHistory) -> int | None:
        try:
            asked = self._kept(given.import_id).asked
        except (OSError, ValueError) as error:
            raise NotFoundError("there is no such import") from error
        return self._plant.root() if asked.equipment is None else asked.equipment

    def _cancel(self, call: Call, given: OfHistory) -> Nothing:
        found = self.one(given.import_id, scope=call.scope)
        if found.state != "running":
            raise RefusedError(f"this import has ended: {found.state}", code="history-ended")
        with self._lock:
            self._given_up.add(found.id)
        return Nothing()

    def _discard(self, call: Call, given: OfFile) -> Nothing:
        self.sent.drop(self.sent.content(given.file_id, scope=call.scope)[0].id)
        return Nothing()

    def _zone(self, zone: str, tag: str | int) -> ZoneInfo:
        if zone == "plant":
            found = self._plant.named(str(tag)) if tag else None
            zone = self._plant.zone_of(found.id if found else 0)
        try:
            return ZoneInfo(zone)
        except (ValueError, KeyError, OSError) as error:
            raise InvalidError(
                f"there is no time zone {zone!r}", pointer="/zone", code="zone", hint="as Europe/Prague"
            ) from error

    # --- the work -------------------------------------------------------------------------------------------------
    def resume(self) -> None:
        """Go on with what had not ended when the process did; what was asked in vain goes, and what nobody can read."""
        self.sent.tidy(partial=True)
        places = self._folder.iterdir() if self._folder.is_dir() else ()
        for place in (one for one in places if one.name != SENT):
            if read(place / WANTED, Kept) is None:
                log.error("what was asked of the import %s cannot be read any more: ask for it again", place.name)
                shutil.rmtree(place, ignore_errors=True)
        for one in self._all():
            if one.outcome is None and one.begun:
                self._begin(one.id)
            elif one.outcome is None:
                shutil.rmtree(self._folder / one.id, ignore_errors=True)

    def _begin(self, import_id: str) -> None:
        one = self._kept(import_id)
        if not one.begun:
            one = one.model_copy(update={"begun": True})
            self._keep(one)
        self._work.begin("History", total=100, unit="%", work_id=one.id)  # everybody sees it: it names no signal
        thread = threading.Thread(target=self._run, args=(one,), name="dovetail-history", daemon=True)
        with self._lock:
            self._running[one.id] = thread
        thread.start()

    def _run(self, one: Kept) -> None:
        try:
            outcome = self._tried(one)
            if one.asked.file is not None and outcome.state == "done" and not one.asked.dry_run:
                self.sent.drop(one.asked.file)  # its content lies here too, until the outcome does
            self._keep(one.model_copy(update={"outcome": outcome}))
            (self._folder / one.id / CONTENT).unlink(missing_ok=True)
            self._work.end(one.id, state="done" if outcome.state == "running" else outcome.state, detail=outcome.detail)
        except _Stopped:
            pass  # the next start goes on with it
        finally:
            with self._lock:
                self._running.pop(one.id, None)
                self._given_up.discard(one.id)

    def _tried(self, one: Kept) -> HistoryOut:
        try:
            with self._turn:
                return self._imported(one)
        except DovetailError as error:
            return self._out(one, "failed", detail=error.message + (f" ({error.hint})" if error.hint else ""))
        except OSError as error:
            return self._out(one, "failed", detail=f"{error.strerror}: {error.filename}")
        except _Stopped:
            raise
        except _GivenUp as given_up:
            return self._out(one, "cancelled", detail=str(given_up))
        except (
            Exception
        ):  # nobody waits for this thread: whatever it was, the import must not stand as running for ever
            log.exception("the import %s failed", one.id)
            return self._out(one, "failed", detail="something went wrong on our side; the log has it")

    def _imported(self, one: Kept) -> HistoryOut:
        asked = one.asked
        path = Path(asked.path) if asked.path is not None else self._folder / one.id / CONTENT
        digest = digest_of(path)
        scope = self._scope(one)
        looked = self._judge(one, path, scope)
        report = looked.judge.report
        with Refusals(self._folder / one.id) as refusals:
            report.on_refused = refusals.add
            for batches in looked.frames:
                report.there += self._held(batches)
                self._step(one, looked.share * (0.99 if asked.dry_run else 0.4))
        said: dict[str, Any] = {"says": looked.says, **told(report)}
        source = f"history:{_named(digest, one, report.series.values())}"
        before = self._stored(source)
        if asked.dry_run:
            went = max(0, min(before, report.samples) - report.there)
            detail = f"{went:,} of them went since they came in with this file: they come again only with `again`; "
            return self._out(one, "done", **said, went=went, detail=f"{detail if went else ''}nothing was stored")
        if report.faults and asked.faulty == "refuse":
            detail = f"{report.faults:,} rows become no sample: nothing was stored (mend them, or leave them out)"
            return self._out(one, "failed", **said, detail=detail)
        again = self._judge(one, path, scope)
        for seq, batches in enumerate(again.frames, start=1):
            self._historian.put([Frame(source, Lane.IMPORT, EPOCH, seq, batches)])
            faults.point("history.stored")
            share = 0.4 + 0.6 * seq * HISTORY_FRAME_ROWS / max(report.rows, HISTORY_FRAME_ROWS)
            self._step(one, share, source=source)
        went = max(0, report.samples - report.there - (self._stored(source) - before)) if before else 0
        detail = f"{report.samples:,} samples, {report.there:,} of them there already; {report.faults:,} rows left out"
        detail += f"; {went:,} came in with this file before and went since: ask with `again` for them" if went else ""
        return self._out(one, "done", **said, went=went, detail=detail, stored_as=source)

    def _stored(self, source: str) -> int:
        return sum(one.stored for one in self._historian.delivery() if one.source == source)

    def _judge(self, one: Kept, path: Path, scope: Scope) -> _Judged:
        asked, found = one.asked, opened(path, one.asked.format)
        zone = self._zone(asked.zone, next(iter(asked.tags.values()), ""))
        moments = Moments(zone, pattern=asked.time_pattern, unit=asked.time_unit)
        judge = Judge(
            lambda series: self._tag(series, asked, scope), moments, comma=found.comma, now_us=one.begun_us
        )  # fmt: skip
        return _Judged(judge, found.says, judge.frames(found.slabs), max(1, path.stat().st_size))

    def _tag(self, series: str, asked: ImportHistory, scope: Scope) -> Named | None:
        """The tag of a series; one where the asker may not say what samples were is none."""
        word = asked.tags.get(series)
        found = next(
            (tag for one in ([str(word)] if word is not None else [series, asked.prefix + series])
             if (tag := self._plant.named(one)) is not None), None,
        )  # fmt: skip
        node = None if found is None else self._plant.node_of(found.id)
        return found if node is not None and scope.sees(CORRECT, node) else None

    def _held(self, batches: tuple[Any, ...]) -> int:
        """How many of these samples the plant has already."""
        count = 0
        for batch in batches:
            tags = np.unique(batch.tag).tolist()
            span = int(batch.ts.min()), int(batch.ts.max()) + 1
            held = self._historian.raw(tags, *span, scope=_ours(), limit=HISTORY_HELD_MAX, as_of=0)
            count += held_already(batch, held)
        return count

    def _scope(self, one: Kept) -> Scope:
        actor = Actor(**one.actor)
        return Scope(actor=actor, everything=True) if actor.kind == "system" else self._plant.scope_of(actor)

    def _step(self, one: Kept, share: float, *, source: str = "") -> None:
        if self._ending.is_set():
            raise _Stopped
        if one.id in self._given_up:
            stored = self._stored(source)
            raise _GivenUp(f"given up: {stored:,} samples were stored, and stay" if stored else "nothing was stored")
        self._work.step(one.id, min(99, int(share * 100)))

    def _out(self, one: Kept, state: Any, **said: Any) -> HistoryOut:
        name = Path(one.asked.path).name if one.asked.path else one.asked.name
        return HistoryOut(
            id=one.id, name=name, state=state, dry_run=one.asked.dry_run, begun=to_rfc3339(one.begun_us), **said
        )

    # --- afterwards -------------------------------------------------------------------------------------------
    def all(self, *, scope: Scope) -> list[HistoryOut]:
        """The imports that the caller asked for (of the system: all), newest first."""
        mine = [one for one in self._all() if scope.everything or one.actor["id"] == scope.actor.id]
        return [one.outcome or self._out(one, "running") for one in reversed(mine)]

    def one(self, import_id: str, *, scope: Scope) -> HistoryOut:
        """One of them. Raises NotFoundError for another's, as for one that does not exist."""
        found = next((one for one in self.all(scope=scope) if one.id == import_id), None)
        if found is None:
            raise NotFoundError("there is no such import")
        return found

    def refused(self, import_id: str, *, scope: Scope) -> Path:
        """The list of the rows that became no sample, as CSV. Raises NotFoundError where there is none."""
        place = self._folder / self.one(import_id, scope=scope).id / Refusals.NAME
        if not place.is_file():
            raise NotFoundError("no row of this import was refused")
        return place

    def stop(self) -> None:
        """Break off between two frames; the next start goes on."""
        self._ending.set()
        with self._lock:
            threads = list(self._running.values())
        for thread in threads:
            thread.join(STOP_S)

    # --- the disk -------------------------------------------------------------------------------------------------
    def _keep(self, one: Kept) -> None:
        durable(self._folder / one.id / WANTED, one.model_dump_json().encode())
        ended = [each for each in self._all() if each.outcome is not None]
        for old in ended[:-HISTORY_KEPT_MAX]:
            shutil.rmtree(self._folder / old.id, ignore_errors=True)

    def _kept(self, import_id: str) -> Kept:
        return Kept.model_validate_json((self._folder / import_id / WANTED).read_bytes())

    def _all(self) -> list[Kept]:
        """Those on the disk, the oldest first: their ids are in the order of time."""
        places = sorted(self._folder.glob(f"*/{WANTED}")) if self._folder.is_dir() else []
        return [one for place in places if (one := read(place, Kept)) is not None]


class _Stopped(Exception):
    """The process ends."""


class _GivenUp(Exception):
    """A person wants it no more."""


class _Judged:
    """A file under judgement, and how far through it one is."""

    def __init__(self, judge: Judge, says: str, frames: Any, size: int) -> None:
        self.judge, self.says, self.frames, self._size = judge, says, frames, size

    @property
    def share(self) -> float:
        """About: rows of a history are some 40 bytes each."""
        return min(1.0, self.judge.report.rows * 40 / self._size)


def _ours() -> Scope:
    return Scope(actor=Actor("system:history", "history", "system"), everything=True)


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidError("the content is not base64", pointer="/content", code="history-file") from error


def _named(digest: str, one: Kept, series: Any) -> str:
    """Of the file, of which series is which tag, and of how its times are told: what else would be another import."""
    asked = one.asked
    tags = sorted((each.name, each.tag.id, str(each.tag.kind)) for each in series if each.tag is not None)
    choices = [digest, asked.format, asked.zone, asked.time_pattern, asked.time_unit, asked.faulty, tags]
    choices += [one.id] if asked.again else []
    return hashlib.sha256(repr(choices).encode()).hexdigest()[:16]
