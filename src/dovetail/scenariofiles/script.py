"""What happens in a scenario, in the order in which it becomes known: samples that arrive, and what people do.

Pure: made of a scenario and of the plant it is played on; what the plant does not have is reported at its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Lane
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.equipment.model import PlantModel, Tag
from dovetail.plantcode.report import Path, Place
from dovetail.scenariofiles.document import NOT_THERE, Document
from dovetail.scenariofiles.schema import ChangeEntry, CorrectionEntry, CountEntry, EditEntry, JobEntry, ReviewEntry
from dovetail.scenariofiles.signals import Told, told, words_of
from dovetail.scenariofiles.words import Wall, first_day, midnight_us
from dovetail.workcalendar.zone import zone_names

SOURCE: Final = "scenario"
AT_THE_END_US: Final = 1 << 62
YEAR_US: Final = 366 * DAY_US

type Doing = Literal["start", "end", "run", "edit", "count", "correct", "review", "change"]
type Deed = JobEntry | EditEntry | CountEntry | CorrectionEntry | ReviewEntry | ChangeEntry


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person does at a moment; `about_id` (equipment, or a tag), `from_us`, `to_us`: what it is about."""

    at_us: int
    doing: Doing
    about_id: int
    from_us: int | None
    to_us: int | None
    said: Deed
    place: Place
    number: int


@dataclass(slots=True)
class Script:
    """A scenario with its times and names read. `until_us` is the moment at which it is looked at."""

    wall: Wall
    plant: PlantModel
    told: list[Told] = field(default_factory=list[Told])
    downs: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    acts: list[Act] = field(default_factory=list[Act])
    from_us: int = 0
    until_us: int = 0

    def moments(self) -> list[int]:
        """When anything becomes known at once: people's deeds, samples that come late, and the end."""
        late = {one.arrives_us for one in self.told if one.arrives_us is not None}
        found = {act.at_us for act in self.acts} | late | {self.until_us}
        return sorted(at_us for at_us in found if at_us <= self.until_us)


class Names:
    """Finds the equipment and the tags of a plant by their whole path, or by its end where that is enough."""

    def __init__(self, plant: PlantModel) -> None:
        self.plant = plant
        self._equipment = {node.path: node.id for node in plant.equipment.values()}
        self._tags = {tag.path: tag for tag in plant.tags.values() if tag.equipment_id is not None}

    def equipment(self, word: str) -> int:
        """The id of an equipment. Raises LookupError with the candidates."""
        return self._equipment[_full(word, self._equipment)]

    def tag(self, word: str) -> Tag:
        """A tag. Raises LookupError with the candidates."""
        return self._tags[_full(word, self._tags)]


class _Ambiguous(LookupError):
    def __init__(self, message: str, candidates: Sequence[str]) -> None:
        super().__init__(message)
        self.candidates = candidates


def _full(word: str, paths: Any) -> str:
    if word in paths:
        return word
    ends = [path for path in paths if path.endswith(f"/{word}")]
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise _Ambiguous(f"{word} is several: {', '.join(sorted(ends))}", ends)
    shorts = [path.rpartition("/")[2] for path in paths]
    raise _Ambiguous(f"there is no {word} in the plant", [*paths, *shorts])


def wall_of(document: Document, plant: PlantModel) -> Wall | None:
    """The clock on the wall of a scenario; None where its day or its zone is none, which is then reported."""
    entry = document.entry
    if not plant.equipment:
        document.wrong(("plant",), "there is no equipment in the plant", code=NOT_THERE)
        return None
    root = min(plant.equipment.values(), key=lambda node: node.path.count("/"))
    zone = entry.timezone or root.timezone
    if zone not in zone_names():
        document.wrong(("timezone",), f"there is no time zone {zone}", candidates=zone_names(), given=zone)
        return None
    try:
        return Wall(first_day(entry.day), ZoneInfo(zone))
    except ValueError as error:
        document.wrong(("day",), str(error))
        return None


def write_script(document: Document, plant: PlantModel) -> Script | None:
    """What happens, or None with what is wrong in the document's report."""
    wall = wall_of(document, plant)
    if wall is None:
        return None
    writer = _Writer(document, Script(wall, plant))
    writer.signals()
    writer.links()
    writer.people()
    writer.ends()
    return writer.script if document.report.ok else None


