"""Follow the product signals of the machines: whatever arrives, late or doubled, the jobs are what the samples say.

A consumer of the historian's head. Nothing is remembered between two steps but the position: from the first sample that
is new, or that people corrected, jobs are read again from the signals and the records are made equal to them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from dovetail.core import faults
from dovetail.core.batch import Kind, Value
from dovetail.core.ids import uuid7
from dovetail.core.limits import JOB_CATCH_UP_US, JOB_POSITION_EVERY, JOB_TAG_LOOK_BACK, JOB_TAGS_TOGETHER_US
from dovetail.core.quality import is_good
from dovetail.core.scope import system_scope
from dovetail.db.events import handled, mark_handled
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.events.corrections import SamplesCorrected
from dovetail.events.production import JobResponseChanged
from dovetail.historian.model import HeadRow
from dovetail.historian.service import Historian
from dovetail.jobtexts.model import JobText, trimmed
from dovetail.jobtexts.service import Taken, TextsRoom
from dovetail.production import bytag, store
from dovetail.production.bytag import Run, Seen
from dovetail.production.model import JobResponse, moved

log = logging.getLogger(__name__)

CONSUMER = "production"
SCOPE = system_scope("production")


class Corrections(Protocol):
    """Who knows what people corrected of samples; `known`: up to where in the order of knowledge."""

    @property
    def known(self) -> int: ...
    def moved_since(self, reading: Reading, known: int) -> Sequence[SamplesCorrected]: ...


@dataclass(frozen=True, slots=True)
class JobTags:
    """The tags that say what an equipment runs: its product and order, or a text that names either."""

    product: int | None
    order: int | None
    text: int | None = None

    def ids(self) -> list[int]:
        """The tag ids there are."""
        return [tag for tag in (self.product, self.order, self.text) if tag is not None]


def job_tags(plant: PlantModel) -> dict[int, JobTags]:
    """Per equipment with a `job` mapping, its tags."""
    found: dict[int, JobTags] = {}
    for node in plant.equipment.values():
        if node.job is None:
            continue
        tags = plant.tags_of(node.id)
        named = (tags.get(str(node.job.get(key))) for key in ("product_tag", "order_tag", "text_tag"))
        product, order, text = (None if tag is None else tag.id for tag in named)
        if product is not None or text is not None:
            found[node.id] = JobTags(product, order, text)
    return found


def text_of(value: Value, quality: int) -> str:
    """What a sample says, as text; empty where it says nothing that could start a job."""
    return "" if value is None or not is_good(quality) else trimmed(str(value)).strip()


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be written: runs that stand otherwise, jobs to forget, and what texts came to."""

    runs: list[Run]
    gone: list[JobResponse]
    texts: Taken

    @property
    def differs(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.runs or self.gone or self.texts.new or self.texts.gone)


def _start(one: JobText) -> bytag.Start:
    return bytag.Start(one.ts_us, one.product, one.job_order, one.lot, one.standard_rate_upm)


