"""What signals came to as the rows of a file: interval by interval, or over every job, lot, shift or stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from dovetail.core.clock import DAY_US, from_rfc3339
from dovetail.core.limits import AGGREGATE_CELLS_MAX, AGGREGATE_DAYS_MAX, EXPORT_BLOCK_ROWS, OCCASIONS_MAX
from dovetail.exports.model import OverWhat, Wanted
from dovetail.exports.rows import Asking, has_utc_beside, notes
from dovetail.forms import arrow
from dovetail.forms.sheets import Cell, CsvSheet, Sheet
from dovetail.forms.sums import Beside, Sums, sums_schema, sums_table
from dovetail.forms.xlsx import XlsxSheet
from dovetail.gone.told import went_said
from dovetail.recaps.columns import OCCASION, happened, sums_of
from dovetail.recaps.service import Asked, RecapsRoom

BESIDE: Final = (*OCCASION, "ended")  # what a file says of each occasion
HEADS: Final = {
    "en": {"start": "start", "end": "end", "path": "tag", "aggregate": "aggregate", "value": "value", "unit": "unit"},
    "de": {"start": "Beginn", "end": "Ende", "path": "Signal", "aggregate": "Aggregat", "value": "Wert",
           "unit": "Einheit", "status": "Status", "id": "Kennung", "name": "Name", "equipment": "Anlage",
           "job_order": "Auftrag", "product": "Produkt", "lot": "Los", "crew": "Mannschaft", "reason": "Grund",
           "ended": "beendet"},
}  # fmt: skip
TOLD: Final = tuple(name for name in OCCASION if name != "equipment_id")  # a sheet is for people: it has the path


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Some of the stretches of a file with what each tag came to in them, and what happened in them."""

    sums: list[Sums]
    beside: Beside
    share: float

    def __len__(self) -> int:
        return len(self.sums[0])


