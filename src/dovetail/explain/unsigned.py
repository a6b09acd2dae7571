"""What a period would come to, were nothing signed: the same questions, answered from the facts as known now."""

from __future__ import annotations

from dovetail.core.bus import Bus
from dovetail.db.uow import Reading
from dovetail.ledger.model import Slice
from dovetail.performance.service import PerformanceRoom


class Unsigned(PerformanceRoom):
    """The ledger as it would be cut now. Nothing of it is held, nothing is written; it is asked of short periods."""

    def __init__(self, room: PerformanceRoom) -> None:
        super().__init__(room.database, clock=room.clock, bus=Bus(), sources=room.sources)
        self.gathering = room.gathering

    def held_between(
        self, reading: Reading, equipment_id: int, from_us: int, until_us: int, as_of: int | None
    ) -> tuple[int, int]:
        """Nothing is held."""
        return until_us, until_us

    def derived(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, as_of: int | None) -> list[Slice]:
        """The slices of a period from the facts, with a cut at both ends, whatever was signed."""
        known = reading.known_now() if as_of is None else as_of
        return self.gathering.derive(reading, equipment_id, from_us, to_us, as_of=known) if from_us < to_us else []
