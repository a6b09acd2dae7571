"""A plan is worked out part by part: it comes to what all slices at once came to, and holds those of a day or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from types import SimpleNamespace
from typing import Any, ClassVar

from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.ledger.columns import sum_slices
from dovetail.ledger.model import JobShare, Slice
from dovetail.ledger.pieces import Pieces
from dovetail.ledger.timeclass import Settings
from dovetail.replaying import comparing
from dovetail.replaying.merging import Merging, count_of
from dovetail.restating.model import SHIFTS_MAX, moved_us, said
from dovetail.restating.planning import Planned

type Span = tuple[int, int]
type Told = tuple[int, int, str]


class Counted(Slice):
    """A slice that tells how many of them are there at once."""

    __slots__ = ()
    alive: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __new__(cls, *_args: Any, **_named: Any) -> Counted:
        Counted.alive += 1
        Counted.most = max(Counted.most, Counted.alive)
        return super().__new__(cls)

    def __del__(self) -> None:
        Counted.alive -= 1


def piece(t0_us: int, t1_us: int, state: str, *, kind: type[Slice] = Slice) -> Slice:
    """Times and pieces follow from where it stands, so that no two add up to the same by chance."""
    made = Pieces(good=t1_us - t0_us, scrap=t0_us % 7)
    share = JobShare(None, None, 1_000_000, t1_us - t0_us, made, 60.0)
    return kind(1, t0_us, t1_us, state, "Production", None, False, False, "BUSY", "2026-11-27", None, None, None, "APT",
                (share,), stops=int(state == "Held"))  # fmt: skip


def tiles(edges: Sequence[int], states: Sequence[str]) -> list[Slice]:
    return [piece(t0, t1, states[place % len(states)]) for place, (t0, t1) in enumerate(pairwise(edges))]


def inside(slices: Sequence[Slice], t0_us: int, t1_us: int) -> list[Slice]:
    return [one for one in slices if t0_us <= one.t0_us and one.t1_us <= t1_us]


def at_once(was: list[Slice], free: list[Slice], signed: list[Span], windows: list[Told], period: Span) -> Any:
    """All slices held and compared in one piece, microsecond by microsecond: what the parts have to come to."""
    within = [[one for t0, t1 in signed for one in inside(told, t0, t1)] for told in (was, free)]
    would = sorted([*within[0], *(one for one in free if one not in within[1])], key=lambda one: one.t0_us)
    says = [
        [next((said(s) for s in told if s.t0_us <= at < s.t1_us), None) for at in range(*period)]
        for told in (was, would)
    ]
    across = [any(s.t0_us < edge < s.t1_us for s in was for edge in one[:2]) for one in windows]
    sums = [tuple(sum_slices(inside(told, *one[:2])) for told in (was, free)) for one in windows]
    whole = sum_slices(was), sum_slices(would)
    moved = sum(one != other for one, other in zip(*says, strict=True))
    return moved, len(was), count_of(would, period[0]), whole, list(zip(windows, sums, across, strict=True))


LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=12)
STATES = st.lists(st.sampled_from(["Execute", "Held", "Idle"]), min_size=1, max_size=4)


@given(LENGTHS, LENGTHS, STATES, STATES, st.data())
def test_parts_come_to_what_all_at_once_comes_to(
    steps: list[int], others: list[int], held: list[str], told: list[str], data: st.DataObject
) -> None:
    to_us = sum(steps)
    edges = st.lists(st.integers(0, to_us), max_size=6).map(lambda found: sorted({0, to_us, *found}))
    was = tiles([0, *accumulate(steps)], held)
    shifts = [(t0, t1, str(t0)) for t0, t1 in pairwise(data.draw(edges))]
    signed = data.draw(st.lists(st.sampled_from([one[:2] for one in shifts]), unique=True, max_size=2))
    parts = sorted({*data.draw(edges), *(edge for one in signed for edge in one)})
    cuts = sorted({*parts, *(at for at in accumulate(others) if at < to_us)})
    free = tiles(cuts, told)
    ahead = data.draw(st.integers(0, 5))  # slices as held that come before they are asked for
    merging, complete, given_us = Merging((0, to_us), signed, shifts, moved_us), [], 0
    for t0_us, t1_us in pairwise(parts):
        until_us = next(one.t1_us for one in [*was[ahead:], was[-1]] if one.t1_us >= t1_us)
        complete += merging.part(inside(was, given_us, until_us), inside(free, t0_us, t1_us), t1_us)
        given_us = until_us
    windows = [((one.from_us, one.to_us, one.name), (one.was, one.would), one.across) for one in complete]
    whole = merging.whole
    found = (merging.moved_us, merging.was_total, merging.would_total, (whole.was, whole.would), windows)
    assert found == at_once(was, free, signed, shifts, (0, to_us))
    assert not whole.across


# --- how much is held -------------------------------------------------------------------------------------------
HALF_US = HOUR_US // 2
A_DAY = 48  # slices


@dataclass
class Tiled:
    """A ledger of half hours that are made when they are asked for, beside one that tells each of them otherwise."""

    state: str
    asked: list[Span] = field(default_factory=list)

    @property
    def gathering(self) -> Tiled:
        return self

    def signed(self, *_: Any, **__: Any) -> list[Any]:
        return []

    def has_ledger(self, _number: int) -> bool:
        return True

    def untold(self, *_: Any) -> tuple[()]:
        return ()

    def settings_at(self, _at_us: int) -> Settings:
        return Settings()

    def node(self, _number: int) -> Any:
        return None, SimpleNamespace(path="works/press")

    def made_of(self, number: int) -> Any:
        return SimpleNamespace(times_of=number)

    def held_between(self, _reading: Any, _number: int, from_us: int, to_us: int, _as_of: None) -> Span:
        return -(-from_us // HALF_US) * HALF_US, to_us

    def slices(self, _number: int, from_us: int, to_us: int, **_: Any) -> list[Slice]:
        self.asked.append((from_us, to_us))
        return [
            piece(at, at + HALF_US, f"{self.state} {at // HALF_US % 2}", kind=Counted)
            for at in range(from_us, to_us, HALF_US)
        ]

    def derive(self, _reading: Any, number: int, from_us: int, to_us: int) -> list[Slice]:
        return self.slices(number, from_us, to_us)

    def shifts(self, _number: int, from_us: int, to_us: int) -> list[Any]:
        edges = pairwise(range(from_us, to_us + 1, 8 * HOUR_US))
        return [SimpleNamespace(t0_us=t0, t1_us=t1, name="Early") for t0, t1 in edges]


def test_a_plan_holds_the_slices_of_a_day_or_two_however_long_it_is(monkeypatch: Any) -> None:
    days = 200
    monkeypatch.setattr(comparing, "brief", lambda sums, gathering, *_: (sums["elapsed_us"], gathering.state))
    Counted.alive = Counted.most = 0
    held, other, told = Tiled("Held"), Tiled("Execute"), list[int]()
    compare = Planned(held, other, other, (0, days * DAY_US))  # type: ignore[arg-type]  # as much as is asked of them
    ledger = compare.ledger(None, 1, lambda: told.append(Counted.alive))  # type: ignore[arg-type]  # nobody reads
    assert (ledger.moved_us, ledger.slices) == (days * DAY_US, (days * A_DAY, days * A_DAY))
    assert (len(ledger.shifts), ledger.shifts_total, ledger.signed_total) == (SHIFTS_MAX, 3 * days, 0)
    assert len(told) == len(held.asked) == len(other.asked) == days
    assert A_DAY <= Counted.most <= 5 * A_DAY
    assert replace(ledger, shifts_total=0).differs
