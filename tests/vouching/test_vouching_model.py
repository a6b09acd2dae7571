"""How far links vouch together, and what is told of the time of which nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dovetail.core.batch import Frame, Lane
from dovetail.vouching.model import Reach, Vouched, instead


def frame(marks: dict[int, int], ahead: dict[int, tuple[int, int]]) -> Frame:
    return Frame("edge", Lane.LIVE, 1, 1, (), marks, ahead)


@pytest.mark.parametrize("marks, ahead, reach", [
    #  marks             ahead                           together
    ({},                 {},                             None),
    ({1: 100},           {},                             Reach(100)),
    ({1: 100, 2: 90},    {},                             Reach(90)),
    ({1: 100},           {1: (200, 250)},                Reach(250, (100, 200))),
    ({1: 200},           {1: (200, 250)},                Reach(250)),              # what waited is there: no hole
    ({1: 300},           {1: (200, 250)},                Reach(300)),
    ({1: 100, 2: 90},    {1: (200, 250)},                Reach(90)),               # the other still says nothing new
    ({1: 100, 2: 90},    {1: (200, 250), 2: (210, 240)}, Reach(240, (90, 210))),
    ({1: 100, 2: 260},   {1: (200, 250)},                Reach(250, (100, 200))),
    ({1: 100, 2: 90},    {1: (200, 250), 2: (300, 310)}, Reach(90)),               # they do not overlap yet
    ({},                 {1: (200, 250)},                None),
])  # fmt: skip
def test_links_vouch_together(marks: dict[int, int], ahead: dict[int, tuple[int, int]], reach: Reach | None) -> None:
    vouched = Vouched()
    vouched.take(frame(marks, ahead))
    assert vouched.reach((1, 2)) == reach


def test_what_comes_late_takes_nothing_back() -> None:
    vouched = Vouched()
    for one in (frame({1: 100}, {}), frame({}, {1: (200, 250)}), frame({1: 90}, {1: (200, 230)})):
        vouched.take(one)
    assert (vouched.settled_us((1,)), vouched.reach((1,))) == (100, Reach(250, (100, 200)))


@dataclass(frozen=True)
class Told:
    t0_us: int
    t1_us: int | None
    what: str


RECORDS = [Told(10, 20, "a"), Told(20, 40, "b"), Told(40, None, "c")]


@pytest.mark.parametrize("t0, t1, found", [
    #  of the time from, to (None: for good)
    (5,  8,    "10 a 20 b 40 c"),                   # before anything was told
    (5,  15,   "10 ? 15 a 20 b 40 c"),
    (20, 40,   "10 a 20 ? 40 c"),
    (25, 30,   "10 a 20 b 25 ? 30 b 40 c"),
    (25, 50,   "10 a 20 b 25 ? 50 c"),
    (50, 60,   "10 a 20 b 40 c 50 ? 60 c"),
    (15, None, "10 a 15 ?"),
    (60, None, "10 a 20 b 40 c 60 ?"),
    (30, 30,   "10 a 20 b 40 c"),
])  # fmt: skip
def test_of_a_time_something_else_is_told(t0: int, t1: int | None, found: str) -> None:
    told = instead(RECORDS, Told(t0, t1, "?"))
    assert " ".join(f"{one.t0_us} {one.what}" for one in told) == found
    ends = [one.t1_us for one in told]
    assert ends == [*(one.t0_us for one in told[1:]), None]
