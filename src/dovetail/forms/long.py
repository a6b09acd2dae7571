"""Samples of any tags and kinds in one shape, so that all files of a plant are one table for its readers."""

from __future__ import annotations

from typing import Any

from dovetail.core.batch import Kind
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
