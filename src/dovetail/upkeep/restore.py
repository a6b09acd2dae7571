"""Bring a copied plant back: everything is checked and laid out beside the old one first, then exchanged at once.

A kill before the exchange leaves what was there; a kill during it is finished by whoever opens the folder next.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from dovetail.carrying import moving
from dovetail.core import faults
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import ConfigError, LinkError, RefusedError
from dovetail.core.scope import Actor
from dovetail.db.migrate import upgrade
from dovetail.db.uow import Database
from dovetail.operations import store as audit
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep import records, samples
from dovetail.upkeep.layout import ASIDE, ELSEWHERE, HISTORIAN, INSTALLATION, RECORDS, RESTORING, SCRATCH
from dovetail.upkeep.manifest import Manifest, Progress
from dovetail.upkeep.proofs import forget_proof
from dovetail.upkeep.whereabouts import Where, decide

log = logging.getLogger(__name__)

JOURNAL: Final = "exchange.json"  # in the staging folder: everything is there, only the exchange is left
TARGET: Final = "target.json"  # the PostgreSQL database that the restore fills
_NEW_ONE: Final = "make a new one (createdb) and name it: the old one stays as it is"
ROOM: Final = 1.5  # the records are larger in their store than packed in a backup
GOES_WITH: Final = {  # what leaves when a staged thing comes: the old one in every form it may have had
    RECORDS: (RECORDS, f"{RECORDS}-wal", f"{RECORDS}-shm", ELSEWHERE),
    ELSEWHERE: (RECORDS, f"{RECORDS}-wal", f"{RECORDS}-shm", ELSEWHERE),
    HISTORIAN: (HISTORIAN,),
    INSTALLATION: (INSTALLATION,),
}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, and where that is kept which was there before (None: nothing was)."""

    manifest: Manifest
    rows: int
    aside: Path | None


# --- checking -------------------------------------------------------------------------------------------------


def verify(backup: Path, *, clock: Clock, progress: Progress | None = None) -> Manifest:
    """Raise ConfigError unless this backup could be restored: checksums, files, and a trial restore of the records."""
    found = manifests.read(backup)
    manifests.check_parts(backup, found, progress=progress)
    _check_samples(backup, found)
    with tempfile.TemporaryDirectory(prefix="dovetail-verify-") as scratch:
        url = f"sqlite:///{Path(scratch) / RECORDS}"
        _fill(url, backup, found, clock=clock, progress=progress or Progress(), read_back=True)
        database = Database(url, clock=clock, bus=Bus())
        try:
            with database.read() as reading:
                broken = audit.first_broken(reading)
        finally:
            database.close()
    if broken is not None:
        raise ConfigError(f"the audit chain of {backup} is broken at row {broken}", code="backup-damaged")
    return found


def _check_samples(backup: Path, found: Manifest) -> None:
    names = [Path(part.path).name for part in found.parts if part.path.startswith(f"{HISTORIAN}/")]
    samples.check(backup / HISTORIAN, names)
    samples.check_account(backup / HISTORIAN)
    ahead = {name: at for name, at in found.positions.items() if at > found.head["last"]}
    if ahead:
        raise ConfigError(f"the records are ahead of the samples: {ahead}", code="backup-damaged")


# --- restoring ------------------------------------------------------------------------------------------------


