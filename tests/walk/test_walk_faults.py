"""What the timeline, the pieces and the times must say when something goes wrong: written down before it is tried.

One machine has the fault, its neighbour has none. Every case runs for two minutes on a clock that the test owns. A
change of state may be seen a scan late; a link comes back within ten seconds; a lost one is known good until at most
a scan and a mark before the loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from faulty_plc import EVERYTHING, EXECUTE, HELD, Hall, Machine, hall

from dovetail.core.clock import HOUR_US, SECOND_US, from_rfc3339
from dovetail.performance.service import Period
from dovetail.testing.clock import DAY_ZERO_US

LASTS_S = 120.0
A, B = 30.0, 70.0  # when it goes wrong, and when it is mended
C, D = 30.65, 70.65  # when somebody sets the counter: a piece is made since it was read
SEEN_S = {"Held": (0.0, 1.6), "Execute": (0.0, 1.6), "NO_DATA": (-2.1, 0.1)}  # when a change may stand
BACK_S = (0.0, 10.0)  # and one that ends an outage

type Act = Callable[[Hall, Machine], None]


def it(**values: object) -> Act:
    """The machine is like this from now on."""

    def act(_hall: Hall, machine: Machine) -> None:
        machine.live()
        for name, value in values.items():
            setattr(machine, name, value)

    return act


def between_readings(*script: tuple[float, Act]) -> tuple[tuple[float, Act], ...]:
    """Meanwhile a piece is made 0.3 s after each second, far from the readings at its begin and from C and D."""
    return (10.0, it(piece_us=300_000)), *script, (90.0, it(piece_us=0))


def our_clock(seconds: float) -> Act:
    """Somebody sets the server's clock."""
    return lambda in_hall, _machine: in_hall.clock.step(round(seconds * SECOND_US))


@dataclass(frozen=True, slots=True)
class Case:
    """`script`: (second, what happens). `timeline`: (second, state) of each change; before it all it is Execute.

    `uncounted`: pieces of those made that the counter itself did not show. `held`: what waits for a person's review.
    `neighbour`: what its neighbour says after Execute.
    """

    name: str
    script: tuple[tuple[float, Act], ...] = ()
    timeline: tuple[tuple[float, str], ...] = ()
    uncounted: int = 0
    held: tuple[str, ...] = ()
    neighbour: tuple[str, ...] = ()


OUT = ((A, "NO_DATA"), (B, "Execute"))

CASES = [
    Case("nothing is wrong"),
    Case("a stop", ((A, it(state=HELD)), (B, it(state=EXECUTE))), ((A, "Held"), (B, "Execute"))),
    Case("cable pulled and plugged", ((A, it(is_connected=False)), (B, it(is_connected=True))), OUT),
    Case("half-open link", ((A, it(is_silent=True)), (B, it(is_silent=False))), OUT),
    Case(
        "it stopped while the cable was out",
        ((A, it(is_connected=False)), (A + 10, it(state=HELD)), (B, it(is_connected=True))),
        ((A, "NO_DATA"), (B, "Held")),
    ),
    Case("garbled answers", ((A, it(is_garbled=True)), (B, it(is_garbled=False))), OUT),
    Case("one answer comes 8 s late", ((A, it(delay_s=8.0)), (A + 1, it(delay_s=0.0)))),
    Case("every answer takes 0.7 s", ((A, it(delay_s=0.7)), (B, it(delay_s=0.0)))),
    Case("PLC clock an hour ahead", ((A, it(clock_off_us=HOUR_US)),)),
    Case("PLC clock an hour behind", ((A, it(clock_off_us=-HOUR_US)),)),
    Case(
        "PLC clock steps back again and again",
        tuple((10.0 * n, it(clock_off_us=-60 * n * SECOND_US)) for n in range(1, 9)),
    ),
    Case("PLC clock at 1970", ((A, it(clock_off_us=-DAY_ZERO_US)),)),
    Case(
        "our clock is set a minute ahead",  # a minute that nobody lived; the links are made anew at its end
        ((A, our_clock(60)),),
        ((A, "NO_DATA"), (A + 60, "Execute")),
        neighbour=("NO_DATA", "Execute"),
    ),
    Case("our clock is set a minute back", ((A, our_clock(-60)),)),
    Case("counter rolls over", ((0.5, it(counter=65_500.0)),), uncounted=1, held=("jump",)),
    Case(
        "counter reset to zero", between_readings((C, it(counter=0.0))), uncounted=1
    ),  # the piece of that second, never read
    Case("counter set to a preset", between_readings((C, it(counter=50_000.0))), uncounted=1, held=("jump",)),
    Case(
        "another PLC with a lower counter",
        between_readings((C, it(counter=60_000.0)), (D, it(counter=30_000.0))),
        uncounted=2,
        held=("jump", "swap"),
    ),
    Case("not a number", ((A, it(raw=math.nan)), (B, it(raw=None)))),
    Case("infinite", ((A, it(raw=math.inf)), (B, it(raw=None)))),
    Case("the counter alone cannot be read", ((A, it(is_unreadable=True)), (B, it(is_unreadable=False)))),
]


