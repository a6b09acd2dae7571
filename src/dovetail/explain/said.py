"""People's words beneath a figure: who said what of which time, and which kind of time it became by that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from dovetail.core.clock import to_rfc3339
from dovetail.ledger.columns import BY_NAME
from dovetail.ledger.cutting import stretches
from dovetail.ledger.model import Slice
from dovetail.ledger.named import parts_of
from dovetail.ledger.timeclass import Settings
from dovetail.performance.facts import OWN
from dovetail.performance.report import catalogue
from dovetail.performance.service import PerformanceRoom
from dovetail.proof.beneath import Timeline, edit_node
from dovetail.proof.tree import Node, Place
from dovetail.timeline.model import PRODUCING, Edit

SAID_MAX: Final = 20  # edits looked at beneath one figure, the newest first: each is held against what the signals said
ANY_TIME: Final = "elapsed_us"  # the column through which an edit is reached: it has every slice

type Stretch = tuple[int, int, str]  # from, to, and the time class
type Moves = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Word:
    """An edit in the ledger of `ledger_id`: its slices in the question, and the time it moved between classes."""

    ledger_id: int
    edit: Edit
    from_us: int
    pieces: Sequence[Slice]
    moves: Moves


def moves(alone: Iterable[Stretch], told: Sequence[Stretch]) -> Moves:
    """How much time is of another class as it is told than by the signals alone, by (was, is).

    >>> moves([(0, 30, "APT")], [(0, 10, "APT"), (10, 30, "ADET")])
    {('APT', 'ADET'): 20}
    """
    found: Moves = defaultdict(int)
    for a0_us, a1_us, was in alone:
        for b0_us, b1_us, now in told:
            shared_us = min(a1_us, b1_us) - max(a0_us, b0_us)
            if shared_us > 0 and was != now:
                found[was, now] += shared_us
    return dict(found)


def counting(edit: Edit, newer: Sequence[Edit], from_us: int, to_us: int) -> list[tuple[int, int]]:
    """The parts of [from_us, to_us) in which no newer edit speaks over all that this one says of state and reason."""
    ends = {end for one in newer for end in (one.t0_us, one.t1_us) if end is not None and from_us < end < to_us}
    return [
        (t0_us, t1_us)
        for t0_us, t1_us in pairwise([from_us, *sorted(ends), to_us])
        for over in [[one for one in newer if one.touches(t0_us, t1_us)]]
        if (edit.state is not None and all(one.state is None for one in over))
        or (edit.says_reason and not any(one.says_reason or one.state in PRODUCING for one in over))
    ]


def bites(moved: Moves, inputs: Iterable[str], settings: Settings) -> bool:
    """Whether time that was moved counts differently in one of the times that a KPI is made of.

    >>> [bites({("ADOT", now): 10}, ("held_us",), Settings()) for now in ("AUST", "PLANNED_DOWN")]
    [False, True]
    """
    for name in inputs:
        times = [BY_NAME[part] for part in parts_of(name, settings) or (name,)]
        times = [one for one in times if one.measure in ("elapsed_us", "rated_us")]
        weights = [[sum(cls in one.classes for one in times) for cls in move] for move in moved]
        if any(was != now for was, now in weights):
            return True
    return False


class Words:
    """Answers which edits a figure rests on; reads what lies under the newest of them, and no more."""

    def __init__(self, room: PerformanceRoom, timeline: Timeline) -> None:
        self._room, self._timeline = room, timeline

    def beneath(self, place: Place, ledgers: Iterable[int]) -> list[Node]:
        """A node for each edit that bites on the KPI of a place, the newest first."""
        inputs = catalogue()[place.kpi].inputs
        said = [(ledger_id, edit) for ledger_id in ledgers for edit in self._edits(place, ledger_id)]
        newest = sorted(said, key=lambda pair: -pair[1].edit_id)[:SAID_MAX]
        words = [self._word(place, ledger_id, edit) for ledger_id, edit in newest]
        return [
            self._node(self._way(place, word), word)
            for word in words
            if bites(word.moves, inputs, self._room.settings_for(place.to_us, place.as_of))
        ]

    def opened(self, place: Place, edit: Edit, *, changed: bool) -> Node:
        """An edit that was reached from a figure, with the slices that it lies over."""
        word = self._word(place, place.ledger_id, edit)
        node = self._node(place, word, changed=changed)
        way = place.path.rpartition("/")[0]
        node.children = [
            Node(
                key=f"{way}/slice:{piece.t0_us}",
                label=" · ".join(said for said in (piece.state, piece.reason) if said),
                value=piece.elapsed_us,
                unit="us",
                kind="slice",
                detail={"state": piece.state, "mode": piece.mode, "reason": piece.reason, "cls": piece.cls}
                | {"external": piece.external, "start": to_rfc3339(piece.t0_us)},
                more=True,
            )
            for piece in word.pieces
        ]
        return node

    @staticmethod
    def _way(place: Place, word: Word) -> Place:
        column = place.down(ANY_TIME)
        unit = column if word.ledger_id == place.equipment_id else column.down(f"equipment:{word.ledger_id}")
        return unit.down(f"timeline-edit:{word.edit.edit_id}:{word.from_us}")

    def _node(self, place: Place, word: Word, *, changed: bool = False) -> Node:
        node = edit_node(place, word.edit, changed=changed)
        node.detail["path"] = self._room.gathering.node(word.ledger_id, place.to_us - 1, as_of=place.as_of)[1].path
        node.detail["moved_us"] = sum(word.moves.values())
        node.detail["cls_before"] = sorted({was for was, _ in word.moves})
        node.detail["cls_after"] = sorted({now for _, now in word.moves})
        node.more = True
        return node

    def _edits(self, place: Place, ledger_id: int) -> list[Edit]:
        """Those that speak of a state or a reason: a comment moves no time."""
        source = self._room.gathering.made_of(ledger_id, place.to_us - 1, as_of=place.as_of).times_of
        with self._room.database.read() as reading:
            found = self._timeline.said(reading, source, place.from_us, place.to_us, scope=OWN, as_of=place.as_of)
        return [edit for edit in found if edit.says_reason or edit.state is not None]

    def _word(self, place: Place, ledger_id: int, edit: Edit) -> Word:
        now_us = self._room.clock.now_us()
        from_us = max(place.from_us, edit.t0_us)
        to_us = min(place.to_us, now_us, now_us if edit.t1_us is None else edit.t1_us)
        if from_us >= to_us:
            return Word(ledger_id, edit, from_us, (), {})
        pieces = self._room.slices(ledger_id, from_us, to_us, scope=place.scope, as_of=place.as_of)
        newer = [one for one in self._edits(place, ledger_id) if one.edit_id > edit.edit_id]
        told = [
            (max(piece.t0_us, t0_us), min(piece.t1_us, t1_us), piece.cls)
            for t0_us, t1_us in counting(edit, newer, from_us, to_us)
            for piece in pieces
        ]
        return Word(ledger_id, edit, from_us, pieces, moves(self._alone(place, ledger_id, from_us, to_us), told))

    def _alone(self, place: Place, ledger_id: int, from_us: int, to_us: int) -> list[Stretch]:
        """What the same time would have counted as by the signals alone."""
        gathering, as_of = self._room.gathering, place.as_of
        source = gathering.made_of(ledger_id, to_us - 1, as_of=as_of).times_of
        with self._room.database.read() as reading:
            derived = self._timeline.under(reading, source, from_us, to_us, scope=OWN, as_of=as_of).derived
            ends = [record.t1_us for record in derived if record.t1_us is not None]
            period = min([from_us, *(record.t0_us for record in derived)]), max([to_us, *ends])
            facts = gathering.facts(reading, ledger_id, period, (derived, []), as_of=as_of)
        made = stretches(facts, *period, settings=self._room.settings_for(to_us, as_of), cuts=(from_us, to_us))
        return [(one.t0_us, one.t1_us, one.found.cls) for one in made if from_us <= one.t0_us and one.t1_us <= to_us]