def restore(
    backup: Path,
    data: Path,
    records_url: str,
    *,
    clock: Clock,
    actor: Actor,
    force: bool,
    progress: Progress,
    samples_in: str | None = None,
) -> Restored:
    """Replace the installation in `data`, whose owner the caller is.

    Raises ConfigError, RefusedError, LinkError: then all is as before. With PostgreSQL the database must be empty:
    the old one stays untouched under its own name. Samples go where `samples_in` says, else beside the records.
    """
    settle(data, records_url, but=backup)
    found = manifests.read(backup)
    if not force and is_installed(data):
        raise RefusedError(
            f"{data} holds an installation already",
            code="restore-over",
            hint="take another folder, or --force: what is there is then kept aside",
        )
    target = make_url(records_url)
    own_file = target.get_backend_name() == "sqlite"
    if own_file and Path(target.database or "").resolve() != (data / RECORDS).resolve():
        raise ConfigError("SQLite records are restored into the data folder", code="restore-target")
    where = decide(records=target.get_backend_name(), wanted=samples_in, in_files=False, in_server=False)
    manifests.check_parts(backup, found, progress=progress)
    _check_samples(backup, found)
    need = round(ROOM * found.bytes)
    if shutil.disk_usage(data).free < need:
        raise LinkError(f"{data} has not the {need:,} bytes free that it needs", code="restore-space")
    staging = data / RESTORING
    staging.mkdir(mode=0o700)
    try:
        _stage_samples(backup, staging, found)
        (staging / INSTALLATION).write_text(found.installation, encoding="ascii")
        faults.point("restore.staged")
        if own_file:
            rows = _fill(f"sqlite:///{staging / RECORDS}", backup, found, clock=clock, progress=progress, by=actor)
        else:
            (staging / ELSEWHERE).touch()
            manifests.durable(staging / TARGET, orjson.dumps(_place(target)))
            with _samples_of_server(records_url, staging / HISTORIAN, where, progress=progress):
                rows = _fill(records_url, backup, found, clock=clock, progress=progress, by=actor)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise LinkError(f"{data} cannot be written: {error.strerror}", code="restore-write") from error
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    faults.point("restore.filled")
    return Restored(found, rows, _put_in_place(data, clock))


def _put_in_place(data: Path, clock: Clock) -> Path | None:
    """What is laid out becomes the installation; where what was there is kept, if anything was."""
    aside = data / f"{ASIDE}{_stamp(clock)}" if is_installed(data) else None
    forget_proof(data)
    manifests.sync_folder(data / RESTORING)
    manifests.durable(data / RESTORING / JOURNAL, orjson.dumps({"aside": aside.name if aside else None}))
    faults.point("restore.journalled")
    _exchange(data)
    return aside


def is_installed(data: Path) -> bool:
    """Whether the folder holds records or samples."""
    return any((data / name).exists() for name in (RECORDS, ELSEWHERE, HISTORIAN))


def _stage_samples(backup: Path, staging: Path, found: Manifest) -> None:
    (staging / HISTORIAN).mkdir(mode=0o700)
    for part in found.parts:
        if part.path.startswith(f"{HISTORIAN}/"):
            to = staging / HISTORIAN / Path(part.path).name
            shutil.copyfile(backup / part.path, to)
            with to.open("rb+") as opened:
                os.fsync(opened.fileno())
    manifests.sync_folder(staging / HISTORIAN)


@contextmanager
def _samples_of_server(records_url: str, staged: Path, where: Where, *, progress: Progress) -> Iterator[None]:
    """Put staged samples into the database, if they are to lie there; taken back when the block fails."""
    if where == "files":
        yield
        return
    from dovetail.chunkstore import postgres  # psycopg is there only where somebody has a PostgreSQL
    from dovetail.serverlink.sessions import drop
    from dovetail.upkeep.serverlook import look

    if look(records_url) is not None:
        raise RefusedError("the database is not empty: it holds samples", code="restore-over", hint=_NEW_ONE)
    try:
        server = postgres.Server(records_url)
        try:
            moving.fill(server, staged, on_bytes=progress.add)
        finally:
            server.head.close()
            server.close()
        faults.point("restore.samples-filled")
        yield
    except BaseException:
        drop(records_url)
        raise
    for file in [file for name in ("head.db*", "chunks-*.db*") for file in staged.glob(name)]:
        file.unlink()