class _Writer:
    """Goes through a document, and reports what cannot be."""

    def __init__(self, document: Document, script: Script) -> None:
        self.document, self.script, self.wall = document, script, script.wall
        self.names = Names(script.plant)
        self.named: list[int] = []  # every moment that is named

    def tried[T](self, path: Path, read: Callable[[], T]) -> T | None:
        """What `read` gives; None with its complaint reported at a path."""
        try:
            return read()
        except _Ambiguous as error:
            given = str(error).partition(" is several")[0].removeprefix("there is no ").removesuffix(" in the plant")
            self.document.wrong(path, str(error), code=NOT_THERE, candidates=error.candidates, given=given)
        except ValueError as error:
            self.document.wrong(path, str(error))
        return None

    def signals(self) -> None:
        for n, row in enumerate(self.document.entry.signals):
            path = ("signals", n)
            words = self.tried(path, lambda row=row: words_of(row))
            if words is None:
                continue
            tag = self.tried(path, lambda words=words: self.names.tag(words[1] if len(words) > 1 else ""))
            if tag is None:
                continue
            found = self.tried(
                path, lambda words=words, tag=tag: told(words, tag=tag.id, kind=tag.kind, wall=self.wall)
            )
            if found is not None:
                self.script.told.append(found)
                self.named += [int(found.ts[0]), int(found.ts[-1]), *([found.arrives_us] if found.arrives_us else [])]

    def links(self) -> None:
        for n, row in enumerate(self.document.entry.links):
            words = row.split()
            span = self.tried(("links", n), lambda words=words: self.wall.span(words[0]))
            if span is None:
                continue
            name = words[1] if len(words) > 1 else ""
            if name not in self.script.plant.connections:
                what, known = f"there is no connection {name}", self.script.plant.connections
                self.document.wrong(("links", n), what, code=NOT_THERE, candidates=known, given=name)
            self.script.downs.append((*span, name))
            self.named += span

    def people(self) -> None:
        entry = self.document.entry
        for n, job in enumerate(entry.jobs):
            self._job(n, job)
        for n, edit in enumerate(entry.edits):
            self._act(("edits", n), "edit", edit, edit.at)
        for n, count in enumerate(entry.counts):
            self._act(("counts", n), "count", count, count.at or count.end)
        for n, one in enumerate(entry.corrections):
            path = ("corrections", n)
            tag = self.tried((*path, "tag"), lambda one=one: self.names.tag(one.tag))
            span = (self.moment((*path, "from"), one.start), self.moment((*path, "to"), one.end))
            self._do(path, "correct", one, one.at, about=None if tag is None else tag.id, span=span)
        for n, review in enumerate(entry.reviews):
            path = ("reviews", n)
            unit = self.tried((*path, "equipment"), lambda one=review: self.names.equipment(one.equipment))
            held_us = self.moment((*path, "held"), review.held)
            self._do(path, "review", review, review.at, about=unit, span=(held_us, held_us))
        for n, change in enumerate(entry.changes):
            self._do(("changes", n), "change", change, change.at, about=0, span=(None, None))

    def _job(self, n: int, job: JobEntry) -> None:
        if job.at is not None:
            self._act(("jobs", n), "run" if job.end else "start", job, job.at)
            return
        self._act(("jobs", n), "start", job, job.start)
        if job.end is not None:
            self._act(("jobs", n), "end", job, job.end)

    def _act(self, path: Path, doing: Doing, said: JobEntry | EditEntry | CountEntry, at: str | None) -> None:
        equipment_id = self.tried((*path, "equipment"), lambda: self.names.equipment(said.equipment))
        from_us = self.moment((*path, "from"), said.start)
        to_us = self.moment((*path, "to"), said.end)
        self._do(path, doing, said, at, about=equipment_id, span=(from_us, to_us))

    def _do(
        self, path: Path, doing: Doing, said: Deed, at: str | None, *, about: int | None,
        span: tuple[int | None, int | None],
    ) -> None:  # fmt: skip
        at_us = self.moment((*path, "at"), at)
        if about is not None:
            late = AT_THE_END_US if at is None else at_us if at_us is not None else 0
            place, number = self.document.place(*path), len(self.script.acts)
            self.script.acts.append(Act(late, doing, about, *span, said, place, number))

    def moment(self, path: Path, text: str | None) -> int | None:
        """A time that is written at a path; it counts among those named."""
        if text is None:
            return None
        found = self.tried(path, lambda: self.wall.at(text))
        if found is not None:
            self.named.append(found)
        return found

    def ends(self) -> None:
        """From the first moment that is named to `until`, else to the last."""
        until = self.moment(("until",), self.document.entry.until)
        for n, one in enumerate(self.document.entry.expect):
            span = None if one.period is None else self.tried(
                ("expect", n, "period"), lambda text=one.period: self.wall.span(text)
            )  # fmt: skip
            self.named += span or ()
        script = self.script
        script.from_us = min(self.named, default=midnight_us(self.wall))
        script.until_us = until if until is not None else max(self.named, default=script.from_us + HOUR_US)
        if script.until_us - script.from_us > YEAR_US:
            self.document.wrong(("day",), "a scenario lasts at most a year")
        script.acts = sorted(
            (act if act.at_us != AT_THE_END_US else _at(act, script.until_us) for act in script.acts),
            key=lambda act: (act.at_us, act.number),
        )
        for act in script.acts:
            if act.at_us > script.until_us:
                what = f"this happens after the end, {script.wall.said(script.until_us)}"
                self.document.report.at(act.place, "DT-S002", what)


