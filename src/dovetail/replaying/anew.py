"""Computed tags under other plant code, computed again in memory from the recorded samples of what they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from dovetail.core import quality as q
from dovetail.core.batch import Batch
from dovetail.core.clock import DAY_US
from dovetail.equipment.model import PlantModel
from dovetail.expr.evaluate import Span, context_us, evaluate
from dovetail.historian.model import Sample
from dovetail.tracks.samples import batch_of
from dovetail.tracks.settle import Row, rows_of
from dovetail.virtual.asked import Past
from dovetail.virtual.model import Book, Definition, definitions, is_same
from dovetail.virtual.trial import heard_of

PIECE_US: Final = DAY_US  # is computed at a time
PIECES_KEPT: Final = 64  # of one tag each; of one that speaks each second a day is 2 MB


class Anew:
    """The historian as it would answer: from `from_us` on, the tags in `tags` say what other plant code makes of them.

    `held` are the definitions by which they were recorded. `until_us`: later nothing is known. What a tag names that
    is new and not computed has never said anything.
    """

    def __init__(self, samples: Past, held: Book, plant: PlantModel, *, from_us: int, until_us: int) -> None:
        self._samples, self._plant = samples, plant
        self._from_us, self._until_us = from_us, until_us
        self._defined: dict[int, Definition] = {}
        for tag, one in definitions(plant).items():  # those first that others follow from
            follows = any(source in self._defined for source in one.inputs.values())
            if follows or any(not is_same(was, one) for _, _, was in held.periods(tag, from_us - 1, until_us)):
                self._defined[tag] = one
        self._piece = lru_cache(maxsize=PIECES_KEPT)(self._computed)

    @property
    def tags(self) -> Sequence[int]:
        """Those that are computed again."""
        return tuple(self._defined)

    # --- as the historian answers ----------------------------------------------------------------------------
    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Any, limit: int | None = None
    ) -> list[Batch]:
        """The samples in [from_us, to_us); recorded ones are limited to `limit`."""
        anew = [tag for tag in tags if tag in self._defined]
        told = self._recorded([tag for tag in tags if tag not in self._defined], from_us, to_us, scope, limit)
        told += self._recorded(anew, from_us, min(to_us, self._from_us), scope, limit)
        for tag in anew:
            rows = [row for row in self._rows(tag, from_us, to_us) if from_us <= row.ts_us < to_us]
            if rows:
                told.append(batch_of(self._plant.tags[tag].kind, [(tag, row) for row in rows]))
        return told

    def bounding(self, tags: Sequence[int], at_us: int, *, scope: Any) -> dict[int, Sample]:
        """The last sample strictly before a moment per tag."""
        anew = [tag for tag in tags if tag in self._defined and at_us > self._from_us]
        recorded = [tag for tag in tags if tag > 0 and tag not in anew]
        found = dict(self._samples.bounding(recorded, at_us, scope=scope)) if recorded else {}
        return found | {tag: self._before(tag, at_us) for tag in anew}

    def _recorded(self, tags: Sequence[int], from_us: int, to_us: int, scope: Any, limit: int | None) -> list[Batch]:
        known = [tag for tag in tags if tag > 0]  # below zero: new, under which nothing is recorded
        if not known or from_us >= to_us:
            return []
        return self._samples.raw(known, from_us, to_us, scope=scope, limit=limit)

    # --- computing -------------------------------------------------------------------------------------------
    def _rows(self, tag: int, from_us: int, to_us: int) -> Iterable[Row]:
        """Of each piece that the stretch touches, all rows."""
        first, last = self._place(max(from_us, self._from_us)), self._place(min(to_us - 1, self._until_us))
        return (row for place in range(first, last + 1) for row in self._piece(tag, place))

    def _before(self, tag: int, at_us: int) -> Sample:
        place = self._place(min(at_us - 1, self._until_us))
        while True:  # the first piece begins with a row
            for row in reversed(self._piece(tag, place)):
                if row.ts_us < at_us:
                    return Sample(tag, row.ts_us, None if q.is_bad(row.quality) else row.value, row.quality)
            place -= 1

    def _place(self, at_us: int) -> int:
        return (at_us - self._from_us) // PIECE_US

    def _computed(self, tag: int, place: int) -> Sequence[Row]:
        """The changes of a tag in a piece of the period; of the first one with what holds as it begins."""
        one = self._defined[tag]
        since_us = self._from_us + place * PIECE_US
        until_us = min(since_us + PIECE_US - 1, self._until_us)
        begin_us = since_us - (1 if place else 0)  # where it was: what holds on says nothing new
        start_us = context_us(one.expression, begin_us)
        tracks = {
            name: heard_of(self, self._plant.tags[source], start_us, until_us).track(start_us)
            for name, source in one.inputs.items()
        }
        return [
            row for row in rows_of(evaluate(one.expression, tracks, Span(begin_us, until_us))) if row.ts_us >= since_us
        ]
