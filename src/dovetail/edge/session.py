"""One actor per link: connects, listens, polls, notices the loss, says it once, and never gives up.

While the link is lost its tags hold BAD, which is true knowledge, so good-through goes on; it stands still only
between a connection and the first value of every tag. The driver reports; the session worries.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import ConfigError, DovetailError, LinkError
from dovetail.core.limits import BACKOFF_FIRST_S, BACKOFF_MAX_S, BACKOFF_REFUSED_S, GOOD_THROUGH_EVERY_S
from dovetail.drivers.base import Driver, DriverSpec, Notice, Point, Shared, SilentError, Surroundings, run_together
from dovetail.drivers.trouble import farewell, reason
from dovetail.drivers.within import READ_MAX_S, within
from dovetail.edge import demotion, poller
from dovetail.edge.demotion import Wire
from dovetail.edge.handover import Handover
from dovetail.edge.model import LinkChange, LinkPlan, LinkState, LinkStatus
from dovetail.edge.outbox import Outbox
from dovetail.edge.waits import Waits

log = logging.getLogger(__name__)

SETTLE_STEP_S: Final = 0.1
SETTLE_STEPS: Final = 15  # 1.5 s for the initial values; what is still missing is read
STABLE_US: Final = 10 * SECOND_US  # a link that held this long starts its back-off anew
NEVER_US: Final = -(1 << 62)
OPEN_TIMEOUT_S: Final = 10.0  # name resolution, channel, certificates and session together


@dataclass(frozen=True, slots=True)
class Company:
    """What a session needs around it, the same for all links of one runtime."""

    clock: Clock
    rng: random.Random
    outbox: Outbox
    on_link: Callable[[LinkChange], None]
    load: Callable[[str], DriverSpec]
    secret: Callable[[str], str]
    shared: Shared = field(default_factory=Shared)
    wires: dict[str, Wire] = field(default_factory=dict[str, Wire])  # a handful of words per gateway, for the run

    def wire(self, name: str) -> Wire:
        """The turn of the silent devices on one physical link."""
        return self.wires.setdefault(name, Wire(self.clock))


def backoff_s(attempt: int, rng: random.Random) -> float:
    """Full jitter: anywhere between nothing and a ceiling that doubles from 0.5 s to 5 s (attempt counts from 0)."""
    return rng.uniform(0.05, min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2 ** min(attempt, 10)))


class LinkSession:
    """One connection of the plant, from its first attempt to its removal."""

    def __init__(self, plan: LinkPlan, company: Company, *, mark_us: int | None) -> None:
        self.plan = plan
        self._company = company
        self._clock = company.clock
        self._hand = Handover(plan, company.outbox, self._clock, mark_us)
        self._state: LinkState = "down"
        self._told: Literal["nothing", "up", "down"] = "nothing"
        self._cause = "not connected yet"
        self._since_us = self._clock.now_us()
        self._attempt = 0
        self._connected_us = 0
        self._reconnects = 0
        self._overruns = 0
        flow = company.outbox.pressure.flow(plan.good_through_tag)
        self._waits = Waits(plan.name, flow, self._clock, self._hand.metrics)
        self._read_us = NEVER_US  # when a read last came back, by the monotonic clock
        self._reads_prove = False  # the device has no clock to measure and reports nothing by itself: a read tells all
        self._demotions = 0
        self._silent_asks = 0
        self._wire = Wire(company.clock)
        self._spec: DriverSpec | None = None
        self._endpoint = ""
        self._is_insecure = False

    @property
    def mark_us(self) -> int | None:
        """The good-through that was last handed over, µs on the link's timeline."""
        return self._hand.mark_us

    async def run(self) -> None:
        """Keep the link until cancelled."""
        self._since_us = self._hand.break_off()
        marks = asyncio.create_task(self._each_second(), name=f"marks {self.plan.name}")
        try:
            while True:
                error = await self._one_life()
                await self._clock.sleep(self._pause_s(error))
                await self._waits.flow.free()  # a link that begins has much to say, which is not to wait behind more
                self._attempt += 1
        finally:
            self._wire.users.discard(self.plan.name)
            marks.cancel()
            await asyncio.gather(marks, return_exceptions=True)

    def retire(self, cause: str) -> None:
        """The link leaves the plant or begins anew: its values end with the last good-through."""
        self._since_us = self._hand.break_off()
        self._state, self._cause = "down", cause
        self._tell("down", cause)

    # --- one life of the link ---------------------------------------------------------------------------------

    async def _one_life(self) -> DovetailError:
        """Connect and stay connected; returns why it ended. A loss is told before the goodbye, which may take long."""
        try:
            driver = self._make_driver()
        except Exception as fault:
            error = self._reason(fault)
            self._lost(error)
            return error
        try:
            error = await self._connected(driver)
            self._lost(error)
            return error
        finally:
            await farewell(driver, link=self.plan.name)

    async def _connected(self, driver: Driver) -> DovetailError:
        try:
            await within(self._clock, driver.open(), what="connecting", limit_s=OPEN_TIMEOUT_S)
            while True:
                try:
                    await self._live(driver)
                except SilentError as silence:
                    self._demote(silence)
                    await self._until_it_answers(driver, silence)
                else:
                    return LinkError("the driver ended", code="driver-ended")
        except Exception as fault:
            return self._reason(fault)

    async def _until_it_answers(self, driver: Driver, silence: SilentError) -> None:
        """Ask a silent device now and then; raises its silence when the link, perhaps dead, is to be made anew."""
        for _ in range(demotion.SILENT_MAX):
            await self._clock.sleep(demotion.pause_s(self._silent_asks, self._company.rng))
            self._silent_asks += 1
            try:
                await self._wire.ask(lambda: within(self._clock, driver.probe(), what="an answer"))
                return
            except SilentError:
                continue
        raise silence

    def _reason(self, fault: Exception) -> DovetailError:
        return reason(fault, link=self.plan.name, driver=self.plan.driver)

    def _make_driver(self) -> Driver:
        spec = self._company.load(self.plan.driver)
        options = spec.check(self.plan.options)
        self._spec, self._endpoint, self._is_insecure = spec, options.where(), options.is_insecure()
        self._wire = self._company.wire(f"{self.plan.driver} {options.wire() or self.plan.name}")
        self._wire.users.add(self.plan.name)
        company, link, flow = self._company, self.plan.good_through_tag, self._waits.flow
        return spec.open(options, Surroundings(self._clock, company.secret, company.shared, link, flow))

    async def _live(self, driver: Driver) -> None:
        """Everything that runs while connected; the first failure ends it."""
        gate = asyncio.Semaphore(self._spec.in_flight if self._spec else 1)
        await self._probe(driver, gate)
        self._state = "settling"
        self._connected_us = self._clock.monotonic_us()
        self._hand.connect()
        listened = poller.groups(self.plan.points, "subscribe")
        polled = poller.groups(self.plan.points, "poll")

        async def read(points: Sequence[Point]) -> None:
            if self._waits.flow.is_held:
                self._overruns += 1  # what the next read says is newer than what waits
            else:
                await self._read(driver, gate, points)

        jobs = [poller.poll(self._clock, g, read, name=self.plan.name, on_done=self._read_done) for g in polled]
        if listened:
            jobs.append(driver.subscribe(listened, self._on_notice))
        with self._waits.followed():
            await run_together(self._watch(driver, gate), *jobs)

    async def _watch(self, driver: Driver, gate: asyncio.Semaphore) -> None:
        """Settle, then prove each second that the device lives; one that answered a read since has proved it."""
        await self._settle(driver, gate)
        self._check_room()
        self._up()
        due_us = self._clock.monotonic_us()
        every_us = round(GOOD_THROUGH_EVERY_S * SECOND_US)
        while True:
            due_us = max(due_us + every_us, self._clock.monotonic_us())
            await self._clock.sleep((due_us - self._clock.monotonic_us()) / SECOND_US)
            self._check_room()
            await self._waits.room()
            if not self._reads_prove or self._read_us < due_us - every_us:
                await self._probe(driver, gate)
            self._check_room()

    async def _settle(self, driver: Driver, gate: asyncio.Semaphore) -> None:
        """Wait for the first value of every tag; read at once what is polled, and in the end what did not come."""
        points = [scan.point for scan in self.plan.points]
        polled = [scan.point for scan in self.plan.points if scan.mode == "poll"]
        if polled:
            await self._read(driver, gate, polled)
        for _ in range(SETTLE_STEPS):
            if self._hand.is_settled:
                return
            await self._clock.sleep(SETTLE_STEP_S)
        missing = self._hand.unseen()
        if missing:
            await self._waits.room()
            await self._read(driver, gate, [point for point in points if point.tag_id in missing])

    async def _probe(self, driver: Driver, gate: asyncio.Semaphore) -> None:
        async with gate:
            begun_us, turns = self._clock.monotonic_us(), self._waits.flow.turns
            try:
                alive = await within(self._clock, driver.probe(), what="a proof of life")
            except LinkError as error:
                raise self._waits.blame(error) from error
        self._hand.metrics.answered(self._clock.monotonic_us() - begun_us)
        self._reads_prove = alive.device_us is None and self._spec is not None and not self._spec.listens
        if self._waits.proves(alive, turns):
            self._hand.alive(alive, is_up=self._state == "up")
        self._check_time()

    async def _read(self, driver: Driver, gate: asyncio.Semaphore, points: Sequence[Point]) -> None:
        async with gate:
            while True:
                asked_us, begun_us = self._clock.now_us(), self._clock.monotonic_us()
                batches = await within(self._clock, driver.read(points), what="a read", limit_s=READ_MAX_S)
                if not self._hand.was_still_since(begun_us):
                    break
                self._hand.look_for_standstill(is_up=self._state == "up")  # what came is of an unknown moment
        done_us = self._clock.monotonic_us()
        self._hand.metrics.answered(done_us - begun_us)
        self._hand.metrics.read(done_us)
        self._read_us = done_us
        self._hand.polled(batches, asked_us=asked_us, is_up=self._state == "up")
        self._check_time()
        self._check_room()

    def _read_done(self, late_us: int, missed: int) -> None:
        self._overruns += missed
        self._hand.metrics.late(self._clock.monotonic_us(), late_us)

    def _on_notice(self, notice: Notice) -> None:
        self._hand.reported(self._waits.true_of(notice), is_up=self._state == "up")

    def _check_room(self) -> None:
        if self._hand.was_refused:
            raise LinkError("the store does not keep up: values since then are a declared gap", code="store-full")

    def _check_time(self) -> None:
        if self._hand.torn:
            raise LinkError(self._hand.torn, code="clock-set")

    # --- up and down, said once -------------------------------------------------------------------------------

    def _up(self) -> None:
        self._state, self._cause = "up", ""
        self._since_us = max(self._clock.now_us(), self._hand.mark_us or 0)
        self._tell("up", "connected")

    def _lost(self, error: DovetailError) -> None:
        if self._end("demoted" if isinstance(error, SilentError) else "down"):
            self._reconnects += 1
        self._blame(error)

    def _demote(self, silence: SilentError) -> None:
        """The link stands and the device is silent: its values end, and it is asked at a pace of its own."""
        self._demotions += self._end("demoted")
        self._blame(silence)

    def _end(self, state: LinkState) -> bool:
        """The values end here; whether there were any."""
        was, self._state = self._state, state
        if was in ("down", "demoted"):
            return False
        self._since_us = self._hand.break_off()
        if self._clock.monotonic_us() - self._connected_us >= STABLE_US:
            self._attempt = self._silent_asks = 0
        return True

    def _blame(self, error: DovetailError) -> None:
        self._cause = error.message if error.hint is None else f"{error.message} ({error.hint})"
        self._tell("down", self._cause)

    def _tell(self, now: Literal["up", "down"], cause: str) -> None:
        if self._told == now:
            return
        self._told = now
        level = logging.INFO if now == "up" else logging.WARNING
        log.log(level, "%s is %s: %s", self.plan.name, now, cause)
        self._company.on_link(
            LinkChange(self.plan.good_through_tag, self.plan.name, now == "up", self._since_us, cause)
        )

    def _pause_s(self, error: DovetailError) -> float:
        return BACKOFF_REFUSED_S if isinstance(error, ConfigError) else backoff_s(self._attempt, self._company.rng)

    async def _each_second(self) -> None:
        """Without a link the BAD that is held is true; with one, it is seen that this machine runs."""
        while True:
            await self._clock.sleep(GOOD_THROUGH_EVERY_S)
            self._hand.look_for_standstill(is_up=self._state == "up")
            if self._state in ("down", "demoted") and not self._waits.flow.is_held:
                self._hand.still_down()

    def status(self) -> LinkStatus:
        """What the API shows of this link."""
        self._waits.count()
        counted, now_us = self._hand.counted, self._clock.monotonic_us()
        return LinkStatus(
            name=self.plan.name,
            driver=self.plan.driver,
            endpoint=self._endpoint,
            state=self._state,
            since_us=self._since_us,
            cause=self._cause,
            good_through_us=self._hand.mark_us,
            clock_offset_us=self._hand.offset_us,
            samples_per_s=self._hand.metrics.samples_per_s(now_us),
            samples=counted.samples,
            overruns=self._overruns,
            reconnects=self._reconnects,
            demotions=self._demotions,
            lost_samples=counted.lost_samples,
            points_bad=self._hand.points_bad,
            health=self._hand.metrics.health(now_us),
            insecure=self._is_insecure,
        )
