"""Open an installation and put its parts together: rooms, edge, routes, live topics and background roles."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from shutil import disk_usage
from typing import TYPE_CHECKING, Literal

from fastapi import FastAPI
from sqlalchemy.engine import make_url
from starlette.types import ASGIApp

from dovetail.app import collecting, routes, topics
from dovetail.app.roles import Worker
from dovetail.app.sealing import compacting, sealing
from dovetail.backups.backup import Backups
from dovetail.chunkstore.files import Files
from dovetail.clearing.archive import Archives
from dovetail.clearing.service import Keeper
from dovetail.core import limits
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, Clock, SystemClock
from dovetail.core.scope import Scope, system_scope
from dovetail.db.migrate import migrate
from dovetail.db.uow import Database
from dovetail.drivers.keeping import KEEPING
from dovetail.drivers.posts import POSTS, Box
from dovetail.edge.model import LinkChange, LinkStatus
from dovetail.edge.runtime import EdgeRuntime
from dovetail.events.corrections import SamplesCorrected
from dovetail.events.counting import CountsChanged
from dovetail.events.edge import LinkChanged
from dovetail.events.equipment import PlantApplied
from dovetail.events.historian import FramesStored
from dovetail.events.operations import OperationsEvent
from dovetail.events.production import JobResponseChanged
from dovetail.events.security import RightsChanged
from dovetail.events.states import RecordsChanged
from dovetail.events.timeline import TimelineEdited
from dovetail.fleet.model import Transported
from dovetail.house.histories import histories_room
from dovetail.house.keeping import lacking_in
from dovetail.house.rooms import (
    Rooms,
    build_rooms,
    exports_room,
    forwarding_room,
    live_figures,
    plant_sections,
    tags_by_site,
)
from dovetail.intake.service import Around, Intake
from dovetail.operations.http import Api
from dovetail.ownership import datafolder
from dovetail.ownership.settings import Settings
from dovetail.recovering.service import Recovery
from dovetail.scrubbing.service import Scrub
from dovetail.security.service import SecurityRoom
from dovetail.spool.pump import Spool
from dovetail.tiers.tiering import Tiers
from dovetail.upkeep.layout import EXPORTS, HISTORIAN, HISTORIES, SPOOL
from dovetail.upkeep.restore import settle
from dovetail.upkeep.upgrade import keep_before
from dovetail.upkeep.whereabouts import open_samples
from dovetail.vitals import servicemanager
from dovetail.vitals.facts import Facts, Live, Role, gather
from dovetail.vitals.heartbeat import Heartbeat
from dovetail.vitals.metrics import HttpMeter
from dovetail.web.app import create_app, gated
from dovetail.web.live import LiveHub
from dovetail.web.longwork import LongWork

if TYPE_CHECKING:
    from dovetail.fleet.service import Between

log = logging.getLogger("dovetail")

LEDGER_GATHER_S = 0.2  # records of several units change together: one step settles them all
VIRTUAL_GATHER_S = 0.2  # what is computed alike of all that came since costs little more than of one
PULSE_S = 2.0  # connections are shown as they are at least this often
FIGURES_BEATS = 5  # pulses: of a machine that goes on as it was nothing tells, but its time and its pieces grow


class House:
    """One installation with its folder owned and its stores open; `start` and `stop` begin and end its roles."""

    def __init__(self, settings: Settings, database: Database, *, clock: Clock, bus: Bus) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.bus = bus
        samples = open_samples(settings.data, settings.records_url, settings.samples)
        self.rooms: Rooms = build_rooms(
            settings.data, database, clock=clock, bus=bus, webhook_hosts=settings.webhook_hosts, samples=samples
        )
        self.work = LongWork(clock)
        self.backups = Backups(
            settings.data, database, self.rooms.historian, self.work, place=settings.backups, key=settings.backup_key,
            secret=self.rooms.vault.value,
        )  # fmt: skip
        sites = partial(tags_by_site, self.rooms.equipment)
        self.tiers = Tiers(settings.data, self.rooms.historian, self.work, clock=clock, sites=sites)
        self.scrub = Scrub(settings.data, self.rooms.historian, clock=clock)
        self.exports = exports_room(settings.data / EXPORTS, database, self.rooms, self.work, bus)
        self.histories = histories_room(settings.data / HISTORIES, database, self.rooms, self.work, bus)
        archives = Archives(settings.archive, self.rooms.historian, equipment=self.rooms.equipment.plant, clock=clock)
        self.on_this_disk = isinstance(samples, Files)
        room_left = (lambda: disk_usage(settings.data).free) if self.on_this_disk else None
        self.keeper = Keeper(self.rooms.retention, self.work, archives=archives, room_left=room_left)
        self.between = _between(settings, clock)
        self.forwarding = forwarding_room(database, self.rooms, bus, data=settings.data, hosts=settings.forward_hosts)
        self.rooms.retention.lacking = lacking_in(settings.data, self.rooms.historian.dropper, self.forwarding)
        self.heartbeat = Heartbeat(on_beat=self._alive)
        self.meter = HttpMeter()
        around = Around(
            lambda name: collecting.posted_to(self.rooms.equipment.plant(), name), self._box, self.rooms.vault.value
        )
        self.intake = Intake(database, around, clock=clock)
        self._delivery: tuple[int, Mapping[str, int]] | None = None
        self.edge: EdgeRuntime | None = None  # made at the start, from the plant as it holds then
        self.spool: Spool | None = None
        self.workers = self._workers()
        self.extra_routes: list[Callable[[Api], None]] = []
        self.is_demo = False
        self._tasks: list[asyncio.Task[None]] = []
        self._app: tuple[FastAPI, ASGIApp] | None = None

    # --- parts others ask for --------------------------------------------------------------------------------
    @property
    def security(self) -> SecurityRoom:
        """The security room."""
        return self.rooms.security

    @property
    def scope(self) -> Scope:
        """The scope of the installation's own work."""
        return system_scope("app")

    @property
    def app(self) -> FastAPI:
        """The application without its gate: for the control socket."""
        return self._assembled()[0]

    @property
    def gated(self) -> ASGIApp:
        """The application behind its gate: for everybody else."""
        return self._assembled()[1]

    def _assembled(self) -> tuple[FastAPI, ASGIApp]:
        if self._app is None:
            api, recovery = Api(self.database), Recovery(self.settings.data, self.rooms.historian, self.work)
            parts = routes.Parts(
                self.rooms, self.link_statuses, self.work, self.backups, self.database, self.clock, self.is_demo,
                self.look, self.meter, self.intake, self.exports, self.tiers, self.scrub,
                recovery, self.keeper, self.forwarding, self.transported, self.histories, self.settings.data,
            )  # fmt: skip
            routes.assemble(api, parts)
            for extra in self.extra_routes:
                extra(api)
            self.hub = LiveHub(topics.kinds(routes.topic_sources(parts)))
            topics.touch_on_events(self.bus, self.hub, self.rooms.equipment.plant)
            self.bus.subscribe(LinkChanged, lambda _event: self.hub.touch("connections"))
            self.bus.subscribe(RightsChanged, lambda event: self.hub.doubt(event.person_id))
            self.work.on_change = lambda: self.hub.touch("jobs")
            app = create_app(api, self.hub, resolve=self.resolve, start=self.start, stop=self.stop)
            hosts = None if self.settings.behind_proxy else self.settings.hosts
            self._app = (app, gated(app, api, resolve=self.resolve, hosts=hosts, on_seen=self.meter.seen))
        return self._app

    def _box(self) -> Box | None:
        """The links that others post to, while there are any."""
        return None if self.edge is None else self.edge.shared.one(POSTS, Box)

    def resolve(self, cookie: str | None, bearer: str | None) -> Scope | None:
        """Who is behind a cookie or a token; None: nobody."""
        if bearer is not None:
            return self.rooms.security.scope_of_token(bearer)
        return self.rooms.security.scope_of_cookie(cookie) if cookie else None

    def disk_full(self, why: str | None) -> None:
        """The disk of the data folder is full (None: no more): samples that lie there are refused, and wait."""
        self.rooms.historian.refuses = why if self.on_this_disk else None

    def links(self) -> list[collecting.LinkPlan]:
        """What is to be collected as the plant holds now."""
        return collecting.links(self.rooms.equipment.plant())

    def link_statuses(self) -> list[LinkStatus]:
        """Every link as the screens show it; empty while nothing is collected."""
        statuses = [] if self.edge is None else self.edge.status()
        return (
            statuses if self.spool is None else collecting.with_stock(statuses, self.links_by_name(), self.spool.stock)
        )

    def links_by_name(self) -> Mapping[str, int]:
        """The good-through tag of each connection, by which its link is known for ever."""
        return {name: one.good_through_tag for name, one in self.rooms.equipment.plant().connections.items()}

    def transported(self) -> Transported | None:
        """What lies between here and those who store; None where that is this process."""
        return None if self.between is None else self.between.look()

    def look(self, look: Literal["whole", "quick"]) -> Facts:
        """The installation as the doctor and the metrics see it."""
        live = None
        if self.edge is not None:
            live = Live(
                links=tuple(self.link_statuses()),
                roles=tuple(Role(one.name, one.failing, one.steps, one.busy_s) for one in self.workers),
                lag_s=self.heartbeat.worst_lag_s(),
                blocked=self.heartbeat.blocked,
                suspended=self.heartbeat.suspended,
                clients=self.hub.clients,
                delivery=self._delivered(),
                between=self.transported(),
                copies=tuple(self.forwarding.copies(scope=self.scope)),
                posts=dict(self.intake.outcomes),
            )
        return gather(self.settings, clock=self.clock, live=live, look=look)

    def _delivered(self) -> Mapping[str, int]:
        """What became of samples; counted anew once a minute, because every month is asked for its repeats."""
        now_us = self.clock.monotonic_us()
        if self._delivery is None or now_us - self._delivery[0] > MINUTE_US:
            account = self.rooms.historian.delivery()
            outcomes = ("expected", "stored", "duplicate", "refused", "gap")
            self._delivery = now_us, {name: sum(getattr(one, name) for one in account) for name in outcomes}
        return self._delivery[1]

    # --- roles -----------------------------------------------------------------------------------------------
    def _workers(self) -> list[Worker]:
        rooms = self.rooms
        states = Worker("states", lambda: rooms.states.step(limits.CONSUMER_FRAMES_MAX))
        production = Worker("production", lambda: _full(rooms.production.step(limits.CONSUMER_FRAMES_MAX)))
        virtual = Worker(
            "virtual",
            lambda: rooms.virtual.step(limits.CONSUMER_FRAMES_MAX),
            gather_s=VIRTUAL_GATHER_S,
            is_behind=lambda: rooms.virtual.behind,
        )
        timeline = Worker("timeline", rooms.timeline.step)
        ledger = Worker("ledger", rooms.performance.step, gather_s=LEDGER_GATHER_S)
        sealer, compactor = sealing(rooms.historian, self.bus), compacting(rooms.historian)
        connections, dispatch = Worker("connections", rooms.connections.step), Worker("dispatch", rooms.dispatch.step)
        webhooks = Worker("webhooks", rooms.webhooks.step)
        exports = Worker("exports", self.exports.step, rest_s=limits.EXPORTS_TIDY_S)
        intake = Worker("intake", self.intake.step, rest_s=limits.INTAKE_AUDIT_S)
        keeper = Worker("retention", self.keeper.step, rest_s=limits.DISK_LOOK_S)
        search = Worker("search", self.scrub.step, rest_s=limits.SCRUB_EVERY_S, is_behind=lambda: False)
        # what ingest workers store beside us, if there are any: it waits in the step, for as long as nothing comes
        follower = Worker("follower", lambda: rooms.historian.follow(limits.FOLLOW_S), rest_s=0.0)
        figures = Worker("figures", live_figures(rooms, self.clock).step, is_behind=lambda: False)
        forwarding = Worker("forwarding", self.forwarding.step)
        rooms.webhooks.on_done = webhooks.nudge
        self.bus.subscribe(OperationsEvent, webhooks.nudge)
        self.bus.subscribe(LinkChanged, connections.nudge)
        for event in (FramesStored, PlantApplied, SamplesCorrected):
            self.bus.subscribe(event, states.nudge)
            self.bus.subscribe(event, virtual.nudge)
        for event in (FramesStored, PlantApplied, JobResponseChanged, SamplesCorrected):
            self.bus.subscribe(event, production.nudge)
        self.bus.subscribe(RecordsChanged, timeline.nudge)
        for event in (RecordsChanged, TimelineEdited, CountsChanged, JobResponseChanged, PlantApplied):
            self.bus.subscribe(event, ledger.nudge)
        return [
            states, production, virtual, timeline, ledger, figures, sealer, compactor, connections, dispatch, webhooks,
            exports, intake, keeper, search, *([follower] if rooms.historian.storage.is_shared else []), forwarding,
        ]  # fmt: skip

    async def start(self) -> None:
        """Collect, decide, settle and seal from now on."""
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(self.rooms.connections.begin)
        self.histories.resume()
        self.rooms.states.keep_pace(limits.COUNTING_PACE_US)
        self.heartbeat.start()
        self._tasks.append(asyncio.create_task(self.heartbeat.run(), name="heartbeat"))
        for worker in self.workers:
            worker.start()
        await asyncio.to_thread(self.rooms.vault.refresh)
        self.edge = EdgeRuntime(
            self.links(),
            self.rooms.historian if self.between is None else self.between.open(),
            clock=self.clock,
            on_link=self._link_changed,
            secret=self.rooms.vault.value,
            source=self.settings.source,
        )
        self.spool = spool = Spool(self.settings.data / HISTORIAN / SPOOL, self.rooms.historian, self.clock)
        self.edge.shared.one(KEEPING, lambda: spool)
        await spool.start()
        if self.between is None:
            await self.edge.start()
        else:  # it waits for NATS and a worker; people look at what is there meanwhile
            self.between.begin(self.edge)
        self.rooms.trials.serve(self.edge)

        def applied(_event: PlantApplied) -> None:
            asyncio.run_coroutine_threadsafe(self._reconfigure(), loop)

        self.bus.subscribe(PlantApplied, applied)
        self._tasks.append(asyncio.create_task(self._pulse()))

    async def stop(self) -> None:
        """End in the order in which things depend on each other: no new samples, then no new records."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        await asyncio.to_thread(self.heartbeat.stop)
        await self.rooms.trials.rest()
        if self.between is not None:
            await self.between.end_start()
        if self.edge is not None:
            await self.edge.stop()
        if self.between is not None:
            await asyncio.to_thread(self.between.close)
        if self.spool is not None:
            await self.spool.stop()
        for worker in self.workers:
            worker.ask_to_stop()
        await asyncio.gather(*(asyncio.to_thread(worker.stop) for worker in self.workers))
        await asyncio.to_thread(self.rooms.connections.step)  # what the links told last
        await asyncio.to_thread(self.intake.step)  # who was turned away last
        await asyncio.to_thread(self.rooms.webhooks.close)

    @staticmethod
    def _alive() -> None:
        if servicemanager.is_watched():
            servicemanager.notify("WATCHDOG=1")

    async def _reconfigure(self) -> None:
        try:
            if self.edge is not None:
                await self.edge.reconfigure(self.links())
        except Exception:
            log.exception("the edge could not go over to the new plant")

    async def _pulse(self) -> None:
        for beat in itertools.count(1):
            await asyncio.sleep(PULSE_S)
            self.hub.touch("connections")
            if beat % FIGURES_BEATS == 0:
                for name in self.hub.watched():
                    if name.endswith(("/kpi", "/live-kpi")):
                        self.hub.touch(name)

    def _link_changed(self, change: LinkChange) -> None:
        self.rooms.connections.note(change)
        self.bus.publish(LinkChanged(change.name, change.up, change.at_us, change.cause))

    def close(self) -> None:
        """Close the stores; what was accepted is on disk already."""
        for part in (self.histories, self.exports, self.tiers, self.backups):
            part.stop()
        self.rooms.finder.close()
        self.forwarding.close()
        self.rooms.historian.close()
        self.database.close()


def _between(settings: Settings, clock: Clock) -> Between | None:
    """The way to ingest workers on other machines, where there are any."""
    if (address := settings.transport()) is None:
        return None
    from dovetail.fleet.service import Between  # NATS is there only where somebody has several machines

    return Between(address, settings.source, records_url=settings.records_url, data=settings.data, clock=clock)


def _full(count: int) -> int:
    """More to do only when the whole allowance was read: production looks at every frame and few concern it."""
    return count if count >= limits.CONSUMER_FRAMES_MAX else 0


@contextmanager
def open_house(settings: Settings, *, clock: Clock | None = None, patience_s: float = 0.0) -> Iterator[House]:
    """Own the data folder and open the installation in it, migrated. Raises LockedError, ConfigError."""
    timer = clock or SystemClock()
    with datafolder.own(settings.data, patience_s=patience_s):
        settle(settings.data, settings.records_url)
        datafolder.remember_store(settings.data, backend=make_url(settings.records_url).get_backend_name())
        bus = Bus()
        database = Database(settings.records_url, clock=timer, bus=bus)
        keep_before(settings.data, database, clock=timer, upgrade=settings.upgrade)
        migrate(database)
        house = House(settings, database, clock=timer, bus=bus)
        try:
            yield house
        finally:
            house.close()


__all__ = ["House", "open_house", "plant_sections"]