async def play(in_hall: Hall, case: Case) -> dict[float, float]:
    """Let it happen; when each moment of the script really was, by our clock."""
    machine = in_hall.machines["plc-a"]
    really: dict[float, float] = {}
    for second, act in case.script:
        await in_hall.run(max(0.0, second - in_hall.elapsed_s))
        before_s = in_hall.told_s
        act(in_hall, machine)
        really |= {second: before_s, second + in_hall.told_s - before_s: in_hall.told_s}
    await in_hall.run(LASTS_S - in_hall.elapsed_s)
    return really


def figures(in_hall: Hall, name: str) -> Period:
    now_us = in_hall.clock.now_us()
    return in_hall.rooms.performance.kpis(in_hall.unit(name), in_hall.started_us, now_us, scope=EVERYTHING)


def assert_times_add_up(found: Period) -> None:
    times = found.figures.times
    assert times.pbt_us == times.apt_us + times.aust_us + times.adet_us + times.adot_us + times.nodt_us
    assert found.until_us - found.from_us == times.pbt_us + times.planned_down_us + times.not_planned_us
    assert found.figures.coverage == pytest.approx(1 - times.nodt_us / times.pbt_us)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_what_is_said_when_something_goes_wrong(tmp_path: Path, case: Case) -> None:
    async with hall(tmp_path, start_us=DAY_ZERO_US) as in_hall:
        really = await play(in_hall, case)

        begun, *changes = in_hall.timeline("a")[1:]  # before the link was up, a microsecond long, nobody knew
        assert begun == (pytest.approx(0.0, abs=0.1), "Execute")
        assert [state for _, state in changes] == [state for _, state in case.timeline]
        states_before = ["Execute", *(state for _, state in case.timeline)]
        for (at_s, state), (second, _), before in zip(changes, case.timeline, states_before, strict=False):
            low, high = BACK_S if before == "NO_DATA" else SEEN_S[state]
            assert really[second] + low <= at_s <= really[second] + high, (state, really[second], at_s)

        assert [cause for cause, _ in in_hall.held("a")] == list(case.held)
        assert in_hall.counted("a") == in_hall.machines["plc-a"].made - case.uncounted
        assert_times_add_up(figures(in_hall, "a"))

        assert [state for _, state in in_hall.timeline("b")[1:]] == ["Execute", *case.neighbour]
        assert in_hall.counted("b") == in_hall.machines["plc-b"].made
        assert {status.overruns for status in in_hall.edge.status() if status.name == "plc-b"} == {0}
        assert_times_add_up(figures(in_hall, "b"))


NIGHTS = [
    ("an hour is skipped", "2026-03-29T00:59:00Z", "Europe/Prague"),  # 02:00 is 03:00
    ("an hour comes twice", "2026-10-25T00:59:00Z", "Europe/Prague"),  # 03:00 is 02:00 again
]


@pytest.mark.parametrize("case, starts, zone", NIGHTS)
async def test_the_night_the_clock_on_the_wall_is_changed(tmp_path: Path, case: str, starts: str, zone: str) -> None:
    start_us = from_rfc3339(starts)
    async with hall(tmp_path, start_us=start_us, zone=zone) as in_hall:
        await in_hall.run(LASTS_S)
        for name in ("a", "b"):
            assert [state for _, state in in_hall.timeline(name)[1:]] == ["Execute"], case
            assert in_hall.counted(name) == in_hall.machines[f"plc-{name}"].made
            found = figures(in_hall, name)
            assert_times_add_up(found)
            assert found.until_us - found.from_us == in_hall.clock.now_us() - start_us
