"""The performance room: it keeps the ledger in step with what becomes known, and answers what a period came to."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

from dovetail.books.rollups import Bucket, buckets_across, sums_by_rollup
from dovetail.core import faults
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, Clock
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.events import events_after, mark_handled, plants_known
from dovetail.db.events import handled as handled_to
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import Equipment, PlantModel
from dovetail.events.equipment import PlantApplied
from dovetail.events.performance import LedgerSettled
from dovetail.ledger.changes import Change, changes, goes_on, in_days, merged
from dovetail.ledger.columns import Sums, add, nothing, sum_slices
from dovetail.ledger.cutting import shift_day_us
from dovetail.ledger.model import Slice
from dovetail.ledger.timeclass import Settings
from dovetail.performance import store
from dovetail.performance.facts import EVER_US, OWN, Gathering, ShiftTrack, Sources, ledgered, ledgers, missing_hint
from dovetail.performance.kpis._lines import below_of, figured, is_summed
from dovetail.performance.report import Figures, figures
from dovetail.performance.settling import recut, settle

VIEW: Final = "plant.view"
HANDLER: Final = "performance.ledger"
KINDS: Final = (
    "RecordsChanged", "TimelineEdited", "CountsChanged", "JobResponseChanged", "PlantApplied", "CalendarCorrected",
    "SignatureChanged", "Restated",
)  # fmt: skip
EVENTS_MAX: Final = 500  # of one step: a catch-up after an import stays in short transactions
ROLLUP_FROM_US: Final = 2 * DAY_US  # a shorter period has few slices; a longer one is summed from rollups


@dataclass(frozen=True, slots=True)
class Leaves:
    """The equipment whose ledgers a node's figures are the sum of, and why some of it may be missing."""

    ids: tuple[int, ...]
    hidden: bool = False
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """The figures of [from_us, until_us) of one node. `settled_us`: up to here from slices held, then derived live."""

    equipment_id: int
    from_us: int
    to_us: int
    until_us: int
    shift: ShiftTrack | None
    as_of: int | None
    settled_us: int | None
    known: int
    line_method: str | None
    leaves: Leaves
    sums: Sums
    settings: Settings
    figures: Figures


