"""Assemble the API of one installation: every room's routes, and the documents that are pushed live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from dovetail.alarmspans import api as alarmspans_api
from dovetail.app import collecting, topics
from dovetail.assistant import api as assistant_api
from dovetail.backups import api as backups_api
from dovetail.backups.backup import Backups
from dovetail.calendaredit import api as calendaredit_api
from dovetail.causes import api as causes_api
from dovetail.clearing.service import Keeper
from dovetail.connections import api as connections_api
from dovetail.connections.service import feeds as feeds_of
from dovetail.conversions import api as conversions_api
from dovetail.core.clock import HOUR_US, Clock
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Scope, system_scope
from dovetail.corrections import api as corrections_api
from dovetail.counting import api as counting_api
from dovetail.cycletimes import api as cycletimes_api
from dovetail.cycletimes.service import CycleTimesRoom
from dovetail.db.uow import Database
from dovetail.dispatch import api as dispatch_api
from dovetail.edge.model import LinkStatus
from dovetail.equipment import api as equipment_api
from dovetail.explain import api as explain_api
from dovetail.exports import api as exports_api
from dovetail.exports.service import ExportsRoom
from dovetail.finding import api as finding_api
from dovetail.fleet import api as fleet_api
from dovetail.fleet.model import Transported
from dovetail.forwarding import api as forwarding_api
from dovetail.forwarding.service import ForwardingRoom
from dovetail.groupings import api as groupings_api
from dovetail.groupings.service import GroupingsRoom
from dovetail.histories import api as histories_api
from dovetail.histories.service import HistoriesRoom
from dovetail.holding import api as holding_api
from dovetail.house.keeping import gone_of
from dovetail.house.rooms import Rooms, named
from dovetail.house.seen import alarm_spans_room, lanes_room, shifts_known
from dovetail.house.workings import Lists, workings_room
from dovetail.insight import api as insight_api
from dovetail.intake import api as intake_api
from dovetail.intake.service import Intake
from dovetail.jobtexts import api as jobtexts_api
from dovetail.lanes import api as lanes_api
from dovetail.losses import api as losses_api
from dovetail.losses import course_api
from dovetail.losses.course import Courses
from dovetail.losses.service import LossesRoom
from dovetail.materials import api as materials_api
from dovetail.meters import api as meters_api
from dovetail.onboarding import api as onboarding_api
from dovetail.operations.http import Api
from dovetail.operations.operation import Catalogue, Operation
from dovetail.pace import api as pace_api
from dovetail.performance import api as performance_api
from dovetail.production import api as production_api
from dovetail.recaps import api as recaps_api
from dovetail.recovering import api as recovering_api
from dovetail.recovering.service import Recovery
from dovetail.replaying import api as replaying_api
from dovetail.replaying.service import ReplayRoom
from dovetail.reports import api as reports_api
from dovetail.restating import api as restating_api
from dovetail.retention import api as retention_api
from dovetail.savedviews import api as savedviews_api
from dovetail.scans import api as scans_api
from dovetail.scrubbing import api as scrubbing_api
from dovetail.scrubbing.service import Scrub
from dovetail.security import api as security_api
from dovetail.signals import api as signals_api
from dovetail.signals import damaged_api, moments_api, samples_api
from dovetail.signatures import api as signatures_api
from dovetail.slowrunning import api as slowrunning_api
from dovetail.slowrunning.service import SlowRunningRoom
from dovetail.states import api as states_api
from dovetail.switchboard import api as switchboard_api
from dovetail.tagimport import api as tagimport_api
from dovetail.tiers.tiering import Tiers
from dovetail.timeline import api as timeline_api
from dovetail.vault import api as vault_api
from dovetail.virtual import api as virtual_api
from dovetail.virtual import retro_api
from dovetail.vitals import api as vitals_api
from dovetail.vitals.metrics import HttpMeter
from dovetail.web import account, longwork, operations_api, people
from dovetail.web.longwork import LongWork
from dovetail.webhooks import api as webhooks_api
from dovetail.workcalendar import api as workcalendar_api
from dovetail.workings import api as workings_api

LIVE = system_scope("live")
WITHOUT_SHIFT_US = 8 * HOUR_US  # what "this shift" means where no calendar says it


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes of an installation are made of."""

    rooms: Rooms
    link_statuses: Callable[[], list[LinkStatus]]
    work: LongWork
    backups: Backups
    database: Database
    clock: Clock
    is_demo: bool
    look: vitals_api.Look
    meter: HttpMeter
    intake: Intake
    exports: ExportsRoom
    tiers: Tiers
    scrub: Scrub
    recovery: Recovery
    keeper: Keeper
    forwarding: ForwardingRoom
    transported: Callable[[], Transported | None]
    histories: HistoriesRoom
    data: Path


