"""Where two ways of planning the same time differ: exactly the stretches that a change of a calendar touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from dovetail.workcalendar.model import Span

type Stretch = tuple[int, int]


def differences(before: Sequence[Span], after: Sequence[Span]) -> list[Stretch]:
    """The stretches in which two tilings of one period say different things, by time, none touching the next.

    >>> early, late = Span(0, 8, "BUSY", "c/d/Early"), Span(8, 9, "NOT_PLANNED")
    >>> differences([early, late], [Span(0, 6, "BUSY", "c/d/Early"), Span(6, 9, "NOT_PLANNED")])
    [(6, 8)]
    """
    edges = sorted({edge for span in (*before, *after) for edge in (span.t0_us, span.t1_us)})
    found: list[Stretch] = []
    ours, theirs = iter(before), iter(after)
    one, other = next(ours, None), next(theirs, None)
    for t0_us, t1_us in pairwise(edges):
        while one is not None and one.t1_us <= t0_us:
            one = next(ours, None)
        while other is not None and other.t1_us <= t0_us:
            other = next(theirs, None)
        if (one and one.says()) != (other and other.says()):
            found.append((t0_us, t1_us))
    return joined(found)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time by as few stretches as can be."""
    done: list[Stretch] = []
    for t0_us, t1_us in sorted(stretches):
        if done and t0_us <= done[-1][1]:
            done[-1] = (done[-1][0], max(done[-1][1], t1_us))
        else:
            done.append((t0_us, t1_us))
    return done
