"""The bottling line: filler, capper, labeller and palletiser, coupled by buffers, as an exact discrete-event model.

A piece leaves the buffer before a machine and enters the one behind it in the instant it is completed. Where
nothing can happen for a while (no buffer near a limit, no reject, no timer), whole runs of pieces are moved at
once: the outcome is the same to the microsecond, only sooner (`exact` switches that off, for the test of it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from dovetail.core.clock import DAY_US
from dovetail.core.errors import NotFoundError
from dovetail.sim.faults import CAPPER, FILLER, LABELLER, NEVER, PALLETISER, Randomness
from dovetail.sim.hours import Hours
from dovetail.sim.machine import Machine, Make
from dovetail.sim.orders import Drink, Order, OrderBook
from dovetail.sim.packml import Reason
from dovetail.sim.truth import Counts, JobRun, Status, UnitTruth

BOTTLING: Final = (
    Make("filler", 100, FILLER, setup_s=(600, 1500)),
    Make("capper", 110, CAPPER, buffer=80),
    Make("labeller", 115, LABELLER, buffer=160, setup_s=(480, 900)),
    Make("palletiser", 120, PALLETISER, buffer=240, setup_s=(120, 300)),
)
SLOW: Final = 0.94  # at a low buffer a machine runs a little slower than the first one, so that the buffer fills
_MARGIN = 4  # pieces: two machines at an even pace deviate from their mean flow by less than this
_PATIENCE = 12  # single pieces after which it is worth asking again whether a run may be moved at once


class Change(NamedTuple):
    """A unit's tags at the moment something about it changed; counters since the start, not wrapped."""

    t_us: int
    unit: str
    status: Status
    speed_upm: float
    counts: Counts


class JobBegan(NamedTuple):
    """An order started on a unit."""

    t_us: int
    job: JobRun


class JobEnded(NamedTuple):
    """An order was completed on a unit."""

    t_us: int
    job: JobRun


type Event = Change | JobBegan | JobEnded


@dataclass(frozen=True, slots=True)
class Setting:
    """How a line is run. `speed` divides every duration (time lapse); it is manned by `hours`, and always from
    `always_from_us` on (a demo is visited at night, too)."""

    seed: int = 1
    speed: float = 1.0
    hours: Hours | None = None
    always_from_us: int = NEVER
    makes: tuple[Make, ...] = BOTTLING
    order_sizes: tuple[int, int] = (12_000, 30_000)
    exact: bool = False


