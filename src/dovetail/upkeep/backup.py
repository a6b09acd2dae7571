"""Copy both stores of a plant of one moment while it runs, keep the last few copies, and say how far it is.

Why this is consistent: nothing is sealed or released while the copies are pinned, and the records are pinned before
the head. So no consumer of the records is ahead of the head, and every row that it has not read is still in the head
(docs/adr/0024).
"""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from pydantic import BaseModel, Field
from sqlalchemy import Table, func, select, text

from dovetail import __version__
from dovetail.core import faults
from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import ConfigError, DovetailError, LinkError, RefusedError
from dovetail.db.uow import Database, Reading
from dovetail.historian.service import Historian
from dovetail.operations.operation import Call, Input, Operation
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep import records, samples
from dovetail.upkeep.layout import ASIDE, HISTORIAN, INSTALLATION, KNOWN, LAST_BACKUP, RESTORING
from dovetail.upkeep.manifest import Manifest, Part, Progress
from dovetail.upkeep.samples import Samples
from dovetail.web.longwork import LongWork

log = logging.getLogger(__name__)

STOP_S: Final = 5.0  # a stop of the server does not wait longer for a copy to be given up
ROOM: Final = 1.05  # so much more than the copies must be free


class MakeBackup(Input):
    """Where to put it (default: the folder that the server was told) and how many to keep there (default: all)."""

    folder: str | None = Field(default=None, max_length=1_000)
    keep: int | None = Field(default=None, ge=1, le=1_000)