def stretches(room: RecapsRoom, wanted: Wanted, asking: Asking) -> Iterator[Stretches]:
    """Block by block, so that no more is in memory than one question may ask for. Raises NotFoundError out of scope."""
    over = wanted.over
    if over is None:
        return
    ids, how = [tag.id for tag in wanted.tags], Asked(over.names, over.config, wanted.as_of)
    most = max(1, min(EXPORT_BLOCK_ROWS, AGGREGATE_CELLS_MAX // (len(ids) * len(over.names))))
    if over.occasions is None:
        most = max(1, min(most, AGGREGATE_DAYS_MAX * DAY_US // (len(ids) * over.every_us)))
        for first in range(0, wanted.rows, most):
            begin = wanted.from_us + first * over.every_us
            end = min(wanted.to_us, begin + most * over.every_us)
            found = room.evenly(ids, (begin, end), over.every_us, how, scope=asking())
            yield Stretches(
                sums_of(found, wanted.tags, room.gone), {},
                (end - wanted.from_us) / (wanted.to_us - wanted.from_us),
            )  # fmt: skip
        return
    kind, unit = over.occasions
    every = room.occasions(kind, unit, (wanted.from_us, wanted.to_us), scope=asking(), as_of=wanted.as_of)
    some = min(most, OCCASIONS_MAX)
    for first in range(0, len(every), some):
        page, scope = every[first : first + some], asking()
        scope.require("plant.view", unit)
        found = room.of_occasions(ids, page, how, scope=scope)
        yield Stretches(
            sums_of(found, wanted.tags, room.gone), happened(page, room), min(1.0, (first + some) / len(every))
        )


def sheet(path: Path, wanted: Wanted, room: RecapsRoom, asking: Asking) -> Iterator[tuple[int, float]]:
    """Write a CSV or XLSX; tells rows and share block by block."""
    with _opened(path, wanted) as opened:
        for some in stretches(room, wanted, asking):
            rows = list(_wide(wanted, some) if wanted.shape == "wide" else _long(wanted, some))
            opened.add(rows)
            yield len(rows), some.share


def parquet(path: Path, wanted: Wanted, room: RecapsRoom, asking: Asking) -> Iterator[tuple[int, float]]:
    """Write a Parquet; tells rows and share block by block."""
    schema = _schema(wanted)
    with arrow.parquet().ParquetWriter(path, schema, compression="zstd") as file:
        for some in stretches(room, wanted, asking):
            made = _wide_table(some, schema) if wanted.shape == "wide" else sums_table(some.sums, some.beside, schema)
            file.write_table(made)
            yield made.num_rows, some.share


# --- sheets ---------------------------------------------------------------------------------------------------
def _opened(path: Path, wanted: Wanted) -> Sheet:
    words, zones = HEADS[wanted.language], [wanted.zone, *(["UTC"] if has_utc_beside(wanted) else [])]
    told = ["start", "end"]
    heads = [f"{words[name]} ({zone})" for name in told for zone in zones]
    times = {at: ZoneInfo(zones[at % len(zones)]) for at in range(len(heads))}
    heads += [words.get(name, name) for name in _beside(wanted, TOLD)]
    for zone in _beside(wanted, zones):  # when the occasion itself ended, as `end` is told; none while it goes on
        times[len(heads)] = ZoneInfo(zone)
        heads.append(f"{words.get('ended', 'ended')} ({zone})")
    if wanted.shape == "wide":
        heads += [_titled(*column) for column in _columns(wanted)]
    else:
        heads += [words.get(name, name) for name in ("path", "aggregate", "value", "unit", "status")]
    if wanted.format == "xlsx":
        return XlsxSheet(path, heads, times=times, notes=notes(wanted))
    return CsvSheet(path, heads, times=times, language=wanted.language)


def _beside(wanted: Wanted, names: Sequence[str]) -> Sequence[str]:
    return names if wanted.over is not None and wanted.over.occasions is not None else ()


def _columns(wanted: Wanted) -> list[tuple[str, str, str | None]]:
    """Path, aggregate and unit of each column of sums."""
    over: OverWhat | None = wanted.over
    return (
        [] if over is None else [(tag.path, *over.told(name, tag.unit)) for tag in wanted.tags for name in over.names]
    )


def _titled(path: str, name: str, unit: str | None) -> str:
    return f"{path} {name}" if unit in (None, "1") else f"{path} {name} [{unit}]"


def _begin(wanted: Wanted, some: Stretches, i: int) -> list[Cell]:
    twice = 2 if has_utc_beside(wanted) else 1
    edges = [int(some.sums[0].start[i])] * twice + [int(some.sums[0].end[i])] * twice
    ended = [] if "ended" not in some.beside else [_moment(some.beside["ended"][i])] * twice
    return [*edges, *(some.beside[name][i] for name in _beside(wanted, TOLD)), *ended]


def _moment(text: Cell) -> int | None:
    return None if text is None else from_rfc3339(str(text))


def _long(wanted: Wanted, some: Stretches) -> Iterator[list[Cell]]:
    for i in range(len(some)):
        begin = _begin(wanted, some, i)
        for one in some.sums:
            yield [*begin, one.tag.path, one.aggregate, _cell(one, i), one.unit, one.words[i]]


def _wide(wanted: Wanted, some: Stretches) -> Iterator[list[Cell]]:
    for i in range(len(some)):
        yield [*_begin(wanted, some, i), *(_cell(one, i) for one in some.sums)]


def _cell(one: Sums, i: int) -> Cell:
    return None if np.isnan(one.value[i]) else float(one.value[i])


# --- Parquet --------------------------------------------------------------------------------------------------
def _schema(wanted: Wanted) -> Any:
    pa = arrow.arrow()
    said = {
        "shape": wanted.shape, "zone": wanted.zone, "as_of": wanted.as_of,
        "dropped": [went_said(tag, one) for tag, one in wanted.missing],
    }  # fmt: skip
    beside = _beside(wanted, BESIDE)
    schema = sums_schema(beside, zone=wanted.zone)
    if wanted.shape == "wide":
        fields = [schema.field(name) for name in ("start", "end", *beside)]
        fields += [
            pa.field(f"{path} {name}", pa.float64(), metadata={"unit": unit or ""})
            for path, name, unit in _columns(wanted)
        ]
        schema = pa.schema(fields)
    return schema.with_metadata(arrow.meta(wanted.tags, said))


def _wide_table(some: Stretches, schema: Any) -> Any:
    pa = arrow.arrow()
    first = some.sums[0]
    arrays = [pa.array(first.start).cast(schema.field(0).type), pa.array(first.end).cast(schema.field(1).type)]
    arrays += [pa.array(cells, schema.field(name).type) for name, cells in some.beside.items()]
    arrays += [pa.array(one.value, mask=np.isnan(one.value)) for one in some.sums]
    return pa.Table.from_arrays(arrays, schema=schema)
