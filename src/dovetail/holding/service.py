"""The holding room: holds back entries that the rate does not allow, and knows what became of them."""

from __future__ import annotations

from typing import Any, Final, Protocol

from dovetail.core.clock import DAY_US, Clock, to_rfc3339
from dovetail.core.scope import Scope, system_scope
from dovetail.counting.entering import HeldBack, Weighed
from dovetail.counting.fold import Jump
from dovetail.counting.reviewing import REVIEW
from dovetail.counting.service import CountingRoom
from dovetail.db.uow import Reading
from dovetail.equipment.model import WORK_UNIT, PlantModel
from dovetail.holding import store
from dovetail.holding.model import HeldEntry, fastest_upm, made, possible
from dovetail.holding.operations import ReviewOperations
from dovetail.operations.operation import Call, Operation
from dovetail.production.model import JobResponse

VIEW: Final = "plant.view"
OWN: Final = system_scope("holding")
JUMPS_BACK_US: Final = 400 * DAY_US  # a jump of a signal older than a year changes no figure that is still looked at


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel: ...


class Rates(Protocol):
    """What is asked of the production room."""

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[JobResponse]: ...
    def rate_upm(self, job: JobResponse, at_us: int) -> float | None: ...
    def standard_rate_upm(self, equipment_id: int, product: str | None, at_us: int) -> float | None: ...


class HoldingRoom:
    """Held entries of every work unit. From its making on, the counting room asks it about every entry."""

    def __init__(self, *, counting: CountingRoom, equipment: Plants, production: Rates, clock: Clock) -> None:
        self._equipment, self._production, self._clock, self._counting = equipment, production, clock, counting
        self.reviewing = ReviewOperations(entering=counting.entering, clock=clock)
        counting.entering.hold = self.hold

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return self.reviewing.all

    def held(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope) -> list[HeldEntry]:
        """The entries held in (from_us, to_us], decided or not; of a node above, of all work units below."""
        scope.require(VIEW, equipment_id)
        units = [unit for unit in self._equipment.plant().units_of(equipment_id) if scope.sees(VIEW, unit)]
        return store.of(reading, units, from_us, to_us)

    def waiting(self, reading: Reading, *, scope: Scope) -> tuple[list[HeldEntry], list[Jump]]:
        """What waits for a decision wherever this person may review: entries, and counter jumps of the last year; also
        those that late samples have changed since they were decided on."""
        now_us = self._clock.now_us()
        plant = self._equipment.plant()
        units = [one.id for one in plant.equipment.values() if one.level == WORK_UNIT and scope.sees(REVIEW, one.id)]
        jumps = [
            jump
            for jump in self._counting.jumps_among(reading, units, now_us - JUMPS_BACK_US, now_us)
            if jump.now is not None and (jump.decision is None or not jump.decision.still_seen(jump.now))
        ]
        return store.waiting(reading, units), sorted(jumps, key=lambda jump: jump.shown.t1_us)

    def hold(self, call: Call, weighed: Weighed) -> HeldBack | None:
        """Keep an entry aside where with it more pieces were made than can be; None: it may count."""
        from_us, to_us = weighed.looked
        pieces = made(weighed.there) + made(weighed.change)
        rate_upm = self._fastest_upm(call.uow, weighed)
        if made(weighed.change) <= 0 or rate_upm is None:
            return None
        at_a_moment = weighed.window[0] == weighed.window[1]
        at_most = possible(rate_upm, to_us - from_us, at_a_moment=at_a_moment)
        if pieces <= at_most:
            return None
        start, end = (to_rfc3339(at_us) for at_us in weighed.window)
        said = weighed.given.model_copy(update={"start": None if at_a_moment else start, "end": end})
        who = call.scope.actor
        kept = HeldEntry(
            call.uow.known, weighed.node.id, said.model_dump_json(exclude_none=True), *weighed.window, to_us - from_us,
            pieces, at_most, rate_upm, who.id, who.name, self._clock.now_us(), call.uow.known,
        )  # fmt: skip
        store.put(call.uow, kept)
        return HeldBack(
            made=pieces, possible=at_most, rate_upm=rate_upm, start=to_rfc3339(from_us), end=to_rfc3339(to_us)
        )

    def _fastest_upm(self, reading: Reading, weighed: Weighed) -> float | None:
        """The fastest that the machine went at in the period, by what ran there."""
        from_us, to_us = weighed.looked
        node, room = weighed.node, self._production
        jobs = room.responses(reading, node.id, from_us, to_us, scope=OWN)
        rates = [room.rate_upm(job, at_us) for job in jobs for at_us in (from_us, to_us)]
        return fastest_upm(node.counters, [*rates, room.standard_rate_upm(node.id, None, to_us)])
