"""The rooms of one installation, each given what it needs of the others: nothing is global, nothing is looked up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypedDict, cast

from pydantic import BaseModel

from dovetail.assistant.service import AssistantRoom
from dovetail.calendaredit.service import CalendarEditing
from dovetail.causes.service import CausesRoom
from dovetail.connections.service import KINDS as CONNECTION_KINDS
from dovetail.connections.service import ConnectionsRoom
from dovetail.conversions.service import ConversionsRoom
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.core.errors import NotFoundError
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.service import CorrectionsRoom
from dovetail.counting.service import CountingRoom
from dovetail.db.uow import Database, UnitOfWork
from dovetail.dispatch.service import DispatchRoom
from dovetail.equipment.plant import SECTIONS as EQUIPMENT_SECTIONS
from dovetail.equipment.service import EquipmentRoom
from dovetail.explain.service import Explainer
from dovetail.exports.files import Sources as Told
from dovetail.exports.service import ExportsRoom
from dovetail.finding.service import Finder
from dovetail.forms.model import Named
from dovetail.forwarding.plant import SECTIONS as FORWARDING_SECTIONS
from dovetail.forwarding.service import ForwardingRoom
from dovetail.forwarding.site import Site
from dovetail.forwarding.ways import copy_of
from dovetail.historian.service import Historian
from dovetail.holding.service import HoldingRoom
from dovetail.house.definitions import calendar_room, held_against, in_units, with_earlier
from dovetail.house.keeping import gone_of
from dovetail.house.pacing import paced, production_room
from dovetail.house.seen import insight_room
from dovetail.house.signed import SignedSamples
from dovetail.house.trials import EdgeOfThreads
from dovetail.insight.boarding import Boards
from dovetail.insight.service import InsightRoom
from dovetail.insight.shown import EditAnswer
from dovetail.jobtexts.plant import with_job_checks
from dovetail.livekpi.model import vocabulary
from dovetail.livekpi.plant import with_figures
from dovetail.livekpi.service import SCOPE as PUBLISHES
from dovetail.livekpi.service import LiveFigures
from dovetail.materials.plant import SECTIONS as MATERIALS_SECTIONS
from dovetail.materials.service import MaterialsRoom
from dovetail.meters.service import MetersRoom
from dovetail.onboarding.service import Onboarding
from dovetail.onboarding.trying import Trying
from dovetail.pace.service import PaceRoom
from dovetail.packing.place import Storage
from dovetail.performance.facts import Sources
from dovetail.performance.report import catalogue
from dovetail.performance.service import PerformanceRoom
from dovetail.plantcode.section import Section
from dovetail.production.service import ProductionRoom
from dovetail.recaps.service import RecapsRoom
from dovetail.recaps.service import Sources as Occasions
from dovetail.reports.service import ReportsRoom
from dovetail.restating.deriving import AlsoRestated
from dovetail.restating.service import RestatingRoom
from dovetail.retention.plant import SECTIONS as RETENTION_SECTIONS
from dovetail.retention.service import RetentionRoom
from dovetail.savedviews.service import SavedViewsRoom
from dovetail.scans.service import ScansRoom
from dovetail.security.service import SecurityRoom
from dovetail.signals.service import SignalsRoom
from dovetail.signatures.service import SignaturesRoom
from dovetail.states.plant import SECTIONS as STATES_SECTIONS
from dovetail.states.service import StatesRoom
from dovetail.tagimport.service import TagImport
from dovetail.timeline.service import TimelineRoom
from dovetail.upkeep.manifest import identity
from dovetail.vault.plant import with_secret_hints
from dovetail.vault.service import VaultRoom
from dovetail.virtual.plant import with_computed_tags
from dovetail.virtual.service import VirtualRoom
from dovetail.web.longwork import LongWork
from dovetail.webhooks.service import WebhooksRoom
from dovetail.workcalendar.plant import SECTIONS as CALENDAR_SECTIONS
from dovetail.workcalendar.service import CalendarRoom
from dovetail.yardsticks.plant import sections as yardstick_sections
from dovetail.yardsticks.service import Yardsticks


@dataclass(frozen=True, slots=True)
class Rooms:
    """Every room, put together."""

    equipment: EquipmentRoom
    security: SecurityRoom
    historian: Historian
    corrections: CorrectionsRoom
    retention: RetentionRoom
    calendar: CalendarRoom
    calendar_editing: CalendarEditing
    materials: MaterialsRoom
    production: ProductionRoom
    virtual: VirtualRoom
    states: StatesRoom
    timeline: TimelineRoom
    counting: CountingRoom
    connections: ConnectionsRoom
    performance: PerformanceRoom
    explainer: Explainer
    vault: VaultRoom
    webhooks: WebhooksRoom
    insight: InsightRoom
    boards: Boards
    pace: PaceRoom
    dispatch: DispatchRoom
    holding: HoldingRoom
    meters: MetersRoom
    scans: ScansRoom
    trying: Trying
    tag_import: TagImport
    trials: EdgeOfThreads
    signals: SignalsRoom
    saved_views: SavedViewsRoom
    signatures: SignaturesRoom
    recaps: RecapsRoom
    assistant: AssistantRoom
    finder: Finder

    @property
    def reports(self) -> ReportsRoom:
        """What was frozen of the figures; it keeps nothing in memory."""
        return ReportsRoom(self.performance.database, self.performance, self.signatures)

    @property
    def conversions(self) -> ConversionsRoom:
        """Counts in the units of products, of which the ledger is made."""
        return cast(ConversionsRoom, self.performance.sources.counting)

    @property
    def causes(self) -> CausesRoom:
        """Why a line lost time; it keeps nothing."""
        return CausesRoom(self.performance, stretches=self.insight.stretches, samples=self.historian)

    @property
    def restating(self) -> RestatingRoom:
        """What tells the past again; it keeps nothing but what the records keep."""
        return RestatingRoom(
            self.performance.database, self.performance.clock, equipment=self.equipment, calendar=self.calendar,
            performance=self.performance, states=self.states, samples=self.historian,
            gone=self.retention.gone.upto,
        )  # fmt: skip


def live_figures(rooms: Rooms, clock: Clock) -> LiveFigures:
    """What publishes the running shift's figures on the tags that carry them."""
    told = partial(rooms.pace.live_kpi, scope=PUBLISHES)
    figures = vocabulary(catalogue())
    return LiveFigures(rooms.historian, clock, plant=rooms.equipment.plant, told=told, figures=figures)


