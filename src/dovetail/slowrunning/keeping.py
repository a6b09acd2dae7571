"""Keeps the last answers while somebody turns their pages: a month of fifty machines is judged once, not per page."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from dovetail.core.clock import MINUTE_US, Clock
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.slowrunning.service import SlowRunning

KEPT_MAX: Final = 8  # answers, of the people who turn pages just now
STRETCHES_MAX: Final = 50_000  # of one answer, some 20 MB: a longer one is found anew at each page
KEPT_US: Final = 10 * MINUTE_US  # by then it is read to the end, or left


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks about what; only the same is answered from what is kept, and only with the same rights."""

    scope: Scope
    equipment_id: int
    from_us: int
    to_us: int
    as_of: int | None


@dataclass(slots=True)
class Kept:
    """The last answers by number; the one that was asked for longest ago goes first."""

    clock: Clock
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _answers: OrderedDict[int, tuple[int, Question, SlowRunning]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, question: Question, answer: SlowRunning) -> int:
        """Its number; 0 where it is not kept: it has one page, or too many."""
        if not PAGE_MAX < sum(len(unit.stretches) for unit in answer.units) <= STRETCHES_MAX:
            return 0
        with self._lock:
            number = next(self._numbers)
            self._answers[number] = (self.clock.now_us(), question, answer)
            while len(self._answers) > KEPT_MAX:
                self._answers.popitem(last=False)
            return number

    def find(self, number: int, question: Question) -> SlowRunning | None:
        """The answer of this number, if it is still there and was given to the same question."""
        with self._lock:
            at_us, asked, answer = self._answers.get(number, (0, None, None))
            if answer is None or asked != question or self.clock.now_us() - at_us > KEPT_US:
                return None
            self._answers.move_to_end(number)
            return answer
