"""The virtual plant as a running thing: the line in wall time, its PLCs on loopback, and a hand to jam and free.

With a time-lapse factor the line's durations are divided by it; the timestamps stay wall time. A plant may begin
in the past (`since_us`): it is simulated up to now before it is shown, so its present continues a known history.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from dovetail.core.clock import DAY_US, SECOND_US, Clock
from dovetail.core.errors import ConfigError, InvalidError
from dovetail.sim.line import Change, Event, JobBegan, JobEnded, Line, Setting
from dovetail.sim.packml import Reason
from dovetail.sim.servers.opcua import Identity, StandardNodes
from dovetail.sim.servers.rack import MIXED, Rack, Speaks
from dovetail.sim.truth import JobRun

log = logging.getLogger(__name__)

PORTS: Final = (48410, 48411, 48412, 48413)
REMEMBERED_US: Final = 3 * DAY_US  # a live plant keeps its truth no longer than this
_LOOK_S: Final = (0.01, 0.25)  # not more often than pieces can be told apart, not so seldom that a jam waits


@dataclass(frozen=True, slots=True)
class UnitNow:
    """A unit as the virtual-plant panel shows it; `cause` is the number of its stop reason, 0 for none."""

    name: str
    title: str
    state: str
    jammed: bool
    cause: int
    buffer_before: int | None
    buffer_after: int | None
    speed_upm: float


class VirtualPlant:
    """The line and its servers. start, stop, unplug and plug belong to the event loop; the rest to any thread."""

    def __init__(
        self,
        setting: Setting,
        *,
        clock: Clock,
        ports: Sequence[int] = PORTS,
        since_us: int | None = None,
        identities: Mapping[str, Identity] | None = None,
        on_job: Callable[[JobBegan | JobEnded], None] | None = None,
        standard: StandardNodes | None = None,
        speaks: Mapping[str, Speaks] = MIXED,
    ) -> None:
        if len(ports) != len(setting.makes):
            raise ConfigError(f"the virtual line has {len(setting.makes)} units and needs as many ports")
        self.setting = setting
        self.clock = clock
        self._since_us = since_us
        at = dict(zip((make.name for make in setting.makes), ports, strict=True))
        self._rack = Rack(at, speaks=speaks, identities=identities or {}, program=self._tell)
        self._on_job = on_job
        self._standard = standard
        self.past_jobs: tuple[JobRun, ...] = ()  # every order of every unit up to the start; later ones are told
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._events: list[Event] = []
        self._nudge = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Bring the line up to now, listen, and keep it going. Raises OSError when a port is taken."""
        self._loop = asyncio.get_running_loop()
        self._line = line = await asyncio.to_thread(self._up_to_now)
        self.past_jobs = tuple(job for truth in line.truth.values() for job in truth.jobs)
        await self._rack.start({unit: line.snapshot(unit) for unit in line.units}, self._standard)
        self._task = asyncio.create_task(self._keep_going(), name="virtual plant")
        self._task.add_done_callback(_say_why)

    async def stop(self) -> None:
        """Stop the line and close the ports."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._rack.stop()

    @property
    def line(self) -> Line:
        """The line itself, for its truth; read it only while the plant is stopped or under `frozen`."""
        if self._line is None:
            raise ConfigError("the virtual plant has not been started")
        return self._line

    @property
    def endpoints(self) -> dict[str, str]:
        """Where each unit's PLC is reached."""
        return self._rack.endpoints

    def units(self) -> list[UnitNow]:
        """The units along the flow, as they are now."""
        with self._lock:
            return [self._unit(unit) for unit in self.line.units]

    def jobs(self) -> list[JobRun]:
        """The order running on each unit, where one does."""
        with self._lock:
            last = [truth.jobs[-1] for truth in self.line.truth.values() if truth.jobs]
            return [job for job in last if job.t1_us is None]

    def jam(self, unit: str, cause: int = Reason.JAM) -> None:
        """Stop `unit` now, for a reason that only `free` ends. Raises NotFoundError, InvalidError."""
        if cause not in set(Reason) - {Reason.NONE, Reason.CHANGEOVER}:
            hint = "11, 12, 13, 21, 22, 41 or 42"
            raise InvalidError(f"{cause} is no cause that stops a machine", pointer="/cause", hint=hint)
        self._command(lambda line: line.jam(unit, cause))

    def free(self, unit: str) -> None:
        """Mend what stops `unit`. Raises NotFoundError."""
        self._command(lambda line: line.free(unit))

    async def unplug(self, unit: str) -> None:
        """Pull the network cable of a unit's PLC."""
        self.line.machine(unit)
        await self._rack[unit].unplug()

    async def plug(self, unit: str) -> None:
        """Put it back."""
        self.line.machine(unit)
        await self._rack[unit].plug()

    # --- inside ---------------------------------------------------------------------------------------------------
    def _up_to_now(self) -> Line:
        start_us = self.clock.now_us() if self._since_us is None else self._since_us
        line = Line(self.setting, start_us=start_us)
        line.run_until(self.clock.now_us())
        return line

    def _command(self, what: Callable[[Line], None]) -> None:
        with self._lock:
            self._advance()
            what(self.line)
            self._advance()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._nudge.set)

    def _advance(self) -> None:
        self._events += self.line.run_until(max(self.clock.now_us(), self.line.now_us))

    async def _keep_going(self) -> None:
        """Sleep to the next thing that happens, let the line catch up, tell the servers. Runs until cancelled."""
        forget_us = self.clock.now_us() + REMEMBERED_US
        while True:
            await self._rack.cycle()
            with self._lock:
                wait_s = (self.line.next_us() - self.clock.now_us()) / SECOND_US
                if self.line.now_us > forget_us:
                    self._forget()
                    forget_us += DAY_US
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudge.wait(), min(max(wait_s, _LOOK_S[0]), _LOOK_S[1]))
            self._nudge.clear()

    async def _tell(self) -> None:
        with self._lock:
            self._advance()
            events, self._events = self._events, []
            counted = [self._counted(unit) for unit in self.line.units]
        for event in events:
            if isinstance(event, Change):
                await self._rack[event.unit].publish(event)
            elif self._on_job is not None:
                self._on_job(event)
        for change in counted:
            await self._rack[change.unit].publish(change, counters="when changed")

    def _counted(self, unit: str) -> Change:
        """The unit's tags at the moment of its last piece or, where that was later, of its last change."""
        truth = self.line.truth[unit]
        at_us = max(truth.last_piece_us, truth.last_change_us)
        return self.line.snapshot(unit)._replace(t_us=at_us)

    def _forget(self) -> None:
        for truth in self.line.truth.values():
            truth.forget_before(self.line.now_us - REMEMBERED_US)

    def _unit(self, unit: str) -> UnitNow:
        status, machine = self.line.snapshot(unit).status, self.line.machine(unit)
        before, behind = self.line.buffers(unit)
        return UnitNow(
            name=unit,
            title=unit.capitalize(),
            state=status.state.title,
            jammed=machine.jammed is not None,
            cause=int(status.reason),
            buffer_before=before,
            buffer_after=behind,
            speed_upm=machine.speed_upm,
        )


def _say_why(task: asyncio.Task[None]) -> None:
    """A virtual plant that stands still by itself must not look like a quiet one."""
    if not task.cancelled() and task.exception() is not None:
        log.error("the virtual plant has stopped", exc_info=task.exception())
