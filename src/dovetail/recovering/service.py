"""Fill holes of samples from a folder that still has them: look first, then put back what it holds.

What comes back goes in by the door, as frames of a source of its own, so that states and figures of that time are
decided anew and the account tells it. A hole of which the folder holds everything goes; any other stays told.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field

from dovetail.chunkstore import files
from dovetail.chunkstore.aside import EVERY, Damaged
from dovetail.chunkstore.months import View, begin_of
from dovetail.chunkstore.opening import Opening
from dovetail.core.batch import Frame, Lane
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConfigError, DamagedError, RefusedError
from dovetail.core.scope import Scope
from dovetail.core.sqlitelib import sqlite_module
from dovetail.damage.known import Hole
from dovetail.historian.service import Historian
from dovetail.operations.operation import Call, Input, Operation
from dovetail.packing.columns import Block
from dovetail.packing.order import clipped
from dovetail.packing.place import Session
from dovetail.recovering import remains
from dovetail.recovering.tidying import Tidying
from dovetail.upkeep import manifest
from dovetail.upkeep.layout import HISTORIAN, INSTALLATION
from dovetail.web.inturn import InTurn, OnStep
from dovetail.web.longwork import LongWork

SOURCE: Final = "recovery"  # under which the account tells what came back

sqlite3 = sqlite_module()


class Recover(Input):
    """Fill holes from a folder on the server: a backup in the clear, an installation's data folder, or where the file
    of a lost month is kept. `plan`: which was looked at."""

    folder: str = Field(max_length=1_000)
    plan: str


class FilledView(BaseModel):
    """A hole of `samples`, and how many of them the folder holds."""

    tag: int
    start: str
    end: str
    samples: int
    found: int


class PlanView(BaseModel):
    """What would come back. `digest` is to be given to do it."""

    digest: str
    lines: list[FilledView]
    samples: int


class BegunView(BaseModel):
    """The work by which it is followed: `/jobs/{id}`; then `/samples/damaged/recover/{id}`."""

    job_id: str


class DoneView(BaseModel):
    """What came back, and how many holes stay because the folder does not hold all of them."""

    samples: int
    filled: int
    left: int


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A hole and what there is for it: `n` samples of a tag, in `path`. `all_of_it`: it fills the hole.

    `numbers`: of the chunks that can be read, where the file is none that can be asked for a time (else None).
    """

    hole: Hole
    tag: int
    n: int
    path: Path | None
    all_of_it: bool
    numbers: tuple[int, ...] | None = None

    @property
    def month(self) -> int:
        """Of the hole."""
        return self.hole.month

    @property
    def wanted(self) -> int:
        """How many were there; of a month that was lost as a whole, as far as the folder knows."""
        return self.n if self.hole.of.tag == EVERY else self.hole.n

    def blocks(self) -> Iterator[Block]:
        """The samples, read now."""
        if self.path is None or not self.n:
            return
        if self.numbers is None:
            with _opened(self.path) as view:
                yield from _within(view, self.hole, self.tag)
        else:
            with _remaining(self.path) as (_, view):
                yield from remains.blocks(view, [(one, self.tag) for one in self.numbers])

    def aside(self) -> list[tuple[Damaged, tuple[Any, ...]]]:
        """Holes of a lost month that its file told itself, with their rows: what was missing in it is missing still."""
        if self.path is None or self.hole.of.tag != EVERY:
            return []
        if self.numbers is None:
            with _opened(self.path) as view:
                return view.rows_aside()
        with _remaining(self.path) as (_, view):
            return view.rows_aside()


