"""Where an installation keeps its data and how it is reached; said on the command line or by DOVETAIL_* variables."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dovetail.core.errors import ConfigError
from dovetail.core.limits import BALLAST_BYTES

if TYPE_CHECKING:
    from dovetail.transport.model import Address

PREFIX: Final = "DOVETAIL_"
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. `database_url` None means SQLite in the data folder."""

    data: Path = field(default_factory=lambda: Path(".dovetail"))
    host: str = "127.0.0.1"
    port: int = 8700
    database_url: str | None = None
    samples: str | None = None  # "files" or "postgresql"; else where they are, and new ones beside the records
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: str | None = None  # the address of a TLS-terminating proxy whose X-Forwarded-Proto is believed
    webhook_hosts: tuple[str, ...] = ()  # hosts inside this machine or its cloud that webhooks may lead to all the same
    forward_hosts: tuple[str, ...] = ()  # hosts to which this site's samples may be brought
    names: tuple[str, ...] = ()  # further host names this server answers to
    backups: Path | None = None  # the folder for backups that are asked for over the API
    backup_key: str | None = None  # the server's half: a path or secret://name; else backup.key in the data folder
    archive: Path | None = None  # the folder for samples that retention rules let go, as Parquet
    ballast_mb: int = BALLAST_BYTES >> 20  # kept in reserve for a full disk; 0: none
    nats: str | None = None  # NATS servers over which frames travel to ingest workers; else they stay in this process
    nats_ca: Path | None = None
    nats_cert: Path | None = None
    nats_key: Path | None = None
    nats_creds: Path | None = None
    nats_replicas: int = 1
    source: str = "edge"  # under which name what is collected here travels and is accounted for
    upgrade: str | None = None  # "without-backup": records are migrated though nobody kept a copy
    log: str = "text"  # or json: one object per line
    log_level: str = "info"

    @property
    def records_url(self) -> str:
        """Address of the records store."""
        return self.database_url or f"sqlite:///{(self.data / 'records.db').resolve()}"

    def transport(self) -> Address | None:
        """The servers over which frames travel; None: they stay in this process. Raises ConfigError."""
        if self.nats is None:
            return None
        from dovetail.transport.model import address  # columns and their codec: most verbs never need them

        if not self.records_url.startswith("postgres") or self.samples == "files":
            raise ConfigError(
                "several processes share samples only in PostgreSQL",
                code="nats-sqlite",
                hint="name one with DOVETAIL_DATABASE_URL, or leave DOVETAIL_NATS out: one process needs neither",
            )
        found = address(
            self.nats, ca=self.nats_ca, cert=self.nats_cert, key=self.nats_key, creds=self.nats_creds,
            replicas=self.nats_replicas,
        )  # fmt: skip
        found.check()
        return found

    @property
    def secure(self) -> bool:
        """Whether this server speaks TLS itself."""
        return self.tls_cert is not None

    @property
    def hosts(self) -> frozenset[str]:
        """Host names the gate accepts: a page of another site must not reach us under its own name."""
        own = {self.host} if self.host not in ("0.0.0.0", "::") else set[str]()  # noqa: S104  # compared, not bound
        return frozenset(LOOPBACK_NAMES | own | set(self.names))

    def check(self) -> None:
        """Raise ConfigError for an address that would carry passwords in the clear."""
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ConfigError("TLS needs a certificate and its key", code="tls-half")
        for file in (self.tls_cert, self.tls_key):
            if file is not None and not file.is_file():
                raise ConfigError(f"{file} does not exist", code="tls-file")
        if not self.secure and self.behind_proxy is None and not is_loopback(self.host):
            raise ConfigError(
                f"plain HTTP is only for this machine itself, not for {self.host}",
                code="plain-http",
                hint="give --tls-cert and --tls-key, or --behind-proxy with the address of one that speaks TLS",
            )


def is_loopback(host: str) -> bool:
    """Whether nobody outside this machine can reach `host`."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _names(text: str) -> tuple[str, ...]:
    """Host names, given one after the other with commas."""
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def from_environment(**given: object) -> Settings:
    """Settings from DOVETAIL_DATA, DOVETAIL_DATABASE_URL, …; what is given (and not None) wins."""
    chosen: dict[str, object] = {}
    kinds: dict[str, Callable[[str], object]] = {
        "data": Path, "port": int, "tls_cert": Path, "tls_key": Path, "names": _names, "webhook_hosts": _names,
        "forward_hosts": _names,
        "backups": Path, "archive": Path, "ballast_mb": int, "nats_ca": Path, "nats_cert": Path, "nats_key": Path,
        "nats_creds": Path, "nats_replicas": int,
    }  # fmt: skip
    for name in (
        "data",
        "host",
        "port",
        "database_url",
        "samples",
        "tls_cert",
        "tls_key",
        "behind_proxy",
        "names",
        "backups",
        "backup_key",
        "archive",
        "ballast_mb",
        "nats",
        "nats_ca",
        "nats_cert",
        "nats_key",
        "nats_creds",
        "nats_replicas",
        "source",
        "upgrade",
        "log",
        "log_level",
        "webhook_hosts",
        "forward_hosts",
    ):
        text = os.environ.get(PREFIX + name.upper())
        if text:
            try:
                chosen[name] = kinds.get(name, str)(text)
            except ValueError as error:
                raise ConfigError(f"{PREFIX}{name.upper()}={text!r} does not fit", code="environment") from error
    chosen.update({name: value for name, value in given.items() if value is not None})
    return Settings(**chosen)  # type: ignore[arg-type]  # names and kinds are those of the class
