"""Follow the samples and compute what follows from them, as far as they are known: deterministic in event time.

A consumer of the historian's head. A computed tag goes on to where all its inputs are known (their links' good-through,
the inputs' own progress where they are computed too), never further, so nothing said is provisional. How far it got is
kept as the mark of its equipment, in the frame of the samples themselves: after a kill it goes on from there, with the
windows read again from the historian. A sample that comes late makes a stretch of its own: computed again, compared
with what is kept, and only the difference is put.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np

from dovetail.core import faults
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.limits import COMPUTED_MARK_US, COMPUTED_STRETCH_US, COMPUTED_VERSIONS_MAX
from dovetail.core.scope import system_scope
from dovetail.core.sink import Resumed
from dovetail.equipment.model import PlantModel
from dovetail.expr.evaluate import KINDS, Span, context_us, evaluate
from dovetail.historian.model import HeadRow, Sample
from dovetail.tracks.columns import Status, Track, unknown
from dovetail.virtual.memory import FOR_EVER_US, Heard, Part
from dovetail.virtual.model import FIRST_US, LAST_US, Book, Definition, mark_of
from dovetail.virtual.samples import batch_of, by_tag, joined_all, part_of
from dovetail.virtual.settle import Row, corrections, rows_of
from dovetail.virtual.stretches import Stretches

log = logging.getLogger(__name__)

NAME: Final = "virtual"
SCOPE: Final = system_scope(NAME)
NEVER_US: Final = -FOR_EVER_US


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel:
        """The plant that holds at a moment."""
        ...

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        """The moments in (from_us, to_us) at which definitions change."""
        ...


class Samples(Protocol):
    """What is asked of the historian."""

    def head(self, after: int, limit: int) -> list[HeadRow]:
        """Frames in commit order."""
        ...

    def head_bounds(self) -> tuple[int, int]:
        """(released, last): the head holds the rows after `released`."""
        ...

    def consumer_at(self, name: str, head_id: int | None) -> int:
        """This consumer needs no row up to `head_id` again (None: only ask); how far it is."""
        ...

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """A new epoch of a source."""
        ...

    def put(self, frames: Sequence[Frame]) -> None:
        """Make frames durable."""
        ...

    def last(self, tags: Sequence[int], *, scope: Any) -> dict[int, Sample]:
        """The newest sample per tag."""
        ...

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Any, limit: int | None = None
    ) -> list[Batch]:
        """The samples in [from_us, to_us)."""
        ...

    def bounding(self, tags: Sequence[int], at_us: int, *, scope: Any) -> dict[int, Sample]:
        """The last sample strictly before a moment per tag."""
        ...


@dataclass(slots=True)
class Computed:
    """One computed tag as it is followed. `through_us`: said up to here; `last`: what holds there, None: ask."""

    tag: int
    equipment_id: int
    through_us: int
    last: Row | None = None
    is_sure: bool = False  # since a start: whether what is kept beyond the mark has been looked at
    late: Stretches = field(default_factory=Stretches)


@dataclass(slots=True)
class Computing:
    """One thread at a time. After an error the next step begins from what was committed."""

    samples: Samples
    plants: Plants
    loaded: bool = False
    read_to: int = 0
    plant: PlantModel = field(default_factory=PlantModel)
    book: Book = field(init=False)
    units: dict[int, Computed] = field(default_factory=dict[int, Computed])  # in the order in which they follow
    heard: dict[int, Heard] = field(default_factory=dict[int, Heard])
    marks: dict[int, int] = field(default_factory=dict[int, int])
    told: dict[int, int] = field(default_factory=dict[int, int])  # by equipment: the mark that was put
    newest_us: int = NEVER_US
    _readers: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    _out: dict[int, list[Row]] = field(default_factory=dict[int, list[Row]])
    _epoch: int | None = None
    _seq: int = 0

    def __post_init__(self) -> None:
        self.book = Book(lambda at_us: self.plants.plant(at_us=at_us), (), versions=1)

    # --- beginning -------------------------------------------------------------------------------------------
    def load(self) -> None:
        """Begin from what was committed: the marks say how far every tag is, the head what was not read yet."""
        self.units, self.heard, self.marks, self.told, self._out = {}, {}, {}, {}, {}
        self._epoch = None
        self.read_to = self.samples.consumer_at(NAME, None)
        self.samples.consumer_at(NAME, self.read_to)
        self.bind()
        links = [one.good_through_tag for one in self.plant.connections.values()]
        self.marks = self._marks(links)
        self.newest_us = max(self.marks.values(), default=NEVER_US)
        self.loaded = True

    def _marks(self, tags: Sequence[int]) -> dict[int, int]:
        found = self.samples.last(tags, scope=SCOPE) if tags else {}
        return {tag: int(sample.value) for tag, sample in found.items() if isinstance(sample.value, int)}

    def bind(self) -> None:
        """The plant as it stands: which tags are computed, of what."""
        self.plant = self.plants.plant(at_us=LAST_US)
        starts = self.plants.changes_between(FIRST_US, LAST_US)
        self.book = Book(lambda at_us: self.plants.plant(at_us=at_us), starts, versions=COMPUTED_VERSIONS_MAX)
        newest = self.book.newest()
        marks = {node: mark_of(self.plant, node) for node in {one.equipment_id for one in newest.values()}}
        known = self._marks([mark for mark in marks.values() if mark is not None])
        self.told = {node: known[mark] for node, mark in marks.items() if mark in known}
        units: dict[int, Computed] = {}
        for tag, one in newest.items():
            first_us = self.book.first_us(tag)
            through_us = max(self.told.get(one.equipment_id, NEVER_US), (first_us or 0) - 1)
            units[tag] = self.units.get(tag) or Computed(tag, one.equipment_id, through_us)
        self.units = units
        self._readers = {}
        for tag, every in self.book.every().items():
            for source in {source for one in every for source in one.inputs.values()} if tag in units else ():
                self._readers.setdefault(source, []).append(tag)
        last = self.samples.last([tag for tag in self._readers if tag in self.plant.tags], scope=SCOPE)
        self.heard = {
            tag: Heard(self._kind(tag), newest_us=last[tag].ts_us if tag in last else NEVER_US) for tag in self._readers
        }

    def _kind(self, tag: int) -> Any:
        found = self.plant.tags.get(tag)
        return KINDS.get(found.kind, "number") if found else "number"

    def changed_from(self, from_us: int) -> None:
        """Definitions hold from a moment on that may be past: everything is looked at again from there."""
        self.bind()
        for one in self.units.values():
            one.is_sure, one.last = False, None
            if from_us <= one.through_us:
                one.late.add(from_us, one.through_us)

    # --- taking in -------------------------------------------------------------------------------------------
    def take(self, limit: int) -> int:
        """Read up to `limit` head rows; how many there were."""
        released, _ = self.samples.head_bounds()
        if self.read_to < released:
            log.warning(
                "head rows %d to %d are gone unread: late samples among them are missed", self.read_to, released
            )
            self.read_to = released
        rows = self.samples.head(self.read_to, limit)
        wanted = np.array(sorted(self._readers), dtype=np.int64)
        for row in rows:
            self.read_to = row.head_id
            if row.frame.source == NAME:
                continue
            for link, mark_us in row.frame.good_through.items():
                self.marks[link] = max(mark_us, self.marks.get(link, mark_us))
                self.newest_us = max(self.newest_us, mark_us)
            for batch in row.frame.batches if len(wanted) else ():
                self._hear(batch, wanted)
        return len(rows)

    def _hear(self, batch: Batch, wanted: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        for tag, part in by_tag(batch, wanted):
            self.heard[tag].add(part)
            self._came(tag, int(part[0].min()), int(part[0].max()))

    def _came(self, tag: int, first_us: int, last_us: int) -> None:
        """Samples of a tag are here: for those who have gone past them they are late."""
        for reader in self._readers.get(tag, ()):
            unit = self.units[reader]
            if first_us <= unit.through_us:
                unit.late.add(first_us, min(self._until(reader, tag, last_us), unit.through_us))

    def _until(self, reader: int, tag: int, last_us: int) -> int:
        """Until when a late sample of `tag` can matter: the next sample of it, and the windows after."""
        behind = max((one.expression.lookback_us for one in self.book.every().get(reader, ())), default=0)
        following = self.samples.raw([tag], last_us + 1, FOR_EVER_US, scope=SCOPE, limit=1)
        next_us = min((int(batch.ts[0]) for batch in following if len(batch)), default=FOR_EVER_US)
        return min(next_us + behind, FOR_EVER_US)

    # --- going on --------------------------------------------------------------------------------------------
    def known_to(self, tag: int) -> int:
        """Up to here nothing more of an input is to come."""
        if tag in self.units:
            return self.units[tag].through_us
        found = self.plant.tags.get(tag)
        if found is None or found.connection is None:
            return self.newest_us  # our own publishers speak when something changes; what comes late is computed again
        return self.marks.get(self.plant.connections[found.connection].good_through_tag, NEVER_US)

    def go_on(self) -> int:
        """Every tag as far as its inputs are known, one stretch; how many have more to do."""
        newest = self.book.newest()
        more = 0
        for tag, unit in self.units.items():
            one = newest[tag]
            known_us = min((self.known_to(source) for source in one.inputs.values()), default=self.newest_us)
            if known_us <= unit.through_us:
                continue
            if not self._may_change(one, unit, known_us):
                unit.through_us = known_us
                continue
            upto_us = min(known_us, unit.through_us + COMPUTED_STRETCH_US)
            more += upto_us < known_us
            self._advance(unit, upto_us)
        return more

    def _may_change(self, one: Definition, unit: Computed, upto_us: int) -> bool:
        """Whether anything can happen up to then: a first word, another definition, a sample, a window that passes."""
        if not unit.is_sure or len(self.book.periods(unit.tag, unit.through_us, upto_us)) > 1:
            return True
        newest_us = max((self.heard[tag].newest_us for tag in one.inputs.values()), default=NEVER_US)
        return newest_us + one.expression.lookback_us > unit.through_us

    def _advance(self, unit: Computed, upto_us: int) -> None:
        found = self._computed(unit.tag, unit.through_us, upto_us, keep=True)
        rows = rows_of(found)
        last = rows[-1]
        if not unit.is_sure:
            rows = self._differing(unit, found, upto_us)
        elif unit.last is not None and rows[0][1:] == unit.last[1:]:
            rows = rows[1:]
        self._say(unit, rows)
        unit.last, unit.through_us, unit.is_sure = last, upto_us, True

    def _say(self, unit: Computed, rows: Sequence[Row]) -> None:
        if not rows:
            return
        self._out.setdefault(unit.tag, []).extend(rows)
        if unit.tag in self.heard:
            self.heard[unit.tag].add(part_of(rows, self.book.newest()[unit.tag].kind))

    def _computed(self, tag: int, after_us: int, upto_us: int, *, keep: bool) -> Track:
        """What the tag says in (after_us, upto_us]; the first row stands at its beginning."""
        pieces: list[Track] = []
        for after, upto, one in self.book.periods(tag, after_us, upto_us):
            if one is None:
                kind = KINDS[self.plant.tags[tag].kind]
                pieces.append(unknown(after + 1, kind, quality=q.BAD_CONFIG, status=Status.NONE))
                continue
            start_us = context_us(one.expression, after + 1)
            tracks = {name: self._input(source, start_us, upto, keep=keep) for name, source in one.inputs.items()}
            pieces.append(evaluate(one.expression, tracks, Span(after + 1, upto)))
        return joined_all(pieces).changes()

    def _input(self, tag: int, start_us: int, upto_us: int, *, keep: bool) -> Track:
        """A signal over a stretch: from memory, else from the historian, which `keep` puts into memory."""
        heard = self.heard[tag]
        if heard.knows(start_us, upto_us):
            return heard.track(start_us)
        parts = self._held(tag, start_us, upto_us) + self._unsaid(tag)
        if not keep:
            heard = Heard(heard.kind, newest_us=heard.newest_us)
        heard.fill(parts, start_us, upto_us)
        return heard.track(start_us)

    def _held(self, tag: int, start_us: int, upto_us: int) -> list[Part]:
        """The samples that the historian has of a stretch, after all those of the moment that held at its start."""
        before = self.samples.bounding([tag], start_us + 1, scope=SCOPE).get(tag)
        first = [] if before is None else self.samples.raw([tag], before.ts_us, before.ts_us + 1, scope=SCOPE)
        rest = self.samples.raw([tag], start_us + 1, upto_us + 1, scope=SCOPE)
        only = np.array([tag], dtype=np.int64)
        return [part for batch in (*first, *rest) for _, part in by_tag(batch, only)]

    def _unsaid(self, tag: int) -> list[Part]:
        rows = self._out.get(tag)
        return [part_of(rows, self.book.newest()[tag].kind)] if rows else []

    # --- again -----------------------------------------------------------------------------------------------
    def again(self) -> int:
        """Compute late stretches again, in the order in which tags follow from each other; how many are left."""
        for unit in self.units.values():
            if unit.late:
                first_us, last_us = unit.late.take(COMPUTED_STRETCH_US)
                last_us = min(last_us, unit.through_us)
                if first_us <= last_us:
                    self._again(unit, first_us, last_us)
        return sum(bool(unit.late) for unit in self.units.values())

    def _again(self, unit: Computed, first_us: int, last_us: int) -> None:
        found = self._computed(unit.tag, first_us - 1, last_us, keep=False)
        rows = self._differing(unit, found, last_us)
        self._say(unit, rows)
        if last_us == unit.through_us:
            unit.last = rows_of(found)[-1]
        if rows:
            self._came(unit.tag, rows[0].ts_us, rows[-1].ts_us)

    def _differing(self, unit: Computed, found: Track, upto_us: int) -> list[Row]:
        first_us = int(found.ts[0])
        kind = KINDS[self.plant.tags[unit.tag].kind]
        held = self.samples.raw([unit.tag], first_us, upto_us + 1, scope=SCOPE)
        bounding = self.samples.bounding([unit.tag], first_us, scope=SCOPE).get(unit.tag)
        before = None
        if bounding is not None:
            whole = Heard(kind)
            whole.fill(self._held(unit.tag, bounding.ts_us, bounding.ts_us), bounding.ts_us, bounding.ts_us)
            before = whole.track(bounding.ts_us)
        return corrections(found, held, before=before, kind=kind, upto_us=upto_us)

    # --- saying ----------------------------------------------------------------------------------------------
    def put(self) -> int:
        """Put what was computed with the marks, in one frame; how many samples. Then the rows read are done with."""
        progress: dict[int, int] = {}
        for unit in self.units.values():
            progress[unit.equipment_id] = min(unit.through_us, progress.get(unit.equipment_id, FOR_EVER_US))
        spoke = {self.units[tag].equipment_id for tag in self._out}
        marks: dict[int, int] = {}
        for node, through_us in progress.items():
            told_us, mark = self.told.get(node, NEVER_US), mark_of(self.plant, node)
            due = through_us > told_us and (node in spoke or through_us - told_us >= COMPUTED_MARK_US)
            if mark is not None and due and through_us > 0:
                marks[mark] = self.told[node] = through_us
        rows = sum(map(len, self._out.values()))
        if rows or marks:
            self._put(marks)
        self.samples.consumer_at(NAME, self.read_to)
        return rows

    def _put(self, marks: Mapping[int, int]) -> None:
        by_kind: defaultdict[Kind, list[tuple[int, Row]]] = defaultdict(list)
        for tag, said in self._out.items():
            by_kind[self.plant.tags[tag].kind] += [(tag, row) for row in said]
        batches = tuple(batch_of(kind, rows) for kind, rows in by_kind.items())
        if self._epoch is None:
            self._epoch, self._seq = self.samples.resume(NAME, ()).epoch, 0
        self._seq += 1
        self.samples.put([Frame(NAME, Lane.LIVE, self._epoch, self._seq, batches, dict(marks))])
        faults.point("virtual.put")
        self._out = {}

    def trim(self) -> None:
        """Let go of samples that no tag looks back to any more."""
        since: dict[int, int] = {}
        for tag, one in self.book.newest().items():
            for source in one.inputs.values():
                start_us = context_us(one.expression, self.units[tag].through_us + 1)
                since[source] = min(start_us, since.get(source, FOR_EVER_US))
        for tag, heard in self.heard.items():
            heard.trim(since[tag]) if tag in since else heard.forget()
