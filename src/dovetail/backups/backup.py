"""Copy both stores of a plant of one moment while it runs, keep those that a rule says, and say how far it is."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import BaseModel, Field

from dovetail.backups import encrypted, plain
from dovetail.backups.keyring import server_key
from dovetail.backups.moment import held, left_out, records_bytes
from dovetail.backups.proven import Proofs
from dovetail.core import faults
from dovetail.core.clock import Clock, from_rfc3339, to_rfc3339
from dovetail.core.errors import ConfigError, DovetailError, LinkError, RefusedError
from dovetail.db.uow import Database
from dovetail.historian.service import Historian
from dovetail.operations.operation import Call, Input, Operation
from dovetail.repository import chain, keeping
from dovetail.repository import place as repositories
from dovetail.repository.keeping import Rule
from dovetail.repository.keys import ServerKey
from dovetail.repository.place import Repository, Snapshot
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep import samples
from dovetail.upkeep.layout import HISTORIAN, LAST_BACKUP, RECORDS
from dovetail.upkeep.manifest import Manifest, Progress, identity
from dovetail.web.longwork import LongWork

log = logging.getLogger(__name__)

STOP_S: Final = 5.0  # a stop of the server does not wait longer for a copy to be given up
ROOM: Final = 1.05  # so much more than the copies must be free


class MakeBackup(Input):
    """Where to put it (default: the folder that the server was told) and how many to keep there (default: all)."""

    folder: str | None = Field(default=None, max_length=1_000)
    keep: int | str | None = Field(
        default=None, description="14: the newest 14; 7d,4w,12m: the last of 7 days, 4 weeks, 12 months"
    )


class CheckBackups(Input):
    """Read every block of every encrypted backup in the server's folder; no recovery key is needed."""


class BackupBegun(BaseModel):
    """The long work (`/jobs/{job_id}`), the folder, and for a copy: what it may need at most, and what is free."""

    job_id: str
    folder: str
    needs_bytes: int = 0
    free_bytes: int = 0


