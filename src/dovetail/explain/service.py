"""The tree under a number: formula, columns, slices, records, samples, and the address in the controller.

Each node shows what it was made from, so that every step can be computed again; its key fetches a page of children."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import islice
from typing import Any, Final, cast

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.limits import JOB_TAGS_TOGETHER_US
from dovetail.counting.pieces import KINDS, Said
from dovetail.explain.said import Words
from dovetail.explain.unsigned import Unsigned
from dovetail.jobtexts.plant import TAGS as JOB_TAGS
from dovetail.ledger.columns import BY_NAME
from dovetail.ledger.model import JobShare, Slice
from dovetail.ledger.named import LABELS, parts_of, value_of
from dovetail.ledger.tracks import JobTrack, StateTrack
from dovetail.performance.facts import OWN
from dovetail.performance.kpis._lines import as_counted
from dovetail.performance.kpis._listed import describe
from dovetail.performance.model import Kpi
from dovetail.performance.report import catalogue
from dovetail.performance.service import PerformanceRoom, Period
from dovetail.production.model import JobResponse
from dovetail.proof.beneath import Timeline, beneath, derived_node, edit_node
from dovetail.proof.readings import RawSamples, Readings
from dovetail.proof.signals import Corrections, Signals
from dovetail.proof.slices import NO_JOB, brings, count_node, job_node, slice_node
from dovetail.proof.tree import Node, Place
from dovetail.rates.service import RatesRoom
from dovetail.reasoning.shown import evidence_out
from dovetail.timeline.service import Under

PAGE: Final = 50  # children of one answer: a screenful and a half
SAMPLES_MAX: Final = 50  # of one tag under one record


class Explainer:
    """Answers one node with its direct children; reads only what that node needs."""

    def __init__(
        self, room: PerformanceRoom, samples: RawSamples, timeline: Timeline, corrections: Corrections | None = None,
        *, rates: RatesRoom | None = None,
    ) -> None:  # fmt: skip
        self.room, self.rates = room, rates
        self._timeline, self._signals = timeline, Signals(samples, room.sources.equipment.plant, corrections)
        self.readings = Readings(samples, self._signals)
        self._words = Words(room, timeline)

    def unsigned(self) -> Explainer:
        """One that answers as if nothing were signed."""
        other = copy(self)
        other.room = Unsigned(self.room)
        other._words = Words(other.room, self._timeline)
        return other

    def explain(self, kpi: str, place: Place, *, path: str = "", cursor: str | None = None) -> Node:
        """The node at `path` under a KPI (empty: the KPI itself). Raises NotFoundError for what is not there."""
        place.scope.require("plant.view", place.equipment_id)
        if kpi not in catalogue():
            raise NotFoundError(f"there is no KPI {kpi!r}", code="no-kpi", hint=", ".join(catalogue()))
        here = place.down(kpi)
        steps = path.split("/")[1:] if path else []
        if path and path.split("/")[0] != kpi:
            raise NotFoundError(f"{path!r} does not begin at {kpi}", code="explain-path")
        for step in steps:
            here = here.down(step)
        return self.answer(here, cursor)

    def answer(self, here: Place, cursor: str | None = None) -> Node:
        """The node of a place, however it was come to."""
        here.scope.require("plant.view", here.ledger_id)
        if here.kind in ("equipment", "slice") and here.column not in BY_NAME:
            raise NotFoundError(f"there is nothing at {here.path!r}", code="explain-path")
        answer = {
            "kpi": self._kpi,
            "column": self._column,
            "equipment": self._slices,
            "slice": self._slice,
            "state-record": self._state_record,
            "timeline-edit": self._timeline_edit,
            "derived-record": self._derived_record,
            "count-record": self._count_record,
            "count-entry": self._count_entry,
            "job-response": self._job_response,
            "sample": self._signals.sample,
            "address": self._signals.address,
        }[here.kind]
        return answer(here, cursor)

    # --- sums ----------------------------------------------------------------------------------------------------
    def _kpi(self, place: Place, _cursor: str | None) -> Node:
        period = self._asked(place)
        kpi, *made_of = self._kpis(place.kpi, period)
        sums = period.sums
        node = self._kpi_node(place, kpi, period)
        node.detail["inputs"] = {name: value_of(name, sums, period.settings) for name in kpi.inputs}
        factors = [self._kpi_node(place.down(one.id), one, period) for one in made_of]
        explained = {name for one in made_of for name in one.inputs}
        own = [name for name in kpi.inputs if name not in explained]
        node.children = factors + [self._column_node(place.down(name), sums) for name in own]
        node.children += self._words.beneath(place, period.leaves.ids)
        return node

    def _kpis(self, name: str, period: Period) -> list[Kpi]:
        """A KPI and its factors, in the words that hold for the period."""
        every = catalogue()
        return [as_counted(every[one], period.settings, every) for one in (name, *every[name].factors)]

    def _kpi_node(self, place: Place, kpi: Kpi, period: Period) -> Node:
        words = describe(kpi, period.settings)
        counts = period.figures.counts
        untold = [kind for kind in KINDS if getattr(counts, kind) is None] if kpi.needs_pieces else []
        figure = next(one for one in period.figures.kpis if one.id == kpi.id)
        told = {"untold": untold} if untold else {"no_value": figure.why} if figure.why else {}
        return Node(
            key=place.path,
            label=kpi.name,
            value=figure.value,
            unit=kpi.unit,
            kind="kpi",
            formula=kpi.formula,
            convention=words.convention,
            detail={"standard": kpi.standard, "range": kpi.range} | told,
            more=True,
        )

    def _column_node(self, place: Place, sums: Mapping[str, int]) -> Node:
        parts = parts_of(place.column, self.room.settings_for(place.to_us, place.as_of))
        label, unit = LABELS.get(place.column, ("", ""))
        detail: dict[str, Any] = {}
        if parts is None:
            column = BY_NAME[place.column]
            label, unit = column.label, column.unit
            detail = {"measure": column.measure, "classes": sorted(column.classes), "flag": column.flag}
        value = value_of(place.column, sums, self.room.settings_for(place.to_us, place.as_of))
        formula = " + ".join(parts) if parts else f"Σ {detail['measure']} over slices"
        return Node(
            key=place.path,
            label=label,
            value=value,
            unit=unit,
            kind="column",
            formula=formula,
            detail=detail,
            more=value != 0 or parts is not None,
        )

    def _column(self, place: Place, cursor: str | None) -> Node:
        parts = parts_of(place.column, self.room.settings_for(place.to_us, place.as_of))
        leaves = self._leaves(place)
        if parts is None and leaves == (place.equipment_id,):
            return self._slices(place, cursor)
        sums = self._period(place)
        node = self._column_node(place, sums)
        if parts is not None:
            node.children = [self._column_node(place.down(part), sums) for part in parts]
            return node
        for leaf in leaves:
            own = self.room.sums(leaf, place.from_us, place.to_us, scope=place.scope, as_of=place.as_of)
            node.children.append(self._equipment_node(place.down(f"equipment:{leaf}"), own))
        return node

    def _equipment_node(self, place: Place, sums: Mapping[str, int]) -> Node:
        node = self._column_node(place, sums)
        _, equipment = self.room.gathering.node(place.ledger_id, place.to_us - 1, as_of=place.as_of)
        detail = {"equipment_id": place.ledger_id, "path": equipment.path} | node.detail
        return node.model_copy(update={"kind": "equipment", "label": equipment.name, "detail": detail})

    def _slices(self, place: Place, cursor: str | None) -> Node:
        sums = self.room.sums(place.ledger_id, place.from_us, place.to_us, scope=place.scope, as_of=place.as_of)
        node = self._equipment_node(place, sums) if place.kind == "equipment" else self._column_node(place, sums)
        found = self._contributing(place, place.from_us if cursor is None else int(cursor))
        node.children = [slice_node(place.down(f"slice:{piece.t0_us}"), piece) for piece in found[:PAGE]]
        node.next = str(found[PAGE].t0_us) if len(found) > PAGE else None
        return node

    def _contributing(self, place: Place, from_us: int) -> list[Slice]:
        """Up to PAGE + 1 slices that count in the column, from a moment on."""
        found = (piece for piece in self.slices_from(place, from_us) if brings(place.column, piece))
        return list(islice(found, PAGE + 1))

    def slices_from(self, place: Place, from_us: int) -> Iterator[Slice]:
        """The slices of a ledger from a moment on, each as a whole; read a few days at a time."""
        with self.room.database.read() as reading:
            until_us = self.room.until(reading, place.to_us, place.as_of)
        reach_us = 2 * DAY_US
        while from_us < until_us:
            is_last = from_us + reach_us >= until_us
            end_us = place.to_us if is_last else from_us + reach_us
            read = self.room.slices(place.ledger_id, from_us, end_us, scope=place.scope, as_of=place.as_of)
            whole = read if is_last else read[:-1]  # the last one may go on past this part
            yield from whole
            if read and not whole:
                reach_us *= 2
            else:
                from_us = whole[-1].t1_us if whole and not is_last else end_us

    def _period(self, place: Place) -> Mapping[str, int]:
        if place.unit:
            return self.room.sums(place.unit, place.from_us, place.to_us, scope=place.scope, as_of=place.as_of)
        return self._asked(place).sums

    def _asked(self, place: Place) -> Period:
        return self.room.kpis(place.equipment_id, place.from_us, place.to_us, scope=place.scope, as_of=place.as_of)

    def _leaves(self, place: Place) -> tuple[int, ...]:
        with self.room.database.read() as reading:
            plant = self.room.plant_at(reading, place.equipment_id, place.as_of)
        at_us = place.to_us - 1
        return self.room.leaves(plant, place.equipment_id, place.scope, at_us=at_us, as_of=place.as_of).ids

    # --- a slice and what it was cut from ------------------------------------------------------------------------
    def slice_at(self, place: Place) -> Slice:
        """The slice that begins at a moment, cut where the question ends."""
        reach_us = DAY_US
        while True:
            end_us = min(place.to_us, place.slice_us + reach_us)
            read = self.room.slices(place.ledger_id, place.slice_us, end_us, scope=place.scope, as_of=place.as_of)
            if not read:
                raise NotFoundError("there is no slice at this moment", code="explain-path")
            if len(read) > 1 or end_us == place.to_us:
                return read[0]
            reach_us *= 4

    def _slice(self, place: Place, _cursor: str | None) -> Node:
        piece = self.slice_at(place)
        node = slice_node(place, piece)
        gathering = self.room.gathering
        with self.room.database.read() as reading:
            records = gathering.records(reading, place.ledger_id, piece.t0_us, piece.t1_us, as_of=place.as_of)
            given = gathering.allotted(reading, place.ledger_id, piece.t0_us, piece.t1_us, as_of=place.as_of)
        node.children = [self._state_node(place.down(f"state-record:{r.t0_us}"), r) for r in records]
        for n, (count, quantity) in enumerate(given):
            node.children.append(count_node(place.down(f"count-record:{n}"), count, quantity, piece))
        for share in piece.shares:
            if share.job_response_id is not None or share.rate_upm is not None:
                step = f"job-response:{share.job_response_id or NO_JOB}"
                node.children.append(job_node(place.down(step), piece, share))
        return node

    def _state_node(self, place: Place, record: StateTrack) -> Node:
        detail = {name: getattr(record, name) for name in ("state", "mode", "reason", "external")}
        detail |= {"start": to_rfc3339(record.t0_us), "end": record.t1_us and to_rfc3339(record.t1_us)}
        detail["source"] = getattr(record, "source", "rule")
        if (shown := evidence_out(getattr(record, "because", None))) is not None:
            detail["because"] = shown.text
        return Node(
            key=place.path,
            label=record.state,
            value=None if record.t1_us is None else record.t1_us - record.t0_us,
            unit="us",
            kind="state-record",
            detail=detail,
            more=True,
        )

    def _state_record(self, place: Place, _cursor: str | None) -> Node:
        at_us = int(place.record)
        with self.room.database.read() as reading:
            found = self.room.gathering.records(reading, place.ledger_id, at_us, at_us + 1, as_of=place.as_of)
        if not found:
            raise NotFoundError("there is no state record at this moment", code="explain-path")
        node = self._state_node(place, found[0])
        until_us = max(place.to_us, at_us + 1) if found[0].t1_us is None else found[0].t1_us
        under = self._under(place, at_us, until_us)
        node.children = beneath(place, under, limit=PAGE) if under.edits else self._state_samples(place, at_us)
        return node

    def _under(self, place: Place, from_us: int, to_us: int) -> Under:
        source = self.room.gathering.made_of(place.ledger_id, from_us, as_of=place.as_of).times_of
        with self.room.database.read() as reading:
            return self._timeline.under(reading, source, from_us, to_us, scope=OWN, as_of=place.as_of)

    def _state_samples(self, place: Place, at_us: int) -> list[Node]:
        source = self.room.gathering.made_of(place.ledger_id, at_us, as_of=place.as_of).times_of
        plant, equipment = self.room.gathering.node(source, at_us, as_of=place.as_of)
        tags = [tag for name, tag in plant.tags_of(source).items() if name in _words(equipment.states)]
        return self._signals.nodes(place, tags, at_us)

    def _timeline_edit(self, place: Place, _cursor: str | None) -> Node:
        under = self._under(place, int(place.record), int(place.record) + 1)
        edit = next((one for one in under.edits if one.edit_id == place.edit), None)
        if edit is None:
            raise NotFoundError("nobody said so of this moment", code="explain-path")
        changed = edit.edit_id in under.changed
        return (
            edit_node(place, edit, changed=changed)
            if place.slice_us
            else self._words.opened(place, edit, changed=changed)
        )

    def _derived_record(self, place: Place, _cursor: str | None) -> Node:
        at_us = int(place.record)
        under = self._under(place, at_us, at_us + 1)
        if not under.derived:
            raise NotFoundError("no signal spoke of this moment", code="explain-path")
        node = derived_node(place, under.derived[0])
        node.children = self._state_samples(place, at_us)
        return node

    def _count_record(self, place: Place, _cursor: str | None) -> Node:
        piece = self.slice_at(place)
        with self.room.database.read() as reading:
            given = self.room.gathering.allotted(reading, place.ledger_id, piece.t0_us, piece.t1_us, as_of=place.as_of)
        if not 0 <= int(place.record) < len(given):
            raise NotFoundError("there is no such count record", code="explain-path")
        count, quantity = given[int(place.record)]
        node = count_node(place, count, quantity, piece)
        if count.said is not None:  # a person said so, not a counter
            node.children = [_said_node(place.down("said"), count.said)]
        plant, _ = self.room.gathering.node(place.ledger_id, count.t1_us - 1, as_of=place.as_of)
        now = self.room.sources.equipment.plant()
        tag = plant.tags.get(count.tag_id or 0) or now.tags.get(count.tag_id or 0)
        if tag is not None:
            node.children = self.readings.beneath(place, plant, tag, count)
        return node

    def _count_entry(self, place: Place, cursor: str | None) -> Node:
        record = replace(place, path=place.path.rpartition("/")[0], kind="count-record")
        said = next((one for one in self._count_record(record, cursor).children if one.kind == "count-entry"), None)
        if said is None:
            raise NotFoundError("nobody said so: a counter did", code="explain-path")
        return said

    def _job_response(self, place: Place, _cursor: str | None) -> Node:
        piece = self.slice_at(place)
        found = [share for share in piece.shares if (share.job_response_id or NO_JOB) == place.record]
        if not found:
            raise NotFoundError("this job did not run in this slice", code="explain-path")
        node = job_node(place, piece, found[0])
        with self.room.database.read() as reading:
            period = (piece.t0_us, piece.t1_us)
            jobs = self.room.sources.production.responses(
                reading, place.ledger_id, *period, scope=place.scope, as_of=place.as_of
            )
        ran = next((job for job in jobs if job.id == found[0].job_response_id), None)
        node.detail |= self._rate_of(place, piece, found[0], ran)
        if isinstance(ran, JobResponse):
            node.detail |= {"started_by": ran.started_by, "job_order": ran.job_order, "start": to_rfc3339(ran.t0_us)}
            node.children = self._began(place, ran)
        return node

    def _rate_of(self, place: Place, piece: Slice, share: JobShare, job: JobTrack | None) -> dict[str, Any]:
        """Where the rate comes from that a job was held against."""
        if self.rates is None or share.rate_upm is None:
            return {}
        unit = self.room.gathering.made_of(place.ledger_id, piece.t0_us, as_of=place.as_of).times_of
        with self.room.database.read() as reading:
            given = self.rates.rates(reading, unit, piece.t0_us, job=job, product=share.product, as_of=place.as_of)
            return next((one.told() for one in given if one.upm == share.rate_upm), dict[str, Any]())

    def _began(self, place: Place, job: JobResponse) -> list[Node]:
        """What the machine's own signals said when they began a job; none where a person did, or a scan."""
        if job.started_by != "tag":
            return []
        plant, node = self.room.gathering.node(job.equipment_id, job.t0_us, as_of=place.as_of)
        tags, said = plant.tags_of(job.equipment_id), node.job or {}
        moments = {"order_tag": job.t0_us + JOB_TAGS_TOGETHER_US}  # it may be written a moment later
        return [
            sample
            for key in JOB_TAGS
            if (tag := tags.get(str(said.get(key)))) is not None
            for sample in self._signals.nodes(place, [tag], moments.get(key, job.t0_us))
        ]


def _said_node(place: Place, said: Said) -> Node:
    """Who said that pieces were made, when and why: an entry, or the acceptance of a held jump."""
    detail = {"entry": said.id, "by": said.by, "at": to_rfc3339(said.at_us), "how": said.how, "why": said.why}
    detail |= {"reason": said.reason, "tag_id": said.tag_id}
    return Node(key=place.path, label=said.by, value=said.why or said.reason, kind="count-entry", detail=detail)


def _words(found: object) -> set[str]:
    """Every text in a state mapping: those that name a property of the equipment are the tags the states come from."""
    if isinstance(found, str):
        return {found}
    if isinstance(found, Mapping):
        return _words(list(cast("Mapping[str, object]", found).values()))
    inside = cast("Sequence[object]", found) if isinstance(found, list | tuple) else ()
    return {word for one in inside for word in _words(one)}
