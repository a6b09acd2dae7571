"""On which lane each frame goes: as it comes, as what waited, or beside what still waits.

Beside what waits a frame says how far it is true of itself alone, and the first of a link follows what all its tags
were last said to be: who hears it needs nothing of what is still on its way to know what holds now.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from dovetail.core.batch import Frame, Lane
from dovetail.transport.model import Numbering, Parcel
from dovetail.transport.newest import Newest

type How = Literal["as it comes", "as what waited", "beside what waits"]


class Lanes:
    """Numbers the frames of one source. `marks`: how far each link was good when it was last heard of."""

    def __init__(self, marks: Mapping[int, int]) -> None:
        self._marks = dict(marks)
        self._newest: dict[int, Newest] = {}
        self._numbering = Numbering()
        self._since: dict[int, int] = {}  # by link that is beside what waits: from where on its live lane is true

    def trial(self) -> Lanes:
        """One of which nothing is kept if what it numbers does not reach the disk."""
        other = copy.copy(self)
        other._numbering, other._since = copy.deepcopy(self._numbering), dict(self._since)
        return other

    def parcels(self, frame: Frame, how: How) -> list[Parcel]:
        """The messages of the next frame."""
        if how != "beside what waits":
            self._since.clear()
            return self._numbering.parcels(frame, Lane.BACKLOG if how == "as what waited" else frame.lane)
        began = [parcel for link, mark_us in frame.good_through.items() for parcel in self._begin(frame, link, mark_us)]
        ahead = {link: (self._since[link], mark_us) for link, mark_us in frame.good_through.items()}
        return began + self._numbering.parcels(replace(frame, good_through={}, ahead=ahead))

    def _begin(self, frame: Frame, link: int, mark_us: int) -> list[Parcel]:
        if link in self._since:
            return []
        since_us = self._since[link] = self._marks.get(link, mark_us)
        said = self._newest[link].batches() if link in self._newest else ()
        again = replace(frame, batches=said, good_through={}, ahead={link: (since_us, since_us)})
        return self._numbering.beside(again) if said else []

    def remember(self, frames: Sequence[Frame]) -> None:
        """They are on the disk."""
        for frame in frames:
            self._marks.update(frame.good_through)
            for link in list(frame.good_through)[:1]:  # a frame is of one link
                self._newest.setdefault(link, Newest()).add(frame.batches)
