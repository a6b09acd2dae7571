"""A driver before its examiners: what is seen of it, and the trials that count for its grade, each with its verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from dovetail.grading import grades
from dovetail.grading.fuzzing import fuzzed
from dovetail.grading.grades import Judged, Report, judged, together
from dovetail.grading.holding import holds
from dovetail.grading.looking import look
from dovetail.testing.bench import Bench, OwnCable, Trial
from dovetail.testing.linked import spec_of
from dovetail.testing.matrix import Played, play

TRIALS: Final[Mapping[str, Trial]] = {
    grades.SPARES: "address gone",
    grades.CABLE: "cable pull",
    grades.SLOW: "slow server",
    grades.RESTART: "server restart",
}
CLOCK: Final[Trial] = "clock skew"

type Lasts = Literal["half a minute", "an hour"]  # the hour passes in some minutes


async def examine(driver: str, benches: Iterable[Callable[[], Bench]], *, lasts: Lasts = "half a minute") -> Report:
    """The grade of a driver: each criterion with what its benches showed."""
    found: list[Judged] = []
    for make in benches:
        found += await _of(make, lasts)
    return together(driver, found)


async def _of(make: Callable[[], Bench], lasts: Lasts) -> list[Judged]:
    bench = make()
    spec = spec_of(bench)
    await asyncio.to_thread(spec.prepare)
    wanted: list[Trial] = [*TRIALS.values(), *([CLOCK] if spec.tells_time else [])]
    trials: list[Trial] = [trial for trial in wanted if trial not in bench.cannot]
    each = await asyncio.gather(*(play(trial, make(), make()) for trial in trials))
    played: dict[Trial, Played] = dict(zip(trials, each, strict=True))
    found = [_reads(played), *(_stood(name, trial, bench, played) for name, trial in TRIALS.items())]
    return [
        *found,
        _once(played),
        _maps(bench, played),
        _subscribes(bench, played),
        *await look(make),
        *await _long(make, lasts),
    ]


def _reads(played: Mapping[Trial, Played]) -> Judged:
    return _each(grades.READS, played, ("values before",))


def _stood(name: str, trial: Trial, bench: Bench, played: Mapping[Trial, Played]) -> Judged:
    """A trial that cannot happen is excused only where the suite sees that itself: a cable that is not one of TCP."""
    if trial not in played:
        excused = trial == "cable pull" and isinstance(bench, OwnCable)
        return Judged(name, "does not apply" if excused else "not tried", bench.cannot[trial])
    failed = played[trial].failed
    back = f"back after {played[trial].recovered_s:.1f} s"
    return judged(name, not failed, "; ".join(f"{one.criterion}: {one.seen}" for one in failed) or back)


def _once(played: Mapping[Trial, Played]) -> Judged:
    return _each(grades.ONCE, played, ("said once each way",))


def _maps(bench: Bench, played: Mapping[Trial, Played]) -> Judged:
    """Times are right after each trial, and a clock that is wrong does no harm where the device tells the time."""
    if spec_of(bench).tells_time and CLOCK not in played:
        return Judged(grades.MAPS, "not tried", bench.cannot[CLOCK])
    shows = {one.criterion for trial in played.values() for one in trial.found if one.criterion.startswith("shows")}
    return _each(grades.MAPS, played, ("its time is right", *sorted(shows)))


def _each(name: str, played: Mapping[Trial, Played], criteria: tuple[str, ...]) -> Judged:
    seen = [(trial, one) for trial, each in played.items() for one in each.found if one.criterion in criteria]
    failed = [f"{trial}: {one.seen}" for trial, one in seen if not one.holds]
    return judged(name, bool(seen) and not failed, "; ".join(failed) or f"in {len(played)} trials")


def _subscribes(bench: Bench, played: Mapping[Trial, Played]) -> Judged:
    listens = spec_of(bench).listens and any(scan.mode == "subscribe" for scan in bench.points)
    if not listens:
        return judged(grades.SUBSCRIBES, False, "its values are asked for")
    return _each(grades.SUBSCRIBES, played, ("values before",))


async def _long(make: Callable[[], Bench], lasts: Lasts) -> list[Judged]:
    """The hour is had only by who takes the minutes for it."""
    if lasts == "an hour":
        return [await holds(make()), await fuzzed(make())]
    return [Judged(grades.HOLDS, "not tried", "the hour is played in the long form"), await fuzzed(make())]