class Recovery:
    """All methods are thread-safe. It is done in a thread of its own: while samples come back people go on writing."""

    def __init__(self, data: Path, historian: Historian, work: LongWork) -> None:
        self._data, self._historian, self.tidying = data, historian, Tidying(historian)
        self._turn = InTurn[DoneView](work, "recovery", "Samples back from a backup", "samples")
        self.recover = Operation(
            name="samples.recover",
            summary="Fill holes of samples from a backup",
            permission="system.manage",
            input=Recover,
            output=BegunView,
            handler=self._begin,
        )

    def plan(self, folder: str, scope: Scope) -> PlanView:
        """Which holes would be filled. Raises ConfigError: the folder holds no samples that can be read as they lie."""
        _only_here(scope)
        return _view(list(self._lines(Path(folder))))

    def _begin(self, call: Call, given: Recover) -> BegunView:
        _only_here(call.scope)

        def recover(on_step: OnStep) -> tuple[DoneView, str]:
            done = self.put_back(given, on_step)
            return done, f"{done.samples:,} samples, {done.filled} holes filled, {done.left} stay"

        return BegunView(job_id=self._turn.begin(recover, scope=call.scope))

    def done(self, job_id: str, scope: Scope) -> DoneView:
        """What came of it. Raises NotFoundError while it runs."""
        _only_here(scope)
        return self._turn.found(job_id, scope=scope)

    def put_back(self, given: Recover, on_step: OnStep) -> DoneView:
        """Fill what a folder can fill, if that is still what was looked at."""
        lines = list(self._lines(Path(given.folder)))
        if _view(lines).digest != given.plan:
            raise RefusedError("what would come back is not what was shown", code="recover-plan", hint="look again")
        some = [line for line in lines if line.n]
        epoch = self._historian.resume(SOURCE, []).epoch if some else 0
        frames, came, total = (block.batch() for line in some for block in line.blocks()), 0, sum(one.n for one in some)
        for seq, batch in enumerate(frames, start=1):
            self._historian.put([Frame(SOURCE, Lane.IMPORT, epoch, seq, (batch,))])
            on_step(came := came + len(batch), total)
        open_still = {line.hole.key for line in lines if not line.all_of_it}
        whole = {line.hole.key: line for line in lines if line.hole.key not in open_still}
        told = self._filled(list(whole.values()))
        return DoneView(samples=sum(line.n for line in some), filled=len(whole), left=len(open_still) + told)

    def _filled(self, lines: Sequence[Line]) -> int:
        """Holes that lines have filled, each once, are none any more; how many are told in their place."""
        damage, told = self._historian.damage, 0
        for number, some in _by_month(lines).items():
            known = {_same(one.of) for one in damage.all() if one.month == number}
            aside = [row for line in some for one, row in line.aside() if _same(one) not in known]
            with self._historian.dropper.still(), self._historian.chunks.use(number) as month:
                damage.filled(number, month, [line.hole for line in some], aside)
            told += len(aside)
        return told

    def _lines(self, folder: Path) -> Iterator[Line]:
        self._historian.seal_once()  # which sets aside what somebody only stumbled over
        folder = folder.parent if folder.is_file() else folder
        within = folder / HISTORIAN if (folder / HISTORIAN).is_dir() else folder
        if not (within / files.HEAD).exists() and not remains.is_kept(within):
            raise ConfigError(
                f"{folder} holds no samples", code="recover-folder",
                hint="name a backup in the clear, or restore an encrypted one beside: dovetail restore … --data OTHER",
            )  # fmt: skip
        whose = _whose(folder) or _whose(folder.parent)  # a person may name the folder of the samples alone
        if whose not in (None, manifest.identity(self._data)):
            raise ConfigError(
                f"{folder} is another installation's: what are tags here are other signals there",
                code="recover-folder", hint="name a backup of this one",
            )  # fmt: skip
        for number, holes in sorted(_by_month(self._historian.damage.all()).items()):
            path = within / files.name_of(number)
            if not path.exists():
                yield from map(_nothing, holes)
            elif remains.is_kept(within):
                yield from _left(path, holes)
            else:
                with _opened(path) as view:
                    told = {_same(one) for one in view.aside()}  # taken after the damage, it lacks what we lack
                    for hole in holes:
                        of = _every if hole.of.tag == EVERY else _one
                        yield from of(view, hole, path, is_told=_same(hole.of) in told)


def _left(path: Path, holes: Sequence[Hole]) -> Iterator[Line]:
    """What can be read of a file that was lost, for the hole that it left: all, if it is as much as it once held."""
    left = [hole for hole in holes if hole.of.tag == EVERY and path.parent.name in hole.of.why]
    yield from (_nothing(hole) for hole in holes if hole not in left)
    if not left:
        return
    with _remaining(path) as (session, view):
        found = remains.remains(session, view)
        n = sum(sum(of.values()) for of in found.values())
        for hole in left:
            whole = bool(hole.of.rev) and n == hole.n and remains.tells(view)
            for tag, of in found.items():
                yield Line(hole, tag, sum(of.values()), path, all_of_it=whole, numbers=tuple(of))
            if not found:
                yield _nothing(hole)


