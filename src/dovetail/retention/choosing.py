"""Which chunks of a month may go: those that are over, that nobody holds, and that do not say what still stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dovetail.chunkstore.months import View
from dovetail.gone.model import Stretch
from dovetail.packing.found import Piece, Weight
from dovetail.retention.model import STANDS_US, Protected, Reference, Why, number_of
from dovetail.sealing.dropper import Dropper

END_OF_TIME_US: Final = 1 << 62
ASKED_ONE_BY_ONE: Final = 500  # tags; of more it is quicker to look at the whole month

type Before = Callable[[Sequence[int], int], Mapping[int, int]]  # (tags, moment) → when the last sample before it was


@dataclass(frozen=True, slots=True)
class Chosen:
    """What may go of one tag in one month. `ids` None: all that is over; `spared`: samples that must stay."""

    stretch: Stretch
    bytes: int
    chunks: int
    ids: tuple[int, ...] | None
    spared: int = 0


@dataclass(slots=True)
class Choice:
    """What may go of a month, by tag; `spared`: samples, of all tags, that are over and must stay.

    `waits`: what is due and stays until a copy holds it, by (copy, why).
    """

    of: dict[int, Chosen] = field(default_factory=dict[int, Chosen])
    spared: int = 0
    waits: dict[tuple[str, Why], dict[int, Chosen]] = field(default_factory=dict[tuple[str, Why], dict[int, Chosen]])

    def wait(
        self, needs: Mapping[int, Sequence[str]], lacks: Callable[[str, Sequence[int]], Mapping[int, Why]]
    ) -> None:
        """Take out what a copy must hold and does not yet; of several copies that lack a tag the first is named."""
        by_copy = defaultdict[str, list[int]](list)
        for tag in self.of:
            for copy in needs.get(tag, ()):
                by_copy[copy].append(tag)
        for copy, tags in sorted(by_copy.items()):
            for tag, why in lacks(copy, [tag for tag in tags if tag in self.of]).items():
                self.waits.setdefault((copy, why), {})[tag] = self.of.pop(tag)


def choose(view: View, until: Mapping[int, int], protected: Protected) -> Choice:
    """Of each tag in `until`, the chunks of this month that end before its moment there and that nothing protects."""
    by_cut: defaultdict[int, list[int]] = defaultdict(list)
    for tag, cut in until.items():
        by_cut[cut].append(tag)
    choice = Choice()
    for cut, tags in by_cut.items():
        weights = view.weights(cut, tags if len(tags) <= ASKED_ONE_BY_ONE else None)
        for tag in tags:
            if tag in weights:
                _take(choice, view, weights[tag], cut, protected)
    return choice


def _take(choice: Choice, view: View, weight: Weight, cut: int, protected: Protected) -> None:
    tag = weight.tag
    if not protected.touches(tag, weight.t0, weight.t1):
        whole = Stretch(tag, weight.t0, weight.t1, weight.n)
        choice.of[tag] = Chosen(whole, weight.bytes, weight.chunks, None)
        return
    free = [one for one in view.pieces((tag,), cut) if not protected.touches(tag, one.t0, one.t1)]
    n = sum(one.n for one in free)
    choice.spared += weight.n - n
    if free:
        stretch = Stretch(tag, min(one.t0 for one in free), max(one.t1 for one in free), n)
        ids, size = tuple(one.id for one in free), sum(one.bytes for one in free)
        choice.of[tag] = Chosen(stretch, size, len(free), ids, weight.n - n)


def ids_of(view: View, choice: Choice, until: Mapping[int, int]) -> tuple[int, ...] | None:
    """The numbers of the chosen chunks; None where that is every chunk of the month."""
    if not any(one.ids is not None for one in choice.of.values()):
        chosen = sum(one.chunks for one in choice.of.values()), sum(one.stretch.n for one in choice.of.values())
        if view.size() == chosen:
            return None
    ids: list[int] = []
    for tag, one in choice.of.items():
        ids += [piece.id for piece in view.pieces((tag,), until[tag])] if one.ids is None else one.ids
    return tuple(ids)


def standing(dropper: Dropper, before: Before, tags: Iterable[int], cut: int) -> list[Reference]:
    """The last sample before `cut` of each tag that says nothing for a day after it: what it said holds on."""
    months = dropper.months()
    number = number_of(cut)
    firsts: dict[int, int] = {}
    if number in months:
        with dropper.view(number) as view:
            firsts = view.firsts(cut)
    silent = [tag for tag in tags if firsts.get(tag, END_OF_TIME_US) > cut + STANDS_US]
    found = before(silent, cut) if silent else {}
    return [Reference(frozenset((tag,)), at_us, at_us + 1, "the value that stands") for tag, at_us in found.items()]


def stretches(pieces: Sequence[Piece]) -> tuple[Stretch, ...]:
    """What chunks come to, by tag."""
    by_tag: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_tag.setdefault(piece.tag, []).append(piece)
    return tuple(
        Stretch(tag, min(one.t0 for one in some), max(one.t1 for one in some), sum(one.n for one in some))
        for tag, some in by_tag.items()
    )
