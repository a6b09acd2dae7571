"""Samples become the rows of a file, block by block: no more of them is in memory than one page of one tag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Value
from dovetail.core.limits import EXPORT_BLOCK_ROWS, RAW_SAMPLES_MAX
from dovetail.core.scope import Scope
from dovetail.exports.model import Wanted
from dovetail.forms.model import Named
from dovetail.forms.samples import Samples
from dovetail.forms.sheets import Cell
from dovetail.historian.service import Historian
from dovetail.signals.pages import sample_page

type Asking = Callable[[], Scope]  # the scope as it is now: rights may be taken while an export runs

HEADS: Final = {
    "en": ("time", "tag", "value", "unit", "quality", "device time"),
    "de": ("Zeit", "Signal", "Wert", "Einheit", "Qualität", "Gerätezeit"),
}


def pages(historian: Historian, wanted: Wanted, asking: Asking) -> Iterator[tuple[Named, Samples, float]]:
    """The samples tag by tag, each by time, and the share of all that is behind them."""
    for at, tag in enumerate(wanted.tags):
        period = (wanted.from_us, wanted.to_us)
        for samples, share in pages_of(historian, tag, period, asking, as_of=wanted.as_of):
            yield tag, samples, (at + share) / len(wanted.tags)


def pages_of(
    historian: Historian, tag: Named, period: tuple[int, int], asking: Asking, *, as_of: int | None = None
) -> Iterator[tuple[Samples, float]]:
    """The samples of one tag by time, and the share of the period that they end at."""
    cursor: str | None = None
    while True:
        page = sample_page(
            historian, (tag.id,), period, scope=asking(), cursor=cursor, limit=RAW_SAMPLES_MAX, as_of=as_of
        )
        cursor = page.next
        if cursor is None:
            yield page.samples, 1.0
            return
        yield page.samples, (int(page.samples.ts[-1]) - period[0]) / (period[1] - period[0])


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A block of a wide table: times int64 µs [n], and what each tag's value was at each of them."""

    times: NDArray[np.int64]
    values: list[list[Value]]


def wide(historian: Historian, wanted: Wanted, asking: Asking) -> Iterator[tuple[Rows, float]]:
    """A row every `every_us`: the value that held then, None where none did (BAD, nothing yet); and the share done."""
    ids = [tag.id for tag in wanted.tags]
    newest = historian.last(ids, scope=asking(), at_us=wanted.from_us, as_of=wanted.as_of)
    held: list[Value] = [newest[tag].value if tag in newest else None for tag in ids]
    read_to = wanted.from_us + 1
    for first in range(0, wanted.rows, EXPORT_BLOCK_ROWS):
        n = min(EXPORT_BLOCK_ROWS, wanted.rows - first)
        times = wanted.from_us + wanted.every_us * np.arange(first, first + n, dtype=np.int64)
        period = (read_to, int(times[-1]) + 1)
        values = [
            _held(pages_of(historian, tag, period, asking, as_of=wanted.as_of), times, before)
            for tag, before in zip(wanted.tags, held, strict=True)
        ]
        held, read_to = [column[-1] for column in values], period[1]
        yield Rows(times, values), (first + n) / wanted.rows


def _held(pages: Iterator[tuple[Samples, float]], times: NDArray[np.int64], before: Value) -> list[Value]:
    values: list[Value] = [before] * len(times)
    for samples, _ in pages:
        if not len(samples):
            continue
        place = np.searchsorted(samples.ts, times, side="right") - 1
        begin = int(np.searchsorted(place, 0, side="left"))  # the first of the times that these samples reach
        used, which = np.unique(place[begin:], return_inverse=True)
        told = samples.take(used).plain()
        values[begin:] = [told[at] for at in which.tolist()]
    return values


def long_heads(wanted: Wanted) -> tuple[list[str], dict[int, ZoneInfo]]:
    """The head of a long sheet, and which of its columns are times, in which zone."""
    time, *others, device = HEADS[wanted.language]
    heads, times = _time_heads(wanted, time)
    heads += [*others, f"{device} ({wanted.zone})"]
    return heads, times | {len(heads) - 1: ZoneInfo(wanted.zone)}


def wide_heads(wanted: Wanted) -> tuple[list[str], dict[int, ZoneInfo]]:
    """The head of a wide sheet: each tag with its unit."""
    heads, times = _time_heads(wanted, HEADS[wanted.language][0])
    return [
        *heads,
        *(tag.path if tag.unit in (None, "1") else f"{tag.path} [{tag.unit}]" for tag in wanted.tags),
    ], times


def _time_heads(wanted: Wanted, word: str) -> tuple[list[str], dict[int, ZoneInfo]]:
    """A spreadsheet's times have no offset: beside wall time it is given UTC, so that autumn's hour is told apart."""
    heads, times = [f"{word} ({wanted.zone})"], {0: ZoneInfo(wanted.zone)}
    if has_utc_beside(wanted):
        heads, times = [*heads, f"{word} (UTC)"], {**times, 1: ZoneInfo("UTC")}
    return heads, times


def has_utc_beside(wanted: Wanted) -> bool:
    """Whether a second column tells the time in UTC."""
    return wanted.format == "xlsx" and wanted.zone != str(UTC)


def long_rows(wanted: Wanted, tag: Named, samples: Samples) -> Iterator[list[Cell]]:
    """The samples of one tag as rows of a sheet."""
    twice = has_utc_beside(wanted)
    words = {quality: q.name(quality) for quality in np.unique(samples.quality).tolist()}
    columns = zip(
        samples.ts.tolist(), samples.plain(), samples.quality.tolist(), samples.device.tolist(), strict=True
    )  # fmt: skip
    for ts, value, quality, device in columns:
        at = [ts, ts] if twice else [ts]
        yield [*at, tag.path, value, tag.unit, words[quality], None if device == ts else device]


def wide_rows(wanted: Wanted, rows: Rows) -> Iterator[list[Cell]]:
    """A block as rows of a sheet."""
    twice = has_utc_beside(wanted)
    for ts, values in zip(rows.times.tolist(), zip(*rows.values, strict=True), strict=True):
        yield [*([ts, ts] if twice else [ts]), *values]
