"""Samples and trends as an Arrow IPC stream, which polars, pandas, DuckDB, R and Spark read without a conversion.

pyarrow is asked for when a stream is wanted: a gateway, and a plant that never asks, need not have it (ADR 0032).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import DTypeLike, NDArray

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.forms.model import Named
from dovetail.forms.samples import Samples, Trend

META: Final = b"dovetail"  # under which the schema's metadata holds the tags, their units and what was asked, as JSON


def arrow() -> Any:
    """pyarrow. Raises ConfigError where it is not installed."""
    return _part("pyarrow")


def parquet() -> Any:
    """pyarrow.parquet. Raises ConfigError where it is not installed."""
    return _part("pyarrow.parquet")


def _part(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(
            "Arrow and Parquet need the package pyarrow, which this installation has not",
            code="no-arrow",
            hint="an administrator installs it with: pip install 'dovetail[arrow]'",
        ) from error


def type_of(kind: Kind) -> Any:
    """Arrow's type for the values of a kind."""
    pa = arrow()
    types = {Kind.F64: pa.float64(), Kind.I64: pa.int64(), Kind.U64: pa.uint64(), Kind.BOOL: pa.bool_()}
    return types.get(kind, pa.string())


def meta(tags: Sequence[Named], asked: Mapping[str, object]) -> dict[bytes, bytes]:
    """What the schema says beside the columns."""
    return {META: orjson.dumps({**asked, "tags": [tag.said() for tag in tags]})}


def samples_table(samples: Samples, tags: Sequence[Named], asked: Mapping[str, object]) -> Any:
    """Samples in their order: tag, ts, one nullable column `value_<kind>` per kind, quality, ts_device, native.

    There is a column for every kind that the tags are declared with or that a sample has; `ts_device` and `native`, the
    protocol's own status, are null where they say nothing. Times are timestamp[us, UTC].
    """
    pa = arrow()
    stamp = pa.timestamp("us", tz="UTC")
    kinds = sorted({kind for kind in Kind if samples.has(kind).any()} | {tag.kind for tag in tags if tag.kind})
    columns = {"tag": pa.array(samples.tag), "ts": pa.array(samples.ts).cast(stamp)}
    for kind in kinds:
        columns[f"value_{kind.name.lower()}"] = _values(samples, kind)
    columns["quality"] = pa.array(samples.quality)
    columns["ts_device"] = pa.array(samples.device, mask=samples.device == samples.ts).cast(stamp)
    columns["native"] = pa.array(samples.native, mask=samples.native == 0)
    return pa.table(columns).replace_schema_metadata(meta(tags, asked))


def _values(samples: Samples, kind: Kind) -> Any:
    pa = arrow()
    column, kept = samples.values.get(kind), type_of(kind)
    return pa.nulls(len(samples), kept) if column is None else pa.array(column, kept, mask=~samples.has(kind))


def series_table(trends: Sequence[Trend], tags: Sequence[Named], asked: Mapping[str, object]) -> Any:
    """Trends below each other, tag by tag: tag, t0, min, max, first, last (null: no value), n, n_good, held."""
    pa = arrow()

    def whole(of: Callable[[Trend], NDArray[np.generic]], dtype: DTypeLike) -> Any:
        return pa.array(np.concatenate([of(one) for one in trends]) if trends else np.zeros(0, dtype))

    def values(of: Callable[[Trend], NDArray[np.float64]]) -> Any:
        column = np.concatenate([of(one) for one in trends]) if trends else np.zeros(0)
        return pa.array(column, mask=np.isnan(column))

    columns = {
        "tag": whole(lambda one: np.full(len(one.t0), one.tag, dtype=np.int64), np.int64),
        "t0": whole(lambda one: one.t0, np.int64).cast(pa.timestamp("us", tz="UTC")),
        "min": values(lambda one: one.min),
        "max": values(lambda one: one.max),
        "first": values(lambda one: one.first),
        "last": values(lambda one: one.last),
        "n": whole(lambda one: one.n, np.int64),
        "n_good": whole(lambda one: one.n_good, np.int64),
        "held": whole(lambda one: one.held, np.bool_),
    }
    return pa.table(columns).replace_schema_metadata(meta(tags, asked))


def stream(table: Any) -> bytes:
    """A table as an Arrow IPC stream."""
    pa = arrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()