def catalogue(parts: Parts) -> Catalogue:
    """Every operation of the installation, by name."""
    rooms = parts.rooms
    found: list[Operation[Any, Any]] = [
        rooms.equipment.apply_operation,
        rooms.equipment.rollback_operation,
        *rooms.security.operations,
        *rooms.production.operations,
        *rooms.dispatch.operations,
        *rooms.calendar_editing.operations,
        *rooms.trying.onboarding.operations,
        rooms.tag_import.bring_in,
        rooms.assistant.mean,
        rooms.finder.find,
        rooms.finder.end,
        *rooms.corrections.operations.all,
        *rooms.counting.operations,
        *rooms.holding.operations,
        *rooms.meters.operations,
        *rooms.scans.operations,
        *rooms.vault.operations,
        *rooms.webhooks.operations,
        *rooms.saved_views.operations,
        *rooms.signatures.operations,
        *rooms.reports.operations,
        *rooms.restating.operations,
        parts.backups.make,
        parts.backups.check,
        *parts.exports.operations,
        parts.tiers.write,
        parts.scrub.begin,
        parts.recovery.recover,
        parts.recovery.tidying.tidy,
        *parts.histories.operations,
        *rooms.retention.holds.operations,
        *parts.keeper.operations,
        parts.forwarding.run,
        *rooms.timeline.operations.all,
    ]
    return Catalogue(found)


def assemble(api: Api, parts: Parts) -> None:
    """Declare the routes of every room."""
    rooms = parts.rooms

    def node_view(equipment_id: int) -> security_api.NodeView | None:
        node = rooms.equipment.plant().equipment.get(equipment_id)
        return None if node is None else security_api.NodeView(id=node.id, path=node.path, name=node.name)

    security_api.routes(api, rooms.security, node_view=node_view, demo=parts.is_demo)
    equipment_api.routes(api, rooms.equipment, last=lambda tags, scope: rooms.historian.last(tags, scope=scope))
    materials_api.routes(api, rooms.materials)
    workcalendar_api.routes(api, partial(shifts_known, rooms.performance))
    calendaredit_api.routes(api, rooms.calendar_editing, lambda who, t0, t1: _settled(rooms, who, t0, t1))
    _samples(api, parts)
    _floor(api, rooms)
    states_api.routes(api, rooms.states)
    corrections_api.routes(api, rooms.corrections)
    timeline_api.routes(api, rooms.timeline)
    insight_api.routes(api, rooms.insight, rooms.boards)
    _lost_and_taken(api, rooms, parts.work)
    pace_api.routes(api, rooms.pace)
    plant_now = rooms.equipment.plant
    lanes_api.routes(api, lanes_room(rooms.timeline, rooms.performance))
    alarmspans_api.routes(api, alarm_spans_room(rooms.performance, rooms.historian, rooms.states))
    explain_api.routes(api, rooms.explainer)
    performance_api.routes(api, rooms.performance)
    switchboard_api.routes(api, rooms.performance)
    connections_api.routes(api, rooms.connections, parts.link_statuses, lambda name: feeds_of(plant_now(), name))
    onboarding_api.routes(api, rooms.trying)
    tagimport_api.routes(api, rooms.tag_import)
    assistant_api.routes(api, rooms.assistant)
    finding_api.routes(api, rooms.finder)
    signals_api.routes(api, rooms.signals)
    virtual_api.routes(api, rooms.virtual)
    retro_api.routes(api, rooms.virtual)
    vault_api.routes(api, rooms.vault, lambda: collecting.secrets_named(rooms.equipment.plant()))
    webhooks_api.routes(api, rooms.webhooks)
    savedviews_api.routes(api, rooms.saved_views)
    signatures_api.routes(api, rooms.signatures)
    reports_api.routes(api, rooms.reports)
    intake_api.routes(api, parts.intake)
    longwork.routes(api, parts.work)
    account.routes(api, rooms.security)
    people.routes(api, rooms.security)
    operations_api.routes(api, catalogue(parts), parts.database)
    backups_api.routes(api, parts.backups)
    scrubbing_api.routes(api, parts.scrub)
    recovering_api.routes(api, parts.recovery)
    retention_api.routes(api, rooms.retention, parts.keeper.run, lambda: parts.keeper.trouble)
    forwarding_api.routes(api, parts.forwarding, parts.clock)
    vitals_api.routes(api, look=parts.look, meter=parts.meter)
    replay = ReplayRoom(
        parts.database, rooms.equipment, rooms.historian, rooms.states, rooms.calendar, rooms.performance, parts.clock,
        scratch=parts.data,
    )  # fmt: skip
    replaying_api.routes(api, replaying_api.Replays(replay, parts.work))
    restating_api.routes(api, rooms.restating, restating_api.Plans(rooms.restating, parts.work))
    fleet_api.routes(api, delivery=parts.rooms.historian.delivery, transported=parts.transported)


