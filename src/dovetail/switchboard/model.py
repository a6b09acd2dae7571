"""What the same sums come to by five definitions of OEE, and which rule makes which difference.

Pure: every definition begins as ISO 22400-2 has it and changes one rule after the other, so that the steps end at
exactly what its own formula gives. Time without knowledge is treated as the installation says, by all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from dovetail.ledger.named import value_of
from dovetail.ledger.timeclass import Settings
from dovetail.performance.kpis._columns import count_model


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two exact sums, divided last."""

    over: int
    under: int

    @property
    def value(self) -> float | None:
        """None where there is no denominator."""
        return self.over / self.under if self.under else None


@dataclass(frozen=True, slots=True)
class Factors:
    """Availability, performance and quality as they stand after a step."""

    a: Ratio
    p: Ratio
    q: Ratio

    @property
    def oee(self) -> float | None:
        """Their product; None where one of them has no denominator."""
        a, p, q = self.a.value, self.p.value, self.q.value
        return None if a is None or p is None or q is None else a * p * q


@dataclass(frozen=True, slots=True)
class Quantities:
    """The sums that the definitions differ in: µs, pieces, and ns for ideal times."""

    elapsed_us: int
    pbt_us: int
    held_us: int
    apt_us: int
    rated_us: int
    aust_us: int
    stopped_us: int
    adot_us: int
    short_us: int
    short_rated_us: int
    short_stops: int
    ideal_ns: int
    run_mu: int
    held_mu: int
    pbt_mu: int
    elapsed_mu: int
    gq: int
    pq: int
    good_weight: int
    made_weight: int
    rates_run: bool
    rates_held: bool
    rates_all: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A rule that differs from ISO. `us` and `pieces` are what it moves, `after` the factors from here on."""

    key: str
    words: str
    us: int | None
    pieces: int | None
    after: Factors


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a definition makes of the period. `more`: figures that only it has, by their name in it."""

    factors: Factors
    steps: tuple[Step, ...] = ()
    more: Mapping[str, float | None] = field(default_factory=dict[str, float | None])


@dataclass(frozen=True, slots=True)
class Convention:
    """A definition of OEE: its formulas in words, what stands for what in it, and how it is worked out."""

    id: str
    name: str
    availability: str
    performance: str
    quality: str
    note: str
    work_out: Callable[[Quantities], Outcome]


def quantities(sums: Mapping[str, int], settings: Settings) -> Quantities:
    """The sums of a period, with short stops apart from production time, whatever `micro_stop` says.

    Where it says `speed`, a short stop without an order is not told apart from one within an order. Above the units
    pieces weigh by their ideal time, as in the KPIs.
    """
    count = count_model(sums, settings)
    by_count = count.pri_gq_ns is None or not count.pri_pq_ns
    short_run_us, short_run_rated_us = sums["short_run_us"], sums["short_run_rated_us"]
    held_us = value_of("held_us", sums, settings)
    pbt_us = value_of("pbt_us", sums, settings)
    return Quantities(
        elapsed_us=sums["elapsed_us"],
        pbt_us=pbt_us,
        held_us=held_us,
        apt_us=sums["apt_us"] - short_run_us,
        rated_us=sums["apt_rated_us"] - short_run_rated_us,
        aust_us=sums["aust_us"],
        stopped_us=sums["adet_us"] + sums["adot_us"] + short_run_us,
        adot_us=sums["adot_us"],
        short_us=sums["short_us"] + short_run_us,
        short_rated_us=sums["short_rated_us"] + short_run_rated_us,
        short_stops=sums["short_stops"],
        ideal_ns=count.pri_pq_ns if count.is_whole else 0,
        run_mu=sums["theoretical_mu"] + sums["short_mu"],
        held_mu=value_of("held_mu", sums, settings),
        pbt_mu=value_of("pbt_mu", sums, settings),
        elapsed_mu=sums["elapsed_mu"],
        gq=count.gq,
        pq=count.pq if count.is_whole else 0,
        good_weight=count.gq if by_count else count.pri_gq_ns or 0,
        made_weight=(count.pq if by_count else count.pri_pq_ns) if count.is_whole else 0,
        rates_run=sums["apt_rated_us"] + sums["short_rated_us"] == sums["apt_us"] + sums["short_us"],
        rates_held=value_of("held_rated_us", sums, settings) == held_us,
        rates_all=sums["elapsed_rated_us"] == sums["elapsed_us"],
    )


def iso(seen: Quantities) -> Factors:
    """APT/PBT · PRI·PQ/APT · GQ/PQ."""
    return Factors(
        Ratio(seen.apt_us, seen.held_us),
        Ratio(seen.ideal_ns, 1000 * seen.rated_us),
        Ratio(seen.good_weight, seen.made_weight),
    )


