"""Make a copy equal to the site: look, compare, swap what differs. It asks nothing about what changed.

A step is short: some tags of one month. Months whose state is the one in which they were equal are not looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dovetail.copies.model import Ready, Swap, swaps
from dovetail.copies.target import Copy
from dovetail.core import faults
from dovetail.core.clock import Clock
from dovetail.core.limits import FORWARD_SAMPLES_MAX, FORWARD_TAGS_AT_ONCE
from dovetail.forwarding.model import Selection
from dovetail.forwarding.site import Look, Site


@dataclass(slots=True)
class Done:
    """What was forwarded since this process began."""

    samples: int = 0
    stretches: int = 0
    steps: int = 0


@dataclass(slots=True)
class _Pass:
    """A month being looked at: from which of the tags on, and in which state it was when that began."""

    state: bytes
    next: int = 0


class Reconciler:
    """One copy and its site. `selection`: the tags that are to be there, as they stand now. One thread.

    A round looks at every month that is not known to be equal, the newest first; one that lasts (a new copy of many
    years) begins anew every `round_us`, so that what is new does not wait for what is old.
    """

    def __init__(
        self, site: Site, copy: Copy, selection: Callable[[], Selection], *, clock: Clock, round_us: int
    ) -> None:
        self._site, self._copy, self._selection = site, copy, selection
        self._clock, self._round_us = clock, round_us
        self._settled: dict[int, bytes] | None = None  # None: the copy must be asked first
        self._named = Selection.of(())
        self._passes: dict[int, _Pass] = {}
        self._round: list[int] = []
        self._round_began_us = 0
        self.done = Done()

    @property
    def waiting(self) -> int:
        """Months of this round that are not known to be equal."""
        return len(self._round)

    def is_equal(self, month: int, selection: Selection) -> bool:
        """Whether the copy was seen to hold all that is sealed of a month now. Any thread."""
        settled = self._settled
        return settled is not None and settled.get(month) == self._site.state(month, selection)

    def forget(self) -> None:
        """Trust nothing that is remembered of the copy: it is asked again."""
        self._settled = None
        self._named = Selection.of(())
        self._passes.clear()
        self._round.clear()

    def recheck(self) -> None:
        """Compare every month again, whatever was said of it."""
        self.forget()
        self._begin()
        self._settled = {}

    def step(self) -> int:
        """Compare some tags of one month and swap what differs; how many tags were looked at, 0: the round is over.

        Raises LinkError, ConfigError; what was done before stands, and nothing is remembered of what was not.
        """
        try:
            return self._step()
        except BaseException:
            self.forget()
            raise

    def _begin(self) -> dict[int, bytes]:
        self._copy.claim()
        if self._settled is None:
            self._settled = dict(self._copy.settled())
        return self._settled

    def _step(self) -> int:
        selection = self._selection()
        now_us = self._clock.monotonic_us()
        if not self._round or now_us - self._round_began_us >= self._round_us:
            settled = self._begin()
            self._name(selection)
            self._round_began_us = now_us
            months = sorted({*self._site.months(selection), *settled}, reverse=True)
            self._round = [one for one in months if settled.get(one) != self._site.state(one, selection)]
        if not self._round:
            return 0
        month = self._round[0]
        at = self._passes.setdefault(month, _Pass(self._site.state(month, selection)))
        looked = self._some_of(month, at, selection)
        if at.next >= len(selection.tags):
            self._settle(month, at)
        return looked

    def _name(self, selection: Selection) -> None:
        if selection != self._named:
            known = set(self._named.names)
            self._copy.name([one for one in selection.names if one not in known])
            self._passes.clear()  # their place among the tags is another
            self._named = selection

    def _some_of(self, month: int, at: _Pass, selection: Selection) -> int:
        some = selection.tags[at.next : at.next + FORWARD_TAGS_AT_ONCE]
        held = self._copy.held(month, some) if some else {}
        with self._site.look(month, selection) as look:
            ours = look.stretches(some)
            differ = [one for tag in some for one in swaps(tag, ours[tag], held.get(tag, ()), look.went(tag))]
            chosen = _within(differ, FORWARD_SAMPLES_MAX)
            ready = [_ready(look, one) for one in chosen]
        if ready:
            self._copy.swap(month, ready)
            faults.point("forwarding.swapped")
            if self._settled is not None:
                self._settled.setdefault(month, b"")
            self.done.samples += sum(len(block) for one in ready for piece in one.pieces for block in piece.blocks)
            self.done.stretches += sum(len(one.pieces) for one in ready)
        self.done.steps += 1
        if len(chosen) == len(differ):  # else the same tags are looked at again, and less of them differs
            at.next += len(some)
        return max(1, len(some))

    def _settle(self, month: int, at: _Pass) -> None:
        """Equal to the state in which the look began; if the month has moved since, the next round looks again."""
        self._copy.settle(month, at.state)
        del self._passes[month]
        self._round.remove(month)
        if self._settled is not None:
            self._settled[month] = at.state


def lacking(site: Site, copy: Copy, selection: Selection, month: int, until: Mapping[int, int]) -> set[int]:
    """The tags of which a copy, which is asked, does not hold all of a month before `until` as it is here."""
    copy.claim()
    copy.name(selection.names)
    found: set[int] = set()
    for some in itertools.batched(sorted(until), FORWARD_TAGS_AT_ONCE):
        held = copy.held(month, some)
        with site.look(month, selection) as look:
            ours = look.stretches(some)
        for tag in some:
            over = [one for one in ours[tag] if one.from_us < until[tag]]
            found |= {tag for swap in swaps(tag, over, held.get(tag, ())) if swap.new}
    return found


def _within(differ: Sequence[Swap], most: int) -> list[Swap]:
    """The first ones that bring together at most so many samples; at least one."""
    chosen: list[Swap] = []
    n = 0
    for one in differ:
        n += one.n
        if chosen and n > most:
            break
        chosen.append(one)
    return chosen


def _ready(look: Look, swap: Swap) -> Ready:
    return Ready(swap, tuple(look.piece(one) for one in swap.new))
