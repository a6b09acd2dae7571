"""What people say of pieces: entries by hand and decisions on held jumps; and the counts that follow from them.

A piece is counted once. Where a counter of the machine counts every piece, what a person enters as scrap or rework was
counted as good before: it is taken out of the good ones, and PQ = GQ + SQ + RQ stays what it was. A good piece entered
by hand is one that no counter saw: it is added. Without such a counter everything entered is added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dovetail.counting.pieces import KINDS, CountTrack, Said, within
from dovetail.states.attribution import entries as written_as
from dovetail.states.model import CounterName, CounterRule, CountKind, HeldJump, MachineRules

type Verdict = Literal["accepted", "dismissed"]
type Window = tuple[int, int]  # (from_us, to_us]; an instant where both are the same


@dataclass(frozen=True, slots=True)
class Entry:
    """`quantity` pieces of a kind that a person said were made in (t0_us, t1_us], or at t1_us where both are the same.

    `less`: they were counted as that before, and are taken out of it. One action of a person is one `entry_id` with an
    Entry per kind; `job_response_id` None: they are of whatever ran. Taken back: `known_to` is set.
    """

    entry_id: int
    equipment_id: int
    kind: CountKind
    quantity: int
    less: CountKind | None
    reason: str | None
    t0_us: int
    t1_us: int
    job_response_id: str | None
    comment: str | None
    by_id: str
    by_name: str
    at_us: int
    known_from: int
    known_to: int | None = None
    withdrawn_by: str | None = None
    withdrawn_us: int | None = None
    unit: str | None = None  # in which they were said; None: the product's own


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on a held jump. `quantity` None: all that is held; counted as `kind` in (t0_us, t1_us].

    `seen` is the jump as it was decided on: where late samples change it, the decision stays and is marked.
    """

    held_id: str
    equipment_id: int
    verdict: Verdict
    quantity: int | None
    kind: CountKind
    less: CountKind | None
    t0_us: int
    t1_us: int
    seen: HeldJump
    why: str | None
    by_id: str
    by_name: str
    at_us: int
    known_from: int
    known_to: int | None = None

    def still_seen(self, now: HeldJump | None) -> bool:
        """Whether the jump is what it was when it was decided on."""
        return now is not None and replace(now, known_from=0, known_to=None) == self.seen

    def counted(self, now: HeldJump | None) -> int:
        """The pieces that count. What late samples have explained meanwhile is counted by them, so not here."""
        if self.verdict == "dismissed" or now is None:
            return 0
        if self.quantity is None:
            return now.quantity
        return min(self.quantity, now.quantity) if now.quantity < self.seen.quantity else self.quantity


@dataclass(frozen=True, slots=True)
class PersonCount:
    """A CountRecord that a person is the source of, in the shape of those of a counter."""

    equipment_id: int
    t0_us: int
    t1_us: int
    kind: CountKind
    quantity: int
    origin: Literal["person", "correction"]
    spread: bool
    at_us: int
    job_response_id: str | None
    said: Said
    tag_id: None = None


def counted_before(kind: CountKind, counters: Collection[str]) -> CountKind | None:
    """As what a piece was counted that a person now enters as `kind`; None: no counter of the equipment saw it.

    >>> counted_before("scrap", {"total"}), counted_before("scrap", {"infeed"}), counted_before("good", {"total"})
    ('good', None, None)
    """
    return "good" if kind in ("scrap", "rework") and {"total", "good"} & set(counters) else None


def jump_counts_as(counter: CounterName, counters: Collection[str]) -> tuple[CountKind, CountKind | None]:
    """(kind, taken out of which kind) of a piece of a counter, given all counters of the equipment.

    >>> jump_counts_as("scrap", {"total", "scrap"}), jump_counts_as("total", {"total", "scrap"})
    (('scrap', 'good'), ('good', None))
    """
    every: tuple[CounterName, ...] = ("total", "good", "scrap", "rework", "infeed")
    rules = tuple(CounterRule(name, 0) for name in every if name in counters or name == counter)
    written = written_as(MachineRules(0, counters=rules))[counter]
    plus: list[CountKind] = [kind for kind, sign, _ in written if sign > 0]
    minus: list[CountKind] = [kind for kind, sign, _ in written if sign < 0]
    return plus[0] if plus else "good", minus[0] if minus else None


