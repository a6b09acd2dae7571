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
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from dovetail.core import faults
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.limits import COMPUTED_MARK_US, COMPUTED_STRETCH_US, COMPUTED_VERSIONS_MAX
from dovetail.equipment.model import PlantModel
from dovetail.expr.evaluate import KINDS, Span, context_us, evaluate
from dovetail.tracks.bundles import Part
from dovetail.tracks.columns import Status, Track, unknown
from dovetail.tracks.memory import FOR_EVER_US, Heard
from dovetail.tracks.samples import batch_of, cut, joined_all, part_of, spans_by_tag
from dovetail.tracks.settle import Row, corrections, rows_of, track_of_rows
from dovetail.virtual.alike import Ready, computed_alike
from dovetail.virtual.asked import SCOPE, Plants, Samples
from dovetail.virtual.model import FIRST_US, LAST_US, Book, Definition, mark_of
from dovetail.virtual.reading import held_of
from dovetail.virtual.units import NEVER_US, Computed, Order, ordered_groups, progress

log = logging.getLogger(__name__)

NAME: Final = "virtual"


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
    _order: Order = field(default_factory=lambda: Order([], {}))
    _marks_of: dict[int, int | None] = field(default_factory=dict[int, int | None])  # by equipment: the mark's tag
    _units_of: dict[int, list[Computed]] = field(default_factory=dict[int, list[Computed]])
    _moved: set[int] = field(default_factory=set[int])  # equipment whose tags went on since something was put
    _late: set[int] = field(default_factory=set[int])  # of which something is to be computed again
    _long: set[int] = field(default_factory=set[int])  # tags of which memory may let go
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
        self._marks_of, self._units_of = marks, {node: [] for node in marks}
        units: dict[int, Computed] = {}
        for tag, one in newest.items():
            first_us = self.book.first_us(tag)
            through_us = max(self.told.get(one.equipment_id, NEVER_US), (first_us or 0) - 1)
            units[tag] = self.units.get(tag) or Computed(tag, one.equipment_id, through_us)
            self._units_of[one.equipment_id].append(units[tag])
        self.units, self._moved = units, set(marks)
        self._late = {tag for tag, unit in units.items() if unit.late}
        self._order = ordered_groups(self.plant, newest, units)
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
                self._late.add(one.tag)

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
        for tag, part, first_us, last_us in spans_by_tag(batch, wanted):
            heard = self.heard[tag]
            heard.add(part, last_us)
            if heard.is_long:
                self._long.add(tag)
            self._came(tag, first_us, last_us)

    def corrected(self, tag: int, from_us: int, to_us: int) -> None:
        """Samples of [from_us, to_us) are others than they were: forgotten here, and as if they came late."""
        if tag in self.heard:
            self.heard[tag].forget()
            self.heard[tag].newest_us = max(self.heard[tag].newest_us, to_us - 1)
            self._came(tag, from_us, to_us - 1)

    def _came(self, tag: int, first_us: int, last_us: int) -> None:
        """Samples of a tag are here: for those who have gone past them they are late."""
        for reader in self._readers.get(tag, ()):
            unit = self.units[reader]
            if first_us <= unit.through_us:
                unit.late.add(first_us, min(self._until(reader, tag, last_us), unit.through_us))
                self._late.add(reader)

    def _until(self, reader: int, tag: int, last_us: int) -> int:
        """Until when a late sample of `tag` can matter: the next sample of it, and the windows after."""
        behind = max((one.expression.lookback_us for one in self.book.every().get(reader, ())), default=0)
        following = self.samples.raw([tag], last_us + 1, FOR_EVER_US, scope=SCOPE, limit=1)
        next_us = min((int(batch.ts[0]) for batch in following if len(batch)), default=FOR_EVER_US)
        return min(next_us + behind, FOR_EVER_US)

    # --- going on --------------------------------------------------------------------------------------------
    def go_on(self, now_us: int) -> int:
        """Every tag as far as its inputs are known, one stretch; how many have more to do.

        What no link brings is said by Dovetail itself as it happens: known up to just before now, if every link is cut.
        """
        self.newest_us = max(self.newest_us, now_us - COMPUTED_MARK_US)
        newest = self.book.newest()
        more = 0
        for level in self._order.levels:
            ready: list[Ready] = []
            for group in level:
                known_us = group.known_us(self.marks, self.newest_us)
                if known_us <= group.done_us:
                    continue
                for unit in group.units:
                    if known_us <= unit.through_us:
                        continue
                    self._moved.add(unit.equipment_id)
                    if not self._may_change(newest[unit.tag], unit, known_us):
                        unit.through_us = known_us
                        continue
                    upto_us = min(known_us, unit.through_us + COMPUTED_STRETCH_US)
                    more += upto_us < known_us
                    ready.append((unit, upto_us))
            self._advance(ready)
            for group in level:
                group.done_us = progress(group.units)
        return more

    def _may_change(self, one: Definition, unit: Computed, upto_us: int) -> bool:
        """Whether anything can happen up to then: a first word, another definition, a sample, a window that passes."""
        if not unit.is_sure or not self.book.is_newest(unit.through_us):
            return True
        newest_us = max([self.heard[tag].newest_us for tag in one.inputs.values()], default=NEVER_US)
        return newest_us + one.expression.lookback_us > unit.through_us

    def _advance(self, ready: Sequence[Ready]) -> None:
        """Those computed alike all at once; those of which a definition has changed since, one by one."""
        self._remember(ready)
        unsure = {unit.tag: (unit.through_us, upto_us) for unit, upto_us in ready if not unit.is_sure}
        kept = held_of(self.samples, unsure)
        alike: dict[Hashable, list[Ready]] = {}
        for unit, upto_us in ready:
            if self.book.is_newest(unit.through_us) and self._fits(unit.tag):
                alike.setdefault(self._order.shapes[unit.tag], []).append((unit, upto_us))
            else:
                found = self._computed(unit.tag, unit.through_us, upto_us, keep=True)
                self._advanced(unit, upto_us, rows_of(found), kept)
        newest, gathered = self.book.newest(), dict[Any, Track]()
        for some in alike.values():
            for unit, upto_us, rows in computed_alike(some, newest, self.heard, gathered):
                self._advanced(unit, upto_us, rows, kept)

    def _fits(self, tag: int) -> bool:
        return all(self.heard[source].fits for source in self.book.newest()[tag].inputs.values())

    def _remember(self, ready: Sequence[Ready]) -> None:
        """Ask the historian for what is not in memory, of all at once."""
        newest = self.book.newest()
        wanted: dict[int, tuple[int, int]] = {}
        for unit, upto_us in ready:
            one = newest[unit.tag]
            start_us = context_us(one.expression, unit.through_us + 1)
            for source in one.inputs.values():
                if not self.heard[source].knows(start_us, upto_us):
                    since_us, until_us = wanted.get(source, (start_us, upto_us))
                    wanted[source] = (min(start_us, since_us), max(upto_us, until_us))
        for source, parts in held_of(self.samples, wanted).items():
            self.heard[source].fill(parts + self._unsaid(source), *wanted[source])

    def _advanced(self, unit: Computed, upto_us: int, rows: list[Row], kept: Mapping[int, Sequence[Part]]) -> None:
        last = rows[-1]
        if not unit.is_sure:
            found = track_of_rows(rows, KINDS[self.plant.tags[unit.tag].kind])
            rows = self._differing(unit, found, upto_us, kept[unit.tag])
        elif unit.last is not None and rows[0][1:] == unit.last[1:]:
            rows = rows[1:]
        self._say(unit, rows)
        unit.last, unit.through_us, unit.is_sure = last, upto_us, True

    def _say(self, unit: Computed, rows: Sequence[Row]) -> None:
        if not rows:
            return
        self._out.setdefault(unit.tag, []).extend(rows)
        if unit.tag in self.heard:
            heard = self.heard[unit.tag]
            heard.add(part_of(rows, self.book.newest()[unit.tag].kind), max(row.ts_us for row in rows))
            if heard.is_long:
                self._long.add(unit.tag)

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
        parts = held_of(self.samples, {tag: (start_us, upto_us)})[tag] + self._unsaid(tag)
        if not keep:
            heard = Heard(heard.kind, newest_us=heard.newest_us)
        heard.fill(parts, start_us, upto_us)
        return heard.track(start_us)

    def _unsaid(self, tag: int) -> list[Part]:
        rows = self._out.get(tag)
        return [part_of(rows, self.book.newest()[tag].kind)] if rows else []

    # --- again -----------------------------------------------------------------------------------------------
    def again(self) -> int:
        """Compute late stretches again, in the order in which tags follow from each other; how many are left."""
        for unit in self.units.values() if self._late else ():
            if unit.late:
                first_us, last_us = unit.late.take(COMPUTED_STRETCH_US)
                last_us = min(last_us, unit.through_us)
                if first_us <= last_us:
                    self._again(unit, first_us, last_us)
        self._late = {tag for tag in self._late if self.units[tag].late}
        return len(self._late)

    def _again(self, unit: Computed, first_us: int, last_us: int) -> None:
        held = held_of(self.samples, {unit.tag: (first_us - 1, last_us)})[unit.tag]
        begin_us = self.book.first_us(unit.tag) or first_us
        if first_us < begin_us and not any(len(cut(part, NEVER_US, begin_us - 1)[0]) for part in held):
            first_us = begin_us  # of the time before it was defined nothing was said, and nothing is to be
        if first_us > last_us:
            return
        found = self._computed(unit.tag, first_us - 1, last_us, keep=False)
        rows = self._differing(unit, found, last_us, held)
        self._say(unit, rows)
        if last_us == unit.through_us:
            unit.last = rows_of(found)[-1]
        if rows:
            self._came(unit.tag, rows[0].ts_us, rows[-1].ts_us)

    def _differing(self, unit: Computed, found: Track, upto_us: int, kept: Sequence[Part]) -> list[Row]:
        """What is to be put so that what is kept of a tag says `found`; `kept` with what held before it."""
        first_us = int(found.ts[0])
        kind = KINDS[self.plant.tags[unit.tag].kind]
        earlier = [part for part in (cut(part, NEVER_US, first_us - 1) for part in kept) if len(part[0])]
        held = [part for part in (cut(part, first_us, upto_us) for part in kept) if len(part[0])]
        before = None
        if earlier:
            whole, at_us = Heard(kind), max(int(part[0].max()) for part in earlier)
            whole.fill([cut(part, at_us, at_us) for part in earlier], at_us, at_us)
            before = whole.track(at_us)
        return corrections(found, held, before=before, kind=kind, upto_us=upto_us)

    # --- saying ----------------------------------------------------------------------------------------------
    def put(self) -> int:
        """Put what was computed with the marks, in one frame; how many samples. Then the rows read are done with."""
        spoke = {self.units[tag].equipment_id for tag in self._out}
        marks: dict[int, int] = {}
        for node in self._moved | spoke:
            through_us, told_us = progress(self._units_of[node]), self.told.get(node, NEVER_US)
            mark = self._marks_of[node]
            due = through_us > told_us and (node in spoke or through_us - told_us >= COMPUTED_MARK_US)
            if mark is not None and due and through_us > 0:
                marks[mark] = self.told[node] = through_us
        self._moved.clear()
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
        newest = self.book.newest()
        for tag in self._long:
            since = [
                context_us(newest[reader].expression, self.units[reader].through_us + 1)
                for reader in self._readers[tag]
                if tag in newest[reader].inputs.values()
            ]
            self.heard[tag].trim(min(since)) if since else self.heard[tag].forget()
        self._long.clear()