def plant_sections() -> tuple[Section, ...]:
    """What may stand in the plant code: the sections of every room, in the order in which they are applied."""
    sections = (
        *EQUIPMENT_SECTIONS, *MATERIALS_SECTIONS, *CALENDAR_SECTIONS, *STATES_SECTIONS, *RETENTION_SECTIONS,
        *FORWARDING_SECTIONS, *yardstick_sections(frozenset(catalogue())),
    )  # fmt: skip
    return with_figures(with_computed_tags(with_job_checks(sections)), vocabulary(catalogue()))


def told_kinds() -> Mapping[str, str]:
    """Everything that anybody outside can be told, with what it means."""
    return CONNECTION_KINDS


type Shown = Callable[[UnitOfWork, int, int], BaseModel | None]


def timeline_room(
    database: Database, clock: Clock, *, states: StatesRoom, equipment: EquipmentRoom, shown: Shown
) -> TimelineRoom:
    """What people say of the past; `shown` answers an edit with the stop that it made."""
    return TimelineRoom(
        database, states=states, plant=equipment.plant, reasons=states.reasons, clock=clock, shown=shown,
        answer=EditAnswer,
    )  # fmt: skip


def counting_rooms(
    clock: Clock, states: StatesRoom, equipment: EquipmentRoom, materials: MaterialsRoom, *,
    by: tuple[ProductionRoom, CalendarRoom],
) -> tuple[CountingRoom, HoldingRoom, ConversionsRoom]:  # fmt: skip
    """Pieces as counters and people say them, those that are held, and all of them in the units of products."""
    production, calendar = by
    counting = CountingRoom(
        states=states, equipment=equipment, jobs=production, calendar=calendar, reasons=states.reasons,
        categories=states.categories, clock=clock,
    )  # fmt: skip
    conversions = ConversionsRoom(counting, production, equipment, materials, counting.entries)
    counting.entering.in_units = conversions.in_units  # an entry is weighed in the unit of what ran
    holding = HoldingRoom(counting=counting, equipment=equipment, production=production, clock=clock)
    return counting, holding, conversions


