"""One machine of the line: a PackML unit that runs, jams, breaks down, waits for its neighbours and is changed over.

It knows only how many pieces lie before it and how much room there is behind it. All its stops are scripts of
steps (state, how long); a step without a length waits for a person or for a neighbour.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dovetail.sim.faults import NEVER, Habits, Randomness
from dovetail.sim.packml import BREAKDOWNS, HOLDABLE, NOT_RUNNING, Mode, Reason, State
from dovetail.sim.truth import Status


@dataclass(frozen=True, slots=True)
class Make:
    """How a machine was built: its rate, the buffer before it, its habits. A first machine has no buffer (0)."""

    name: str
    rate_upm: float
    habits: Habits
    buffer: int = 0
    setup_s: tuple[float, float] = (360.0, 720.0)


class Step(NamedTuple):
    """One state of a script; `for_us` None: until somebody or something calls."""

    state: State
    for_us: int | None
    mode: Mode = Mode.PRODUCTION
    reason: Reason = Reason.NONE


STARVE_AFTER_US = 2_000_000  # a gap shorter than this does not stop a machine
REACT_US = 300_000  # the time in which a PLC notices that something has come about


class Machine:
    """State, timers and counters of one unit. The line moves pieces; `wake_at` says when `woke` wants to be called."""

    def __init__(self, make: Make, random: Randomness, *, changed: Callable[[int, Machine], None]) -> None:
        self.make = make
        self.name = make.name
        self.random = random
        self._changed = changed
        self.status = Status(State.STOPPED, Mode.PRODUCTION, Reason.NONE, starved=False, blocked=False)
        self.processed = self.defective = 0
        self.infeed, self.room = NEVER, NEVER
        self.restart_infeed = self.restart_room = 0
        self.low, self.high = -1, NEVER  # buffer levels at which a machine slows down and speeds up again
        self.piece_at = self.wake_at = NEVER
        self.waiting = ""  # in Execute without a next piece: for "infeed", "room" or "order"
        self.manned = False
        self.jammed: Reason | None = None
        self.boundaries: deque[int] = deque()  # counts at which an order is complete on this unit
        self.reject_at = random.pieces_to_reject()
        self.setup_left_us = 0
        self.on_complete: Callable[[int, Machine], None] = _nothing
        self.on_setup: Callable[[int, Machine], None] = _nothing
        self.on_news: Callable[[int, Machine], None] = _nothing
        self._react_us = random.scaled(REACT_US)
        self._script: deque[Step] = deque()
        self._phase_at = self._fault_at = self._spell_at = NEVER
        self._fault_left_us, self._spell_left_us = random.until_fault_us(), random.until_spell_us()
        self._slowness = 1000
        self.slow = False
        self._cycles = (1, 1)
        self.cycle_us = 1

    @property
    def watching(self) -> bool:
        """Whether a change of a neighbouring buffer matters to it now."""
        return self.status.state == State.SUSPENDED or self.waiting in ("infeed", "room")

    @property
    def boundary(self) -> int:
        """The count at which the running order is complete."""
        return self.boundaries[0] if self.boundaries else NEVER

    @property
    def speed_upm(self) -> float:
        """CurMachSpeed: what it is set to while executing, else 0."""
        return round(60_000_000 / self.cycle_us, 1) if self.status.state == State.EXECUTE else 0.0

    def tune(self, *, fast_us: int, slow_us: int) -> None:
        """The cycle times of the product now running."""
        self._cycles = (fast_us, slow_us)
        self._retune(None)

    # --- commands ---------------------------------------------------------------------------------------------
    def man(self, at_us: int) -> None:
        """People are there: a stopped machine is reset and started."""
        self.manned = True
        if self.status.state == State.STOPPED and self._phase_at == NEVER:
            self._play(at_us, self._restart())

    def leave(self, at_us: int) -> None:
        """Break or end of shift: stop, except where something is broken and being repaired."""
        self.manned = False
        if self.status.state not in NOT_RUNNING:
            self._stop_setup(at_us)
            self._play(at_us, [Step(State.STOPPING, self.random.motion_us(1, 3)), Step(State.STOPPED, None)])

    def jam(self, at_us: int, cause: Reason) -> None:
        """Something gets stuck until `free`. What can hold holds; anything else aborts."""
        state, self.jammed = self.status.state, cause
        if state in (State.HOLDING, State.HELD, State.ABORTING, State.ABORTED):
            self._hang(at_us, cause)
        elif state in HOLDABLE and cause not in BREAKDOWNS:
            self._hold(at_us, cause, None)
        else:
            self._abort(at_us, cause, None)

    def free(self, at_us: int) -> None:
        """Whatever held or broke it is mended."""
        self.jammed = None
        if self.status.state in (State.HELD, State.ABORTED):
            self._set_phase(at_us)
        elif self.status.state in (State.HOLDING, State.ABORTING):
            self._script[0] = self._script[0]._replace(for_us=1)

    # --- timers -----------------------------------------------------------------------------------------------
    def woke(self, at_us: int) -> None:
        """The earliest timer is due."""
        if self._phase_at <= at_us:
            self._phase_due(at_us)
        elif self._fault_at <= at_us:
            self._fault_left_us = self.random.until_fault_us()
            self._fault_at = at_us + self._fault_left_us
            cause, for_us = self.random.fault() if self.jammed is None else (self.jammed, None)
            (self._abort if cause in BREAKDOWNS else self._hold)(at_us, cause, for_us)
        else:
            self._spell_due(at_us)

    def _phase_due(self, at_us: int) -> None:
        if self.waiting == "order":
            self._complete(at_us)
        elif self.waiting:
            self._suspend(at_us)
        elif self._script:
            self._enter(at_us, self._script.popleft())
        elif self.status.state == State.STOPPED and self.manned:
            self._play(at_us, self._restart())
        else:
            self._set_phase(NEVER)
            if self.status.state == State.SUSPENDED:
                self.look(at_us)

    def _spell_due(self, at_us: int) -> None:
        if self._slowness == 1000:
            self._spell_left_us, self._slowness = self.random.spell()
        else:
            self._spell_left_us, self._slowness = self.random.until_spell_us(), 1000
        self._spell_at = at_us + self._spell_left_us
        self._arm()
        self._retune(at_us)

    # --- pieces -----------------------------------------------------------------------------------------------
    def piece_done(self, at_us: int) -> None:
        """The counters and buffers have moved: decide about the next piece."""
        if self.infeed <= self.low or (self.slow and self.infeed >= self.high):
            self.regulate(at_us)
        if self.infeed > 0 and self.room > 0 and self.processed < self.boundary:
            self.piece_at = at_us + self.cycle_us
        else:
            self._await(at_us)

    def regulate(self, at_us: int) -> None:
        """Slow down at a low buffer, speed up at a high one."""
        slow = self.infeed <= self.low or (self.slow and self.infeed < self.high)
        if slow != self.slow:
            self.slow = slow
            self._retune(at_us)

    def look(self, at_us: int) -> None:
        """A neighbouring buffer or the end of the order has moved: may it go on?"""
        if self.status.state == State.EXECUTE:
            if self.waiting and self.waiting != "order":
                self._await(at_us)
            return
        last = self.processed + self.infeed >= self.boundary  # no more will come of this order
        starved = self.infeed < self.restart_infeed and not last
        blocked = self.room < self.restart_room
        if not starved and not blocked:
            script = [Step(State.UNSUSPENDING, self.random.motion_us(1, 2)), Step(State.EXECUTE, None)]
            self._play(at_us, script)
        elif (starved, blocked) != (self.status.starved, self.status.blocked):
            self.status = self.status._replace(starved=starved, blocked=blocked)
            self._changed(at_us, self)

    def _await(self, at_us: int) -> None:
        before = self.waiting
        if self.processed >= self.boundary:
            self.waiting, due_us = "order", self._react_us
        elif self.infeed > 0 and self.room > 0:
            self.waiting, self.piece_at = "", at_us + self.cycle_us
            self._set_phase(NEVER)
            return
        else:
            self.waiting = "infeed" if self.infeed <= 0 else "room"
            due_us = self.random.scaled(STARVE_AFTER_US)
        self.piece_at = NEVER
        if self.waiting != before:
            self._set_phase(at_us + due_us)
            self.on_news(at_us, self)

    # --- scripts ----------------------------------------------------------------------------------------------
    def _hold(self, at_us: int, cause: Reason, for_us: int | None) -> None:
        motion_us = self.random.motion_us
        script = [
            Step(State.HOLDING, motion_us(0.8, 2), reason=cause),
            Step(State.HELD, for_us, reason=cause),
            Step(State.UNHOLDING, motion_us(1, 3), reason=cause),
            Step(State.EXECUTE, None),
        ]
        self._play(at_us, script)

    def _abort(self, at_us: int, cause: Reason, for_us: int | None) -> None:
        self._stop_setup(at_us)
        script = [
            Step(State.ABORTING, self.random.motion_us(0.5, 2), reason=cause),
            Step(State.ABORTED, for_us, reason=cause),
            Step(State.CLEARING, self.random.motion_us(5, 20), reason=cause),
            Step(State.STOPPED, self.random.person_us(5, 30)),
        ]
        self._play(at_us, script)

    def _hang(self, at_us: int, cause: Reason) -> None:
        """It already holds or is aborted: now for this cause, and until it is freed."""
        if self.status.state in (State.HOLDING, State.ABORTING):
            self._script[0] = self._script[0]._replace(for_us=None)
        else:
            self._set_phase(NEVER)
        self._script = deque(
            step if step.state in (State.EXECUTE, State.STOPPED) else step._replace(reason=cause)
            for step in self._script
        )
        self.status = self.status._replace(reason=cause)
        self._changed(at_us, self)

    def _suspend(self, at_us: int) -> None:
        starved, blocked = self.infeed <= 0, self.room <= 0
        script = [Step(State.SUSPENDING, self.random.motion_us(0.5, 1.5)), Step(State.SUSPENDED, None)]
        self._play(at_us, script, starved=starved, blocked=blocked)

    def _complete(self, at_us: int) -> None:
        self.boundaries.popleft()
        self.setup_left_us = self.random.person_us(*self.make.setup_s)
        motion_us = self.random.motion_us
        script = [Step(State.COMPLETING, motion_us(2, 5)), Step(State.COMPLETE, motion_us(10, 30)), *self._restart()]
        self._play(at_us, script)
        self.on_complete(at_us, self)

    def _restart(self) -> list[Step]:
        setup = [
            Step(State.IDLE, self.setup_left_us, mode=Mode.SETUP, reason=Reason.CHANGEOVER),
            Step(State.IDLE, self.random.person_us(1, 3)),
        ]
        return [
            Step(State.RESETTING, self.random.motion_us(2, 6)),
            Step(State.IDLE, self.random.person_us(1, 8)),
            *(setup if self.setup_left_us else []),
            Step(State.STARTING, self.random.motion_us(2, 5)),
            Step(State.EXECUTE, None),
        ]

    def _stop_setup(self, at_us: int) -> None:
        if self.status.mode == Mode.SETUP:
            self.setup_left_us = max(1, self._phase_at - at_us)

    def _play(self, at_us: int, script: Sequence[Step], *, starved: bool = False, blocked: bool = False) -> None:
        if self.status.state == State.EXECUTE:
            self._leave_execute(at_us)
        self._script = deque(script)
        self.status = self.status._replace(starved=starved, blocked=blocked)
        self._enter(at_us, self._script.popleft())

    def _enter(self, at_us: int, step: Step) -> None:
        if self.status.mode == Mode.SETUP and step.mode != Mode.SETUP and step.state == State.IDLE:
            self.setup_left_us = 0  # changed over; any other way out of Setup was an interruption
        flags = step.state in (State.SUSPENDING, State.SUSPENDED)
        starved, blocked = flags and self.status.starved, flags and self.status.blocked
        self.status = Status(step.state, step.mode, step.reason, starved, blocked)
        self._set_phase(NEVER if step.for_us is None else at_us + step.for_us)
        if step.mode == Mode.SETUP:
            self.on_setup(at_us, self)
        self._changed(at_us, self)
        if step.state == State.EXECUTE:
            self._run(at_us)
        elif step.state == State.SUSPENDED:
            self._set_phase(at_us + self._react_us)
        elif step == Step(State.STOPPED, None) and self.manned:
            self._set_phase(at_us + self.random.person_us(2, 5))

    # --- Execute ----------------------------------------------------------------------------------------------
    def _run(self, at_us: int) -> None:
        if self.jammed is not None:
            self._fault_left_us = self._react_us  # not mended yet: it stops again at once
        self._fault_at, self._spell_at = at_us + self._fault_left_us, at_us + self._spell_left_us
        self.regulate(at_us)
        self._arm()
        self._await(at_us)

    def _leave_execute(self, at_us: int) -> None:
        if self._fault_at != NEVER:
            self._fault_left_us = max(1, self._fault_at - at_us)
            self._spell_left_us = max(1, self._spell_at - at_us)
        self._fault_at = self._spell_at = self.piece_at = NEVER
        self.waiting = ""

    def _retune(self, at_us: int | None) -> None:
        self.cycle_us = self._cycles[self.slow] * self._slowness // 1000
        if at_us is not None and self.status.state == State.EXECUTE:
            self._changed(at_us, self)

    def _set_phase(self, at_us: int) -> None:
        self._phase_at = at_us
        self._arm()

    def _arm(self) -> None:
        self.wake_at = min(self._phase_at, self._fault_at, self._spell_at)


def _nothing(_at_us: int, _machine: Machine) -> None:
    pass
