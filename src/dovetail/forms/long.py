"""Samples of any tags and kinds in one shape, so that all files of a plant are one table for its readers."""

from __future__ import annotations

from typing import Any

import numpy as np

from dovetail.core.batch import DTYPES, ZEROS, Batch, Kind
from dovetail.forms import arrow
from dovetail.forms.model import Named
from dovetail.forms.samples import Samples


def long_schema(zone: str) -> Any:
    """One row a sample: a column for every kind, so that all files of all tags are one table."""
    pa = arrow.arrow()
    stamp = pa.timestamp("us", tz=zone)
    values = [pa.field(f"value_{kind.name.lower()}", arrow.type_of(kind)) for kind in Kind]
    text = pa.string()
    return pa.schema([
        pa.field("tag", pa.int64()), pa.field("path", text), pa.field("unit", text), pa.field("ts", stamp), *values,
        pa.field("quality", pa.uint16()), pa.field("ts_device", stamp), pa.field("native", pa.uint32()),
    ])  # fmt: skip


def long_table(tag: Named, samples: Samples, schema: Any) -> Any:
    """The samples of one tag in that schema."""
    pa = arrow.arrow()
    n, found = len(samples), arrow.samples_table(samples, [], {})
    columns = {name: found.column(name) for name in found.column_names}
    columns["path"] = pa.repeat(tag.path, n)
    columns["unit"] = pa.nulls(n, pa.string()) if tag.unit is None else pa.repeat(tag.unit, n)
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(n, field.type) for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def batches_of(table: Any) -> list[Batch]:
    """The samples of such a table, a batch for each kind that has values, in the order of its rows.

    A sample without a value is of the first of these kinds: BAD says nothing about a type.
    """
    filled = {kind: table.column(f"value_{kind.name.lower()}").combine_chunks() for kind in Kind}
    has = {kind: column.is_valid().to_numpy(zero_copy_only=False) for kind, column in filled.items()}
    kinds = [kind for kind in Kind if has[kind].any()] or [Kind.F64]
    empty = ~np.logical_or.reduce(list(has.values()))
    ts = _ints(table, "ts")
    device, native = _ints(table, "ts_device", instead=ts), _ints(table, "native", instead=np.zeros_like(ts))
    tag, quality = _ints(table, "tag"), _ints(table, "quality").astype(np.uint16)
    found: list[Batch] = []
    for kind in kinds:
        which = has[kind] | empty if kind is kinds[0] else has[kind]
        value = filled[kind].fill_null(ZEROS[kind]).to_numpy(zero_copy_only=False).astype(DTYPES[kind])
        batch = Batch(kind, tag, ts, value, has[kind], quality, device, native.astype(np.uint32))
        found.append(batch if which.all() else batch.take(which))
    return [_without_what_says_nothing(batch) for batch in found if len(batch)]


def _ints(table: Any, name: str, *, instead: Any = None) -> Any:
    """A column as int64 [n]; `instead` stands where it says nothing."""
    pa = arrow.arrow()
    column = table.column(name).combine_chunks().cast(pa.int64())
    if instead is None:
        return column.to_numpy(zero_copy_only=False)
    said = column.is_valid().to_numpy(zero_copy_only=False)
    return np.where(said, column.fill_null(0).to_numpy(zero_copy_only=False), instead)


def _without_what_says_nothing(batch: Batch) -> Batch:
    device, native = batch.ts_device, batch.native
    return Batch(
        batch.kind, batch.tag, batch.ts, batch.value, batch.valid, batch.quality,
        None if device is None or (device == batch.ts).all() else device,
        None if native is None or not native.any() else native,
    )  # fmt: skip