class EnteredRooms(TypedDict):
    """What becomes of pieces that people enter."""

    holding: HoldingRoom
    meters: MetersRoom


def entered_rooms(counting: CountingRoom, holding: HoldingRoom, equipment: EquipmentRoom, clock: Clock) -> EnteredRooms:
    """Entries that are held, and counters read by hand."""
    meters = MetersRoom(counting=counting, holding=holding, equipment=equipment, clock=clock)
    return {"holding": holding, "meters": meters}


def recaps_room(
    database: Database, samples: tuple[Historian, RetentionRoom], equipment: EquipmentRoom, *,
    said_by: tuple[ProductionRoom, CalendarRoom, InsightRoom],
) -> RecapsRoom:  # fmt: skip
    """What signals came to, over even intervals and over what happened, as those rooms say it."""
    production, calendar, insight = said_by
    (historian, retention), clock = samples, database.clock
    occasions = Occasions(production, calendar.shifts, insight.stretches)
    return RecapsRoom(
        database, historian=historian, plant=equipment.plant, sources=occasions, clock=clock,
        gone=gone_of(retention, historian),
    )  # fmt: skip


def samples_rooms(
    where: Path | Storage, database: Database, clock: Clock, *, bus: Bus, equipment: EquipmentRoom
) -> tuple[Historian, CorrectionsRoom]:
    """The samples of the tags that the tree knows, and what people say of them, through which everybody reads."""
    corrected = CorrectionIndex()
    historian = Historian(
        where, clock=clock, bus=bus, owner_of=lambda tag: equipment.plant().owner_of(tag), roots=equipment.roots,
        is_tag=lambda tag: tag in equipment.tags(), corrections=corrected,
    )  # fmt: skip
    return historian, CorrectionsRoom(database, corrected, samples=historian, plant=equipment.plant, bus=bus)


def signed_rooms(
    database: Database, historian: Historian, equipment: EquipmentRoom, calendar: CalendarRoom
) -> tuple[SignaturesRoom, RetentionRoom]:
    """Shifts that people signed, and samples that rules let go, but for those that signed shifts rest on."""
    plant, clock = equipment.plant, equipment.clock
    signatures = SignaturesRoom(database, plant=plant, calendar=calendar, clock=clock)
    signed = SignedSamples(signatures, equipment).references
    return signatures, RetentionRoom(database, historian, plant=plant, clock=clock, references=[signed])


def build_rooms(
    data: Path, database: Database, *, clock: Clock, bus: Bus, webhook_hosts: Collection[str] = (),
    samples: Storage | None = None,
) -> Rooms:  # fmt: skip
    """Put the rooms of the installation in `data` together; nothing runs yet. Samples lie in its files if unsaid."""
    vault, yardsticks = VaultRoom(database, data=data, bus=bus), Yardsticks(database, bus)
    equipment = EquipmentRoom(database, clock, bus, with_secret_hints(plant_sections(), vault.missing))
    historian, corrections = samples_rooms(samples or data / "historian", database, clock, bus=bus, equipment=equipment)
    calendar, materials = calendar_room(database, bus, equipment), MaterialsRoom(database, clock=clock, bus=bus)
    signatures, retention = signed_rooms(database, historian, equipment, calendar)
    production = production_room(equipment, materials, of=(historian, corrections, retention))
    states = StatesRoom(
        database, historian, equipment, calendar=calendar, corrections=AlsoRestated(corrections), clock=clock, bus=bus,
        gone=retention.gone.upto,
    )  # fmt: skip
    shown: Shown = lambda uow, *where: insight.stop_at(uow, *where)  # noqa: E731, PLW0108 - `insight` is made below
    timeline = timeline_room(database, clock, states=states, equipment=equipment, shown=shown)
    counting, holding, conversions = counting_rooms(clock, states, equipment, materials, by=(production, calendar))
    sources = with_earlier(Sources(
        equipment=equipment, states=timeline, production=production, calendar=calendar, categories=states.categories,
        rate_upm=materials.rate_upm, signed=signatures.windows, **in_units(conversions), **held_against(yardsticks)
    ), database, clock, states, bus=bus)  # fmt: skip
    performance = PerformanceRoom(database, clock=clock, bus=bus, sources=sources)
    insight = insight_room(database, clock, timeline=timeline, performance=performance)
    trials, onboarding = EdgeOfThreads(clock, vault.value), Onboarding(equipment, vault)
    return Rooms(
        equipment=equipment,
        security=SecurityRoom(database, tree=equipment, clock=clock),
        historian=historian,
        corrections=corrections,
        retention=retention,
        calendar=calendar,
        calendar_editing=CalendarEditing(calendar, equipment),
        materials=materials,
        production=production,
        virtual=VirtualRoom(database, historian, equipment, corrections=corrections, clock=clock, bus=bus),
        states=states,
        timeline=timeline,
        counting=counting,
        connections=ConnectionsRoom(database, plant=equipment.plant, historian=historian, clock=clock),
        performance=performance,
        vault=vault,
        webhooks=WebhooksRoom(database, vault=vault, clock=clock, kinds=told_kinds, allowed=webhook_hosts),
        insight=insight,
        boards=Boards(performance),
        **paced(equipment, materials, by=(production, performance, signatures), of=(historian, timeline, corrections)),
        **entered_rooms(counting, holding, equipment, clock),
        trying=Trying(onboarding, trials, clock),
        tag_import=TagImport(onboarding),
        trials=trials,
        signals=SignalsRoom(plant=equipment.plant, historian=historian),
        saved_views=SavedViewsRoom(database),
        signatures=signatures,
        recaps=recaps_room(database, (historian, retention), equipment, said_by=(production, calendar, insight)),
        assistant=AssistantRoom(onboarding, historian, clock),
        finder=Finder(clock, bus),
    )


