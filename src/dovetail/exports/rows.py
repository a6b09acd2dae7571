"""Samples become the rows of a file, block by block: no more of them is in memory than one page of one tag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from heapq import merge
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
from dovetail.forms.sheets import Cell, time_text
from dovetail.gone.model import Went
from dovetail.historian.service import Historian
from dovetail.signals.pages import sample_page

type Held = tuple[Value, int]  # a value, and since when
type Asking = Callable[[], Scope]  # the scope as it is now: rights may be taken while an export runs

NEVER: Final[Held] = (None, np.iinfo(np.int64).min)
DROPPED: Final = "DROPPED"  # where a quality stands: from here on samples went by a rule
HEADS: Final = {
    "en": ("time", "tag", "value", "unit", "quality", "device time"),
    "de": ("Zeit", "Signal", "Wert", "Einheit", "Qualität", "Gerätezeit"),
}
NOTES: Final = {
    "en": "{path}: {n} samples from {start} to {end} went by the retention rule {rule} (at {at}). They were measured.",
    "de": "{path}: {n} Messwerte von {start} bis {end} gingen nach der Aufbewahrungsregel {rule} ({at}). "
    "Es wurde gemessen.",
}


def pages(historian: Historian, wanted: Wanted, asking: Asking) -> Iterator[tuple[Named, Samples, float, list[int]]]:
    """The samples tag by tag, each by time; the share of all that is behind them, and `gone_in` them."""
    for at, tag in enumerate(wanted.tags):
        period = (wanted.from_us, wanted.to_us)
        after_us = wanted.from_us - 1
        for samples, share in pages_of(historian, tag, period, asking, as_of=wanted.as_of):
            upto_us = wanted.to_us if share == 1.0 else int(samples.ts[-1])
            yield tag, samples, (at + share) / len(wanted.tags), gone_in(wanted, tag.id, after_us, upto_us)
            after_us = upto_us


def gone_in(wanted: Wanted, tag: int, after_us: int, upto_us: int) -> list[int]:
    """From which moments on samples of a tag went, of those in (after, upto]; before the period is at its beginning."""
    begins = (max(one.t0, wanted.from_us) for one in wanted.gone(tag) if one.t1 >= wanted.from_us)
    return [ts for ts in begins if after_us < ts <= upto_us]


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
    held = [(newest[tag].value, newest[tag].ts_us) if tag in newest else NEVER for tag in ids]
    read_to = wanted.from_us + 1
    for first in range(0, wanted.rows, EXPORT_BLOCK_ROWS):
        n = min(EXPORT_BLOCK_ROWS, wanted.rows - first)
        times = wanted.from_us + wanted.every_us * np.arange(first, first + n, dtype=np.int64)
        period = (read_to, int(times[-1]) + 1)
        columns = [
            _held(pages_of(historian, tag, period, asking, as_of=wanted.as_of), times, before)
            for tag, before in zip(wanted.tags, held, strict=True)
        ]
        held, read_to = [(values[-1], int(since[-1])) for values, since in columns], period[1]
        values = [
            _without(values, since, times, wanted.gone(tag)) for tag, (values, since) in zip(ids, columns, strict=True)
        ]
        yield Rows(times, values), (first + n) / wanted.rows


def _without(
    values: list[Value], since: NDArray[np.int64], times: NDArray[np.int64], gone: Sequence[Went]
) -> list[Value]:
    """The values, but none through a time of which samples went: what came before them says nothing of it."""
    if not gone:
        return values
    blank = np.zeros(len(times), dtype=np.bool_)
    for one in gone:
        blank |= (times >= one.t0) & (since < one.t1) & (times > since)
    return [None if none else value for none, value in zip(blank.tolist(), values, strict=True)]


def _held(
    pages: Iterator[tuple[Samples, float]], times: NDArray[np.int64], before: Held
) -> tuple[list[Value], NDArray[np.int64]]:
    """What was newest at each of the times, and since when."""
    values: list[Value] = [before[0]] * len(times)
    since = np.full(len(times), before[1], dtype=np.int64)
    for samples, _ in pages:
        if not len(samples):
            continue
        place = np.searchsorted(samples.ts, times, side="right") - 1
        begin = int(np.searchsorted(place, 0, side="left"))  # the first of the times that these samples reach
        used, which = np.unique(place[begin:], return_inverse=True)
        told = samples.take(used).plain()
        values[begin:] = [told[at] for at in which.tolist()]
        since[begin:] = samples.ts[place[begin:]]
    return values, since


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


def long_rows(wanted: Wanted, tag: Named, samples: Samples, gone: Sequence[int]) -> Iterator[list[Cell]]:
    """The samples of one tag as rows of a sheet; a row of its own from each moment on of which samples went."""
    twice = has_utc_beside(wanted)
    dropped: list[list[Cell]] = [
        [*([ts, ts] if twice else [ts]), tag.path, None, tag.unit, DROPPED, None] for ts in gone
    ]
    yield from merge(dropped, _sample_rows(wanted, tag, samples), key=_first)


def _first(row: list[Cell]) -> int:
    return row[0] if isinstance(row[0], int) else 0


def _sample_rows(wanted: Wanted, tag: Named, samples: Samples) -> Iterator[list[Cell]]:
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


def notes(wanted: Wanted) -> list[str]:
    """What a file cannot say by its rows, for whoever opens it without us: what went of its time, by which rule."""
    zone, paths = ZoneInfo(wanted.zone), {tag.id: tag.path for tag in wanted.tags}
    told = NOTES[wanted.language]
    return [
        told.format(
            path=paths[tag], n=one.n, rule=one.rule, start=time_text(one.t0, zone), end=time_text(one.t1, zone),
            at=time_text(one.at_us, zone),
        )
        for tag, one in wanted.missing
    ]  # fmt: skip
