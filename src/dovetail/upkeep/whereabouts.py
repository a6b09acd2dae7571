"""Where an installation's samples lie: in files of its data folder, or beside its records in PostgreSQL."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.engine import make_url

from dovetail.chunkstore.files import HEAD, Files
from dovetail.core.errors import ConfigError
from dovetail.packing.place import Storage
from dovetail.upkeep.layout import HISTORIAN

log = logging.getLogger(__name__)

type Where = Literal["files", "postgresql"]
WORDS: Final[tuple[Where, ...]] = ("files", "postgresql")
_MOVE: Final = "to move samples, take a backup and restore it into a new folder and a new database"


def decide(*, records: str, wanted: str | None, in_files: bool, in_server: bool) -> Where:
    """Where samples lie that are there already, else where they shall lie. Raises ConfigError.

    `records` is the kind of database of the records; `in_files` and `in_server` say where samples were found. Nothing
    that is there is left lying for a setting, which would look like an installation without a past.
    """
    if wanted is not None and wanted not in WORDS:
        raise ConfigError(f"samples cannot lie in {wanted!r}", code="samples-where", hint=f"say {' or '.join(WORDS)}")
    if wanted == "postgresql" and records != "postgresql":
        raise ConfigError(
            "samples lie in PostgreSQL only beside records that do",
            code="samples-where",
            hint="name the database with --database-url, or leave DOVETAIL_SAMPLES out",
        )
    if in_files and in_server:
        raise ConfigError(
            "there are samples in the data folder and in the database: one of them is not of this installation",
            code="samples-twice",
            hint=f"name another folder or another database; {_MOVE}",
        )
    found = "files" if in_files else "postgresql" if in_server else None
    if found is not None and wanted is not None and wanted != found:
        raise ConfigError(f"the samples of this installation are in {found}", code="samples-elsewhere", hint=_MOVE)
    return found or (wanted if wanted in WORDS else "postgresql" if records == "postgresql" else "files")


def where(data: Path, records_url: str, wanted: str | None) -> Where:
    """The same, of a folder and its database. Raises ConfigError, LinkError."""
    kind = make_url(records_url).get_backend_name()
    in_files = (data / HISTORIAN / HEAD).exists()
    return decide(records=kind, wanted=wanted, in_files=in_files, in_server=kind == "postgresql" and _has(records_url))


def open_samples(data: Path, records_url: str, wanted: str | None) -> Storage:
    """Open them, and say where they are. Raises ConfigError, LinkError."""
    found = where(data, records_url, wanted)
    (data / HISTORIAN).mkdir(parents=True, exist_ok=True)
    if found == "files":
        log.info("samples lie in files, in %s", data / HISTORIAN)
        return Files(data / HISTORIAN, on_spoilt="set aside")
    log.info("samples lie in PostgreSQL, beside the records")
    return _server(records_url)


def _has(records_url: str) -> bool:
    from dovetail.upkeep.serverlook import look  # psycopg is there only where somebody has a PostgreSQL

    return look(records_url) is not None


def _server(records_url: str) -> Storage:
    from dovetail.chunkstore.postgres import Server

    return Server(records_url)