def _short_stops_run(seen: Quantities, words: str) -> Step:
    was = iso(seen)
    run_us, rated_us = seen.apt_us + seen.short_us, seen.rated_us + seen.short_rated_us
    after = replace(was, a=Ratio(run_us, seen.held_us), p=Ratio(seen.ideal_ns, 1000 * rated_us))
    return Step("short_stops", words, seen.short_us, None, after)


def _iso(seen: Quantities) -> Outcome:
    factors = iso(seen)
    oee = factors.oee
    return Outcome(factors, more={"TEEP": _of_all_time(oee, seen.pbt_us, seen.elapsed_us)})


def _of_all_time(oee: float | None, planned: int, elapsed: int) -> float | None:
    """What an OEE comes to over all time, of which so much was planned; what is unknown counts as what is known."""
    return None if oee is None or not elapsed else oee * planned / elapsed


def _traksys(seen: Quantities) -> Outcome:
    first = _short_stops_run(seen, "short stops are performance losses: the system counts as producing in them")
    by_units = Ratio(1000 * seen.pq, seen.run_mu if seen.rates_run else 0)
    after = replace(first.after, p=by_units, q=Ratio(seen.gq, seen.pq))
    missing = None if seen.rates_run else seen.apt_us - seen.rated_us + seen.short_us - seen.short_rated_us
    words = "performance weighs products by pieces, not by time: total units / theoretical units"
    second = Step("units", words, missing, seen.pq, after)
    a2 = Ratio(seen.run_mu, seen.held_mu if seen.rates_held else 0)
    oee2 = replace(after, a=a2).oee
    more = {
        "A2": a2.value,
        "OEE2": oee2,
        "TEEP": _of_all_time(after.oee, seen.pbt_us, seen.elapsed_us),
        "TEEP2": _of_all_time(oee2, seen.pbt_mu, seen.elapsed_mu if seen.rates_all else 0),
    }
    return Outcome(after, (first, second), more)


def _aveva(seen: Quantities) -> Outcome:
    was = iso(seen)
    after = replace(was, a=Ratio(seen.apt_us, seen.held_us - seen.adot_us))
    words = "time without an order is neither runtime nor downtime: nobody misses it"
    return Outcome(after, (Step("neither", words, seen.adot_us, None, after),))


def _classic(seen: Quantities) -> Outcome:
    step = _short_stops_run(seen, "short stops count as run time: they slow the run instead of stopping it")
    oee = step.after.oee
    return Outcome(step.after, (step,), {"TEEP": _of_all_time(oee, seen.pbt_us, seen.elapsed_us)})


def _umh(seen: Quantities) -> Outcome:
    was = iso(seen)
    unseen = replace(was, p=Ratio(1, 1 if seen.apt_us else 0))
    slow_us = None if not seen.rated_us else seen.rated_us - round(seen.ideal_ns / 1000)
    first = Step("speed", "slow running is not seen: only time decides", slow_us, None, unseen)
    possible_us = seen.apt_us + seen.stopped_us
    after = replace(was, a=Ratio(possible_us, seen.held_us), p=Ratio(seen.apt_us, possible_us))
    words = "stops count as lost performance, set-up alone as lost availability"
    return Outcome(after, (first, Step("stops", words, seen.stopped_us, None, after)))


CONVENTIONS: Final[tuple[Convention, ...]] = (
    Convention(
        "iso22400",
        "ISO 22400-2",
        "APT / PBT",
        "PRI · PQ / APT",
        "GQ / PQ",
        "A short stop is a delay; set-up and waiting lower availability.",
        _iso,
    ),
    Convention(
        "traksys",
        "TrakSYS",
        "production time / net operation time",
        "total units / theoretical production units",
        "good units / total units",
        "Net operation is the interval without what is not scheduled; set-up, delays and idle time are availability "
        "losses, short stops performance losses. A2 and OEE2 weigh by units. Legal losses count as not scheduled.",
        _traksys,
    ),
    Convention(
        "aveva",
        "AVEVA",
        "runtime / (runtime + downtime)",
        "(good + reject) / (runtime · rate)",
        "good / (good + reject)",
        "Runtime is production, downtime set-up and delays; the rest is neither. A line is its bottleneck.",
        _aveva,
    ),
    Convention(
        "classic",
        "Vorne / classic",
        "operating time / planned production time",
        "total · ideal cycle time / operating time",
        "good / total",
        "Planned production time is the shift without breaks; a stop up to the threshold stays in operating time.",
        _classic,
    ),
    Convention(
        "umh_classic",
        "UMH classic",
        "(running + stopped) / planned time",
        "running / (running + stopped)",
        "good / total",
        "Performance by time alone: it cannot see slow running. Kept for comparison.",
        _umh,
    ),
)
