"""The mean of a stretch of which a rule let samples go: of the time that can be vouched for, and of no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dovetail.core.scope import Scope
from dovetail.gone.model import Went
from dovetail.gone.told import GoneOf
from dovetail.historian.model import Mean
from dovetail.historian.service import Historian
from dovetail.signals.standing import began_with


def mean_around(
    historian: Historian, tag: int, span: tuple[int, int], *, scope: Scope, as_of: int | None, gone: GoneOf
) -> Mean:
    """As the historian has it, without the time from the first to the last sample that went of each stretch.

    Nor does a value count that stood before: it counts again from the first sample after it.
    """
    mean, went = _around(historian, tag, span, scope=scope, as_of=as_of, gone=gone)
    if gone(tag, *span) != went:  # what cannot be read is found on the way
        mean, _ = _around(historian, tag, span, scope=scope, as_of=as_of, gone=gone)
    return mean


def _around(
    historian: Historian, tag: int, span: tuple[int, int], *, scope: Scope, as_of: int | None, gone: GoneOf
) -> tuple[Mean, Sequence[Went]]:
    went = gone(tag, *span)
    stands = began_with(historian, tag, span[0], scope=scope, as_of=as_of, gone=gone) is not None
    if not went and (stands or not gone(tag, 0, span[0])):
        return historian.mean(tag, *span, scope=scope, as_of=as_of), went
    area, covered_us, good_us = 0.0, 0, 0.0
    for from_us, to_us in _between(span, went):
        begins = from_us
        if from_us > span[0] or not stands:
            first = historian.raw([tag], from_us, to_us, scope=scope, limit=1, as_of=as_of)
            begins = min((int(batch.ts[0]) for batch in first), default=to_us)
        part = historian.mean(tag, begins, to_us, scope=scope, as_of=as_of)
        area += 0.0 if part.value is None else part.value * part.covered_us
        covered_us += part.covered_us
        good_us += part.good_fraction * (to_us - begins)
    return Mean(area / covered_us if covered_us else None, covered_us, good_us / (span[1] - span[0])), went


def _between(span: tuple[int, int], went: Sequence[Went]) -> Iterator[tuple[int, int]]:
    at_us = span[0]
    for one in went:
        if at_us < one.t0:
            yield at_us, one.t0
        at_us = max(at_us, one.t1 + 1)
    if at_us < span[1]:
        yield at_us, span[1]
