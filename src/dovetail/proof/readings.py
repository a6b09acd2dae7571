"""The readings beneath a count record: what each added to the one before, so that their sum is the pieces it counted.

Where a counter only grew, two readings tell it all. Where it was reset, rolled over, stepped back or jumped, the
readings on both sides stand there too, each with what it was taken for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol

import numpy as np

from dovetail.core import quality as q
from dovetail.core.batch import Batch
from dovetail.core.errors import ConfigError
from dovetail.core.scope import Scope
from dovetail.counting.pieces import CountTrack
from dovetail.equipment.model import PlantModel, Tag
from dovetail.proof.signals import SampleLike, Samples, Signals
from dovetail.proof.tree import Node, Place
from dovetail.states.counters import Counts, Memory, read
from dovetail.states.model import CounterRule
from dovetail.states.rules import machine_rules
from dovetail.tracks.series import Series, series_of

READINGS_MAX: Final = 50  # of one record, which tells of a minute: a counter reset more often is broken
BACK_MAX: Final = 8  # readings that were not to be believed before one that was, each looked up by itself

type How = Literal["first", "grew", "fell", "held"]


class RawSamples(Samples, Protocol):
    """What is asked of the historian."""

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Batch]: ...


def rule_of(plant: PlantModel, tag: Tag) -> CounterRule:
    """How a counter is read; by itself, where it counts nothing any more."""
    owner = plant.equipment.get(tag.equipment_id or 0)
    try:
        rules = None if owner is None else machine_rules(plant, owner)
    except ConfigError:
        rules = None
    found = () if rules is None else rules.counters
    return next((one for one in found if one.tag == tag.id), CounterRule("good", tag.id))


def telling(series: Series, counts: Counts, *, limit: int) -> list[int]:
    """The places of readings without which the sum could not be told: the last, and those at which it did not grow.

    >>> series = Series.of([(1, 5), (2, 7), (3, 9), (4, 1), (5, 3)])
    >>> telling(series, read(CounterRule("good", 1), Memory(1, 3, 0), series), limit=10)
    [2, 3, 4]
    """
    at = np.flatnonzero(series.good)
    if not len(at):
        return []
    if series.value.dtype.kind == "b":
        closings = np.flatnonzero(np.isin(series.ts, counts.ts)).tolist()
        return [*closings[: limit - 1], *closings[-1:]] if len(closings) > limit else closings
    value = series.value[at]
    told = np.flatnonzero(value[1:] < value[:-1]) + 1
    held = np.flatnonzero(np.isin(series.ts[at], [odd.t1_us for odd in counts.odd]))
    wanted = {int(at[-1])}
    for place in (*told.tolist(), *held.tolist()):
        wanted |= {int(at[place]), int(at[max(0, place - 1)])}
    return sorted(wanted)[-limit:]


class Readings:
    """Answers what a count record rests on, as it counted at `as_of`."""

    def __init__(self, samples: RawSamples, signals: Signals) -> None:
        self._samples, self._signals = samples, signals

    def beneath(self, place: Place, plant: PlantModel, tag: Tag, count: CountTrack) -> list[Node]:
        """The reading before, and those that follow, each with the pieces that it added to the one shown before it."""
        told_us = max(count.t1_us, getattr(count, "at_us", 0))
        first = self._believed(place, tag, count.t0_us)
        from_us = count.t0_us if first is None else first.ts_us
        batches = self._samples.raw([tag.id], from_us + 1, told_us + 1, scope=place.scope, as_of=place.as_of)
        series = series_of(batches, [tag.id]).get(tag.id) or Series.of([])
        rule = rule_of(plant, tag)
        counts = read(rule, None if first is None else _memory(tag, first), series)
        nodes = [] if first is None else [_told(self._node(place, tag, first.ts_us), 0, "first")]
        after_us, before = from_us, None if first is None else float(first.value or 0)
        for n in telling(series, counts, limit=READINGS_MAX):
            at_us, value = int(series.ts[n]), float(series.value[n])
            pieces = counts.quantity[(counts.ts > after_us) & (counts.ts <= at_us)]
            is_held = any(odd.t1_us == at_us for odd in counts.odd)
            grew = before is not None and value >= before
            how: How = "held" if is_held else "first" if before is None else "grew" if grew else "fell"
            node = _told(self._node(place, tag, at_us), int(pieces.sum()), how)
            if how == "fell" and rule.modulus is not None:
                node.detail["modulus"] = rule.modulus
            nodes.append(node)
            after_us, before = at_us, value
        return nodes

    def _node(self, place: Place, tag: Tag, at_us: int) -> Node:
        return self._signals.nodes(place, [tag], at_us)[0]

    def _believed(self, place: Place, tag: Tag, at_us: int) -> SampleLike | None:
        """The newest reading up to a moment that was to be believed."""
        for _ in range(BACK_MAX):
            held = self._samples.last([tag.id], scope=place.scope, at_us=at_us, as_of=place.as_of).get(tag.id)
            if held is None or (q.is_good(held.quality) and held.value is not None):
                return held
            at_us = held.ts_us - 1
        return None


def _memory(tag: Tag, sample: SampleLike) -> Memory:
    return Memory(tag.id, int(float(sample.value or 0) + 1e-6), sample.ts_us)


def _told(node: Node, pieces: int, how: How) -> Node:
    return node.model_copy(update={"detail": node.detail | {"pieces_since": pieces, "reading": how}})
