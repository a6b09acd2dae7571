"""What the historian has of many signals at once: a start with thousands of them asks for all, not for one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from dovetail.core.batch import Batch
from dovetail.core.clock import SECOND_US
from dovetail.tracks.bundles import Part
from dovetail.tracks.samples import by_tag
from dovetail.virtual.asked import SCOPE, Samples

NEAR_US: Final = 60 * SECOND_US  # what begins this near each other is asked for together
READ_SAMPLES: Final = 2_000_000  # about so many at once, were each tag sampled once a second


def held_of(samples: Samples, wanted: Mapping[int, tuple[int, int]]) -> dict[int, list[Part]]:
    """Of each tag every sample after a moment up to another, behind all those of the moment that held at its start.

    It may be more: what begins and ends near each other is read together.
    """
    found: dict[int, list[Part]] = {tag: [] for tag in wanted}
    for tags in _near({tag: start_us for tag, (start_us, _) in wanted.items()}):
        start_us = min(wanted[tag][0] for tag in tags)
        upto_us = max(wanted[tag][1] for tag in tags)
        each = max(1, READ_SAMPLES * SECOND_US // (upto_us - start_us + SECOND_US))
        for begin in range(0, len(tags), each):
            some = tags[begin : begin + each]
            _standing(samples, some, start_us, found)
            _take(samples.raw(some, start_us + 1, upto_us + 1, scope=SCOPE), some, found)
    return found


def _standing(samples: Samples, tags: Sequence[int], at_us: int, found: dict[int, list[Part]]) -> None:
    """All samples of the moment that holds at `at_us`."""
    moments = {tag: one.ts_us for tag, one in samples.bounding(tags, at_us + 1, scope=SCOPE).items()}
    for near in _near(moments):
        first_us, last_us = min(moments[tag] for tag in near), max(moments[tag] for tag in near)
        _take(samples.raw(near, first_us, last_us + 1, scope=SCOPE), near, found, only=moments)


def _take(
    batches: Iterable[Batch],
    tags: Sequence[int],
    found: dict[int, list[Part]],
    *,
    only: Mapping[int, int] | None = None,
) -> None:
    wanted = np.array(sorted(tags), dtype=np.int64)
    for batch in batches:
        for tag, (ts, value, quality, valid) in by_tag(batch, wanted):
            which = slice(None) if only is None else ts == only[tag]
            found[tag].append((ts[which], value[which], quality[which], valid[which]))


def _near(moments: Mapping[int, int]) -> Iterator[list[int]]:
    """The tags whose moments lie near each other, together."""
    together: list[int] = []
    for tag in sorted(moments, key=lambda tag: moments[tag]):
        if together and moments[tag] - moments[together[0]] > NEAR_US:
            yield together
            together = []
        together.append(tag)
    if together:
        yield together
