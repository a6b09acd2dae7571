"""Whether a reading still holds: one whose pieces were rejected or taken back says nothing of where its counter stands.

It is asked of the entry every time, never kept: a decision that is taken back brings its reading back with it.
"""

from __future__ import annotations

from typing import Literal

from dovetail.counting.entering import Entering
from dovetail.db.uow import Reading as Transaction
from dovetail.holding.operations import ReviewOperations
from dovetail.meters import store
from dovetail.meters.model import Reading

type Fate = Literal["counted", "held", "nothing", "gone"]


class Standing:
    """What became of the pieces of readings, and the readings that hold by it."""

    def __init__(self, *, entering: Entering, reviewing: ReviewOperations) -> None:
        self._entering, self._reviewing = entering, reviewing

    def fate(self, reading: Transaction, made: Reading) -> tuple[Fate, int]:
        """What the pieces of a reading are now, and by which entry; `gone`: rejected or taken back."""
        counted: int | None = made.entry_id
        if made.became == "nothing":
            return "nothing", made.entry_id
        if made.became == "held" and (held := self._reviewing.find(reading, made.entry_id)) is not None:
            if held.verdict is None:
                return "held", made.entry_id
            counted = held.counted_as  # only what was released counts
        if counted is None or self._entering.taken_back(reading, counted):
            return "gone", made.entry_id
        return "counted", counted

    def last(self, reading: Transaction, equipment_id: int, counter: str, until_us: int) -> Reading | None:
        """The last reading of a counter up to a moment that holds."""
        found = store.backwards(reading, equipment_id, counter, until_us)
        return next((one for one in found if self._holds(reading, one)), None)

    def after(self, reading: Transaction, equipment_id: int, counter: str, after_us: int) -> Reading | None:
        """The first reading of a counter after a moment that holds."""
        found = store.onwards(reading, equipment_id, counter, after_us)
        return next((one for one in found if self._holds(reading, one)), None)

    def _holds(self, reading: Transaction, made: Reading) -> bool:
        return self.fate(reading, made)[0] != "gone"