class PerformanceRoom:
    """Ledger, KPIs and the sums under them; slices that moved are told with `LedgerSettled`."""

    def __init__(
        self, database: Database, *, clock: Clock, bus: Bus, sources: Sources, settings: Settings | None = None
    ) -> None:
        self.database = database
        self.clock = clock
        self.sources = sources
        self.gathering = Gathering(sources, settings or Settings())
        self._one_at_a_time = threading.Lock()
        self._may_recut = True
        with database.read() as reading:
            self.gathering.plants = plants_known(reading)
        bus.subscribe(PlantApplied, self._plant_applied)

    def _plant_applied(self, applied: PlantApplied) -> None:
        self.gathering.plants = sorted({*self.gathering.plants, applied.known})

    @property
    def settings(self) -> Settings:
        """The conventions that hold now."""
        return self.settings_for(self.clock.now_us())

    def settings_for(self, to_us: int, as_of: int | None = None) -> Settings:
        """The conventions of a question that ends there: those that held last in it."""
        with self.database.read() as reading:
            until_us = self.until(reading, to_us, as_of)
        return self.gathering.settings_at(until_us - 1, as_of=as_of)

    # --- keeping the ledger --------------------------------------------------------------------------------------
    def settle(self, equipment_id: int, from_us: int, to_us: int | None = None) -> None:
        """Rewrite the slices of a period from the facts as known now: those affected, and only rows that differ."""
        with self.database.read() as reading:
            known = reading.known_now()
        with self._one_at_a_time:
            self._settle(Change(equipment_id, from_us, to_us, known, "settle"), handled=None)

    def step(self, limit: int = EVENTS_MAX) -> int:
        """Deal with the next events in the order of knowledge; answers how many, 0 when there is nothing to do.

        Records of one equipment that follow each other are settled together; anything a person or a plant version
        changed is settled at its own `known`, so that `as_of` can tell before from after. When nothing is left, a day
        of what was cut before an upgrade is cut again.
        """
        with self._one_at_a_time:
            with self.database.read() as reading:
                found = events_after(reading, handled_to(reading, HANDLER), KINDS, limit=limit)
            if len(found) == limit and found[0].known != found[-1].known:
                found = [event for event in found if event.known != found[-1].known]  # never half of one transaction
            moved = merged(change for event in found for change in changes(event))
            for place, change in enumerate(moved):
                following = moved[place + 1].known if place + 1 < len(moved) else None
                self._settle(change, handled=change.known if following != change.known else None)
            return len(found) or self._recut()

    def is_whole(self, reading: Reading) -> bool:
        """Whether the sums of shifts say all that is held: no upgrade left days to be cut again."""
        return store.to_recut(reading) is None

    def _recut(self) -> int:
        """A day of a ledger that an upgrade left to be cut again; 0 when there is none. Only an upgrade makes more."""
        with self.database.read() as reading:
            waiting = store.to_recut(reading) if self._may_recut else None
            known = reading.known_now()
        self._may_recut = waiting is not None
        if waiting is None:
            return 0
        with self.database.write(OWN.actor) as uow:
            store.mark_recut(uow, waiting[0], recut(uow, self.gathering, *waiting, known=known))
        return 1

    def _settle(self, change: Change, *, handled: int | None) -> None:
        periods = [(ledger, period) for ledger in self._affected(change) for period in self._days(ledger, change)]
        for place, (equipment_id, period) in enumerate(periods, start=1):
            with self.database.write(OWN.actor) as uow:
                moved = settle(uow, self.gathering, equipment_id, period, known=change.known)
                if moved is not None:
                    uow.emit(LedgerSettled(equipment_id, *moved, change.known))
                if handled is not None and place == len(periods):
                    mark_handled(uow, HANDLER, handled)
                faults.point("ledger.cut")
            faults.point("ledger.settled")
        if handled is not None and not periods:
            with self.database.write(OWN.actor) as uow:
                mark_handled(uow, HANDLER, handled)

    def _affected(self, change: Change) -> list[int]:
        """The ledgers a change may move: the unit's own, and those of the lines that take something from it."""
        who, found = change.equipment_id, ledgers(self.sources.equipment.plant()).items()
        return sorted(number for number, made_of in found if who is None or who in made_of.units | {number})

    def _days(self, equipment_id: int, change: Change) -> list[tuple[int, int]]:
        """The change's period in parts of a day, no longer than there are records or slices held of it."""
        to_us = max(change.from_us + 1, self.clock.now_us() if change.to_us is None else change.to_us)
        with self.database.read() as reading:
            asked = partial(self.gathering.records, reading, equipment_id, as_of=change.known)
            held, records = store.extent(reading, equipment_id), asked(change.from_us, to_us)
            begins = [record.t0_us for record in records[:1]] + ([held[0]] if held else [])
            ends_us = held[1] if held else 0
            open_us = records[0].t0_us if records and records[0].t1_us is None else change.from_us
            if not begins or (change.kind == "RecordsChanged" and ends_us <= open_us < change.from_us):
                return []  # slices end where the open record begins: what is counted in it moves none
            since_us = min(change.from_us, ends_us) if held and change.kind == "RecordsChanged" else change.from_us
            days = in_days(max(since_us, min(begins)), to_us)
            return [day for day in days if day[0] <= ends_us or not goes_on(asked(*day), day[0])]

    # --- asking it -----------------------------------------------------------------------------------------------
    def slices(
        self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Slice]:
        """The slices of [from_us, to_us) of a unit or a line, cut at both ends; the open tail is derived up to now."""
        scope.require(VIEW, equipment_id)
        with self.database.read() as reading:
            until_us = self.until(reading, to_us, as_of)
            lo_us, hi_us = self.held_between(reading, equipment_id, from_us, until_us, as_of)
            held = store.overlapping(reading, equipment_id, lo_us, hi_us, as_of=as_of) if lo_us < hi_us else []
            head = self.derived(reading, equipment_id, from_us, lo_us, as_of)
            return head + [piece for _, piece in held] + self.derived(reading, equipment_id, hi_us, until_us, as_of)

    def sums(self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None) -> Sums:
        """Every column over [from_us, to_us) of a unit or a line; long periods from the rollups."""
        scope.require(VIEW, equipment_id)
        with self.database.read() as reading:
            return self._sums(reading, equipment_id, from_us, self.until(reading, to_us, as_of), as_of)

    def held(self, reading: Reading, equipment_id: int, *, as_of: int | None = None) -> tuple[int, int] | None:
        """(begin, end) of the time of which slices were held; None where there were none."""
        return store.extent(reading, equipment_id, as_of=as_of)

    def revised(
        self, reading: Reading, equipment_id: int, period: tuple[int, int], known: tuple[int, int], *, limit: int
    ) -> list[Slice]:
        """Slices of a ledger that touch a period and came or went between two moments of knowledge, by time."""
        return store.revised(reading, equipment_id, period, known, limit=limit)

    def kpis(
        self,
        equipment_id: int,
        from_us: int,
        to_us: int,
        *,
        scope: Scope,
        as_of: int | None = None,
        shift: ShiftTrack | None = None,
    ) -> Period:
        """What a period came to, of a unit, a line, or everything below a node that the scope sees."""
        scope.require(VIEW, equipment_id)
        with self.database.read() as reading:
            until_us = self.until(reading, to_us, as_of)
            plant, node = self.plant_at(reading, equipment_id, as_of), self._then(equipment_id, until_us - 1, as_of)
            leaves = self.leaves(plant, equipment_id, scope, at_us=until_us - 1, as_of=as_of)
            parts = [self._sums(reading, leaf, from_us, until_us, as_of) for leaf in leaves.ids]
            ends = [extent[1] for leaf in leaves.ids if (extent := store.extent(reading, leaf, as_of=as_of))]
            known = handled_to(reading, HANDLER)
        sums = add(*parts) if parts else nothing()
        settings = figured(node, self.gathering.settings_at(until_us - 1, as_of=as_of))
        return Period(
            equipment_id=equipment_id,
            from_us=from_us,
            to_us=to_us,
            until_us=until_us,
            shift=shift,
            as_of=as_of,
            settled_us=min(ends) if ends and len(ends) == len(leaves.ids) else None,
            known=known,
            line_method=settings.line if leaves.ids and (node.flow or not node.states) else None,
            leaves=leaves,
            sums=sums,
            settings=settings,
            figures=figures(
                sums,
                settings,
                self.gathering.untold(leaves.ids, until_us - 1, as_of=as_of),
                targets=self.gathering.targets(plant.get(equipment_id).path, until_us - 1, as_of=as_of),
            ),
        )

    def shift(self, equipment_id: int, name: str, *, scope: Scope, as_of: int | None = None) -> ShiftTrack:
        """The shift that runs now, or ran when `as_of` became known (`current`), or that of an id; or NotFoundError."""
        scope.require(VIEW, equipment_id)
        calendar = self.gathering.said(as_of).calendar
        with self.database.read() as reading:
            now_us, plant = self.until(reading, EVER_US, as_of), self.plant_at(reading, equipment_id, as_of)
        made_of = ledgered(plant, plant.get(equipment_id))
        source = equipment_id if made_of is None else made_of.times_of
        found = calendar.shift_at(source, now_us) if name == "current" else None
        if (day_us := shift_day_us(name)) is not None:
            near = calendar.shifts(source, day_us - DAY_US, day_us + 3 * DAY_US)
            found = next((one for one in near if one.id == name), None)
        if found is None:
            raise NotFoundError(f"there is no shift {name!r} here", code="no-shift")
        return found

    def leaves(
        self, plant: PlantModel, equipment_id: int, scope: Scope, *, at_us: int | None = None, as_of: int | None = None
    ) -> Leaves:
        """Where a node's figures come from: itself when it has a ledger, else what lies below it and may be seen.

        The plant of `at_us` decides what lay below it: what was taken out or moved since stays where it was. What has
        a ledger only since then, by `plant`, counts where a history of it was brought in.
        """
        now = self._leaves(plant, equipment_id, scope, at_us=at_us, as_of=as_of)
        then = plant if at_us is None else self.gathering.said(as_of).equipment.plant(at_us=at_us)
        if then is plant or equipment_id not in then.equipment:
            return now
        was = self._leaves(then, equipment_id, scope, at_us=at_us, as_of=as_of)
        known = {one for one in now.ids if one in then.equipment and ledgered(then, then.equipment[one]) is not None}
        since = [one for one in now.ids if one not in known and self._begins(one, as_of) <= (at_us or 0)]
        hints = tuple(dict.fromkeys((*was.hints, *(now.hints if since else ()))))
        return Leaves((*was.ids, *since), was.hidden or now.hidden, hints)

    def _begins(self, equipment_id: int, as_of: int | None) -> int:
        with self.database.read() as reading:
            held = self.held(reading, equipment_id, as_of=as_of)
        return EVER_US if held is None else held[0]

    def _leaves(
        self, plant: PlantModel, equipment_id: int, scope: Scope, *, at_us: int | None, as_of: int | None
    ) -> Leaves:
        """Those of one plant. A line is summed over its units where its definition of `at_us` says so."""
        node, summed = plant.get(equipment_id), is_summed(self._then(equipment_id, at_us, as_of))
        if not summed and ledgered(plant, node) is not None:
            blind = "good" in self.gathering.untold([equipment_id], self.clock.now_us(), as_of=as_of)
            hint = f"{node.path}: nothing counts good pieces, give it `counters`"
            return Leaves((equipment_id,), hints=(hint,) if blind else ())
        children = below_of(plant, node)
        if not children or (node.flow and not summed):
            return Leaves((), hints=(f"{node.path}: {missing_hint(node)}",))
        seen = [child for child in children if scope.sees(VIEW, child)]
        below = [self._leaves(plant, child, scope, at_us=at_us, as_of=as_of) for child in seen]
        return Leaves(
            tuple(leaf for one in below for leaf in one.ids),
            len(seen) < len(children) or any(one.hidden for one in below),
            tuple(hint for one in below for hint in one.hints),
        )

    # --- parts of the answers ------------------------------------------------------------------------------------
    def _then(self, equipment_id: int, at_us: int | None, as_of: int | None) -> Equipment:
        return self.gathering.node(equipment_id, at_us, as_of=as_of)[1]

    def plant_at(self, reading: Reading, equipment_id: int, as_of: int | None) -> PlantModel:
        """The plant that held when something was known; where the equipment was not in it, that of now or, where it was
        taken out, the last that had it."""
        if as_of is not None and (moment_us := store.moment_of(reading, as_of)) is not None:
            plant = self.gathering.said(as_of).equipment.plant(at_us=moment_us)
            if equipment_id in plant.equipment:
                return plant
        return self.gathering.node(equipment_id)[0]

    def until(self, reading: Reading, to_us: int, as_of: int | None) -> int:
        """Where a period really ends: nothing is known of what comes after now, or after `as_of` became known."""
        ends = [to_us, self.clock.now_us()]
        if as_of is not None:
            ends.append(store.moment_of(reading, as_of) or ends[1])
        return min(ends)

    def held_between(
        self, reading: Reading, equipment_id: int, from_us: int, until_us: int, as_of: int | None
    ) -> tuple[int, int]:
        """The part of a period that whole slices held cover: between it and the ends slices are derived."""
        extent = store.extent(reading, equipment_id, as_of=as_of)
        is_live = extent is not None and as_of is None and until_us >= self.clock.now_us()
        upto_us = self.gathering.fresh_from(equipment_id, until_us) if is_live else until_us
        if extent is None or extent[1] <= from_us or extent[0] >= upto_us or from_us >= upto_us:
            return until_us, until_us
        first = store.overlapping(reading, equipment_id, from_us, upto_us, as_of=as_of, limit=1)[0][1]
        lo_us = first.t0_us if first.t0_us >= from_us else first.t1_us
        last = store.overlapping(reading, equipment_id, min(upto_us, extent[1]) - 1, upto_us, as_of=as_of, limit=1)
        hi_us = last[0][1].t1_us if last[0][1].t1_us <= upto_us else last[0][1].t0_us
        return (lo_us, hi_us) if lo_us < hi_us else (until_us, until_us)

    def derived(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, as_of: int | None) -> list[Slice]:
        """The slices of a period straight from the facts, with a cut at both ends; what stands from those of then."""
        return self.gathering.kept(reading, equipment_id, (from_us, to_us), as_of=as_of, now_us=self.clock.now_us())

    def _sums(self, reading: Reading, equipment_id: int, from_us: int, until_us: int, as_of: int | None) -> Sums:
        lo_us, hi_us = self.held_between(reading, equipment_id, from_us, until_us, as_of)
        if as_of is None and hi_us - lo_us >= ROLLUP_FROM_US:
            rest = self.beside_shifts(reading, equipment_id, (from_us, until_us), (lo_us, hi_us))
            return add(sum_slices(rest), *sums_by_rollup(reading, [equipment_id], lo_us, hi_us).values())
        edges = sum_slices(
            self.derived(reading, equipment_id, from_us, lo_us, as_of)
            + self.derived(reading, equipment_id, hi_us, until_us, as_of)
        )
        if lo_us >= hi_us:
            return edges
        return add(edges, *store.sums_by_slices(reading, [equipment_id], lo_us, hi_us, as_of=as_of).values())

    def beside_shifts(
        self,
        reading: Reading,
        equipment_id: int,
        period: tuple[int, int],
        held: tuple[int, int],
        *,
        also: Collection[Bucket] = (),
    ) -> list[Slice]:
        """The slices of a period that no whole shift in it holds, by time; `also`: and those of these shifts."""
        (from_us, until_us), (lo_us, hi_us) = period, held
        across = buckets_across(reading, equipment_id, lo_us, hi_us) | {*also}
        partial = [
            piece
            for piece in store.of_days(reading, equipment_id, {day for day, _ in across})
            if (piece.day, piece.shift_id or "") in across and piece.t0_us >= lo_us and piece.t1_us <= hi_us
        ]
        head = self.derived(reading, equipment_id, from_us, lo_us, None)
        return head + partial + self.derived(reading, equipment_id, hi_us, until_us, None)