def _fill(
    url: str | URL,
    backup: Path,
    found: Manifest,
    *,
    clock: Clock,
    progress: Progress,
    by: Actor | None = None,
    read_back: bool = False,
) -> int:
    """Make the tables at the backup's step, fill them, and bring them to this version's step, in one transaction."""
    database = Database(url, clock=clock, bus=Bus())
    try:
        with database.writer.begin() as connection:
            if inspect(connection).get_table_names():
                raise RefusedError(
                    "the database is not empty",
                    code="restore-over",
                    hint=_NEW_ONE,
                )
            upgrade(connection, found.step)
            loaded = records.load(connection, backup / records.FOLDER, on_rows=lambda _n: progress.add(0))
            _compare(found, loaded)
            if read_back and (other := records.different(connection, backup / records.FOLDER)):
                raise ConfigError(f"not every row reads as it was copied: {other}", code="backup-damaged")
            upgrade(connection, "head")
        if by is not None:
            given = {"backup": found.id, "made_at": found.made_at, "version": found.version}
            row = audit.AuditRow("backup.restore", by.id, by.name, None, None, given, None)
            with database.write(by) as uow:
                audit.write_audit(uow, row)
    finally:
        database.close()
    return sum(loaded.values())


def _compare(found: Manifest, loaded: dict[str, int]) -> None:
    listed = {
        Path(part.path).name.removesuffix(records.SUFFIX): part.rows for part in found.parts if part.rows is not None
    }
    if listed != loaded:
        different = sorted(name for name in listed | loaded if listed.get(name) != loaded.get(name))
        raise ConfigError(f"not every row came back: {different}", code="backup-damaged")


def _place(target: URL) -> dict[str, object]:
    """Which database it is, without who may open it."""
    return {"host": target.host, "port": target.port, "database": target.database, "query": sorted(target.query)}


def _stamp(clock: Clock) -> str:
    return to_rfc3339(clock.now_us()).partition(".")[0].replace(":", "") + "Z"


# --- the exchange ---------------------------------------------------------------------------------------------


def settle(data: Path, records_url: str, *, but: Path | None = None) -> None:
    """Before a folder is opened: finish an exchange that was begun, sweep away (`but` one) what never came so far.

    Raises ConfigError where a PostgreSQL database may hold a restore whose samples never came.
    """
    kept = None if but is None else but.resolve()  # `data` may be relative, a scratch place never is
    for left in data.glob(f"{SCRATCH}*"):
        if left.resolve() != kept:
            shutil.rmtree(left)  # of a backup or a restore that was killed
    staging = data / RESTORING
    if not staging.exists():
        return
    if (staging / JOURNAL).exists():
        log.warning("finishing a restore that was interrupted while it exchanged the files")
        _exchange(data)
        return
    if (staging / TARGET).exists():
        target = make_url(records_url)
        if orjson.loads((staging / TARGET).read_bytes()) == _place(target):
            raise ConfigError(
                "a restore into this database was interrupted, and its samples are not here",
                code="restore-interrupted",
                hint=f"restore again into a new database, or remove {staging} to go on with the old one",
            )
    log.warning("an interrupted restore is swept away; the installation is as it was before it")
    shutil.rmtree(staging)


def _exchange(data: Path) -> None:
    """Move what was staged to its place and what was there aside; may be killed anywhere and called again."""
    staging = data / RESTORING
    journal = orjson.loads((staging / JOURNAL).read_bytes())
    aside = data / journal["aside"] if journal["aside"] else None
    (staging / TARGET).unlink(missing_ok=True)
    if aside is not None:
        aside.mkdir(mode=0o700, exist_ok=True)
    for name, leaving in GOES_WITH.items():
        if not (staging / name).exists():
            continue  # it has come already, or this restore brings none
        for old in leaving:
            if (data / old).exists() and aside is not None:
                (data / old).replace(aside / old)
        manifests.sync_folder(data)
        (staging / name).replace(data / name)
        manifests.sync_folder(data)
        faults.point("restore.exchanged")
    shutil.rmtree(staging)
    manifests.sync_folder(data)