def _nothing(hole: Hole) -> Line:
    return Line(hole, hole.of.tag, 0, None, all_of_it=False)


def _one(view: View, hole: Hole, path: Path, *, is_told: bool) -> Iterator[Line]:
    n = sum(map(len, _within(view, hole, hole.of.tag)))
    yield Line(hole, hole.of.tag, n, path, all_of_it=n >= hole.n and not is_told)


def _every(view: View, hole: Hole, path: Path, *, is_told: bool) -> Iterator[Line]:
    """A month that was lost as a whole: each signal that the folder holds of it.

    It holds all of it if it held as much of the log as what was lost said of itself, where that could still be read,
    and if all of that can be read there.
    """
    said = view.samples()
    found = {tag: sum(map(len, _within(view, hole, tag))) for tag in said}
    whole = bool(hole.of.rev) and view.sealed >= hole.of.rev and found == said and not is_told and remains.tells(view)
    for tag, n in found.items():
        yield Line(hole, tag, n, path, all_of_it=whole)
    if not found:
        yield _nothing(hole)


def _within(view: View, hole: Hole, tag: int) -> Iterator[Block]:
    """The samples of a tag in a hole, chunk by chunk; of a lost month also those that were ahead of the clock."""
    is_month = hole.of.tag == EVERY
    from_us, to_us = (begin_of(hole.month), begin_of(hole.month + 1)) if is_month else (hole.t0, hole.t1 + 1)
    for one in view.bodies((tag,), from_us, to_us):
        part = clipped(one, from_us, to_us)
        if len(part) and (is_month or one.kind == hole.of.kind):
            yield part


@contextmanager
def _remaining(path: Path) -> Generator[tuple[Session, View]]:
    """A file that was set aside, with its journal: nobody writes to it any more."""
    try:
        with closing(files.connect(path, role="reader")) as connection:
            yield connection, View(connection, remains.words_of(connection), _passed_over)
    except files.UNREADABLE as error:
        raise ConfigError(
            f"nothing can be read of {path}: {error}", code="recover-folder", hint="take a backup"
        ) from error


def _passed_over(_view: Opening, _tag: int, _error: DamagedError) -> None:
    """It is a hole there, too."""


@contextmanager
def _opened(path: Path) -> Generator[View]:
    """A month as it lies in a folder that nobody writes to; what cannot be read there either is passed over."""
    journal = path.with_name(path.name + "-wal")
    if journal.exists() and journal.stat().st_size:
        raise ConfigError(f"somebody writes to {path}", code="recover-folder", hint="stop what runs on it first")

    try:
        with closing(sqlite3.connect(f"file:{path.resolve()}?mode=ro&immutable=1", uri=True)) as connection:
            yield View(connection, files.words_of(connection), _passed_over)
    except sqlite3.DatabaseError as error:
        raise ConfigError(f"{path} is damaged: {error}", code="recover-folder", hint="take another backup") from error


def _whose(folder: Path) -> str | None:
    """Which installation's data or backup a folder is; None: it does not say."""
    said = folder / INSTALLATION
    if said.is_file():
        return said.read_text(encoding="ascii").strip()
    return manifest.read(folder).installation if (folder / manifest.FILE).is_file() else None


def _only_here(scope: Scope) -> None:
    if not scope.everything:
        raise RefusedError(
            "only the command line on the server itself reads its folders", code="recover-folder",
            hint="dovetail samples damaged recover FOLDER",
        )  # fmt: skip


def _by_month[T: (Hole, Line)](some: Sequence[T]) -> dict[int, list[T]]:
    found = defaultdict[int, list[T]](list)
    for one in some:
        found[one.month].append(one)
    return found


def _same(one: Damaged) -> tuple[object, ...]:
    """What a hole has in common with itself where it is told elsewhere, too."""
    return one.id, one.tag, one.t0, one.why


def _view(lines: Sequence[Line]) -> PlanView:
    shown = [
        FilledView(
            tag=line.tag, start=to_rfc3339(line.hole.t0), end=to_rfc3339(line.hole.t1), samples=line.wanted,
            found=line.n,
        )
        for line in lines
    ]  # fmt: skip
    digest = hashlib.sha256(repr([(one.tag, one.start, one.end, one.samples, one.found) for one in shown]).encode())
    return PlanView(digest=digest.hexdigest()[:16], lines=shown, samples=sum(line.n for line in lines))