class Line:
    """The line in time. `run_until` moves it; `truth` is what really happened. Not thread-safe."""

    def __init__(self, setting: Setting, *, start_us: int) -> None:
        self.setting = setting
        self.now_us = self._start_us = start_us
        self.truth = {make.name: UnitTruth(make.name, start_us) for make in setting.makes}
        self._orders = OrderBook(seed=setting.seed, smallest=setting.order_sizes[0], largest=setting.order_sizes[1])
        self._events: list[Event] = []
        self._machines = [self._machine(make) for make in setting.makes]
        self._by_name = {machine.name: machine for machine in self._machines}
        self._order_at = [0] * len(self._machines)
        self._between = [False] * len(self._machines)
        self._calls: list[tuple[int, int, bool]] = []  # (µs, unit, people come), latest first
        self._planned_until_us = start_us
        self._patience = 0
        for index, machine in enumerate(self._machines):
            self._begin(index, start_us)
            self._tell(start_us, machine)
        self._machines[0].boundaries.append(self._orders[0].quantity)
        self._plan_calls()

    # --- what a caller does -------------------------------------------------------------------------------------
    def run_until(self, to_us: int) -> list[Event]:
        """Let the line run up to and including `to_us`; the events since the last call, in order of time."""
        while self.now_us < to_us:
            limit_us = min(to_us, self._planned_until_us)
            self._run(limit_us)
            self.now_us = limit_us
            self._plan_calls()
        for truth in self.truth.values():
            truth.until_us = self.now_us
        events, self._events = self._events, []
        return events

    def jam(self, unit: str, cause: int = Reason.JAM) -> None:
        """Something gets stuck at `unit` now, until `free`. Raises NotFoundError for an unknown unit."""
        self.machine(unit).jam(self.now_us, Reason(cause))

    def free(self, unit: str) -> None:
        """Mend what stops `unit` now. Raises NotFoundError for an unknown unit."""
        self.machine(unit).free(self.now_us)

    def machine(self, unit: str) -> Machine:
        """The machine of this name. Raises NotFoundError."""
        if unit not in self._by_name:
            raise NotFoundError(f"the virtual line has no unit {unit}", hint=", ".join(self._by_name))
        return self._by_name[unit]

    @property
    def units(self) -> list[str]:
        """The names along the flow."""
        return list(self._by_name)

    def snapshot(self, unit: str) -> Change:
        """The unit's tags now."""
        return self._change(self.now_us, self.machine(unit))

    def buffers(self, unit: str) -> tuple[int | None, int | None]:
        """Pieces waiting in the buffer before the unit and in the one behind it; None where the line begins or ends."""
        at = self._machines.index(self.machine(unit))
        before = self._machines[at].infeed if at else None
        return before, self._machines[at + 1].infeed if at + 1 < len(self._machines) else None

    def next_us(self) -> int:
        """When the next thing happens: a piece, a timer, people coming or leaving."""
        due = [min(machine.piece_at, machine.wake_at) for machine in self._machines]
        return min(*due, self._planned_until_us, self._calls[-1][0] if self._calls else NEVER)

    # --- the loop -----------------------------------------------------------------------------------------------
    def _run(self, limit_us: int) -> None:
        machines = self._machines
        while True:
            call_us = self._calls[-1][0] if self._calls else NEVER
            until_us = min(min(machines, key=_wake_at).wake_at, call_us, limit_us)
            self._flow(until_us)
            wake = min(machines, key=_wake_at)  # a piece may have set a timer, or made one needless
            if wake.wake_at <= until_us and wake.wake_at < call_us:
                wake.woke(wake.wake_at)
            elif call_us <= until_us:
                at_us, index, come = self._calls.pop()
                (machines[index].man if come else machines[index].leave)(at_us)
            elif until_us == limit_us:
                return

    def _flow(self, until_us: int) -> None:
        """Complete every piece up to `until_us`, or up to a timer that a piece has set before it."""
        machines = self._machines
        while True:
            index, at_us = -1, until_us
            for number, machine in enumerate(machines):
                if machine.wake_at < at_us:
                    at_us = machine.wake_at
                    index = -1
                if machine.piece_at <= at_us and (index < 0 or machine.piece_at < at_us):
                    index, at_us = number, machine.piece_at
            if index < 0:
                return
            if self._patience > 0 or self.setting.exact:
                self._patience -= 1
                self._piece(index, at_us)
            elif not self._leap(at_us, until_us):
                self._patience = _PATIENCE

    def _piece(self, index: int, at_us: int) -> None:
        machines = self._machines
        machine = machines[index]
        machine.processed += 1
        self.truth[machine.name].pieces(at_us, machine.cycle_us, 1)
        before = machines[index - 1] if index else None
        behind = machines[index + 1] if index + 1 < len(machines) else None
        if before:
            machine.infeed -= 1
            before.room += 1
        if machine.processed == machine.reject_at:
            machine.defective += 1
            machine.reject_at += machine.random.pieces_to_reject()
            self.truth[machine.name].reject(at_us)
        elif behind:
            machine.room -= 1
            behind.infeed += 1
        machine.piece_done(at_us)
        if before and before.watching:
            before.look(at_us)
        if behind and behind.watching:
            behind.look(at_us)

    # --- whole runs of pieces -----------------------------------------------------------------------------------
    def _leap(self, at_us: int, until_us: int) -> bool:
        """Move every piece up to the next moment at which anything but flow could happen; False: not worth it."""
        to_us = until_us
        for machine in self._machines:
            to_us = min(to_us, machine.wake_at)
            if machine.piece_at < NEVER:
                plain = min(machine.reject_at, machine.boundary) - machine.processed - 1
                to_us = min(to_us, machine.piece_at + plain * machine.cycle_us - 1)
        for before, behind in zip(self._machines, self._machines[1:], strict=False):
            if to_us > at_us:
                to_us = min(to_us, at_us + _quiet_us(before, behind))
        if to_us <= at_us + 4 * self._machines[0].cycle_us:
            return False
        moved = [self._move(machine, to_us) for machine in self._machines]
        for index in range(1, len(moved)):
            gained = moved[index - 1] - moved[index]
            self._machines[index].infeed += gained
            self._machines[index - 1].room -= gained
        return True

    def _move(self, machine: Machine, to_us: int) -> int:
        if machine.piece_at > to_us:
            return 0
        pieces = (to_us - machine.piece_at) // machine.cycle_us + 1
        # the first of them may have been begun at another pace than the one that now holds
        self.truth[machine.name].pieces(machine.piece_at, machine.cycle_us, pieces)
        machine.processed += pieces
        machine.piece_at += pieces * machine.cycle_us
        return pieces

    # --- orders and people --------------------------------------------------------------------------------------
    def _machine(self, make: Make) -> Machine:
        random = Randomness(make.habits, seed=self.setting.seed, unit=make.name, speed=self.setting.speed)
        machine = Machine(make, random, changed=self._tell)
        machine.on_complete, machine.on_setup = self._complete, self._setup
        made = self.setting.makes
        behind = made.index(make) + 1
        if make.buffer:
            machine.infeed, machine.restart_infeed = 0, make.buffer // 6
            machine.low, machine.high = make.buffer // 5, make.buffer * 4 // 5
        if behind < len(made):
            machine.room, machine.restart_room = made[behind].buffer, made[behind].buffer // 6
        return machine

    def _begin(self, index: int, at_us: int) -> None:
        machine, order = self._machines[index], self._orders[self._order_at[index]]
        rate = _rate_upm(machine.make, order.drink)
        slow = min(rate, SLOW * _rate_upm(self.setting.makes[0], order.drink))
        scaled = machine.random.scaled
        machine.tune(fast_us=scaled(round(60e6 / rate)), slow_us=scaled(round(60e6 / slow)))
        job = JobRun(machine.name, order.number, order.drink.key, rate, at_us)
        self.truth[machine.name].begin(job)
        self._events.append(JobBegan(at_us, job))

    def _complete(self, at_us: int, machine: Machine) -> None:
        """The last piece of an order has passed `machine`: its neighbour now knows which piece is its own last."""
        index = self._machines.index(machine)
        self._between[index] = True
        self._events.append(JobEnded(at_us, self.truth[machine.name].end(at_us)))
        if index + 1 < len(self._machines):
            behind = self._machines[index + 1]
            behind.boundaries.append(machine.processed - machine.defective)
            if behind.watching:
                behind.look(at_us)

    def _setup(self, at_us: int, machine: Machine) -> None:
        index = self._machines.index(machine)
        if not self._between[index]:
            return  # the changeover was interrupted and goes on
        self._between[index] = False
        self._order_at[index] += 1
        self._begin(index, at_us)
        if index == 0:
            order: Order = self._orders[self._order_at[0]]
            machine.boundaries.append(machine.processed + order.quantity)

    def _plan_calls(self) -> None:
        """Decide when people come to and leave each unit, a day ahead."""
        if self._planned_until_us > self.now_us:
            return
        from_us, self._planned_until_us = self.now_us, self.now_us + DAY_US
        stretches = self._stretches(from_us)
        for index in range(len(self._machines)):
            for t0_us, t1_us in stretches:
                self._call(index, t0_us, from_us, come=True)
                self._call(index, t1_us, from_us, come=False)
        self._calls.sort(reverse=True)

    def _stretches(self, from_us: int) -> list[tuple[int, int]]:
        """(t0_us, t1_us) in which people are there, as far as they touch the day from `from_us` on."""
        hours, always_us = self.setting.hours, self.setting.always_from_us
        if hours is None:
            return [(self._start_us, NEVER)]
        planned = hours.manned(from_us - DAY_US, from_us + 2 * DAY_US)
        stretches = [(max(t0_us, self._start_us), t1_us) for t0_us, t1_us in planned if t1_us > self._start_us]
        before = [(t0_us, t1_us) for t0_us, t1_us in stretches if t1_us < always_us]
        open_us = min([t0_us for t0_us, t1_us in stretches if t0_us < always_us <= t1_us] or [always_us])
        return [*before, (open_us, NEVER)]

    def _call(self, index: int, planned_us: int, from_us: int, *, come: bool) -> None:
        if not from_us <= planned_us < from_us + DAY_US:
            return
        delay_us = self._machines[index].random.person_us(*((5, 60) if come else (1, 25)))
        self._calls.append((planned_us + delay_us, index, come))

    # --- telling ------------------------------------------------------------------------------------------------
    def _tell(self, at_us: int, machine: Machine) -> None:
        self.truth[machine.name].status(at_us, machine.status)
        self._events.append(self._change(at_us, machine))
        machine.on_news(at_us, machine)

    def _change(self, at_us: int, machine: Machine) -> Change:
        return Change(
            at_us, machine.name, machine.status, machine.speed_upm, Counts(machine.processed, machine.defective)
        )


