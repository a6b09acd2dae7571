"""The figures of a machine added up second by second, as docs/reference/states-and-times.md says it in words.

An oracle: it knows nothing of slices, columns or sums of the product, and divides fractions. Only whole seconds happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

type Figure = Fraction | None
LOST = ("ADET", "ADOT")
BUSY = ("APT", "AUST", "ADET", "ADOT", "NODT")
OBSERVED = ("APT", "AUST", "ADET", "ADOT")


@dataclass(frozen=True)
class Said:
    """How the plant counts."""

    no_data: str = "observed"
    unplanned_run: str = "extend"
    micro_stop: str = "delay"
    micro_stop_s: int = 5
    pbt: str = "calendar"
    failures: str = "plus_one"


@dataclass(frozen=True)
class Second:
    """What was so in one second. `rates`: pieces a second at the standard rate, one of each job that ran (else one);
    `jobs`: how many ran; `made`: good, scrap, rework, which the jobs share evenly."""

    state: str
    mode: str
    category: str | None
    external: bool
    plan: str
    jobs: int
    rates: tuple[Fraction | None, ...]
    made: tuple[int, int, int] = (0, 0, 0)


@dataclass
class Seen:
    """A second with all that is known of it once the whole is known."""

    of: Second
    cls: str
    short: bool
    fails: bool
    stop_begins: bool
    failure_begins: bool

    @property
    def busy(self) -> bool:
        return self.cls in BUSY

    @property
    def observed(self) -> bool:
        return self.cls in OBSERVED

    def with_rate(self) -> Fraction:
        """Which part of the second has a rate."""
        return Fraction(sum(rate is not None for rate in self.of.rates), len(self.of.rates))

    def possible(self) -> Fraction:
        """Pieces that the standard rates would have brought in it."""
        return sum((rate or Fraction(0) for rate in self.of.rates), Fraction(0)) / len(self.of.rates)

    def ideal(self, pieces: int) -> Fraction:
        """Seconds in which the standard rates would have brought these pieces of it."""
        each = Fraction(pieces, len(self.of.rates))
        return sum((each / rate for rate in self.of.rates if rate is not None), Fraction(0))


def unknown(second: Second) -> bool:
    return second.state in ("NO_DATA", "UNKNOWN")


def set_up(second: Second) -> bool:
    return second.state == "CHANGEOVER" or second.mode == "Setup" or second.category == "setup"


def runs(second: Second) -> bool:
    good_mode = second.mode not in ("Setup", "Maintenance", "Manual")
    return not unknown(second) and not set_up(second) and second.state in ("Execute", "RUN") and good_mode


def stands(second: Second) -> bool:
    return not (unknown(second) or set_up(second) or runs(second) or second.category == "planned")


def faulty(second: Second) -> bool:
    told = second.state in ("Clearing", "Stopping", "Aborting", "Aborted") or second.category == "failure"
    return stands(second) and told


def class_of(second: Second, said: Said, *, short: bool) -> str:
    plan = second.plan
    if plan == "BUSY" and second.category == "planned":
        plan = "PLANNED_DOWN"
    elif plan == "BUSY" and said.pbt == "calendar_and_job" and not second.jobs:
        plan = "NOT_PLANNED"
    if plan != "BUSY":
        return "APT" if runs(second) and said.unplanned_run == "extend" else plan
    if unknown(second):
        return "NODT"
    if set_up(second):
        return "AUST"
    if runs(second) or (short and said.micro_stop == "speed"):
        return "APT"
    return "ADET" if faulty(second) or second.jobs else "ADOT"


def looked_at(seconds: Sequence[Second], said: Said) -> list[Seen]:
    """Every second with its class; a stop that reaches to the end has not ended: nobody knows whether it is short."""
    found: list[Seen] = []
    for stood, group in groupby(seconds, key=stands):
        run = list(group)
        ended = len(found) + len(run) < len(seconds)
        short = stood and ended and len(run) <= said.micro_stop_s
        for place, second in enumerate(run):
            fails = faulty(second) and not second.external
            before = run[place - 1] if place else None
            goes_on = before is not None and faulty(before) and not before.external
            cls = class_of(second, said, short=short)
            found.append(Seen(second, cls, short, fails, stood and not place, fails and not goes_on))
    return found


def over(a: Fraction | int, b: Fraction | int) -> Figure:
    return Fraction(a) / Fraction(b) if b else None


def times(*factors: Figure) -> Figure:
    product = Fraction(1)
    for one in factors:
        if one is None:
            return None
        product *= one
    return product


@dataclass
class Plain:
    """A machine's seconds, or those of several machines together."""

    said: Said
    seen: list[Seen] = field(default_factory=list)

    def of(self, *classes: str) -> list[Seen]:
        return [one for one in self.seen if one.cls in classes]

    def s(self, *classes: str) -> int:
        return len(self.of(*classes))

    def pieces(self, among: Iterable[Seen], kind: int) -> int:
        return sum(one.of.made[kind] for one in among)

    @property
    def held(self) -> list[Seen]:
        """The planned busy time that ratios are held against."""
        return self.of(*BUSY) if self.said.no_data == "as_loss" else self.of(*OBSERVED)

    @property
    def gq(self) -> int:
        return self.pieces(self.of(*OBSERVED), 0)

    @property
    def sq(self) -> int:
        return self.pieces(self.of(*OBSERVED), 1)

    @property
    def rq(self) -> int:
        return self.pieces(self.of(*OBSERVED), 2)

    @property
    def pq(self) -> int:
        return self.gq + self.sq + self.rq

    def ideal(self, *kinds: int) -> Fraction:
        """Seconds that the pieces of these kinds should have taken."""
        made = ((one, sum(one.of.made[kind] for kind in kinds)) for one in self.of(*OBSERVED))
        return sum((one.ideal(pieces) for one, pieces in made), Fraction(0))

    def rated(self, among: Iterable[Seen]) -> Fraction:
        return sum((one.with_rate() for one in among), Fraction(0))

    def possible(self, among: Iterable[Seen]) -> Fraction:
        return sum((one.possible() for one in among), Fraction(0))

    def all_rated(self, among: Iterable[Seen]) -> bool:
        return all(one.with_rate() == 1 for one in among)

    @property
    def failed(self) -> int:
        return sum(one.failure_begins for one in self.of("APT", *LOST))

    @property
    def failing(self) -> int:
        return sum(one.fails for one in self.of("ADET"))

    def mean(self, seconds: int) -> Figure:
        return over(seconds, self.failed + (self.said.failures == "plus_one"))

    def figures(self) -> dict[str, Figure]:
        """Every KPI by the words of its formula (STANDARDS: ISO 22400-2), in seconds and pieces."""
        apt, aust, adet = self.s("APT"), self.s("AUST"), self.s("ADET")
        pbt, held, elapsed = self.s(*BUSY), len(self.held), len(self.seen)
        aubt = apt + aust + adet
        ordered = [one for one in self.seen if one.of.jobs and (one.cls != "NODT" or self.said.no_data == "as_loss")]
        made_to_order = [one for one in ordered if one.cls in BUSY]
        order_pq = sum(self.pieces(made_to_order, kind) for kind in range(3))
        busy_with = [one for one in ordered if one.cls in ("APT", "AUST", "ADET")]
        a, e, q = over(apt, held), over(self.ideal(0, 1, 2), self.rated(self.of("APT"))), over(self.gq, self.pq)
        short = [one for one in self.of("APT", *LOST) if one.short]
        short_stops = sum(one.stop_begins for one in short)
        can_weigh = self.all_rated(self.held)
        by_units = over(self.gq, self.possible(self.held)) if can_weigh else None
        return {
            "availability": a, "effectiveness": e, "quality_ratio": q, "oee_index": times(a, e, q),
            "nee_index": times(over(apt + aust, held), e, q), "teep": times(a, e, q, over(pbt, elapsed)),
            "allocation_efficiency": over(aubt, held), "utilization_efficiency": over(apt, aubt),
            "setup_ratio": over(aust, apt + aust), "technical_efficiency": over(apt, apt + adet),
            "allocation_ratio": over(len(busy_with), len(ordered)),
            "production_process_ratio": over(sum(one.cls == "APT" for one in ordered), len(ordered)),
            "throughput_rate": times(over(order_pq, len(ordered)), Fraction(3600)),
            "first_pass_yield": q, "scrap_ratio": over(self.sq, self.pq), "rework_ratio": over(self.rq, self.pq),
            "cycle_time": over(apt, self.pq),
            "mtbf": self.mean(apt + aust), "mttf": self.mean(self.s(*OBSERVED) - self.failing),
            "mttr": self.mean(self.failing) if self.failed or self.failing else None,
            "short_stop_count": Fraction(short_stops), "short_stop_time": over(len(short), short_stops),
            "oee_units": by_units,
            "nee_units": times(by_units, over(self.possible(self.of("APT", "AUST")), self.possible(self.of("APT")))),
            "teep_units": times(by_units, over(self.possible(self.of(*BUSY)), self.possible(self.seen)))
            if self.all_rated(self.seen)
            else None,
        }  # fmt: skip

    def big_losses(self) -> dict[str, Fraction]:
        """Planned busy time, where it went (Nakajima): seconds."""
        short = [one for one in self.of("APT", *LOST) if one.short]
        long = [one for one in self.of(*LOST) if not one.short]
        run = [one for one in self.of("APT") if not one.short]
        start_up = sum((one.ideal(one.of.made[1] + one.of.made[2]) for one in self.of("AUST")), Fraction(0))
        bad = self.ideal(1, 2)
        return {
            "breakdowns": Fraction(sum(one.fails and one.cls == "ADET" for one in long)),
            "setup": Fraction(self.s("AUST")), "short_stops": Fraction(len(short)),
            "external": Fraction(sum(one.of.external and one.cls == "ADET" for one in long)),
            "other": Fraction(sum(not (one.cls == "ADET" and (one.fails or one.of.external)) for one in long)),
            "no_data": Fraction(self.s("NODT")),
            "reduced_speed": self.rated(run) - self.ideal(0, 1, 2),
            "defects": bad - start_up, "startup": start_up,
            "effective": len(run) - self.rated(run) + self.ideal(0),
        }  # fmt: skip

    def definitions(self) -> dict[str, Figure]:
        """OEE as others publish their formula."""
        known = self.of("APT", *LOST)
        held = len(self.held)
        run, short = [one for one in self.of("APT") if not one.short], [one for one in known if one.short]
        stopped = [one for one in known if one.short or one.cls in LOST]
        idle = self.of("ADOT")
        ideal, q = self.ideal(0, 1, 2), over(self.gq, self.pq)
        slow = over(ideal, self.rated(run + short))
        can_weigh = self.all_rated(self.held)
        units = over(self.pq, self.possible(run + short)) if self.all_rated(run + short) else None
        a, a_classic = over(len(run), held), over(len(run) + len(short), held)
        return {
            "iso22400": times(a, over(ideal, self.rated(run)), q),
            "classic": times(a_classic, slow, q),
            "traksys": times(a_classic, units, q),
            "traksys.A2": over(self.possible(run + short), self.possible(self.held)) if can_weigh else None,
            "aveva": times(over(len(run), held - len(idle)), over(ideal, self.rated(run)), q),
            "umh_classic": times(over(len(run) + len(stopped), held), over(len(run), len(run) + len(stopped)), q),
        }  # fmt: skip

    def by_ideal_time(self) -> dict[str, Figure]:
        """Quality, and what rests on it, where pieces of unlike units weigh by the time that they should have taken."""
        made, good = self.ideal(0, 1, 2), self.ideal(0)
        plain, by_count = self.figures(), over(self.gq, self.pq)
        q = over(good, made) if made else by_count
        rest = {name: plain[name] for name in ("availability", "effectiveness")}
        processing = over(self.s("APT") + self.s("AUST"), len(self.held))
        oee = times(rest["availability"], rest["effectiveness"], q)
        teep = times(oee, over(self.s(*BUSY), len(self.seen)))
        return {
            "quality_ratio": q,
            "oee_index": oee,
            "teep": teep,
            "nee_index": times(processing, rest["effectiveness"], q),
        }