class TagJobs:
    """Makes the jobs by tag equal to the samples. One thread calls `step`."""

    def __init__(
        self, database: Database, *, historian: Historian, plant: Callable[[], PlantModel], corrections: Corrections,
        texts: TextsRoom,
    ) -> None:  # fmt: skip
        self._database, self._historian, self._plant, self._corrections = database, historian, plant, corrections
        self._texts = texts
        self._heard: int | None = None  # of corrections, up to here
        self._at: int | None = None  # read up to here
        self._durable = 0  # and this is written down; only this is told to the historian
        self._mapped: tuple[PlantModel, dict[int, JobTags]] = (PlantModel(), {})

    def step(self, limit: int) -> int:
        """Read up to `limit` head rows; answers how many there were. Records and position commit together."""
        at = self._position()
        if self._mapped[0] is not (plant := self._plant()):  # the mappings stay the same while a step lasts
            self._mapped = (plant, job_tags(plant))
        self._hear(at)
        self._hear_texts(at)
        released, _ = self._historian.head_bounds()
        if at < released:
            log.warning("head rows were released before jobs were read from them; reading the last days anew")
            self._record(self._lately(), released)
            at = released
        rows = self._historian.head(at, limit)
        if rows:
            self._record(self._touched(rows), rows[-1].head_id)
        return len(rows)

    def _position(self) -> int:
        if self._at is None:
            with self._database.read() as reading:
                self._at = self._durable = store.position(reading, CONSUMER)
            self._historian.consumer_at(CONSUMER, self._at)  # from now on no row goes before we have read it
        return self._at

    def _hear(self, at: int) -> None:
        """Of products and orders that people corrected, or corrected no more, since."""
        known = self._corrections.known
        if self._heard == known:
            return
        with self._database.read() as reading:
            heard = handled(reading, CONSUMER) if self._heard is None else self._heard
            corrected = self._corrections.moved_since(reading, heard)
        since: dict[int, int] = {}
        owner = self._owner()
        for one in corrected:
            if (unit := owner.get(one.tag_id)) is not None:
                since[unit] = min(one.from_us, since.get(unit, one.from_us))
        before, self._heard = self._heard, max([known, *(one.known for one in corrected)])
        try:
            self._record(since, at)
        except BaseException:
            self._heard = before  # it is heard again
            raise

    def _hear_texts(self, at: int) -> None:
        """Of orders, products and answers by which texts that were said may begin a job now."""
        if not any(tags.text is not None for tags in self._mapped[1].values()):
            return
        with self._database.read() as reading:
            since = self._texts.moved(reading, list(self._mapped[1]))
        try:
            self._record(since, at)
        except BaseException:
            self._texts.forget_looking()  # it is told again
            raise

    def _record(self, since: Mapping[int, int], head_id: int) -> None:
        """Make the jobs equal to the samples from these moments on. Without a change a position need not be durable."""
        if (since and self._differs(since)) or head_id - self._durable >= JOB_POSITION_EVERY:
            with self._database.write(SCOPE.actor) as uow:
                for equipment_id, since_us in since.items():
                    self._settle(uow, equipment_id, since_us)
                store.move(uow, CONSUMER, head_id)
                mark_handled(uow, CONSUMER, self._heard or 0)
                self._texts.mark(uow)
            faults.point("production.recorded")
            self._durable = head_id
            self._historian.consumer_at(CONSUMER, head_id)
        self._at = head_id

    def _lately(self) -> dict[int, int]:
        """Every mapped equipment, from the last days on."""
        return dict.fromkeys(self._mapped[1], self._database.clock.now_us() - JOB_CATCH_UP_US)

    def _owner(self) -> dict[int, int]:
        """Per tag whose product or order it says."""
        return {tag: equipment_id for equipment_id, tags in self._mapped[1].items() for tag in tags.ids()}

    def _touched(self, rows: Sequence[HeadRow]) -> dict[int, int]:
        """Per equipment the first moment for which these rows bring a product or an order."""
        owner = self._owner()
        since: dict[int, int] = {}
        if not owner:
            return since
        wanted = np.array(sorted(owner), dtype=np.int64)
        for batch in (batch for row in rows for batch in row.frame.batches):
            if batch.kind not in (Kind.STR, Kind.I64, Kind.U64):
                continue
            which = np.isin(batch.tag, wanted)
            for tag, ts_us in zip(batch.tag[which].tolist(), batch.ts[which].tolist(), strict=True):
                since[owner[tag]] = min(ts_us, since.get(owner[tag], ts_us))
        return since

    def _differs(self, since: Mapping[int, int]) -> bool:
        with self._database.read() as reading:
            return any(self._plan(reading, one, since_us).differs for one, since_us in since.items())

    def _plan(self, reading: Reading, equipment_id: int, since_us: int) -> Plan:
        """What must be written so that the jobs from `since_us` on are what the samples say.

        A sample reaches `JOB_TAGS_TOGETHER_US` back, and what changes there hangs on samples as far before that again.
        """
        from_us, text_tags = self._texts.since(equipment_id, since_us - JOB_TAGS_TOGETHER_US)
        texts = Taken()
        if text_tags:
            texts = self._taken(reading, equipment_id, text_tags, from_us)
            begun = [_start(one) for one in texts.texts if one.outcome in ("names", "ends")]
        else:
            begun = self._begun(reading, equipment_id, from_us - JOB_TAGS_TOGETHER_US)
        existing = [job for job in store.between(reading, [equipment_id], from_us, None) if not job.beside]
        wanted = bytag.runs(existing, begun, since_us=from_us, order="begins" if text_tags else "names")
        kept = {run.base.id for run in wanted if run.base is not None}
        changed = [run for run in wanted if not run.stands]
        return Plan(changed, [job for job in existing if job.id not in kept], texts)

    def _taken(self, reading: Reading, equipment_id: int, tags: list[int], from_us: int) -> Taken:
        """What the texts of its tags say from a moment on."""
        said = [
            (tag, ts_us, str(value))
            for tag, ts_us, value, quality in self._samples(tags, from_us)
            if value is not None and is_good(quality)
        ]
        before = self._texts.before(reading, equipment_id, from_us)
        return self._texts.read(reading, equipment_id, said, before=before, from_us=from_us)

    def _begun(self, reading: Reading, equipment_id: int, from_us: int) -> list[bytag.Start]:
        tags = self._mapped[1][equipment_id]
        if tags.product is None:  # the text tag counts from a moment that is yet to come
            return []
        seen = self._seen(tags, from_us)
        counted = store.any_before(reading, equipment_id, from_us)  # until then what is held starts the first job
        return bytag.starts(
            seen[tags.product],
            seen[tags.order] if tags.order is not None else [],
            product_before=self._before(tags.product, from_us) if counted else None,
            order_before=self._before(tags.order, from_us) if tags.order is not None else None,
        )

    def _samples(self, tags: list[int], from_us: int) -> Iterator[tuple[int, int, Value, int]]:
        """(tag, ts, value, quality) from a moment on, by time and arrival."""
        newest = self._historian.last(tags, scope=SCOPE)
        to_us = max((sample.ts_us for sample in newest.values()), default=from_us) + 1
        for batch in self._historian.raw(tags, from_us, to_us, scope=SCOPE) if to_us > from_us else []:
            yield from batch.rows()

    def _seen(self, tags: JobTags, from_us: int) -> dict[int, list[Seen]]:
        """Per tag its samples from a moment on, by time and arrival."""
        seen: dict[int, list[Seen]] = {tag: [] for tag in tags.ids()}
        for tag, ts_us, value, quality in self._samples(tags.ids(), from_us):
            seen[tag].append((ts_us, text_of(value, quality)))
        return seen

    def _before(self, tag: int, at_us: int) -> str | None:
        """The last text before a moment, passing over what says nothing."""
        for _ in range(JOB_TAG_LOOK_BACK):
            sample = self._historian.bounding([tag], at_us, scope=SCOPE).get(tag)
            if sample is None:
                return None
            text = text_of(sample.value, sample.quality)
            if text:
                return text
            at_us = sample.ts_us
        return None

    def _settle(self, uow: UnitOfWork, equipment_id: int, since_us: int) -> None:
        known = uow.known  # nobody else writes from here on
        plan = self._plan(uow, equipment_id, since_us)
        runs, gone = plan.runs, plan.gone
        jobs = [self._job(run, equipment_id, known) for run in runs]
        self._texts.keep(uow, plan.texts)
        store.forget(uow, [job.id for job in gone])
        store.put(uow, jobs)
        changed = [(job, None) for job in gone] + [(run.base, job) for run, job in zip(runs, jobs, strict=True)]
        for before, after in changed:
            from_us, to_us = moved(before, after)
            told = (after or before or gone[0]).id
            uow.emit(JobResponseChanged(equipment_id, told, from_us, known, to_us))

    def _job(self, run: Run, equipment_id: int, known: int) -> JobResponse:
        if run.base is not None:
            return replace(run.base, known_from=known, **bytag.said(run))
        new_id = uuid7(self._database.clock)
        return JobResponse(
            id=new_id, equipment_id=equipment_id, job_order=run.job_order, product=run.product, lot=run.lot,
            t0_us=run.t0_us, t1_us=run.t1_us, standard_rate_upm=run.standard_rate_upm, crew=None, known_from=known,
            known_to=None, run_id=new_id, run_equipment_id=equipment_id, started_by=run.started_by,
            ended_by=run.ended_by,
        )  # fmt: skip