def named(equipment: EquipmentRoom, word: str) -> Named | None:
    """A tag by its id or its path, as others are told of it."""
    plant = equipment.plant()
    try:
        is_id = word.isdecimal() and len(word) < 19  # longer than any id
        tag = plant.tags.get(int(word)) if is_id else plant.tag_by_path(word)
    except NotFoundError:
        return None
    return None if tag is None else Named(tag.id, tag.path, tag.unit, tag.kind)


def exports_room(folder: Path, database: Database, rooms: Rooms, work: LongWork, bus: Bus) -> ExportsRoom:
    """Files of signals, of the rooms that know them."""
    equipment = rooms.equipment

    def node_of(tag: int) -> int | None:
        """A connection's own tag is seen by who sees the plant from its root on."""
        owner = equipment.plant().owner_of(tag)
        return owner if owner is not None else min(equipment.roots(), default=None)

    def zone_of(tag: int) -> str:
        node = node_of(tag)
        return "UTC" if node is None else equipment.plant().get(node).timezone

    return ExportsRoom(
        database, folder, sources=Told(rooms.historian, rooms.recaps), work=work, bus=bus,
        named=lambda word: named(equipment, word), node_of=node_of, zone_of=zone_of, scope_of=rooms.security.scope_of,
        gone=gone_of(rooms.retention, rooms.historian),
    )  # fmt: skip


def forwarding_room(
    database: Database, rooms: Rooms, bus: Bus, *, data: Path, hosts: Collection[str]
) -> ForwardingRoom:
    """What is sealed, brought to the copies that the plant code names, on hosts that the server's settings allow."""
    secret = rooms.vault.value
    damage, gone = rooms.historian.damage, rooms.retention.gone

    def went(tag: int, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """A copy keeps too what a disk took here of a whole month: it may be all that is left of it."""
        return [*gone.each(tag, from_us, to_us), *damage.wholly(from_us, to_us)]

    site = Site(rooms.historian.chunks, rooms.corrections.standing, damage.refuse, went=went)
    return ForwardingRoom(
        database, site, plant=rooms.equipment.plant, bus=bus,
        open_copy=lambda body: copy_of(body, owner=identity(data), hosts=hosts, secret=secret), clock=database.clock,
    )  # fmt: skip


def tags_by_site(equipment: EquipmentRoom) -> dict[str, list[Named]]:
    """The tags of each site (of an enterprise that names none, its own), in the order of their ids."""
    plant = equipment.plant()
    found: dict[str, list[Named]] = {}
    for tag in sorted(plant.tags.values(), key=lambda tag: tag.id):
        if tag.equipment_id is None:
            continue
        node = plant.get(tag.equipment_id)
        while node.level != "Site" and node.parent_id is not None:
            node = plant.get(node.parent_id)
        found.setdefault(node.path, []).append(Named(tag.id, tag.path, tag.unit, tag.kind))
    return found