def held_id(jump: HeldJump, among: Sequence[HeldJump]) -> str:
    """The name of a held jump, which stays when late samples change what it shows: equipment, counter, moment.

    Of several of one counter at one moment, which are all in `among`, the later ones are numbered.
    """
    where = (jump.equipment_id, jump.counter, jump.t1_us)
    same = [one for one in among if (one.equipment_id, one.counter, one.t1_us) == where]
    place = sorted(same, key=lambda one: (one.t0_us, one.before, one.after)).index(jump) + 1
    return f"{jump.equipment_id}-{jump.counter}-{jump.t1_us}" + (f"-{place}" if place > 1 else "")


def read_held_id(text: str) -> tuple[int, str, int] | None:
    """(equipment, counter, moment) of a held jump's name; None: that is none.

    >>> read_held_id("12-good-1767592800000000"), read_held_id("12-good")
    ((12, 'good', 1767592800000000), None)
    """
    parts = text.split("-")
    whole = len(parts) in (3, 4) and all(part.isascii() and part.isdigit() for part in (parts[0], *parts[2:]))
    if not whole or any(len(part) > 18 for part in parts):
        return None
    return int(parts[0]), parts[1], int(parts[2])


def entry_counts(entry: Entry) -> list[PersonCount]:
    """The counts that follow from an entry: what it adds, and what it takes out."""
    words = (entry.by_name, entry.at_us, entry.comment, entry.reason)
    said = Said("entry", str(entry.entry_id), *words, unit=entry.unit)
    return _both(entry, entry.quantity, said, spread=entry.t0_us < entry.t1_us, job=entry.job_response_id)


def jump_counts(decision: Decision, now: HeldJump | None) -> list[PersonCount]:
    """The counts that follow from a decision, given the jump as it stands now; they never leave the jump's time."""
    if now is None:
        return []
    t0_us, t1_us = max(decision.t0_us, now.t0_us), min(decision.t1_us, now.t1_us)
    inside = (t0_us, t1_us) if t0_us < t1_us else (now.t0_us, now.t1_us)
    why, tag = decision.why, decision.seen.tag_id
    said = Said("jump", decision.held_id, decision.by_name, decision.at_us, why, None, tag)
    placed = replace(decision, t0_us=inside[0], t1_us=inside[1])
    return _both(placed, decision.counted(now), said, spread=True, job=None)


def _both(of: Entry | Decision, quantity: int, said: Said, *, spread: bool, job: str | None) -> list[PersonCount]:
    parts: list[tuple[CountKind, int, Literal["person", "correction"]]] = [
        (of.kind, quantity, "person" if quantity > 0 else "correction")
    ]
    if of.less is not None:
        parts.append((of.less, -quantity, "correction"))
    return [
        PersonCount(of.equipment_id, of.t0_us, of.t1_us, kind, pieces, origin, spread, of.t1_us, job, said)
        for kind, pieces, origin in parts
        if pieces
    ]


def totals(counts: Iterable[CountTrack], window: Window) -> dict[str, int]:
    """The pieces of each kind in a window; a count that reaches out of it is shared out by time."""
    sums = dict.fromkeys(KINDS, 0)
    for count in counts:
        sums[count.kind] += within(count, *window)
    return sums


def touched(counts: Iterable[CountTrack | HeldJump]) -> Window:
    """The time in which some counts lie, as a period [from, to) of the timeline."""
    listed = list(counts)
    begins = [one.t0_us if one.t0_us < one.t1_us else one.t1_us - 1 for one in listed]
    return min(begins), max(one.t1_us for one in listed)
