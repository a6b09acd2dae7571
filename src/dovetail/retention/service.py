"""The retention room: which rule holds for each tag, what would go and when, what is held, and what has gone."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dovetail.chunkstore.months import begin_of
from dovetail.core.clock import DAY_US, Clock
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.gone.model import Act, Drop, Gone, Stretch, Went, still_gone
from dovetail.historian.service import VIEW, Historian
from dovetail.retention import store
from dovetail.retention.choosing import Choice, choose, standing
from dovetail.retention.holds import Holds
from dovetail.retention.model import (
    BY_DAY_BELOW_US,
    FOR_EVER,
    Archive,
    Hold,
    Lacking,
    Protected,
    Reference,
    Rule,
    Wait,
    cut_of,
    number_of,
)
from dovetail.retention.rules import rules_of

OWN: Final = system_scope("retention")
AS_SENT: Final = 0  # as known before the first correction

type References = Callable[[Reading], Sequence[Reference]]


@dataclass(frozen=True, slots=True)
class Line:
    """Of one month and one rule: what is due. `until`: by tag, before which moment; `spared`: must stay.

    `copies` must hold it when it goes.
    """

    act: Act
    rule: str
    month: int
    until: Mapping[int, int]
    of: tuple[Stretch, ...]
    bytes: int
    chunks: int
    spared: int = 0
    copies: tuple[str, ...] = ()

    @property
    def needs(self) -> dict[int, tuple[str, ...]]:
        """By tag, the copies that must hold it."""
        return dict.fromkeys(self.until, self.copies) if self.copies else {}

    @property
    def samples(self) -> int:
        """Of all tags."""
        return sum(one.n for one in self.of)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due at a moment, the oldest month first. `spared` samples are over and must stay.

    `waits`: what is due and stays until copies hold it.
    """

    at_us: int
    lines: tuple[Line, ...]
    spared: int
    rules: Mapping[int, Rule] = field(repr=False)
    waits: tuple[Wait, ...] = ()

    @property
    def digest(self) -> str:
        """By which it is known again: another when anything else would go."""
        said = [(one.act, one.rule, one.month, one.samples, len(one.of)) for one in self.lines]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


