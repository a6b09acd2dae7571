"""All corrections in memory, by tag: a reader learns with one look that a signal was never corrected."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dovetail.corrections.model import Correction, Undone
from dovetail.corrections.overlay import Laid, laid


class CorrectionIndex:
    """Thread-safe; holds every correction up to the `known` it was given last, those taken back too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[int, tuple[Correction, ...]] = {}
        self._now: dict[int, Laid] = {}  # of the tags of which one stands
        self.known = 0
        self.until_us = 0  # from this moment on nothing is corrected now, of no tag

    def take(self, corrections: Iterable[Correction], undone: Mapping[int, Undone], *, known: int) -> None:
        """Hear of what was corrected and taken back up to `known`; of what is known already nothing changes."""
        with self._lock:
            if known <= self.known:
                return
            new: defaultdict[int, list[Correction]] = defaultdict(list)
            for one in corrections:
                if one.known > self.known:
                    new[one.tag].append(one)
            moved = {tag: (*self._of.get(tag, ()), *found) for tag, found in new.items()}
            back = (
                {one.tag for every in self._of.values() for one in every if one.id in undone} if undone else set[int]()
            )
            for tag in back | set(moved):
                every = moved.get(tag, self._of.get(tag, ()))
                self._of[tag] = tuple(replace(one, undone=undone.get(one.id, one.undone)) for one in every)
                self._work_out(tag)
            self.until_us = max((found.to_us for found in self._now.values()), default=0)
            self.known = known

    def _work_out(self, tag: int) -> None:
        now = laid([one for one in self._of[tag] if one.stands(None)])
        if now is None:
            self._now.pop(tag, None)
        else:
            self._now[tag] = now

    def of(self, tags: Iterable[int], as_of: int | None) -> Mapping[int, Laid]:
        """What is laid over tags, as known at `as_of` (None: now); tags without a correction are left out."""
        if not self._of:
            return {}
        if as_of is None:
            return {tag: found for tag in tags if (found := self._now.get(tag)) is not None}
        then = {tag: laid([one for one in self._of.get(tag, ()) if one.stands(as_of)]) for tag in tags}
        return {tag: found for tag, found in then.items() if found is not None}

    def every(self, tag: int) -> Sequence[Correction]:
        """Every correction of a tag ever made, the oldest first."""
        return self._of.get(tag, ())

    def standing(self) -> dict[int, list[Correction]]:
        """The corrections that count now, by tag, in the order in which they were said."""
        with self._lock:
            return {tag: [one for one in self._of[tag] if one.stands(None)] for tag in self._now}

    def given(self) -> int:
        """How many samples people gave, of all tags."""
        with self._lock:
            return sum(len(one.given) for every in self._of.values() for one in every if one.given is not None)