def _at(act: Act, at_us: int) -> Act:
    return Act(at_us, act.doing, act.about_id, act.from_us, act.to_us, act.said, act.place, act.number)


# --- what arrives ----------------------------------------------------------------------------------------------


class Post:
    """Brings a script's samples as a gateway would: in order, late where they are, none over a link that is down."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._links = {
            name: [(t0, t1) for t0, t1, down in sorted(script.downs) if down == name]
            for name in script.plant.connections
        }
        self._link_of = {tag.id: tag.connection for tag in script.plant.tags.values()}
        self._seq = 0
        self._on_time = [self._as_the_link_saw(one) for one in script.told if one.arrives_us is None]

    def between(self, after_us: int, upto_us: int) -> Iterator[Frame]:
        """The frames that arrive in (after, upto]; the last carries how far each link vouches."""
        batches = [one.batch((one.ts > after_us) & (one.ts <= upto_us)) for one in self._on_time]
        batches += self._broken(after_us, upto_us)
        late = [one for one in self._script.told if one.arrives_us is not None and after_us < one.arrives_us <= upto_us]
        again = [one for one in (*self._on_time, *late) if one.twice]
        yield self._frame(Lane.LIVE, batches, self._vouched(upto_us))
        if late:
            yield self._frame(Lane.BACKLOG, [one.batch(one.ts <= upto_us) for one in late], {})
        if again:
            yield self._frame(Lane.LIVE, [one.batch((one.ts > after_us) & (one.ts <= upto_us)) for one in again], {})

    def _frame(self, lane: Lane, batches: Sequence[Batch], vouched: dict[int, int]) -> Frame:
        self._seq += 1
        return Frame(SOURCE, lane, 1, self._seq, tuple(batch for batch in batches if len(batch)), vouched)

    def _vouched(self, at_us: int) -> dict[int, int]:
        """How far the values of each link are known to be true at a moment."""
        plant = self._script.plant
        return {
            plant.connections[name].good_through_tag: min(
                (t0 for t0, t1 in downs if t0 <= at_us < t1), default=at_us
            )
            for name, downs in self._links.items()
        }  # fmt: skip

    def _as_the_link_saw(self, one: Told) -> Told:
        """Without what happened while its link was down; what the device then showed is read when it is back."""
        downs = self._links.get(self._link_of.get(one.tag) or "", ())
        ts, keep = one.ts.copy(), np.ones(len(one.ts), np.bool_)
        for t0, t1 in downs:
            inside = np.flatnonzero((ts > t0) & (ts <= t1) & keep)
            keep[inside] = False
            if len(inside):
                keep[inside[-1]], ts[inside[-1]] = True, t1
        return Told(one.tag, one.kind, ts[keep], one.value[keep], one.quality, one.arrives_us, one.twice)

    def _broken(self, after_us: int, upto_us: int) -> list[Batch]:
        """What is said of each tag of a link that goes down: not connected; and what it is when the link is back."""
        found: list[Batch] = []
        for tag in self._script.plant.tags.values():
            for t0, t1 in self._links.get(tag.connection or "", ()):
                if tag.equipment_id is None:
                    continue
                if after_us < t0 + 1 <= upto_us:
                    found.append(Batch.bad([tag.id], q.BAD_NOT_CONNECTED, at_us=t0 + 1, kind=tag.kind))
                if after_us < t1 <= upto_us:
                    found += self._shown_again(tag, t1)
        return found

    def _shown_again(self, tag: Tag, at_us: int) -> list[Batch]:
        """The newest value of a tag at a moment, read once more, where nothing is said of that moment itself."""
        rows = [(int(ts), n) for one in self._on_time if one.tag == tag.id for n, ts in _upto(one, at_us)]
        if not rows or max(rows)[0] == at_us:
            return []
        newest_us, _ = max(rows)
        one = next(one for one in reversed(self._on_time) if one.tag == tag.id and newest_us in one.ts)
        batch = one.batch(one.ts == newest_us)
        return [
            Batch(batch.kind, batch.tag, np.full(len(batch), at_us, np.int64), batch.value, batch.valid, batch.quality)
        ]


def _upto(one: Told, at_us: int) -> list[tuple[int, int]]:
    """(index, ts) of the newest sample up to a moment, if there is one."""
    place = int(np.searchsorted(one.ts, at_us, side="right")) - 1
    return [(place, int(one.ts[place]))] if place >= 0 else []
