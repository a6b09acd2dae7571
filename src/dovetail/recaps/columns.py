"""What tags came to, in columns, whatever they are written as: JSON, Arrow, plain float64 or a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dovetail.aggregates.compute import Results
from dovetail.aggregates.names import unit_of
from dovetail.aggregates.status import code, words
from dovetail.core.clock import to_rfc3339
from dovetail.forms.model import Named
from dovetail.forms.sums import Beside, Sums
from dovetail.gone.told import GoneOf
from dovetail.recaps.model import Occasion
from dovetail.recaps.service import Recap, RecapsRoom

OCCASION: Final = (
    "id", "name", "equipment_id", "equipment", "job_order", "product", "lot", "crew", "reason",
)  # fmt: skip  # what is said of each occasion beside its sums, in this order


def sums_of(found: Recap, tags: Sequence[Named], gone: GoneOf) -> list[Sums]:
    """Each aggregate of each tag, tag by tag."""
    intervals, sums = found.intervals, list[Sums]()
    for at, tag in enumerate(tags):
        spans = zip(intervals.start.tolist(), intervals.end.tolist(), strict=True)
        dropped = np.array([bool(gone(tag.id, *span)) for span in spans], dtype=np.bool_)
        for name, result in found.results.items():
            codes, said = _status(result, at)
            sums.append(
                Sums(
                    tag, name, unit_of(name, tag.unit), intervals.start, intervals.end, result.ts[at],
                    result.value[at], result.quality[at], codes, said, dropped,
                )
            )  # fmt: skip
    return sums


def _status(result: Results, at: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint32]], list[str]]:
    pairs = list(zip(result.status[at].tolist(), result.bits[at].tolist(), strict=True))
    known = {pair: (code(*pair), words(*pair)) for pair in set(pairs)}  # few differ among many
    return np.array([known[pair][0] for pair in pairs], dtype=np.uint32), [known[pair][1] for pair in pairs]


def happened(occasions: Sequence[Occasion], room: RecapsRoom) -> Beside:
    """What each occasion was, in columns; one that has no `ended` goes on, and is summed up until now."""
    paths = {one.equipment_id: room.path_of(one.equipment_id) for one in occasions}
    columns: dict[str, list[str | int | None]] = {
        name: [paths[one.equipment_id] if name == "equipment" else getattr(one, name) for one in occasions]
        for name in OCCASION
    }
    ended = [None if one.t1_us is None else to_rfc3339(one.t1_us) for one in occasions]
    return {**columns, "ended": ended}
