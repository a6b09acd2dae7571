"""What is done to a link of the plant, and what must be seen: the trials that every driver has to stand.

A trial is played with the program's own session in real time, beside a neighbour of the same kind to which nothing
happens. What is expected is written down here once, for all protocols.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from dovetail.core import quality as q
from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.edge.runtime import EdgeRuntime
from dovetail.testing.bench import SCAN_S, STEP, Bench, Fault, Shows, Taken, Trial
from dovetail.testing.chaos import NONE
from dovetail.testing.linked import BESIDE, Link, is_good, laid, number_of, running, standstills, until
from dovetail.testing.sink import MemorySink

RECOVERS_S: Final = 10.0  # after the fault has ended, every point shows something new by then
NOTICED_S: Final = 15.0  # a link that is dead is known to be by then
LASTS_S: Final = 2.0  # how long a fault lasts at least
BEFORE_US: Final = 3 * SECOND_US  # a lost link was known good until at most so long before the fault
CLOCK_US: Final = 3 * SECOND_US  # a time that is right differs from ours by less
CONNECTS_PER_S: Final = 4  # with full jitter a few at first, then fewer; more is a storm
CONNECTS_FREE: Final = 8  # what a client may open at once, and what came before the back-off grew
WAITING_MAX: Final = 50  # frames that wait for the store
UP_S: Final = 60.0  # a busy machine takes its time to start so many

EXPECTED: Final[dict[Trial, Shows]] = {
    "server restart": "no data",
    "cable pull": "no data",
    "half-open link": "no data",
    "slow server": "values",
    "garbage reply": "no data",
    "late reply": "no data",
    "address gone": "one bad",
    "type changed": "one bad",
    "clock skew": "values",
}


def expected(bench: Bench | type[Bench], trial: Trial) -> Shows:
    """What the points of this device show meanwhile: as everywhere, or as what is taken for good has it."""
    return bench.shows.get(trial, EXPECTED[trial]) if isinstance(bench, Taken) else EXPECTED[trial]


@dataclass(frozen=True, slots=True)
class Found:
    """One criterion of a trial: whether it holds, and what was seen."""

    criterion: str
    holds: bool
    seen: str


@dataclass(slots=True)
class Played:
    """What became of a link on which a trial was played. Times in seconds and µs of our clock."""

    began_us: int = 0
    recovered_s: float = float("inf")
    connections: int = 0
    during: list[tuple[int, int, object, int]] = field(default_factory=list)  # tag, ts, value, quality
    found: list[Found] = field(default_factory=list)

    def say(self, criterion: str, holds: bool, seen: object) -> None:
        self.found.append(Found(criterion, holds, str(seen)))

    @property
    def failed(self) -> list[Found]:
        """What does not hold."""
        return [one for one in self.found if not one.holds]


@asynccontextmanager
async def _after(ready: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    await ready()
    yield


async def _at_once() -> None:
    """Nobody is waited for."""


async def play(
    trial: Trial, bench: Bench, beside: Bench, *, seed: int = 1, ready: Callable[[], Awaitable[object]] = _at_once
) -> Played:
    """Play one trial of the matrix on `bench` while `beside`, of the same kind, is read undisturbed.

    `ready` is waited for when both devices stand: some are so heavy to start that others must not be tried meanwhile.
    """
    played, sink = Played(), MemorySink()
    async with (
        laid(bench, sink, name="tried", seed=seed) as link,
        laid(beside, sink, name="beside", base=BESIDE) as near,
        _after(ready),
        running((link, near), seed) as edge,
        standstills() as stood,
    ):
        up_s = await until(lambda: all(one.is_up and one.fresh_since(0) for one in (link, near)), within_s=UP_S)
        played.say("values before", up_s < UP_S, f"after {up_s:.1f} s")
        steady, overruns = near.number, _overruns(edge)
        for one in (link, near):
            one.told = one.told[-1:]  # how it came up the first time is not what is tried
        await _fail(trial, link, played)
        await _recover(link, played)
        await _count(link, played)
        _judge(trial, link, played, waiting=edge.delivery()["waiting_frames"])
        caught_up = await until(lambda: near.fresh_since(near.number - 8), within_s=RECOVERS_S)
        missed = _overruns(edge) - overruns - math.ceil(stood.seconds / SCAN_S)
        played.say("neighbour misses no poll", missed <= 0, f"{missed}; we stood still for {stood.seconds:.1f} s")
        _judge_neighbour(near, played, steady, caught_up=caught_up)
    return played


def _overruns(edge: EdgeRuntime) -> int:
    return {status.name: status.overruns for status in edge.status()}["beside"]


async def _fail(trial: Trial, link: Link, played: Played) -> None:
    """Let it happen, until what is expected is seen and a while longer, and mend it."""
    played.began_us = link.clock.now_us()
    before = {tag: len(link.sink.rows(tag)) for tag in link.tags()}
    connections = link.cable.connections
    begun = asyncio.get_running_loop().time()
    await _begin(trial, link)
    shows = expected(link.bench, trial)
    seen_s = await until(_seen(shows, link), within_s=NOTICED_S)
    await asyncio.sleep(max(LASTS_S - seen_s, 1.0) if seen_s < NOTICED_S else 0)
    played.say(f"shows {shows}", _seen(shows, link)(), {tag: link.shows(tag) for tag in link.tags()})
    lasted_s = asyncio.get_running_loop().time() - begun
    played.connections = link.cable.connections - connections
    allowed = CONNECTS_FREE + CONNECTS_PER_S * lasted_s
    played.say("no storm", played.connections <= allowed, f"{played.connections} connections in {lasted_s:.1f} s")
    await _end(trial, link)
    for tag in link.tags():
        played.during += [(tag, *row) for row in link.sink.rows(tag)[before[tag] :]]


def _seen(shows: Shows, link: Link) -> Callable[[], bool]:
    """Whether the points show what is expected."""
    first, *others = link.tags()

    def no_data() -> bool:
        return all(link.shows(tag)[1] in (q.BAD_NOT_CONNECTED, q.BAD_COMM) for tag in link.tags())

    def one_bad() -> bool:
        return not is_good(*link.shows(first)) and link.fresh_since(link.number - 8, tags=others)

    def values() -> bool:
        return link.fresh_since(link.number - 12)

    def held() -> bool:
        return link.is_up and all(is_still(tag) for tag in link.tags())

    def one_held() -> bool:
        return is_still(first) and link.fresh_since(link.number - 8, tags=others)

    def is_still(tag: int) -> bool:
        return is_good(*link.shows(tag)) and number_of(link.shows(tag)[0]) < link.number - 3

    seen = {"no data": no_data, "one bad": one_bad, "values": values, "held": held, "one held": one_held}
    return seen[shows]


async def _begin(trial: Trial, link: Link) -> None:
    bench, cable = link.bench, link.cable
    if trial == "server restart":
        await bench.switch_off()
        await cable.suffer(Fault("refused"))
    elif trial == "address gone":
        await bench.lose()
    elif trial == "type changed":
        await bench.retype()
    elif trial == "clock skew":
        bench.skew(HOUR_US)
    else:
        await cable.suffer(_faults(bench)[trial])


async def _end(trial: Trial, link: Link) -> None:
    bench, cable = link.bench, link.cable
    if trial == "server restart":
        await bench.switch_on()
    elif trial == "address gone":
        await bench.find()
    elif trial == "type changed":
        await bench.untype()
    bench.skew(0)
    await cable.suffer(NONE)


def _faults(bench: Bench) -> dict[str, Fault]:
    return {
        "cable pull": Fault("pulled"),
        "half-open link": Fault("half-open"),
        "slow server": Fault("slow", delay_s=0.2),
        "garbage reply": Fault("garbage"),
        "late reply": Fault("late", delay_s=bench.late_s),
    }


async def _recover(link: Link, played: Played) -> None:
    number = link.number
    connections = link.cable.connections
    played.recovered_s = await until(lambda: link.is_up and link.fresh_since(number), within_s=2 * RECOVERS_S)
    played.say("recovers", played.recovered_s <= RECOVERS_S, f"after {played.recovered_s:.1f} s")
    new = link.cable.connections - connections
    played.say("no storm after", new <= CONNECTS_FREE, f"{new} connections")


async def _count(link: Link, played: Played) -> None:
    """Of what is taken for good everything arrives that the device handed over, and once."""
    if not isinstance(link.bench, Taken):
        return
    await until(lambda: max(_off_us(link)) < CLOCK_US, within_s=RECOVERS_S)  # what waited comes first, in its order
    for n, tag in enumerate(link.tags(), 1):
        given = set(link.bench.given(n))
        await until(lambda: given <= set(_arrived(link, tag)), within_s=RECOVERS_S)  # noqa: B023 - asked at once
        arrived = _arrived(link, tag)
        lost, doubled = sorted(given - set(arrived)), [number for number, times in arrived.items() if times > 1]
        played.say("nothing lost", not lost and bool(given), f"point {n}: {lost[:5]} of {len(given)}")
        played.say("nothing doubled", not doubled, f"point {n}: {doubled[:5]}")


def _arrived(link: Link, tag: int) -> Counter[int]:
    return Counter(number_of(value) for _, value, quality in link.sink.rows(tag) if is_good(value, quality))


def _off_us(link: Link) -> list[int]:
    """How far the newest value of each point lies behind our clock."""
    return [link.clock.now_us() - max(ts for ts, _, _ in link.sink.rows(tag)) for tag in link.tags()]


def _judge(trial: Trial, link: Link, played: Played, *, waiting: int) -> None:
    """What the rows say of the whole trial."""
    rows = [(tag, *row) for tag in link.tags() for row in link.sink.rows(tag)]
    wrong = [row for row in rows if is_good(*row[2:]) and not _is_its_own(row[0], row[2], link.number)]
    played.say("no value that never was", not wrong, wrong[:3])
    played.say("bounded", waiting <= WAITING_MAX, f"{waiting} frames wait")
    turns = [change.up for change in link.told]
    alternate = all(a != b for a, b in pairwise(turns))
    played.say("said once each way", alternate and turns[-1:] == [True] and len(turns) <= 3, turns)
    off_us = _off_us(link)
    played.say("its time is right", all(abs(one) < CLOCK_US for one in off_us), off_us)
    shows = expected(link.bench, trial)
    if shows == "no data":
        downs = [change.at_us for change in link.told if not change.up and change.at_us >= played.began_us - BEFORE_US]
        played.say("NO DATA from when it was lost", bool(downs), downs)
    else:
        played.say("the link stands", False not in turns, turns)
        spared = link.tags()[1:] if shows == "one bad" else link.tags()
        bad = [row for row in played.during if row[0] in spared and not (is_good(*row[2:]) or _is_last_known(row[3]))]
        played.say("the others are good", not bad, bad[:3])


def _is_last_known(quality: int) -> bool:
    """What a link shows first: it may be seen as late as the fault begins, and says nothing against the point."""
    return quality & 0xFF == q.UNCERTAIN_LAST_KNOWN


def _is_its_own(tag: int, value: object, number: int) -> bool:
    """Whether the device ever showed this value at this point."""
    return isinstance(value, (int, float)) and value % STEP == tag % BESIDE and 0 <= number_of(value) <= number


def _judge_neighbour(near: Link, played: Played, steady: int, *, caught_up: float) -> None:
    played.say("neighbour is never told down", [change.up for change in near.told] == [True], near.told)
    bad = [
        row
        for tag in near.tags()
        for row in near.sink.rows(tag)
        if number_of(row[1]) > steady and not is_good(*row[1:])
    ]
    played.say("neighbour is good", not bad and caught_up < RECOVERS_S, bad[:3] or f"caught up in {caught_up:.1f} s")
