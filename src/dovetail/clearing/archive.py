"""Samples that leave the store, as Parquet: written, made safe, read again and compared with what lies in the chunks.

`rule=<rule>/month=YYYY-MM/<name>.parquet` (Hive's way), as they were sent, with quality and both times; a file is
never written over by other samples. What is not whole begins with a dot, and is no part of the table for its readers.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from dovetail.chunkstore.months import View
from dovetail.core import faults
from dovetail.core.clock import Clock
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import EXPORT_FREE_BYTES
from dovetail.equipment.model import PlantModel
from dovetail.forms import arrow
from dovetail.forms.long import long_schema, long_table
from dovetail.forms.model import Named
from dovetail.forms.samples import samples_of
from dovetail.gone.model import Stretch
from dovetail.historian.service import Historian
from dovetail.packing.found import Piece
from dovetail.retention.choosing import stretches
from dovetail.retention.model import Archive
from dovetail.retention.service import Line

COMPRESSION: Final = "zstd"
PARTIAL: Final = "."
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Archives:
    """The folder of a plant's archives; None: the server was not told of one."""

    folder: Path | None
    historian: Historian
    equipment: Callable[[], PlantModel]
    clock: Clock

    def keep(self, line: Line, tags: Sequence[int]) -> Archive:
        """Write the samples of these tags that are over, and compare. Raises ConfigError, LinkError, DamagedError."""
        if self.folder is None:
            raise ConfigError(
                "the server was not told where archives go", code="archive-folder", hint="set DOVETAIL_ARCHIVE"
            )
        with self.historian.dropper.view(line.month) as view:
            view.vouch(tags)
            pieces = [piece for tag in tags for piece in view.pieces((tag,), line.until[tag])]
            of = stretches(pieces)
            path = self._place(self.folder, line, of)
            partial = path.with_name(PARTIAL + path.name)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._write(partial, self._tables(view, pieces))
                faults.point("retention.written")
                self._compare(partial, line.month, pieces)
                partial.replace(path)
                _sync(path.parent)
            except OSError as error:
                raise LinkError(f"{path.parent} cannot be written: {error.strerror}", code="archive-write") from error
        size, digest = path.stat().st_size, sha256_of(path)
        said = path.relative_to(self.folder).as_posix()
        return Archive(0, line.rule, line.month, said, digest, size, of, self.clock.now_us(), 0)

    def _place(self, folder: Path, line: Line, of: Sequence[Stretch]) -> Path:
        month = f"{1970 + line.month // 12:04d}-{line.month % 12 + 1:02d}"
        name = hashlib.sha256(repr(of).encode()).hexdigest()[:16]  # the same samples are the same file
        return folder / f"rule={quote(line.rule, safe='')}" / f"month={month}" / f"{name}.parquet"

    def _tables(self, view: View, pieces: Sequence[Piece]) -> Iterator[Any]:
        """One table for each chunk."""
        plant = self.equipment()
        schema = long_schema("UTC")
        for piece in pieces:
            tag = plant.tags.get(piece.tag)
            named = Named(piece.tag, str(piece.tag)) if tag is None else Named(tag.id, tag.path, tag.unit, tag.kind)
            yield long_table(named, samples_of([view.body(piece.id, tag=piece.tag).batch()]), schema)

    def _write(self, path: Path, tables: Iterator[Any]) -> None:
        with arrow.parquet().ParquetWriter(path, long_schema("UTC"), compression=COMPRESSION) as file:
            for table in tables:
                if shutil.disk_usage(path.parent).free < EXPORT_FREE_BYTES:
                    raise LinkError(f"{path.parent} has hardly any room left", code="archive-space")
                file.write_table(table)
        with path.open("rb+") as written:
            os.fsync(written.fileno())

    def _compare(self, path: Path, month: int, pieces: Sequence[Piece]) -> None:
        """What the file says is what the chunks say, both read anew."""
        with self.historian.dropper.view(month) as view, arrow.parquet().ParquetFile(path) as file:
            tables = self._tables(view, pieces)
            read = (file.read_row_group(n) for n in range(file.num_row_groups))
            if file.num_row_groups != len(pieces) or any(
                not _bits(one).equals(_bits(other)) for one, other in zip(read, tables, strict=True)
            ):
                raise LinkError(f"{path} does not say what was written to it", code="archive-differs")


def _bits(table: Any) -> Any:
    """The table with its numbers as their bits: what is not a number is equal to itself, and 0.0 is not -0.0."""
    at = table.schema.get_field_index("value_f64")
    chunk = table.column(at).combine_chunks()
    return table.set_column(at, "value_f64", chunk.view(arrow.arrow().int64()))


def sha256_of(path: Path) -> str:
    """What a file is known by."""
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    """The name is safe too."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