def _rate_upm(make: Make, drink: Drink) -> float:
    return drink.rates_upm.get(make.name, make.rate_upm)


def _wake_at(machine: Machine) -> int:
    return machine.wake_at


def _quiet_us(before: Machine, behind: Machine) -> int:
    """For how long, at least, no piece passing between the two can bring their buffer to a level that matters."""
    level = behind.infeed
    least, most = -_MARGIN, level + before.room + _MARGIN + 1
    flows_in, flows_out = before.piece_at < NEVER, behind.piece_at < NEVER
    if flows_out:
        least = 0 if behind.slow else behind.low
        most = behind.high if behind.slow else most
    elif behind.waiting == "infeed":
        return 0
    elif behind.status.starved:
        most = behind.restart_infeed
    if flows_in:
        most = min(most, level + before.room)
    elif before.waiting == "room":
        return 0
    elif before.status.blocked:
        least = max(least, level + before.room - before.restart_room)
    fall, rise = level - least - _MARGIN, most - level - _MARGIN
    if fall <= 0 or rise <= 0:
        return 0 if flows_in or flows_out else NEVER
    if flows_in and flows_out:
        drift = behind.cycle_us - before.cycle_us  # > 0: it fills
        pieces = rise if drift > 0 else fall
        return pieces * before.cycle_us * behind.cycle_us // abs(drift) if drift else NEVER
    return rise * before.cycle_us if flows_in else fall * behind.cycle_us if flows_out else NEVER