class RetentionRoom:
    """All methods are thread-safe. `references` are what records rest on: they stay like what people hold."""

    def __init__(
        self,
        database: Database,
        historian: Historian,
        *,
        plant: Callable[[], PlantModel],
        clock: Clock,
        references: Sequence[References] = (),
    ) -> None:
        self.database, self.historian, self._plant, self._clock = database, historian, plant, clock
        self.holds = Holds(plant)
        self._references: tuple[References, ...] = (self.holds.references, *references)
        self.lacking: Lacking = lambda _copy, _month, until: dict.fromkeys(
            until, "no-copy"
        )  # until somebody knows of any
        self.gone = Gone()
        self.archived: dict[tuple[int, int], tuple[Stretch, str]] = {}  # (month, tag) → what a file holds of it
        with database.read() as reading:
            self.gone.hear(drop for drop in store.drops(reading) if drop.is_done)
            for archive in store.archives(reading):
                self.heard(archive)

    # --- rules ------------------------------------------------------------------------------------------------
    def rules(self, *, careful: bool = False) -> dict[int, Rule]:
        """The rule of each tag that has one. Careful: one that was changed within a day counts as the longer of both.

        So a slip of the pen in the plant code has a day to be noticed before anything goes by itself.
        """
        now_us, plant = self._clock.now_us(), self._plant()
        with self.database.read() as reading:
            found = rules_of(plant, store.rules_at(reading, now_us))
            before = rules_of(plant, store.rules_at(reading, now_us - DAY_US)) if careful else found
        return {tag: _longer(rule, before.get(tag, FOR_EVER)) for tag, rule in found.items()}

    def references(self, reading: Reading) -> list[Reference]:
        """Everything that must stay, whatever the rules say."""
        return [one for give in self._references for one in give(reading)]

    # --- what would go ----------------------------------------------------------------------------------------
    def plan(self, *, at_us: int | None = None, careful: bool = False) -> Plan:
        """What is due at a moment (default: now), should nothing else happen until then. Changes nothing."""
        rules, moment_us = self.rules(careful=careful), self._clock.now_us() if at_us is None else at_us
        with self.database.read() as reading:
            references = self.references(reading)
        cuts = {tag: cut_of(rule.drop_us, moment_us) for tag, rule in rules.items() if rule.drop_us is not None}
        early = {
            tag: cut_of(rule.archive_us, moment_us)
            for tag, rule in rules.items()
            if rule.archive_us is not None and rule.archive_us >= BY_DAY_BELOW_US  # else it is written when it goes
        }
        needs = {tag: rule.copies for tag, rule in rules.items() if rule.copies}
        lines: list[Line] = []
        waits: list[Wait] = []
        spared = 0
        for month in self.historian.dropper.months():
            for act, until in (("archive", early), ("drop", cuts)):
                going = act == "drop"
                choice = self.choice(month, until, references, needs=needs if going else {}, stands=going)
                spared += choice.spared if going else 0
                waits += _waits(month, choice, rules)
                lines += self._lines("archive" if act == "archive" else "drop", month, choice, rules, until)
        return Plan(moment_us, tuple(lines), spared, rules, tuple(waits))

    def eviction(self) -> Line | None:
        """The oldest month of which something may go before its time, on a full disk; None: there is none."""
        rules = {tag: rule for tag, rule in self.rules(careful=True).items() if rule.on_full == "evict"}
        with self.database.read() as reading:
            references = self.references(reading)
        for month in self.historian.dropper.months():
            if not rules or month >= number_of(self._clock.now_us()):
                return None
            until = dict.fromkeys(rules, begin_of(month + 1))
            needs = {tag: rule.copies for tag, rule in rules.items() if rule.copies}
            lines = self._lines("evict", month, self.choice(month, until, references, needs=needs), rules, until)
            if lines:
                return lines[0]
        return None

    def choice(
        self, month: int, until: Mapping[int, int], references: Sequence[Reference], *,
        needs: Mapping[int, Sequence[str]], stands: bool = True,
    ) -> Choice:  # fmt: skip
        """What may go of a month; `stands`: what a silent tag said last stays; `needs`: copies that must hold a tag."""
        over = {tag: cut for tag, cut in until.items() if cut > begin_of(month)}
        if not over:
            return Choice()
        dropper = self.historian.dropper
        with dropper.view(month) as view:
            first = choose(view, over, Protected(()))
        if not first.of:
            return first
        last = self._standing(over, list(first.of)) if stands else []
        with dropper.view(month) as view:
            choice = choose(view, over, Protected([*(references if stands else ()), *last]))
        choice.wait(needs, lambda copy, tags: self.lacking(copy, month, {tag: over[tag] for tag in tags}))
        return choice

    def _standing(self, until: Mapping[int, int], tags: Sequence[int]) -> list[Reference]:
        by_cut = defaultdict[int, list[int]](list)
        for tag in tags:
            by_cut[until[tag]].append(tag)
        return [
            one for cut, some in by_cut.items() for one in standing(self.historian.dropper, self._before, some, cut)
        ]

    def _before(self, tags: Sequence[int], at_us: int) -> Mapping[int, int]:
        found = self.historian.bounding(tags, at_us, scope=OWN, as_of=AS_SENT)
        return {tag: sample.ts_us for tag, sample in found.items()}

    def _lines(
        self, act: Act, month: int, choice: Choice, rules: Mapping[int, Rule], until: Mapping[int, int]
    ) -> list[Line]:
        by_rule = defaultdict[Rule, list[int]](list)
        for tag, one in choice.of.items():
            if act != "archive" or not self.is_archived(month, one.stretch):
                by_rule[rules[tag]].append(tag)
        return [
            Line(
                act, rule.name, month, {tag: until[tag] for tag in tags}, tuple(choice.of[tag].stretch for tag in tags),
                sum(choice.of[tag].bytes for tag in tags), sum(choice.of[tag].chunks for tag in tags),
                sum(choice.of[tag].spared for tag in tags), rule.copies,
            )
            for rule, tags in sorted(by_rule.items(), key=lambda one: one[0].name)
        ]  # fmt: skip

    # --- what is kept elsewhere, and what went -------------------------------------------------------------------
    def is_archived(self, month: int, stretch: Stretch) -> bool:
        """Whether a file holds exactly these samples."""
        found = self.archived.get((month, stretch.tag))
        return found is not None and found[0] == stretch

    def unarchived(self, line: Line) -> list[Stretch]:
        """What of a line must be in a file before it goes, and is in none, neither as it is nor with what stays."""
        rules = self.rules()
        must = {one.tag: one for one in line.of if (rule := rules.get(one.tag)) and rule.archive_us is not None}
        if not must:
            return []
        until = {tag: line.until[tag] for tag in must}
        with self.historian.dropper.view(line.month) as view:
            whole = choose(view, until, Protected(())).of
        return [
            one
            for tag, one in must.items()
            if not self.is_archived(line.month, one)
            and not (tag in whole and self.is_archived(line.month, whole[tag].stretch))
        ]

    def keep_archive(self, uow: UnitOfWork, archive: Archive) -> None:
        """A file holds these samples: said in the transaction of whoever wrote it."""
        store.add_archive(uow, archive)

    def begin(self, uow: UnitOfWork, drop: Drop) -> Drop:
        """This goes now; from here on a hold of it comes too late."""
        return store.begin_drop(uow, drop)

    def end(self, uow: UnitOfWork, drop: Drop) -> None:
        """It has gone."""
        store.end_drop(uow, drop.id)

    def void(self, uow: UnitOfWork, drop: Drop) -> None:
        """It has not gone, and does not go now."""
        store.void_drop(uow, drop.id)

    def unfinished(self, reading: Reading) -> list[Drop]:
        """What was decided, and not yet known to have been done."""
        return store.unfinished(reading)

    def heard(self, archive: Archive) -> None:
        """A file holds these samples."""
        self.archived |= {(archive.month, one.tag): (one, archive.file) for one in archive.of}

    def archive_of(self, reading: Reading, digest: str) -> Archive | None:
        """The archive that a file is; None: it is none of this plant's, or not as it was written."""
        return next((one for one in store.archives(reading) if one.sha256 == digest), None)

    def bring_back(self, uow: UnitOfWork, archive: Archive, by_name: str) -> Drop | None:
        """Keep that what had gone of an archive's samples is there again; None: none of it had."""
        now_us, known = self._clock.now_us(), uow.known  # nobody else writes from here on
        held = {one.tag: one for one in archive.of}
        missing = [
            one
            for _drop, one in still_gone(
                drop for drop in store.drops(uow) if drop.is_done and drop.month == archive.month
            )
            if one.tag in held and held[one.tag].t0 <= one.t0 and one.t1 <= held[one.tag].t1
        ]
        if not missing:
            return None
        back = Drop(
            0, "return", archive.rule, archive.month, 0, None, sum(one.n for one in missing), archive.bytes,
            tuple(missing), now_us, by_name, known, True, (archive.file,),
        )  # fmt: skip
        back = store.begin_drop(uow, back)
        store.end_drop(uow, back.id)
        return back

    def hear_again(self) -> None:
        """Something came back: what went is read anew."""
        with self.database.read() as reading:
            self.gone.hear(drop for drop in store.drops(reading) if drop.is_done)

    def dropped(self, tag: int, from_us: int, to_us: int, *, scope: Scope) -> list[Went]:
        """What went of a tag in [from_us, to_us), the oldest first. Raises NotFoundError out of scope."""
        found = self._plant().tags.get(tag)
        if found is None:
            raise NotFoundError("there is no such tag")
        if found.equipment_id is not None:
            scope.require(VIEW, found.equipment_id)
        return self.gone.of(tag, from_us, to_us)

    def drops(self, scope: Scope) -> list[Drop]:
        """What went of the whole plant, the newest first; for who keeps it."""
        scope.require(self.holds.hold.permission, None)
        with self.database.read() as reading:
            return store.drops(reading)[::-1]

    def held(self, scope: Scope) -> list[Hold]:
        """Every hold, the newest first, of which the caller sees all equipment and tags."""
        plant, visible = self._plant(), scope.equipment(VIEW)
        with self.database.read() as reading:
            found = store.holds(reading, only_standing=False)
        if visible is None:
            return found
        owners = {hold.id: {*hold.equipment, *(plant.owner_of(tag) for tag in hold.tags)} for hold in found}
        return [hold for hold in found if owners[hold.id] <= visible]


