"""An export is written to disk as it is read, and given up where it must be: too long, cancelled, rights taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any, Final

from dovetail.core.batch import Kind, Value
from dovetail.core.errors import InvalidError
from dovetail.core.limits import EXPORT_BLOCK_ROWS, EXPORT_BYTES_MAX
from dovetail.exports import rows as tables
from dovetail.exports import sums, why
from dovetail.exports.model import Wanted
from dovetail.exports.rows import Asking, Rows
from dovetail.forms import arrow
from dovetail.forms.long import long_schema, long_table
from dovetail.forms.sheets import CsvSheet, Sheet
from dovetail.forms.xlsx import XlsxSheet
from dovetail.gone.told import went_said
from dovetail.historian.service import Historian
from dovetail.recaps.service import RecapsRoom

type Step = Callable[[float], None]  # told the share that is done, block by block; raises to give up

COMPRESSION: Final = "zstd"


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom the rows are asked of: samples of the historian, sums of the room that works them out."""

    historian: Historian
    recaps: RecapsRoom


def write(path: Path, wanted: Wanted, sources: Sources, asking: Asking, step: Step) -> int:
    """Write the file; how many rows it has. Raises InvalidError when it is too long, NotFoundError out of scope."""
    if wanted.format == "xlsx" and wanted.shape == "long" and wanted.over is None:
        _require_room(wanted, sources.historian, asking)
    count = 0
    for n, share in _writing(path, wanted, sources, asking):
        count += n
        if count > wanted.rows_max:
            raise InvalidError(f"there are more than {wanted.rows_max:,} rows", code=why.TOO_LONG)
        if path.stat().st_size > EXPORT_BYTES_MAX:
            raise InvalidError(f"the file is larger than {EXPORT_BYTES_MAX:,} bytes", code=why.TOO_LARGE)
        step(share)
    return count


def _require_room(wanted: Wanted, historian: Historian, asking: Asking) -> None:
    """A sheet that cannot hold the samples is refused by their number, before minutes go into writing half of them."""
    count = 0
    for tag in wanted.tags:
        found = historian.series(tag.id, wanted.from_us, wanted.to_us, 1, scope=asking(), as_of=wanted.as_of)
        count += int(found.n.sum())
        if count > wanted.rows_max:
            raise InvalidError(f"there are more than {wanted.rows_max:,} rows", code=why.TOO_LONG)


def _writing(path: Path, wanted: Wanted, sources: Sources, asking: Asking) -> Iterator[tuple[int, float]]:
    if wanted.over is not None:
        return (sums.parquet if wanted.format == "parquet" else sums.sheet)(path, wanted, sources.recaps, asking)
    return (_parquet if wanted.format == "parquet" else _sheet)(path, wanted, sources.historian, asking)


def _sheet(path: Path, wanted: Wanted, historian: Historian, asking: Asking) -> Iterator[tuple[int, float]]:
    """Rows are written a few thousand at a time: in between the interpreter is everybody else's."""
    with _opened(path, wanted) as sheet:
        if wanted.shape == "wide":
            for block, share in tables.wide(historian, wanted, asking):
                sheet.add(tables.wide_rows(wanted, block))
                yield len(block.times), share
        else:
            for tag, samples, share, gone in tables.pages(historian, wanted, asking):
                for some in batched(tables.long_rows(wanted, tag, samples, gone), EXPORT_BLOCK_ROWS):
                    sheet.add(some)
                    yield len(some), share
                yield 0, share


def _opened(path: Path, wanted: Wanted) -> AbstractContextManager[Sheet]:
    heads, times = tables.wide_heads(wanted) if wanted.shape == "wide" else tables.long_heads(wanted)
    if wanted.format == "xlsx":
        return XlsxSheet(path, heads, times=times, notes=tables.notes(wanted))
    return CsvSheet(path, heads, times=times, language=wanted.language)


def _parquet(path: Path, wanted: Wanted, historian: Historian, asking: Asking) -> Iterator[tuple[int, float]]:
    schema = _schema(wanted)
    with arrow.parquet().ParquetWriter(path, schema, compression=COMPRESSION) as file:
        if wanted.shape == "wide":
            for block, share in tables.wide(historian, wanted, asking):
                file.write_table(_wide_table(wanted, block, schema))
                yield len(block.times), share
        else:
            for tag, samples, share, _ in tables.pages(historian, wanted, asking):
                if len(samples):
                    file.write_table(long_table(tag, samples, schema))
                yield len(samples), share


def _schema(wanted: Wanted) -> Any:
    pa = arrow.arrow()
    dropped = [went_said(tag, one) for tag, one in wanted.missing]
    said = arrow.meta(
        wanted.tags, {"shape": wanted.shape, "zone": wanted.zone, "as_of": wanted.as_of, "dropped": dropped}
    )
    if wanted.shape == "long":
        return long_schema(wanted.zone).with_metadata(said)
    stamp = pa.timestamp("us", tz=wanted.zone)
    types = [arrow.type_of(tag.kind or Kind.F64) for tag in wanted.tags]
    fields = [
        pa.field(tag.path, kept, metadata={"unit": tag.unit or ""})
        for tag, kept in zip(wanted.tags, types, strict=True)
    ]
    return pa.schema([pa.field("ts", stamp), *fields], metadata=said)


def _wide_table(wanted: Wanted, block: Rows, schema: Any) -> Any:
    pa = arrow.arrow()
    arrays = [pa.array(block.times).cast(schema.field(0).type)]
    for tag, column, field in zip(wanted.tags, block.values, list(schema)[1:], strict=True):
        arrays.append(pa.array(_of_kind(column, tag.kind or Kind.F64), field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _of_kind(column: Sequence[Value], kind: Kind) -> list[Value]:
    """A column has one kind: what a tag said before its kind was changed is told as far as it fits."""
    match kind:
        case Kind.F64:
            return [None if value is None or isinstance(value, str) else float(value) for value in column]
        case Kind.I64 | Kind.U64:
            return [value if isinstance(value, int) else None for value in column]
        case Kind.BOOL:
            return [value if isinstance(value, bool) else None for value in column]
        case Kind.STR | Kind.JSON:
            return [None if value is None else str(value) for value in column]
