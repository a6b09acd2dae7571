"""Say on each work unit's internal tags what runs there: job, product and rate are signals like any other.

After the records have committed, the tags are made to say what the records say: on every change of a job or of the
plant, and once at start for whatever a crash left unsaid. Doing it twice adds nothing.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Final

from dovetail.core import faults
from dovetail.core.batch import Batch, Frame, Kind, Lane, Value
from dovetail.core.scope import system_scope
from dovetail.db.events import Event, events_after, handled, mark_handled
from dovetail.db.uow import Database
from dovetail.equipment.model import WORK_UNIT, PlantModel, Tag
from dovetail.events.equipment import PlantApplied
from dovetail.events.production import JobResponseChanged
from dovetail.historian.service import Historian
from dovetail.production import store
from dovetail.production.model import JobResponse
from dovetail.production.tracks import PROPERTIES, Held, HeldSample, Missing, edges, missing, said_at

SOURCE: Final = "production"
HANDLER: Final = "production.publish"
KINDS: Final = (JobResponseChanged.__name__, PlantApplied.__name__)
UNITS_AT_ONCE: Final = 200  # keeps one frame and one question to the historian small
SCOPE: Final = system_scope("production")

type PlantAt = Callable[[int | None], PlantModel]  # the plant of a moment; None: of now
type RateOf = Callable[[int, JobResponse | None, int], float | None]  # (equipment, its job, a moment)


class Publisher:
    """Keeps the internal tags equal to the job responses. `moments()` are those at which a definition changes."""

    def __init__(
        self,
        database: Database,
        *,
        historian: Historian,
        plant: PlantAt,
        rate: RateOf,
        moments: Callable[[], Sequence[int]],
    ) -> None:
        self._database = database
        self._historian = historian
        self._plant = plant
        self._rate = rate
        self._moments = moments
        self._looked_us: int | None = None
        self._seen_known = 0  # the event log is read on from here; most of it is not for us
        self._epoch: int | None = None
        self._seq = 0
        self._lock = threading.Lock()

    def step(self) -> int:
        """Publish what is not yet said; answers how many samples that took."""
        with self._lock:
            now_us = self._database.clock.now_us()
            plant = self._plant(None)
            with self._database.read() as reading:
                events = events_after(reading, max(handled(reading, HANDLER), self._seen_known), KINDS)
                seen_known = reading.known_now()
            due = self._due(events, plant, now_us)
            put = sum(self._make_equal(plant, list(part), due) for part in batched(sorted(due), UNITS_AT_ONCE))
            self._looked_us, self._seen_known = now_us, seen_known
            if events:
                faults.point("production.published")
                with self._database.write(SCOPE.actor) as uow:
                    mark_handled(uow, HANDLER, events[-1].known)
            return put

    def _due(self, events: Sequence[Event], plant: PlantModel, now_us: int) -> dict[int, int]:
        """Per work unit the moment from which its tags must be looked at."""
        units = [node.id for node in plant.equipment.values() if node.level == WORK_UNIT]
        from_us: dict[int, int] = {}

        def add(equipment_id: int, moment_us: int) -> None:
            from_us[equipment_id] = min(moment_us, from_us.get(equipment_id, moment_us))

        moments = [moment for moment in self._moments() if moment <= now_us]
        looked_us = self._looked_us
        # at start: as of the newest plant; older corrections are still in the event log
        passed = moments[-1:] if looked_us is None else [moment for moment in moments if moment > looked_us]
        passed += [e.body["valid_from_us"] for e in events if e.kind == PlantApplied.__name__]
        for unit in units:
            for moment in passed:
                add(unit, min(moment, now_us))
        for event in events:
            if event.kind == JobResponseChanged.__name__ and event.body["equipment_id"] in plant.equipment:
                add(event.body["equipment_id"], event.body["from_us"])
        return from_us

    def _make_equal(self, plant: PlantModel, units: Sequence[int], due: Mapping[int, int]) -> int:
        tags = {unit: _internal(plant, unit) for unit in units}
        held = self._held([tag.id for own in tags.values() for tag in own.values()], min(due[unit] for unit in units))
        with self._database.read() as reading:
            jobs = store.between(reading, units, min(due[unit] for unit in units), None)
        rows: list[tuple[Tag, Missing]] = []
        for unit in units:
            own = [job for job in jobs if job.equipment_id == unit]
            there = {name: _from(held.get(tag.id, Held()), due[unit]) for name, tag in tags[unit].items()}
            rows += [(tags[unit][gap.name], gap) for gap in self._gaps(unit, own, there, from_us=due[unit])]
        self._put(rows)
        return len(rows)

    def _gaps(
        self, unit: int, jobs: Sequence[JobResponse], held: Mapping[str, Held], *, from_us: int
    ) -> Iterator[Missing]:
        now_us = self._database.clock.now_us()
        moments = edges(jobs) | {moment for moment in self._moments() if moment <= now_us}
        rate = self._rate
        gaps = missing(
            lambda at_us: said_at(jobs, at_us, lambda job, moment: rate(unit, job, moment)),
            moments,
            held,
            from_us=from_us,
        )
        return (gap for gap in gaps if gap.name in held)

    def _held(self, tags: Sequence[int], from_us: int) -> dict[int, Held]:
        """What the historian has of these tags before and from a moment on."""
        before = self._historian.bounding(tags, from_us, scope=SCOPE)
        newest = self._historian.last(tags, scope=SCOPE)
        to_us = max((sample.ts_us for sample in newest.values()), default=from_us - 1) + 1
        after: dict[int, list[HeldSample]] = defaultdict(list)
        for batch in self._historian.raw(tags, from_us, to_us, scope=SCOPE) if to_us > from_us else []:
            for tag, ts_us, value, quality in batch.rows():
                after[tag].append(HeldSample(ts_us, value, quality))
        return {
            tag: Held(before=(before[tag].value,) if tag in before else (), after=after.get(tag, [])) for tag in tags
        }

    def _put(self, rows: Sequence[tuple[Tag, Missing]]) -> None:
        by_kind: dict[Kind, list[tuple[int, int, Value, int]]] = defaultdict(list)
        for tag, gap in sorted(rows, key=lambda row: (row[1].ts_us, row[0].id)):
            by_kind[tag.kind].append((tag.id, gap.ts_us, gap.value, gap.quality))
        if not by_kind:
            return
        if self._epoch is None:
            self._epoch, self._seq = self._historian.resume(SOURCE, ()).epoch, 0
        batches = tuple(Batch.of(kind, samples) for kind, samples in by_kind.items())
        frame = Frame(SOURCE, Lane.LIVE, self._epoch, self._seq + 1, batches)
        try:
            self._historian.put([frame])
        except Exception:
            self._epoch = None  # whether it was kept is unknown: a new epoch, and what is missing is looked for anew
            raise
        self._seq += 1


def _internal(plant: PlantModel, unit: int) -> dict[str, Tag]:
    tags = plant.tags_of(unit)
    return {name: tags[name] for name in PROPERTIES if name in tags}


def _from(held: Held, from_us: int) -> Held:
    """The same, seen from a later moment."""
    earlier = [sample.value for sample in held.after if sample.ts_us < from_us]
    before = (earlier[-1],) if earlier else held.before
    return Held(before, [sample for sample in held.after if sample.ts_us >= from_us])
