"""Both stores of a plant as they are at one moment, held while they are copied, and how large that is.

Why this is consistent: nothing is sealed or released while the copies are pinned, and the records are pinned before
the head. So no consumer of the records is ahead of the head, and every row that it has not read is still in the head
(docs/adr/0024).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import text

from dovetail.core import faults
from dovetail.db.uow import Database, Reading
from dovetail.historian.service import Historian
from dovetail.upkeep import samples
from dovetail.upkeep.layout import ASIDE, BEFORE_UPGRADE, HISTORIAN, KNOWN, RECORDS, RESTORING, SCRATCH
from dovetail.upkeep.samples import Samples

_SIZE: Final = {
    "sqlite": "select page_count * page_size from pragma_page_count(), pragma_page_size()",
    "postgresql": "select pg_database_size(current_database())",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Both stores as they are at one moment."""

    reading: Reading
    samples: Samples

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of the records and of each part of the samples."""
        return {RECORDS: records_bytes(self.reading), **{part.name: part.bytes for part in self.samples.parts}}


@contextmanager
def held(data: Path, database: Database, historian: Historian) -> Iterator[Moment]:
    """This moment, for as long as the block lasts; accepting goes on."""
    with ExitStack() as stack:
        with historian.sealing_paused():
            reading = stack.enter_context(database.read())
            reading.known_now()  # a view begins with its first question
            pinned = stack.enter_context(samples.pinned(data / HISTORIAN, historian.storage))
        faults.point("backup.pinned")
        yield Moment(reading, pinned)


def records_bytes(reading: Reading) -> int:
    """Size of the records' store; with PostgreSQL that of the database, samples and all."""
    return int(reading.connection.scalar(text(_SIZE[reading.connection.dialect.name])) or 0)


def left_out(data: Path) -> list[str]:
    """What lies in the data folder and is not in a backup: keys above all, which must not lie beside what they open."""
    ours = {f"{name}{suffix}" for name in KNOWN for suffix in ("", "-wal", "-shm")}
    found = {path.name for path in data.iterdir()} - ours
    return sorted(name for name in found if not name.startswith((ASIDE, BEFORE_UPGRADE, RESTORING, SCRATCH)))
