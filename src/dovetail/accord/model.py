"""What of one's words can stand beside another's: of no matter may two people speak at the same time.

Pure. A person speaks of matters (state, reason, comment, or only of a cut) over a stretch of time. What is left of
their words beside others' is cut where those begin and end, so that a cut of the others stays one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

type What = Literal["reclassify", "comment", "entry", "split", "merge", "move-edge", "acknowledge"]
type Matter = str  # state, reason, comment, cut

END_US: Final = 1 << 62  # after every moment: words that go on end here


@dataclass(frozen=True, slots=True)
class Words:
    """What is spoken of in [t0_us, t1_us); `t1_us` None: it goes on.

    `is_run`: the state said is a run, which has no reason: it speaks of the reason too. `holds`: not withdrawn.
    """

    t0_us: int
    t1_us: int | None
    matters: frozenset[Matter]
    is_run: bool = False
    holds: bool = True

    @property
    def end_us(self) -> int:
        """Where they end, as a moment that can be compared."""
        return END_US if self.t1_us is None else self.t1_us


def spoken(what: str, state: str | None, *, is_run: bool, says: Iterable[Matter]) -> frozenset[Matter]:
    """The matters that an edit speaks of.

    >>> sorted(spoken("entry", "Execute", is_run=True, says=[])), sorted(spoken("split", None, is_run=False, says=[]))
    (['reason', 'state'], ['cut'])
    """
    found: set[Matter] = set(says)
    if state is not None:
        found.add("state")
    if is_run:
        found.add("reason")
    if what == "split":
        found.add("cut")
    return frozenset(found)


def beside(mine: Words, others: Sequence[Words], *, whole: bool = False) -> list[Words]:
    """What is left of `mine` where others' words go on to stand, by time; nothing: the two exclude each other.

    `whole`: it makes sense only undivided, as two records that become one do.
    """
    near = [one for one in others if one.t0_us < mine.end_us and one.end_us > mine.t0_us]
    edges = {at_us for one in near for at_us in (one.t0_us, one.end_us) if mine.t0_us < at_us < mine.end_us}
    cuts = {at_us for one in near if one.holds for at_us in (one.t0_us, one.end_us)}
    done: list[Words] = []
    bounds = [mine.t0_us, *sorted(edges), mine.end_us]
    for t0_us, end_us in pairwise(bounds):
        over = {matter for one in near if one.t0_us <= t0_us < one.end_us for matter in one.matters}
        over -= {"cut"}  # two cuts stand together, unless they are the same
        over |= {"cut"} if t0_us in cuts or t0_us > mine.t0_us else set()
        left = _left(mine, frozenset(over))
        piece = Words(t0_us, None if end_us == END_US else end_us, left, mine.is_run and "state" in left)
        if done and done[-1].end_us == t0_us and done[-1].matters - {"cut"} == left and t0_us not in cuts:
            done[-1] = Words(done[-1].t0_us, piece.t1_us, done[-1].matters, piece.is_run)
        elif left:
            done.append(piece)
    is_divided = [(one.t0_us, one.t1_us) for one in done] != [(mine.t0_us, mine.t1_us)]
    return [] if whole and (is_divided or "state" not in done[0].matters) else done


def _left(mine: Words, over: frozenset[Matter]) -> frozenset[Matter]:
    """The matters of `mine` that nobody else speaks of; a reason goes with the state that it explains."""
    left = mine.matters - over
    if mine.is_run and "reason" not in left:
        left -= {"state"}
    if "state" in mine.matters - left:
        left -= {"reason"}
    return left
