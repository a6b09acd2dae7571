"""What can be seen of an installation from outside its rooms: disk, stores, clock, door. Looked at, not judged."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import orjson
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from dovetail.core.clock import Clock, from_rfc3339
from dovetail.core.errors import DovetailError
from dovetail.core.sqlitelib import sqlite_module
from dovetail.db import migrate
from dovetail.db.engine import open_engines
from dovetail.db.tables import commit_log, event_handled, event_log
from dovetail.edge.model import LinkStatus
from dovetail.fleet.model import Transported
from dovetail.forwarding.model import Forwarded
from dovetail.operations.store import audit
from dovetail.performance.service import HANDLER, KINDS
from dovetail.scrubbing.model import Round, last_round
from dovetail.upkeep import records
from dovetail.upkeep.layout import ASIDE, BALLAST, BEFORE_UPGRADE, LAST_BACKUP, RESTORING, SOCKET
from dovetail.upkeep.proofs import Proof, last_proof
from dovetail.upkeep.samplesfacts import Samples, look_at_samples

FSYNC_TRIES: Final = 5
FOLDER: Final = "the data folder"  # itself, among the modes of what lies in it
PACKAGES: Final = ("asyncua", "fastapi", "numpy", "pcodec", "psycopg", "sqlalchemy", "uvicorn", "zstandard")

type Ntp = Literal["yes", "no", "unknown"]


class Door(Protocol):
    """What must be known of the settings: where the data is, and how the server is reached."""

    @property
    def data(self) -> Path: ...
    @property
    def records_url(self) -> str: ...
    @property
    def samples(self) -> str | None: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def tls_cert(self) -> Path | None: ...
    @property
    def tls_key(self) -> Path | None: ...
    @property
    def behind_proxy(self) -> str | None: ...
    @property
    def backups(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk under the data folder. `fsync_ms`: the middle one of a few; `ballast`: bytes in reserve.

    `modes`: what is open to others.
    """

    filesystem: str
    free: int
    total: int
    fsync_ms: float
    ballast: int
    modes: Mapping[str, int] = field(default_factory=dict[str, int])
    owner_is_us: bool = True


@dataclass(frozen=True, slots=True)
class Records:
    """The records store; `fault` says why it could not be read."""

    backend: str
    fault: str | None = None
    step: str = ""
    newest_step: str = ""
    bytes: int = 0
    known: int = 0
    newest_us: int | None = None
    audit_rows: int = 0
    positions: Mapping[str, int] = field(default_factory=dict[str, int])
    events_waiting: int = 0  # for the ledger
    people: int = 0
    mend: str | None = None  # how, where that is known


@dataclass(frozen=True, slots=True)
class Role:
    """One background role of a running server."""

    name: str
    failing: str | None
    steps: int
    busy_s: float


@dataclass(frozen=True, slots=True)
class Live:
    """What only the running server knows."""

    links: tuple[LinkStatus, ...] = ()
    roles: tuple[Role, ...] = ()
    lag_s: float = 0.0
    blocked: int = 0
    suspended: int = 0
    clients: int = 0
    delivery: Mapping[str, int] = field(default_factory=dict[str, int])
    between: Transported | None = None  # None: frames stay in the process
    copies: tuple[Forwarded, ...] = ()  # of this site elsewhere
    posts: Mapping[str, int] = field(default_factory=dict[str, int])  # by what became of them


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything, at one look."""

    at_us: int
    data: Path
    disk: Disk
    records: Records
    samples: Samples
    sqlite: str
    sqlite_is_own: bool
    python: str
    packages: Mapping[str, str]
    ntp: Ntp
    host: str
    port: int
    tls: bool
    tls_until_us: int | None
    tls_key_mode: int | None
    behind_proxy: str | None
    password_shown: bool  # on the command line, where every user of the machine can read it
    is_root: bool
    backup_us: int | None
    backup_folder: str | None
    backup_encrypted: bool
    proof: Proof | None
    aside: tuple[str, ...]
    upgraded: tuple[str, ...]
    restoring: bool
    live: Live | None = None
    searched: Round | None = None

    @property
    def days_left(self) -> float | None:
        """How long the disk lasts at the present rate of samples; None where that is not known."""
        return self.disk.free / self.samples.bytes_a_day if self.samples.bytes_a_day else None


def gather(door: Door, *, clock: Clock, live: Live | None = None, look: Literal["whole", "quick"] = "whole") -> Facts:
    """Look at an installation, open or not; nothing is changed but a small file that is written and removed.

    A quick look, for those who look twice a minute, asks no other program.
    """
    when, where, sealed = _last_backup(door.data)
    return Facts(
        at_us=clock.now_us(),
        data=door.data,
        disk=disk(door.data),
        records=look_at_records(door.records_url),
        samples=look_at_samples(door.data, door.records_url, door.samples, at_us=clock.now_us()),
        sqlite=sqlite_module().sqlite_version,
        sqlite_is_own=sqlite_module().__name__.startswith("pysqlite3"),
        python=platform.python_version(),
        packages=_packages(),
        ntp=ntp() if look == "whole" else "unknown",
        host=door.host,
        port=door.port,
        tls=door.tls_cert is not None,
        tls_until_us=_valid_until_us(door.tls_cert),
        tls_key_mode=_mode(door.tls_key),
        behind_proxy=door.behind_proxy,
        password_shown=_is_on_command_line(make_url(door.records_url).password),
        is_root=hasattr(os, "geteuid") and os.geteuid() == 0,
        backup_us=when,
        backup_folder=where,
        backup_encrypted=sealed,
        proof=last_proof(door.data),
        aside=tuple(sorted(path.name for path in door.data.glob(f"{ASIDE}*"))),
        upgraded=tuple(sorted(path.name for path in door.data.glob(f"{BEFORE_UPGRADE}*"))),
        restoring=(door.data / RESTORING).exists(),
        live=live,
        searched=last_round(door.data),
    )


# --- the disk -------------------------------------------------------------------------------------------------


def disk(data: Path, *, mounts: Path = Path("/proc/self/mountinfo")) -> Disk:
    """The disk under a data folder."""
    usage = shutil.disk_usage(data)
    shown = [data, data / SOCKET, *data.glob("*.db"), *data.glob("*.key")]
    return Disk(
        filesystem=filesystem(data, mounts.read_text(encoding="utf-8") if mounts.exists() else ""),
        free=usage.free,
        total=usage.total,
        fsync_ms=fsync_ms(data),
        ballast=_size(data / BALLAST),
        modes={FOLDER if path == data else path.name: mode for path in shown if (mode := _mode(path)) is not None},
        owner_is_us=not hasattr(os, "geteuid") or data.stat().st_uid == os.geteuid(),
    )


def filesystem(path: Path, mountinfo: str) -> str:
    """The kind of file system that holds a path, by the kernel's list of mounts; empty where that is not known."""
    best, kind = "", ""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        point = before.split()[4].replace("\\040", " ")
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind


