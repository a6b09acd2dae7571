"""Bring archived samples back from their files: the same samples, with quality and both times, over the import lane.

Only files that this plant wrote and that nobody changed; what they hold is held before the first sample comes, so that
no rule lets it go again, until a person releases it. Begun again after a kill it changes nothing that is there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from dovetail.clearing.archive import PARTIAL, sha256_of
from dovetail.core import faults
from dovetail.core.batch import Batch, Frame, Lane
from dovetail.core.errors import DovetailError, InvalidError, LinkError, NotFoundError, RefusedError
from dovetail.core.limits import COMMIT_SAMPLES_MAX
from dovetail.core.scope import Actor
from dovetail.forms import arrow
from dovetail.forms.long import batches_of
from dovetail.operations import store as audit
from dovetail.operations.operation import Call, Input, Operation
from dovetail.retention.holds import EDIT
from dovetail.retention.model import Archive
from dovetail.retention.service import OWN, RetentionRoom
from dovetail.web.longwork import LongWork

log = logging.getLogger(__name__)

SOURCE: Final = "archive"  # whose account of delivery it is in


class BringBack(Input):
    """An archive by its path on the server, or a folder with all that are in it and below."""

    path: str = Field(min_length=1, max_length=1_000)


class BringBegun(BaseModel):
    """The long work (`/jobs/{job_id}`), and how many files it takes."""

    job_id: str
    files: int


class Bringing:
    """One run at a time, a little of it with each `step`."""

    def __init__(self, room: RetentionRoom, work: LongWork) -> None:
        self._room, self._work = room, work
        self._lock = threading.Lock()
        self._parts: Iterator[None] | None = None
        self._job, self._reason, self._by = "", "", OWN.actor
        self._read = self._back = 0
        self.bring: Operation[BringBack, BringBegun] = Operation(
            name="retention.bring", summary="Bring archived samples back", permission=EDIT,
            input=BringBack, output=BringBegun, handler=self._asked, reason="required",
        )  # fmt: skip

    # --- what a person asks ---------------------------------------------------------------------------------------
    def _asked(self, call: Call, given: BringBack) -> BringBegun:
        """Over the network nobody chooses which files of the server are read."""
        if not call.scope.everything:
            raise RefusedError(
                "only the command line on the server itself reads archives", code="archive-folder",
                hint="dovetail samples import PATH",
            )  # fmt: skip
        files = _files(Path(given.path))
        arrow.parquet()  # raises where it is not installed
        with self._lock:
            if self._parts is not None:
                raise RefusedError("archives are being read already", code="archive-busy", hint="see the list of jobs")
            self._by, self._reason = call.scope.actor, call.reason or ""
            self._read = self._back = 0
            self._job = self._work.begin("Archives", total=len(files), unit="files")
            self._parts = self._brought(files)
        return BringBegun(job_id=self._job, files=len(files))

    # --- the role -------------------------------------------------------------------------------------------------
    def step(self) -> int:
        """Bring some more. 0: there is nothing to bring."""
        parts = self._parts
        if parts is None:
            return 0
        try:
            next(parts)
        except StopIteration:
            self._end("done", f"{self._read:,} samples read, {self._back:,} of them had gone")
        except DovetailError as error:
            self._end("failed", error.message + (f" ({error.hint})" if error.hint else ""))
        except OSError as error:
            self._end("failed", f"{error.strerror}: {error.filename}")
        return 1

    def _end(self, state: Literal["done", "failed"], detail: str) -> None:
        self._parts = None
        if state == "failed":
            log.error("archives are not brought back: %s", detail)
        self._work.end(self._job, state=state, detail=detail)

    def _brought(self, files: Sequence[Path]) -> Iterator[None]:
        """All are looked at before the first sample of any comes."""
        known: list[tuple[Path, Archive]] = []
        for path in files:
            known.append((path, self._known(path)))
            yield
        self._hold([archive for _, archive in known])
        faults.point("bringing.held")
        for n, (path, archive) in enumerate(known, start=1):
            yield from self._file(path)
            self._back += self._returned(archive)
            self._work.step(self._job, n)

    # --- one file -------------------------------------------------------------------------------------------------
    def _file(self, path: Path) -> Iterator[None]:
        historian = self._room.historian
        epoch = historian.resume(SOURCE, ()).epoch
        for seq, batches in enumerate(_commits(path), start=1):
            historian.put([Frame(SOURCE, Lane.IMPORT, epoch, seq, batches)])
            faults.point("bringing.stored")
            self._read += sum(map(len, batches))
            yield

    def _known(self, path: Path) -> Archive:
        digest = sha256_of(path)
        with self._room.database.read() as reading:
            found = self._room.archive_of(reading, digest)
        if found is None:
            raise InvalidError(
                f"{path} is no archive that this plant wrote, or it was changed since", code="archive-unknown",
                hint="bring the file back from its own backup",
            )  # fmt: skip
        return found

    def _hold(self, archives: Sequence[Archive]) -> None:
        """Until somebody releases it: else the next day its rule would let it go again."""
        of = [one for archive in archives for one in archive.of]
        with self._room.database.write(self._by) as uow:
            number = self._room.holds.keep(uow, of, self._reason, self._by.name)
            if number is not None:
                _tell(uow, self._by, "retention.hold", {"hold": number, "files": [one.file for one in archives]})

    def _returned(self, archive: Archive) -> int:
        """Say that what had gone of it is there again; how many samples that is."""
        with self._room.database.write(self._by) as uow:
            drop = self._room.bring_back(uow, archive, self._by.name)
            if drop is None:
                return 0
            _tell(uow, self._by, "retention.return", {"file": archive.file, "samples": drop.samples})
        self._room.hear_again()
        return drop.samples


def _tell(uow: Any, by: Actor, what: str, given: dict[str, Any]) -> None:
    audit.write_audit(uow, audit.AuditRow(what, by.id, by.name, by.session_id, None, given, None))


def _files(path: Path) -> list[Path]:
    """The archives at a path. Raises NotFoundError where there are none."""
    found = sorted(path.rglob("*.parquet")) if path.is_dir() else [path] if path.is_file() else []
    whole = [file for file in found if not file.name.startswith(PARTIAL)]
    if not whole:
        raise NotFoundError(f"{path} is no archive, and there is none in it: the path is one on the server")
    return whole


def _commits(path: Path) -> Iterator[tuple[Batch, ...]]:
    """What a file holds, in the order in which it was written, as much as one commit takes at a time."""
    pa = arrow.arrow()
    some: list[Batch] = []
    try:
        with arrow.parquet().ParquetFile(path) as file:
            for number in range(file.num_row_groups):
                batches = batches_of(file.read_row_group(number))
                if some and sum(map(len, [*some, *batches])) > COMMIT_SAMPLES_MAX:
                    yield tuple(some)
                    some = []
                some += batches
    except pa.ArrowException as error:
        raise LinkError(f"{path} cannot be read: {error}", code="archive-read") from error
    if some:
        yield tuple(some)