class Backups:
    """Makes backups of one open installation, one at a time. `place` is where those asked for by the API go.

    `key` names the server's half of a backup key (a path, or `secret://` with `secret` to ask); without one, and
    without a `backup.key` in the data folder, backups are made in the clear.
    """

    def __init__(
        self,
        data: Path,
        database: Database,
        historian: Historian,
        work: LongWork,
        *,
        place: Path | None = None,
        key: str | None = None,
        secret: Callable[[str], str] | None = None,
    ) -> None:
        self._data, self._database, self._historian, self._work = data, database, historian, work
        self._clock: Clock = database.clock
        self._place, self._key, self._secret = place, key, secret
        self._busy = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.proofs = Proofs(data, self._clock, last=lambda: remembered(data), key=self._server_key)
        told: dict[str, Any] = {"permission": "system.manage", "output": BackupBegun}
        self.make = Operation(
            name="backup.make",
            summary="Copy the whole installation while it runs",
            input=MakeBackup,
            handler=self._begin,
            **told,
        )
        self.check = Operation(
            name="backup.check",
            summary="Look whether the encrypted backups are as they were written",
            input=CheckBackups,
            handler=self._begin_check,
            **told,
        )

    # --- beginning and ending ---------------------------------------------------------------------------------
    def _begin(self, call: Call, given: MakeBackup) -> BackupBegun:
        folder = self._target(given.folder, may_name=call.scope.everything)
        rule = keeping.parse(str(given.keep)) if given.keep is not None else None
        self._take_turn()
        try:
            need, free = self.budget(folder)
            work_id = self._work.begin("Backup", total=1, unit="bytes")
        except BaseException:
            self._busy.release()
            raise
        self._start(work_id, folder, lambda: str(self.now(folder, keep=rule, work_id=work_id)))
        return BackupBegun(job_id=work_id, folder=str(folder), needs_bytes=need, free_bytes=free)

    def _begin_check(self, call: Call, given: CheckBackups) -> BackupBegun:
        folder = self._target(None, may_name=False)
        self._take_turn()
        work_id = self._work.begin("Check of backups", total=1, unit="bytes")
        self._start(work_id, folder, lambda: self.look(folder, self._progress(work_id)))
        return BackupBegun(job_id=work_id, folder=str(folder))

    def _take_turn(self) -> None:
        if not self._busy.acquire(blocking=False):
            raise RefusedError("a backup is under way already", code="backup-busy", hint="see it in the list of jobs")

    def _start(self, work_id: str, folder: Path, act: Callable[[], str]) -> None:
        self._thread = threading.Thread(
            target=self._run, args=(work_id, folder, act), name="dovetail-backup", daemon=True
        )
        self._thread.start()

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

    def stop(self) -> None:
        """Give up a backup under way."""
        self._ending.set()
        self.wait(STOP_S)

    def wait(self, timeout_s: float | None = None) -> None:
        """Until the one under way has ended, or the time is over."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self, work_id: str, folder: Path, act: Callable[[], str]) -> None:
        try:
            self._work.end(work_id, detail=act())
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

    def _progress(self, work_id: str | None) -> Progress:
        def step(done: int, total: int) -> None:
            if self._ending.is_set():
                raise LinkError("the server was stopped", code="backup-stopped", hint="begin again when it runs")
            if work_id is not None:
                self._work.step(work_id, done, total=total)

        return Progress(step)

    # --- what there is ----------------------------------------------------------------------------------------
    def listed(self) -> list[tuple[Path, Manifest | Snapshot]]:
        """The whole backups of this installation in the folder that the server was told, oldest first."""
        if self._place is None:
            return []
        mine = identity(self._data)
        found: list[tuple[Path, Manifest | Snapshot]] = [*manifests.in_folder(self._place, installation=mine)]
        for repository in repositories.within(self._place):
            if repository.installation == mine:
                standing = chain.standing(repository.links())
                found += [(repository.place, repository.snapshot(link)) for link in standing]
        return sorted(found, key=lambda one: one[1].made_at)

    def look(self, folder: Path, progress: Progress) -> str:
        """Hold every block of this installation's encrypted backups against what was written. Raises ConfigError."""
        from dovetail.backups.proof import scrub

        repository = self._repository(folder)
        if repository is None:
            raise ConfigError("these backups are not encrypted", code="backup-key", hint="dovetail backup key")
        found = scrub(repository, repository.signer, progress)
        return f"{found.snapshots} backups, {found.blocks} blocks, {found.bytes} bytes: as they were written"

    def _repository(self, folder: Path) -> Repository | None:
        """Where encrypted backups go; it must be no older than this installation remembers."""
        key = self._server_key()
        if key is None:
            return None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        repository = repositories.make(folder, identity(self._data), key)
        last = remembered(self._data)
        if last.get("folder") == str(repository.place.resolve()) and "chain" in last:
            chain.remembers(repository.lines(), **last["chain"], named=str(repository.place))
        return repository

    def _server_key(self) -> ServerKey | None:
        return server_key(self._data, self._key, self._secret)

    # --- the copy ---------------------------------------------------------------------------------------------
    def budget(self, folder: Path) -> tuple[int, int]:
        """(bytes that a backup needs at most, bytes that are free there).

        Of an encrypted one only what may have changed since the last one there counts: not a month of its old size.
        """
        with self._database.read() as reading:
            sizes = {RECORDS: records_bytes(reading)}
        with samples.pinned(self._data / HISTORIAN, self._historian.storage) as found:
            sizes |= {part.name: part.bytes for part in found.parts}
        there = next(one for one in (folder, *folder.resolve().parents) if one.exists())
        return self._need(folder, sizes), shutil.disk_usage(there).free

    def _need(self, folder: Path, sizes: dict[str, int]) -> int:
        last = remembered(self._data)
        is_known = str(last.get("folder", "")).startswith(str(folder.resolve())) and self._server_key() is not None
        before: dict[str, int] = last.get("sizes", {}) if is_known else {}
        may_differ = (
            size for name, size in sizes.items() if not name.startswith("chunks-") or before.get(name) != size
        )
        return round(sum(may_differ) * ROOM)

    def now(self, folder: Path, *, keep: Rule | int | None = None, work_id: str | None = None) -> Path:
        """Make one and answer where it is. Raises ConfigError, LinkError, OSError: then nothing of it counts."""
        rule = Rule(newest=keep) if isinstance(keep, int) else keep
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        repository = self._repository(folder)
        progress = self._progress(work_id)
        if repository is None:
            return self._in_the_clear(folder, rule, progress)
        return self._encrypted(repository, rule, progress)

    def _fits(self, folder: Path, sizes: dict[str, int]) -> None:
        need, free = self._need(folder, sizes), shutil.disk_usage(folder).free
        log.info("a backup into %s needs %s bytes at most; %s are free", folder, f"{need:,}", f"{free:,}")
        if free < need:
            raise LinkError(
                f"{folder} has not the {need:,} bytes free that it needs, but {free:,}", code="backup-space"
            )

    def _in_the_clear(self, folder: Path, rule: Rule | None, progress: Progress) -> Path:
        installation = identity(self._data)
        name = f"{manifests.PREFIX}{_stamp(to_rfc3339(self._clock.now_us()))}-{installation[:8]}"
        partial = plain.begin(folder, name)
        try:
            with held(self._data, self._database, self._historian) as moment:
                made_at, sizes = to_rfc3339(self._clock.now_us()), moment.sizes
                self._fits(folder, sizes)
                given: dict[str, Any] = {"installation": installation, "made_at": made_at}
                found = plain.copy(moment, partial, **given, left_out=left_out(self._data), progress=progress)
            manifests.write(partial, found)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)  # it may have been what filled the disk
            raise
        faults.point("backup.listed")
        whole = folder / name
        partial.rename(whole)
        manifests.sync_folder(folder)
        self._remember(whole, made_at=made_at, bytes=found.bytes, encrypted=False)
        log.info("backup %s: %d files, %d bytes, %d rows", whole, len(found.parts), found.bytes, found.rows)
        if rule is not None:
            prune(folder, installation, rule)
        return whole

    def _encrypted(self, repository: Repository, rule: Rule | None, progress: Progress) -> Path:
        key = self._server_key()
        assert key is not None
        with held(self._data, self._database, self._historian) as moment:
            made_at, sizes = to_rfc3339(self._clock.now_us()), moment.sizes
            self._fits(repository.place, sizes)
            facts = plain.facts(
                moment, installation=repository.installation, made_at=made_at, left_out=left_out(self._data)
            )
            snapshot = encrypted.write(moment, repository, key, facts=facts, scratch=self._data, progress=progress)
        link = repository.commit(key, snapshot)
        log.info(
            "encrypted backup %s in %s: %d bytes, of them %d new", snapshot.id, repository.place, snapshot.bytes,
            repository.written,
        )  # fmt: skip
        if rule is not None:
            standing = chain.standing(repository.links(key.signer))
            keep = keeping.kept([from_rfc3339(one.at) for one in standing], rule)
            gone = [one.id for at, one in enumerate(standing) if at not in keep]
            freed = repository.prune(key, gone, at=made_at)
            log.info("removed %d backups from %s: %d bytes", len(gone), repository.place, freed)
        newest = {"n": (lines := repository.lines()) and len(lines) - 1, "sha256": chain.digest(lines[-1])}
        self._remember(
            repository.place, made_at=made_at, bytes=snapshot.bytes, encrypted=True, chain=newest, sizes=sizes,
            id=link.id, new_bytes=repository.written,
        )  # fmt: skip
        return repository.place

    def _remember(self, where: Path, **said: Any) -> None:
        """For `dovetail doctor` how old the newest backup is, and for the next one what must be there still."""
        said = {"folder": str(where.resolve()), **said}
        manifests.durable(self._data / LAST_BACKUP, orjson.dumps(said))


def remembered(data: Path) -> dict[str, Any]:
    """What is known here of the last backup; empty where there was none."""
    file = data / LAST_BACKUP
    return orjson.loads(file.read_bytes()) if file.exists() else {}


def prune(folder: Path, installation: str, rule: Rule) -> list[Path]:
    """Remove this installation's backups that the rule does not keep, and what interrupted ones left; says which."""
    whole = manifests.in_folder(folder, installation=installation)
    keep = keeping.kept([from_rfc3339(found.made_at) for _, found in whole], rule)
    mine = [place for place in manifests.partial_in(folder) if f"-{installation[:8]}." in place.name]
    gone = [*(place for at, (place, _) in enumerate(whole) if at not in keep), *mine]
    for place in gone:
        (place / manifests.FILE).unlink(missing_ok=True)  # first: half of it must not look like a whole one
        shutil.rmtree(place)
        log.info("removed the backup %s", place)
    return gone


def _stamp(made_at: str) -> str:
    return made_at.partition(".")[0].replace("-", "").replace(":", "") + "Z"
