"""A copy of a plant in the clear: a folder of its own with everything, a table a file and a month a file."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from sqlalchemy import Table, func, select

from dovetail import __version__
from dovetail.backups.moment import Moment
from dovetail.core import faults
from dovetail.core.errors import RefusedError
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep import records
from dovetail.upkeep.layout import HISTORIAN
from dovetail.upkeep.manifest import Manifest, Part, Progress


def begin(folder: Path, name: str) -> Path:
    """An empty folder for it, which is not yet taken for a whole one. Raises RefusedError, OSError."""
    partial = folder / (name + manifests.PARTIAL)
    if (folder / name).exists():
        raise RefusedError(f"there is a backup of this very second: {folder / name}", code="backup-busy")
    if partial.exists():
        shutil.rmtree(partial)  # ours, interrupted: only the owner of the data folder comes here
    partial.mkdir(mode=0o700)
    for inner in (records.FOLDER, HISTORIAN):
        (partial / inner).mkdir(mode=0o700)
    return partial


def copy(
    moment: Moment, to: Path, *, installation: str, made_at: str, left_out: list[str], progress: Progress
) -> Manifest:
    """Write everything; the list is the caller's to write, last."""
    connection = moment.reading.connection
    tables = records.tables(connection)
    rows = {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    sizes = moment.sizes
    of_samples = sum(file.bytes for file in moment.samples.parts)
    of_records = sum(sizes.values()) - of_samples
    progress.total = max(1, of_records + 2 * of_samples)
    share = of_records / max(1, sum(rows.values()))
    parts = [_table(moment, table, to, share, progress) for table in tables]
    for file in moment.samples.parts:
        file.copy(to / HISTORIAN, on_bytes=progress.add)
        parts.append(manifests.describe(to, f"{HISTORIAN}/{file.name}", progress=progress))
        faults.point("backup.copied")
    return facts(moment, installation=installation, made_at=made_at, left_out=left_out, parts=tuple(parts))


def facts(
    moment: Moment, *, installation: str, made_at: str, left_out: list[str], parts: tuple[Part, ...] = ()
) -> Manifest:
    """What is said of a backup of this moment."""
    connection = moment.reading.connection
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
        parts=parts,
        left_out=tuple(left_out),
    )


def _table(moment: Moment, table: Table, to: Path, share: float, progress: Progress) -> Part:
    path = f"{records.FOLDER}/{table.name}{records.SUFFIX}"
    count = records.dump(moment.reading.connection, table, to / path, on_rows=lambda n: progress.add(round(n * share)))
    return manifests.describe(to, path, rows=count)