def _samples(api: Api, parts: Parts) -> None:
    """What signals said, and what they came to; out to files, and in from those of others."""
    rooms = parts.rooms
    gone, known = gone_of(rooms.retention, rooms.historian), partial(named, rooms.equipment)
    samples_api.routes(api, rooms.historian, named=known, gone=gone)
    damaged_api.routes(api, rooms.historian, named=known)
    moments_api.routes(api, rooms.historian, named=known, gone=gone)
    recaps_api.routes(api, rooms.recaps, named=known)
    exports_api.routes(api, parts.exports)
    histories_api.routes(api, parts.histories)


def _floor(api: Api, rooms: Rooms) -> None:
    """What is to run, what ran, and what came of it."""
    dispatch_api.routes(api, rooms.dispatch)
    production_api.routes(api, rooms.production)
    counting_api.routes(api, rooms.counting)
    holding_api.routes(api, rooms.holding)
    meters_api.routes(api, rooms.meters)
    conversions_api.routes(api, rooms.conversions, rooms.counting)
    scans_api.routes(api, rooms.scans)
    jobtexts_api.routes(api, rooms.production.texts)


def _lost_and_taken(api: Api, rooms: Rooms, work: LongWork) -> None:
    """Where time went and how long pieces took: questions about the past that keep nothing."""
    cycles = CycleTimesRoom(rooms.performance, rooms.historian)
    cycletimes_api.routes(api, cycles)
    titles = ("Slow running", "Losses as once known", "Figures by group")
    slow, lost, apart = (partial(work.watched, title, "machines") for title in titles)
    causes = rooms.causes.seen_by(partial(work.watched, "Causes of lost time", "weeks"))
    causes_api.routes(api, causes)
    losses = LossesRoom(rooms.performance, watching=lost)
    groupings = GroupingsRoom(rooms.performance, watching=apart)
    slowly = SlowRunningRoom(rooms.performance, watching=slow)
    lists = Lists(rooms.insight, causes, slowly)
    workings = workings_room(rooms.explainer, cycles, rooms.pace.ends, losses, groupings, lists=lists)
    workings_api.routes(api, workings, rooms.performance)
    groupings_api.routes(api, groupings)
    slowrunning_api.routes(api, slowly)
    losses_api.routes(api, losses)
    course_api.routes(api, Courses(rooms.performance))


def _settled(rooms: Rooms, equipment_id: int, from_us: int, to_us: int) -> int:
    """How many slices of an equipment are held of a period; none where it has no times of its own."""
    try:
        found = rooms.performance.slices(equipment_id, from_us, to_us, scope=LIVE)
    except InvalidError:
        return 0
    return sum(piece.known_from > 0 for piece in found)


def topic_sources(parts: Parts) -> topics.Sources:
    """The functions behind the live topics."""
    rooms = parts.rooms

    def feeds(name: str) -> frozenset[int]:
        return feeds_of(rooms.equipment.plant(), name)

    def kpi(equipment_id: int) -> BaseModel:
        performance = rooms.performance
        try:
            shift = performance.shift(equipment_id, "current", scope=LIVE)
        except NotFoundError:
            now_us = parts.clock.now_us()
            return performance_api.kpis_out(
                performance.kpis(equipment_id, now_us - WITHOUT_SHIFT_US, now_us, scope=LIVE), which="live"
            )
        found = performance.kpis(equipment_id, shift.t0_us, shift.t1_us, scope=LIVE, shift=shift)
        return performance_api.kpis_out(found, which="live")

    def require_connections(scope: Scope) -> None:
        connections_api.require_all(parts.link_statuses(), feeds, scope)

    return topics.Sources(
        plant=rooms.equipment.plant,
        state=lambda equipment_id: rooms.timeline.state(equipment_id, scope=LIVE),
        stops=lambda equipment_id: rooms.insight.stops_of_shift(equipment_id, "current", scope=LIVE),
        kpi=kpi,
        live_kpi=lambda equipment_id: rooms.pace.live_kpi(equipment_id, scope=LIVE),
        newest=lambda tags: rooms.historian.latest(np.array(tags, dtype=np.int64), scope=LIVE),
        jobs=lambda: list(parts.work.views()),
        connections=lambda: [connections_api.view(status) for status in parts.link_statuses()],
        require_connections=require_connections,
    )