def _waits(month: int, choice: Choice, rules: Mapping[int, Rule]) -> Iterator[Wait]:
    for (copy, why), waiting in choice.waits.items():
        by_rule = defaultdict[str, list[int]](list)
        for tag in waiting:
            by_rule[rules[tag].name].append(tag)
        for rule, tags in sorted(by_rule.items()):
            n, size = sum(waiting[tag].stretch.n for tag in tags), sum(waiting[tag].bytes for tag in tags)
            yield Wait(copy, why, rule, month, tuple(tags), n, size)


def _longer(rule: Rule, other: Rule) -> Rule:
    if other.drop_us is None or (rule.drop_us is not None and other.drop_us > rule.drop_us):
        rule = replace(rule, drop_us=other.drop_us)
    rule = replace(rule, copies=tuple(sorted({*rule.copies, *other.copies})))
    return rule if other.on_full == "evict" else replace(rule, on_full="refuse")


def current(reading: Reading, at_us: int) -> dict[str, dict[str, Any]]:
    """The rules of the plant code active at a moment, by equipment path."""
    return store.rules_at(reading, at_us)


def apply(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], valid_from_us: int) -> None:
    """Give the rules of the plant code a new version; the past keeps its own."""
    store.put_rules(uow, bodies, valid_from_us=valid_from_us)
