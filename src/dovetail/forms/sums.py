"""What signals came to over stretches of time, as rows of a table and as plain columns (docs/how-to/aggregates.md).

A stretch is an interval of the clock, or something that happened: then columns beside the sums say what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.forms import arrow
from dovetail.forms.floats import Columns, laid_out
from dovetail.forms.model import Named

COLUMNS: Final = ("start_us", "end_us", "ts_us", "value", "quality", "status", "dropped")

type Beside = Mapping[str, Sequence[str | int | None]]


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """One aggregate of one tag over m stretches.

    Columns [m]: start, end and ts int64 µs; value float64 (NaN: none); quality uint16; status uint32 (OPC UA's
    StatusCode) and what it says in words; dropped: a rule let samples of that time go.
    """

    tag: Named
    aggregate: str
    unit: str | None
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint16]
    status: NDArray[np.uint32]
    words: list[str]
    dropped: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)


def sums_schema(beside: Sequence[str], *, zone: str = "UTC") -> Any:
    """What a table of sums has; `beside`: the columns that say of each stretch what happened in it."""
    pa = arrow.arrow()
    stamp, text = pa.timestamp("us", tz=zone), pa.string()
    happened = [pa.field(name, pa.int64() if name == "equipment_id" else text) for name in beside]
    return pa.schema([
        pa.field("start", stamp), pa.field("end", stamp), *happened, pa.field("tag", pa.int64()),
        pa.field("path", text), pa.field("aggregate", text), pa.field("unit", text), pa.field("ts", stamp),
        pa.field("value", pa.float64()), pa.field("quality", pa.uint16()), pa.field("status", text),
        pa.field("status_code", pa.uint32()), pa.field("dropped", pa.bool_()),
    ])  # fmt: skip


def sums_table(sums: Sequence[Sums], beside: Beside, schema: Any) -> Any:
    """A row for each stretch, in it for each tag and aggregate; what has no value has null. `sums` share stretches."""
    pa = arrow.arrow()
    k, m = len(sums), len(sums[0]) if sums else 0

    def of_each(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.stack(columns).T.ravel()

    value = of_each([one.value for one in sums])
    columns: dict[str, Any] = {
        "start": pa.array(of_each([one.start for one in sums])),
        "end": pa.array(of_each([one.end for one in sums])),
        **{name: [cell for cell in cells for _ in range(k)] for name, cells in beside.items()},
        "tag": pa.array([one.tag.id for one in sums] * m, pa.int64()),
        "path": [one.tag.path for one in sums] * m,
        "aggregate": [one.aggregate for one in sums] * m,
        "unit": [one.unit for one in sums] * m,
        "ts": pa.array(of_each([one.ts for one in sums])),
        "value": pa.array(value, mask=np.isnan(value)),
        "quality": pa.array(of_each([one.quality for one in sums])),
        "status": [sums[j].words[i] for i in range(m) for j in range(k)],
        "status_code": pa.array(of_each([one.status for one in sums])),
        "dropped": pa.array(of_each([one.dropped for one in sums])),
    }
    arrays = [_cast(columns[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _cast(column: Any, kind: Any) -> Any:
    pa = arrow.arrow()
    return pa.array(column, kind) if isinstance(column, list) else column.cast(kind)


def sums_floats(sums: Sequence[Sums], asked: Mapping[str, object]) -> bytes:
    """Aggregate by aggregate of tag by tag, one row a stretch; the head says of each which it is, and its unit."""
    blocks: list[tuple[Named, Columns]] = [
        (one.tag, (one.start, one.end, one.ts, one.value, one.quality, one.status, one.dropped)) for one in sums
    ]
    said = [{"aggregate": one.aggregate, "unit": one.unit} for one in sums]
    return laid_out(COLUMNS, blocks, asked, said)
