"""Samples and trends as plain float64 columns, which a browser lays over the answer without copying or parsing.

Layout, all little-endian: 8 bytes `DVTF64` 0x01 0x00; u32 length of the head; u32 zero; the head, UTF-8 JSON padded
with spaces to a multiple of 8; then for each tag of the head, in order, its columns one behind the other, `rows`
float64 each. The head is `{"columns": [...], "tags": [{"id", "path", "unit", "kind", "rows"}], "next": cursor}`.
Times are µs since 1970-01-01 UTC (exact in a float64 until the year 2255); NaN is no value.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from dovetail.forms.model import Named
from dovetail.forms.samples import Samples, Trend

MAGIC: Final = b"DVTF64\x01\x00"
HEAD: Final = struct.Struct("<8sII")
SAMPLES: Final = ("ts_us", "value", "quality", "ts_device_us")
SERIES: Final = ("t0_us", "min", "max", "first", "last", "n", "n_good", "held")

type Columns = Sequence[NDArray[np.generic]]


def samples_floats(samples: Samples, tags: Sequence[Named], asked: Mapping[str, object]) -> bytes:
    """Samples by tag, each by time; a text is NaN, and so is `ts_device_us` where it is `ts_us`."""
    numbers = samples.numbers()
    device = np.where(samples.device == samples.ts, np.nan, samples.device.astype(np.float64))
    blocks: list[Columns] = []
    for tag in tags:
        mine = np.flatnonzero(samples.tag == tag.id)
        blocks.append((samples.ts[mine], numbers[mine], samples.quality[mine], device[mine]))
    return laid_out(SAMPLES, list(zip(tags, blocks, strict=True)), asked)


def series_floats(
    trends: Sequence[Trend], tags: Sequence[Named], asked: Mapping[str, object], dropped: Sequence[object] = ()
) -> bytes:
    """Trends tag by tag, one row a bucket; `dropped` is said of each tag in the head."""
    blocks = [(one.t0, one.min, one.max, one.first, one.last, one.n, one.n_good, one.held) for one in trends]
    gone = dropped or [()] * len(trends)
    said = [
        {"before": one.before if math.isfinite(one.before) else None, "dropped": went}
        for one, went in zip(trends, gone, strict=True)
    ]
    return laid_out(SERIES, list(zip(tags, blocks, strict=True)), asked, said)


def laid_out(
    names: Sequence[str],
    blocks: Sequence[tuple[Named, Columns]],
    asked: Mapping[str, object],
    more: Sequence[Mapping[str, object]] = (),
) -> bytes:
    """The columns of each tag under one head; `more` is said of each beside what it is."""
    said = more or [{}] * len(blocks)
    told = [{**tag.said(), "rows": len(columns[0]), **also} for (tag, columns), also in zip(blocks, said, strict=True)]
    head = orjson.dumps({**asked, "columns": names, "tags": told})
    head += b" " * (-len(head) % 8)
    parts = [HEAD.pack(MAGIC, len(head), 0), head]
    parts += [column.astype("<f8").tobytes() for _, columns in blocks for column in columns]
    return b"".join(parts)
