"""How far time is looked at so that a slice is the same whoever asks: whole records, or up to a sure edge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from dovetail.core.clock import DAY_US
from dovetail.ledger.cutting import sure_edges
from dovetail.ledger.tracks import SpanTrack, StateTrack

type Period = tuple[int, int]

EDGE_WITHIN_US: Final = 3 * DAY_US  # a slice ends where its shift or its local day does


def extent(records: Sequence[StateTrack], period: Period) -> Period:
    """A period with the whole of the records that touch it, by time; an open one goes on from its begin."""
    ends = [record.t1_us for record in records if record.t1_us is not None]
    return min([period[0], *(record.t0_us for record in records[:1])]), max([period[1], *ends])


def is_far(period: Period, reach: Period) -> bool:
    """Whether the one reaches so far beyond the other that an edge is nearer."""
    return period[0] - reach[0] > EDGE_WITHIN_US or reach[1] - period[1] > EDGE_WITHIN_US


def to_edges(
    spans: Callable[[int, int], Sequence[SpanTrack]], timezone: str, period: Period, reach: Period
) -> Period:  # fmt: skip
    """The last sure edge up to where a period begins and the first from its end on, neither of them beyond `reach`.

    `spans` lays the calendar over a stretch of time.
    """
    (from_us, to_us), (lo_us, hi_us) = period, reach
    before = sure_edges(spans(max(lo_us, from_us - EDGE_WITHIN_US), from_us + 1), timezone)
    after = sure_edges(spans(to_us - 1, min(hi_us, to_us + EDGE_WITHIN_US) + 1), timezone)
    return before[-1] if before else lo_us, after[0] if after else hi_us


def with_decided(records: Sequence[StateTrack], decided: Sequence[StateTrack]) -> list[StateTrack]:
    """The settled records up to the first decided one, and those decided from there on."""
    if not decided:
        return list(records)
    from_us = decided[0].t0_us
    settled = [record for record in records if record.t0_us < from_us]
    if settled and (settled[-1].t1_us is None or settled[-1].t1_us > from_us):
        settled[-1] = replace(cast(Any, settled[-1]), t1_us=from_us)  # ended by what is decided since
    return [*settled, *decided]
