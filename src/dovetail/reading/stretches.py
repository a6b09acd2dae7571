"""One signal over a time, read only as far as it must be: hours and minutes, headers of chunks, and samples between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from dovetail.chunkstore.months import View, begin_of, month_of
from dovetail.core.batch import Kind
from dovetail.packing.columns import Block
from dovetail.packing.found import Found
from dovetail.packing.headers import Header
from dovetail.packing.order import clipped, floats, ordered
from dovetail.reading.corrected import Corrected, nothing_known
from dovetail.reading.read import Range, Reader
from dovetail.reading.rolled import Cover, Rolling, covers

type Stretch = Cover | Found | Block
type Whole = Callable[[Header], bool]


def stretches(reader: Corrected, asked: Range, *, whole: Whole, rolling: Rolling | None = None) -> Iterator[Stretch]:
    """The samples of one tag in [from, to) by time, as float64 blocks, as a header for a chunk that is `whole`, or
    as the hours or minutes of a time that is summed up.

    Stretches do not overlap. A chunk into which unsealed samples fall is opened, whatever `whole` says, and so is one
    of which something was corrected: its header sums up what was sent.
    """
    for part, sent in reader.sent_alone(asked):
        if sent is None:
            yield from floats(reader.raw(part))
        else:
            yield from _sent(sent, part, whole=whole, rolling=rolling)


def known_stretches(reader: Corrected, asked: Range, *, whole: Whole, rolling: Rolling | None) -> Iterator[Stretch]:
    """As the samples lie there, with a BAD one where a hole of damaged ones begins: from there on nothing is known."""
    (tag,), at_us = asked.tags, asked.from_us
    while at_us < asked.to_us:
        ends_us = min((one.t0 for one in reader.damage.of(tag, at_us, asked.to_us) if one.t0 > at_us), default=None)
        known = reader.damage.of(tag, asked.from_us, asked.to_us)
        if any(one.t0 == at_us for one in known):
            yield nothing_known(tag, Kind.F64, at_us)
        part = replace(asked, from_us=at_us, to_us=asked.to_us if ends_us is None else ends_us)
        yield from stretches(reader, part, whole=whole, rolling=rolling)
        at_us = part.to_us


def _sent(reader: Reader, asked: Range, *, whole: Whole, rolling: Rolling | None) -> Iterator[Stretch]:
    rows = reader.rows()
    everything = reader.unsealed(rows, asked, {})
    loose_months = {month for block in everything for month in month_of(block.ts).tolist()}
    files = set(reader.months.between(asked.from_us, asked.to_us))
    with reader.views(files) as views:
        for month in sorted(files | loose_months):
            if month not in files:
                yield from floats([block.take(month_of(block.ts) == month) for block in everything])
                continue
            with views(month) as view:
                loose = reader.unsealed(rows, asked, {month: view.sealed}) if month in loose_months else []
                loose = [block.take(month_of(block.ts) == month) for block in loose]
                loose = [block for block in loose if len(block)]
                begins, ends = max(asked.from_us, begin_of(month)), min(asked.to_us, begin_of(month + 1))
                part = replace(asked, from_us=begins, to_us=ends)
                yield from _of_month(view, part, loose=loose, whole=whole, rolling=rolling)


def _of_month(
    view: View, asked: Range, *, loose: list[Block], whole: Whole, rolling: Rolling | None
) -> Iterator[Stretch]:
    at_us = asked.from_us
    span = (asked.from_us, asked.to_us)
    for cover in covers(view, asked.tags[0], span, rolling, loose=loose) if rolling else ():
        if at_us < cover.from_us:
            yield from _between(view, replace(asked, from_us=at_us, to_us=cover.from_us), loose=loose, whole=whole)
        yield cover
        at_us = cover.to_us
    if at_us < asked.to_us:
        yield from _between(view, replace(asked, from_us=at_us), loose=loose, whole=whole)


def _between(view: View, asked: Range, *, loose: list[Block], whole: Whole) -> Iterator[Stretch]:
    tag = asked.tags[0]
    found = view.found(tag, asked.from_us, asked.to_us)
    inside = ((block.ts >= asked.from_us) & (block.ts < asked.to_us) for block in loose)
    loose = [block.take(mask) for block, mask in zip(loose, inside, strict=True) if mask.any()]
    if len({part.kind for part in (*found, *loose)}) > 1:  # the tag changed its kind: its chunks may overlap
        bodies = (view.readable(part.id, tag=tag) for part in found)
        yield from floats([*(_clipped(body, asked) for body in bodies if body is not None), *loose])
        return
    rest = ordered(loose) if loose else None
    for part in found:
        header = part.header
        opened: list[Block] = []
        if rest is not None:
            start = int(np.searchsorted(rest.ts, header.t0, side="left"))
            end = int(np.searchsorted(rest.ts, header.t1, side="right"))
            yield from floats([rest.take(slice(0, start))])
            opened = [rest.take(slice(start, end))] if start < end else []
            rest = rest.take(slice(end, None))
        if not opened and header.t0 >= asked.from_us and header.t1 < asked.to_us and whole(header):
            yield part
        else:
            body = view.readable(part.id, tag=tag)
            yield from floats([*([] if body is None else [_clipped(body, asked)]), *opened])
    if rest is not None:
        yield from floats([rest])


def _clipped(block: Block, asked: Range) -> Block:
    return clipped(block, asked.from_us, asked.to_us)