def fsync_ms(data: Path) -> float:
    """How long this disk takes to say that a small write is safe, ms; the middle one of a few."""
    probe = data / f".fsync-{os.getpid()}"
    took: list[float] = []
    try:
        with probe.open("wb") as opened:
            for _ in range(FSYNC_TRIES):
                opened.write(b"\0" * 4096)
                opened.flush()
                began_s = time.perf_counter()
                os.fsync(opened.fileno())
                took.append((time.perf_counter() - began_s) * 1000)
    except OSError:
        return -1.0
    finally:
        probe.unlink(missing_ok=True)
    return sorted(took)[len(took) // 2]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it is not there
        return 0


def _mode(path: Path | None) -> int | None:
    if path is None or os.name == "nt" or not path.exists():
        return None
    return path.stat().st_mode & 0o777


# --- the stores -----------------------------------------------------------------------------------------------


def look_at_records(url: str) -> Records:
    """The records store, read only; a store that is not there is not made."""
    target = make_url(url)
    backend = target.get_backend_name()
    file = Path(target.database or "") if backend == "sqlite" else None
    if file is not None and not file.exists():
        return Records(backend, fault=f"{file} does not exist")
    try:
        _, reader = open_engines(url)
    except DovetailError as error:
        return Records(backend, fault=error.message)
    try:
        with reader.connect() as connection, connection.begin():
            asked = text("select pg_database_size(current_database())")
            size = _size(file) + _size(Path(f"{file}-wal")) if file else connection.scalar(asked)
            return _records(connection, backend, int(size or 0))
    except (SQLAlchemyError, ImportError, DovetailError) as error:
        said = getattr(error, "orig", None) or error.__cause__ or error
        return Records(backend, fault=str(said).strip().splitlines()[0], mend=getattr(error, "hint", None))
    finally:
        reader.dispose()


def _records(connection: Connection, backend: str, size: int) -> Records:
    step, newest = records.step_of(connection), migrate.newest_step()
    if not step:
        return Records(backend, step="", newest_step=newest, bytes=size)
    known, newest_us = connection.execute(select(func.max(commit_log.c.known), func.max(commit_log.c.at_us))).one()
    handled = connection.scalar(select(event_handled.c.known).where(event_handled.c.handler == HANDLER)) or 0
    waiting = connection.scalar(
        select(func.count()).select_from(event_log).where(event_log.c.known > handled, event_log.c.kind.in_(KINDS))
    )
    return Records(
        backend,
        step=step,
        newest_step=newest,
        bytes=size,
        known=known or 0,
        newest_us=newest_us,
        audit_rows=connection.scalar(select(func.coalesce(func.max(audit.c.id), 0))) or 0,
        positions=records.positions(connection),
        events_waiting=waiting or 0,
        people=_count(connection, "person"),
    )


def _count(connection: Connection, table: str) -> int:
    if not inspect(connection).has_table(table):
        return 0
    return connection.scalar(text(f"select count(*) from {table}")) or 0  # noqa: S608  # our own names


# --- the rest -------------------------------------------------------------------------------------------------


def ntp() -> Ntp:
    """Whether the system keeps its clock by the network, where it says so."""
    if sys.platform != "linux" or shutil.which("timedatectl") is None:
        return "unknown"
    try:
        asked = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=3, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    answers: Mapping[str, Ntp] = {"yes": "yes", "no": "no"}
    return answers.get(said, "unknown")


def _is_on_command_line(password: object) -> bool:
    return bool(password) and any(str(password) in word for word in sys.argv)


def _packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _valid_until_us(cert: Path | None) -> int | None:
    if cert is None or not cert.is_file():
        return None
    from cryptography import x509  # only where there is a certificate to look at

    with suppress(ValueError):
        return round(x509.load_pem_x509_certificate(cert.read_bytes()).not_valid_after_utc.timestamp() * 1_000_000)
    return None


def _last_backup(data: Path) -> tuple[int | None, str | None, bool]:
    try:
        said: dict[str, Any] = orjson.loads((data / LAST_BACKUP).read_bytes())
        return from_rfc3339(said["made_at"]), str(said["folder"]), bool(said.get("encrypted"))
    except (OSError, ValueError, KeyError, DovetailError):
        return None, None, False