class BackupBegun(BaseModel):
    """The long work that makes it (`/jobs/{job_id}`), and the folder it will be in."""

    job_id: str
    folder: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Both stores as they are at one moment."""

    reading: Reading
    samples: Samples


class Backups:
    """Makes backups of one open installation, one at a time. `place` is where those asked for by the API go."""

    def __init__(
        self,
        data: Path,
        database: Database,
        historian: Historian,
        work: LongWork,
        *,
        place: Path | None = None,
    ) -> None:
        self._data, self._database, self._historian, self._work = data, database, historian, work
        self._clock: Clock = database.clock
        self._place = place
        self._busy = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.make = Operation(
            name="backup.make",
            summary="Copy the whole installation while it runs",
            permission="system.manage",
            input=MakeBackup,
            output=BackupBegun,
            handler=self._begin,
        )

    # --- beginning and ending ---------------------------------------------------------------------------------
    def _begin(self, call: Call, given: MakeBackup) -> BackupBegun:
        folder = self._target(given.folder, may_name=call.scope.everything)
        if not self._busy.acquire(blocking=False):
            raise RefusedError("a backup is under way already", code="backup-busy", hint="see it in the list of jobs")
        work_id = self._work.begin("Backup", total=1, unit="bytes")
        self._thread = threading.Thread(
            target=self._run, args=(folder, given.keep, work_id), name="dovetail-backup", daemon=True
        )
        self._thread.start()
        return BackupBegun(job_id=work_id, folder=str(folder))

    def _target(self, named: str | None, *, may_name: bool) -> Path:
        """Over the network nobody chooses where on the server files are written."""
        if named is not None and not may_name:
            raise RefusedError(
                "only the command line on the server itself may name a folder",
                code="backup-folder",
                hint="leave the folder out: it goes where the server's setting says",
            )
        if named is None and self._place is None:
            raise ConfigError(
                "the server was not told where backups go", code="backup-folder", hint="set DOVETAIL_BACKUPS"
            )
        folder = Path(named) if named is not None else self._place
        assert folder is not None
        if folder.resolve().is_relative_to(self._data.resolve()):
            raise ConfigError(
                f"{folder} lies in the data folder itself", code="backup-folder", hint="better on another disk"
            )
        return folder

    def listed(self) -> list[tuple[Path, Manifest]]:
        """The whole backups of this installation in the folder that the server was told, oldest first."""
        return [] if self._place is None else manifests.in_folder(self._place, installation=identity(self._data))

    def stop(self) -> None:
        """Give up a backup under way."""
        self._ending.set()
        self.wait(STOP_S)

    def wait(self, timeout_s: float | None = None) -> None:
        """Until the one under way has ended, or the time is over."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self, folder: Path, keep: int | None, work_id: str) -> None:
        try:
            made = self.now(folder, keep=keep, work_id=work_id)
            self._work.end(work_id, detail=str(made))
        except DovetailError as error:
            log.error("the backup failed: %s", error.message)  # a sentence says it
            self._work.end(work_id, state="failed", detail=error.message + (f" ({error.hint})" if error.hint else ""))
        except OSError as error:
            log.error("the backup failed: %s", error)
            self._work.end(work_id, state="failed", detail=f"{error.strerror}: {error.filename or folder}")
        except Exception:
            log.exception("the backup failed")
            self._work.end(work_id, state="failed", detail="something went wrong on our side; the log has it")
        finally:
            self._busy.release()

    # --- the copy ---------------------------------------------------------------------------------------------
    def now(self, folder: Path, *, keep: int | None = None, work_id: str | None = None) -> Path:
        """Make one and answer where it is. Raises ConfigError, LinkError, OSError: then nothing of it is left."""
        installation = identity(self._data)
        made_at = to_rfc3339(self._clock.now_us())
        name = f"{manifests.PREFIX}{_stamp(made_at)}-{installation[:8]}"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = folder / (name + manifests.PARTIAL)
        if (folder / name).exists():
            raise RefusedError(f"there is a backup of this very second: {folder / name}", code="backup-busy")
        if partial.exists():
            shutil.rmtree(partial)  # ours, interrupted: only the owner of the data folder comes here
        partial.mkdir(mode=0o700)
        for inner in (records.FOLDER, HISTORIAN):
            (partial / inner).mkdir(mode=0o700)
        try:
            with self._moment() as moment:
                made_at = to_rfc3339(self._clock.now_us())
                found = self._copy(moment, partial, installation, made_at, self._progress(work_id))
            manifests.write(partial, found)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)  # it may have been what filled the disk
            raise
        faults.point("backup.listed")
        whole = folder / name
        partial.rename(whole)
        manifests.sync_folder(folder)
        self._remember(found, whole)
        log.info("backup %s: %d files, %d bytes, %d rows", whole, len(found.parts), found.bytes, found.rows)
        if keep is not None:
            prune(folder, installation, keep)
        return whole

    @contextmanager
    def _moment(self) -> Iterator[Moment]:
        with ExitStack() as stack:
            with self._historian.sealing_paused():
                reading = stack.enter_context(self._database.read())
                reading.known_now()  # a view begins with its first question
                pinned = stack.enter_context(samples.pinned(self._data / HISTORIAN, self._historian.storage))
            faults.point("backup.pinned")
            yield Moment(reading, pinned)

    def _progress(self, work_id: str | None) -> Progress:
        def step(done: int, total: int) -> None:
            if self._ending.is_set():
                raise LinkError("the server was stopped", code="backup-stopped", hint="begin again when it runs")
            if work_id is not None:
                self._work.step(work_id, done, total=total)

        return Progress(step)

    def _copy(self, moment: Moment, to: Path, installation: str, made_at: str, progress: Progress) -> Manifest:
        connection = moment.reading.connection
        tables = records.tables(connection)
        rows = {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        of_records = self._records_bytes(moment.reading)
        of_samples = sum(file.bytes for file in moment.samples.parts)
        need = round((of_records + of_samples) * ROOM)
        if shutil.disk_usage(to).free < need:
            raise LinkError(f"{to.parent} has not the {need:,} bytes free that it needs", code="backup-space")
        progress.total = max(1, of_records + 2 * of_samples)
        share = of_records / max(1, sum(rows.values()))
        parts = [self._table(moment, table, to, share, progress) for table in tables]
        for file in moment.samples.parts:
            file.copy(to / HISTORIAN, on_bytes=progress.add)
            parts.append(manifests.describe(to, f"{HISTORIAN}/{file.name}", progress=progress))
            faults.point("backup.copied")
        return Manifest(
            id=secrets.token_hex(8),
            installation=installation,
            made_at=made_at,
            version=__version__,
            step=records.step_of(connection),
            backend=connection.dialect.name,
            known=moment.reading.known_now(),
            positions=records.positions(connection),
            head=moment.samples.marks,
            parts=tuple(parts),
            left_out=tuple(left_out(self._data)),
        )

    @staticmethod
    def _table(moment: Moment, table: Table, to: Path, share: float, progress: Progress) -> Part:
        path = f"{records.FOLDER}/{table.name}{records.SUFFIX}"
        count = records.dump(
            moment.reading.connection, table, to / path, on_rows=lambda n: progress.add(round(n * share))
        )
        return manifests.describe(to, path, rows=count)

    def _records_bytes(self, reading: Reading) -> int:
        sqlite = "select page_count * page_size from pragma_page_count(), pragma_page_size()"
        asked = {"sqlite": sqlite, "postgresql": "select pg_database_size(current_database())"}
        return int(reading.connection.scalar(text(asked[reading.connection.dialect.name])) or 0)

    def _remember(self, made: Manifest, where: Path) -> None:
        """For `dovetail doctor`: how old the newest backup is."""
        said = {"made_at": made.made_at, "folder": str(where.resolve()), "bytes": made.bytes}
        manifests.durable(self._data / LAST_BACKUP, orjson.dumps(said))


def identity(data: Path) -> str:
    """Which installation this is, for telling its backups from another's; made when first asked for."""
    file = data / INSTALLATION
    if not file.exists():
        manifests.durable(file, secrets.token_hex(16).encode())
    return file.read_text(encoding="ascii").strip()


def left_out(data: Path) -> list[str]:
    """What lies in the data folder and is not in a backup: keys above all, which must not lie beside what they open."""
    ours = {f"{name}{suffix}" for name in KNOWN for suffix in ("", "-wal", "-shm")}
    found = {path.name for path in data.iterdir()} - ours
    return sorted(name for name in found if not name.startswith((ASIDE, RESTORING)))


def prune(folder: Path, installation: str, keep: int) -> list[Path]:
    """Remove this installation's oldest backups beyond `keep`, and what its interrupted ones left; says which."""
    whole = [place for place, _ in manifests.in_folder(folder, installation=installation)]
    mine = [place for place in manifests.partial_in(folder) if f"-{installation[:8]}." in place.name]
    gone = [*whole[:-keep], *mine]
    for place in gone:
        (place / manifests.FILE).unlink(missing_ok=True)  # first: half of it must not look like a whole one
        shutil.rmtree(place)
        log.info("removed the backup %s", place)
    return gone


def _stamp(made_at: str) -> str:
    return made_at.partition(".")[0].replace("-", "").replace(":", "") + "Z"
