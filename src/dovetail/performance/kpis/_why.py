"""Why a KPI has no value: what of the period is missing to divide by, in words that say what to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dovetail.performance.model import CountModel, Kpi, TimeModel

UNCOUNTED: Final = "uncounted"
WORDS: Final[Mapping[str, str]] = {
    UNCOUNTED: "nothing counts good pieces",
    "not-planned": "no time of it was planned",
    "no-data": "nothing is known of the planned time",
    "no-order": "no order ran",
    "no-failure": "it did not fail",
    "no-short-stop": "there was no short stop",
    "no-run": "it did not produce",
    "no-rate": "what it produced has no standard rate",
    "part-without-rate": "a part of the time has no standard rate, so pieces cannot be held against it",
    "taken-back": "more pieces were taken back than were made",
    "nothing-made": "nothing was made",
    "nothing-to-divide": "what it is divided by is 0",
}


@dataclass(frozen=True, slots=True)
class _Missing:
    """Says `word` of a KPI that needs one of `inputs`, where `lacks` holds."""

    word: str
    inputs: frozenset[str]
    lacks: Callable[[TimeModel, CountModel], bool]

    def is_it(self, kpi: Kpi, time: TimeModel, count: CountModel) -> bool:
        return not self.inputs.isdisjoint(kpi.inputs) and self.lacks(time, count)


def _of(word: str, *inputs: str, lacks: Callable[[TimeModel, CountModel], bool]) -> _Missing:
    return _Missing(word, frozenset(inputs), lacks)


_PIECES: Final = ("gq", "sq", "rq", "pq", "order_pq", "pri_pq_ns", "pri_gq_ns")
_CHECKS: Final = (  # the first that holds is said
    _of("not-planned", "held_us", "pbt_us", "held_mu", "aupt_us", "aubt_us", "apt_us", lacks=lambda t, _: not t.pbt_us),
    _of("no-data", "held_us", "held_mu", "aupt_us", "aubt_us", "apt_us", lacks=lambda t, _: not t.held_us),
    _of("no-order", "aoet_us", lacks=lambda t, _: not t.aoet_us),
    _of("no-failure", "failures", lacks=lambda _, c: not c.failures),
    _of("no-short-stop", "short_stops", lacks=lambda _, c: not c.short_stops),
    _of("taken-back", *_PIECES, lacks=lambda _, c: not c.is_whole),
    _of("part-without-rate", "held_rated_us", lacks=lambda _, c: not c.busy_mu),
    _of("part-without-rate", "elapsed_rated_us", lacks=lambda _, c: not c.elapsed_mu),
    _of("no-run", "apt_rated_us", "apt_us", "aupt_us", "theoretical_mu", lacks=lambda t, _: not t.apt_us),
    _of("no-rate", "apt_rated_us", lacks=lambda t, _: not t.apt_rated_us),
    _of("nothing-made", "gq", "pq", "order_pq", lacks=lambda _, c: not c.pq),
)


def why(kpi: Kpi, time: TimeModel, count: CountModel) -> str:
    """The key of WORDS for a KPI that has no value."""
    return next((one.word for one in _CHECKS if one.is_it(kpi, time, count)), "nothing-to-divide")
