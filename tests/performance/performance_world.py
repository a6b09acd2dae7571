"""A small plant whose facts a test writes down itself: records, counts and jobs with their history of knowledge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.clock import HOUR_US, MINUTE_US, from_rfc3339
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import Connection, Equipment, PlantModel, Tag
from dovetail.events.equipment import PlantApplied
from dovetail.events.production import JobResponseChanged
from dovetail.events.states import RecordsChanged
from dovetail.historian.model import Sample
from dovetail.ledger.timeclass import Settings
from dovetail.performance.facts import Sources
from dovetail.production.model import JobResponse
from dovetail.states.model import CountRecord, StateRecord
from dovetail.states.service import Tail
from dovetail.timeline.model import Edit
from dovetail.timeline.service import Under
from dovetail.workcalendar.model import Calendar, Rota, Shift, Span, shifts_in

SYSTEM = system_scope("test").actor
CATEGORIES = {"mechanical": "failure", "setup": "setup", "planned": "planned", "organisational": "other"}
T0 = from_rfc3339("2026-01-05T06:00:00Z")  # a Monday
ENTERPRISE, AREA, LINE, FILLER, CAPPER, PRESS, BARE_LINE = 1, 2, 3, 4, 5, 6, 7


@dataclass(frozen=True, slots=True)
class Job:
    """A JobResponse as far as the ledger looks at it."""

    id: str
    product: str | None
    t0_us: int
    t1_us: int | None
    standard_rate_upm: float | None = None
    crew: str | None = None
    share_ppm: int | None = None
    job_order: str | None = None


def state(
    equipment_id: int, t0_us: int, t1_us: int | None, name: str, *, reason: str | None = None, mode: str = "Production"
) -> StateRecord:
    external = name in {"STARVED", "BLOCKED"}
    return StateRecord(equipment_id, t0_us, t1_us, name, mode, reason, external)


def counted(
    equipment_id: int, t0_us: int, t1_us: int, kind: str, quantity: int, *, spread: bool = False, tag: int = 401
) -> CountRecord:
    return CountRecord(equipment_id, t0_us, t1_us, kind, quantity, "counter", tag, spread)  # type: ignore[arg-type]


def node(
    node_id: int,
    path: str,
    parent_id: int | None,
    level: str,
    *,
    flow: tuple[str, ...] = (),
    constraint: str | None = None,
    states: Mapping[str, object] | None = None,
    rate_upm: float | None = None,
    counters: Sequence[str] = (),
) -> Equipment:
    return Equipment(
        id=node_id, path=path, name=path.rpartition("/")[2].title(), level=level, parent_id=parent_id, class_name=None,
        timezone="Europe/Prague", calendar="two-shift", standard_rate_upm=rate_upm, flow=flow, constraint=constraint,
        outfeed=None, states=states, counters={name: {"tag": name} for name in counters}, job=None, parameters={},
    )  # fmt: skip


PACKML = {"packml": {"state": "state", "mode": "mode"}}
PLANT = PlantModel(
    equipment=[
        node(ENTERPRISE, "acme", None, "Enterprise"),
        node(AREA, "acme/pack", ENTERPRISE, "Area"),
        node(LINE, "acme/pack/line1", AREA, "ProductionLine", flow=("filler", "capper"), constraint="filler"),
        node(
            FILLER, "acme/pack/line1/filler", LINE, "WorkUnit", states=PACKML, rate_upm=60.0, counters=("good", "scrap")
        ),
        node(
            CAPPER,
            "acme/pack/line1/capper",
            LINE,
            "WorkUnit",
            states=PACKML,
            rate_upm=60.0,
            counters=("total", "scrap"),
        ),
        node(PRESS, "acme/pack/press", AREA, "WorkUnit", states=PACKML, rate_upm=10.0),
        node(BARE_LINE, "acme/pack/line2", AREA, "ProductionLine", flow=("saw", "drill")),
    ],
    tags=[
        Tag(400, "acme/pack/line1/filler.state", FILLER, "state", "plc", "ns=2;s=State", Kind.I64),
        Tag(401, "acme/pack/line1/filler.good", FILLER, "good", "plc", "ns=2;s=Good", Kind.U64, "{#}"),
        Tag(402, "acme/pack/line1/filler.job", FILLER, "job", None, None, Kind.STR),
    ],
    connections=[
        Connection(
            "plc",
            "opcua",
            {"endpoint": "opc.tcp://127.0.0.1:4841/", "security": {"policy": "None", "insecure": True}},
            "auto",
            900,
            901,
        )
    ],
)


class _Versions[T]:
    """Lists of facts per equipment, each known since some moment."""

    def __init__(self) -> None:
        self._held: dict[int, list[tuple[int, list[T]]]] = {}

    def put(self, equipment_id: int, known: int, facts: Sequence[T]) -> None:
        self._held.setdefault(equipment_id, []).append((known, list(facts)))

    def at(self, equipment_id: int, as_of: int | None) -> list[T]:
        seen = [facts for known, facts in self._held.get(equipment_id, []) if as_of is None or known <= as_of]
        return seen[-1] if seen else []


@dataclass
class World:
    """The rooms beneath the ledger, as fakes that keep what a test says; changes emit the real events."""

    database: Database
    plant_model: PlantModel = PLANT
    calendar_of: Calendar | None = None
    calendars: dict[int, Calendar] = field(default_factory=dict)  # of machines that go by another one
    zone: str = "Europe/Prague"
    rates: dict[tuple[str, str], float] = field(default_factory=dict)
    moments: list[int] = field(default_factory=list)
    live: dict[int, Tail] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._records: _Versions[StateRecord] = _Versions()
        self._counts: _Versions[CountRecord] = _Versions()
        self._jobs: _Versions[Job | JobResponse] = _Versions()

    # --- what a test says ------------------------------------------------------------------------------------
    def say(
        self,
        equipment_id: int,
        *,
        records: Sequence[StateRecord] | None = None,
        counts: Sequence[CountRecord] | None = None,
        jobs: Sequence[Job | JobResponse] | None = None,
        moved: tuple[int, int | None],
    ) -> int:
        """These are the facts of an equipment from now on; what `moved` is told by an event. Answers `known`."""
        with self.database.write(SYSTEM) as uow:
            known = uow.known
            for held, facts in ((self._records, records), (self._counts, counts), (self._jobs, jobs)):
                if facts is not None:
                    held.put(equipment_id, known, facts)
            if jobs is not None:
                uow.emit(JobResponseChanged(equipment_id, "any", moved[0], known))
            if records is not None or counts is not None:
                uow.emit(RecordsChanged(equipment_id, moved[0], moved[1], known))
        return known

    def apply(self, valid_from_us: int) -> int:
        """A plant version becomes valid."""
        self.moments = sorted({*self.moments, valid_from_us})
        with self.database.write(SYSTEM) as uow:
            uow.emit(PlantApplied(1, valid_from_us, uow.known))
            return uow.known

    def sources(self) -> Sources:
        return Sources(
            equipment=self,
            states=self,
            counting=self,
            production=self,
            calendar=self,
            categories=lambda _at_us: CATEGORIES,
            rate_upm=lambda product, path, _at_us: self.rates.get((product, path)),
        )

    # --- what the ledger asks --------------------------------------------------------------------------------
    def plant(self, *, at_us: int | None = None) -> PlantModel:
        return self.plant_model

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        return [at_us for at_us in self.moments if from_us < at_us < to_us]

    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[StateRecord]:
        held = self._records.at(equipment_id, as_of)
        return [one for one in held if one.t0_us < to_us and (one.t1_us is None or one.t1_us > from_us)]

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[CountRecord]:
        return [one for one in self._counts.at(equipment_id, as_of) if one.t0_us < to_us and one.t1_us > from_us]

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Job]:
        held = self._jobs.at(equipment_id, as_of)
        return [one for one in held if one.t0_us < to_us and (one.t1_us is None or one.t1_us > from_us)]

    def under(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Under:
        """Nobody said anything: what the signals say stands alone."""
        found = self.records(reading, equipment_id, from_us, to_us, scope=scope, as_of=as_of)
        return Under(found, [], frozenset())

    def said(self, *_given: object, **_words: object) -> list[Edit]:
        return []

    def tail(self, equipment_id: int, *, scope: Scope) -> Tail:
        return self.live.get(equipment_id, Tail(0, 0, (), ()))

    def spans(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> list[Span]:
        calendar = self.calendars.get(equipment_id, self.calendar_of)
        if calendar is None:
            return [Span(from_us, to_us, "BUSY")]
        return Rota(calendar, ZoneInfo(self.zone)).spans(from_us, to_us)

    def shifts(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> list[Shift]:
        return shifts_in(self.spans(equipment_id, from_us - 48 * HOUR_US, to_us + 48 * HOUR_US))

    def shift_at(self, equipment_id: int, at_us: int, *, as_of: int | None = None) -> Shift | None:
        return next((one for one in self.shifts(equipment_id, at_us, at_us) if one.t0_us <= at_us < one.t1_us), None)

    def last(
        self, tags: Sequence[int], *, scope: Scope, at_us: int | None = None, as_of: int | None = None
    ) -> dict[int, Sample]:
        held = sorted((s for s in self.samples if at_us is None or s.ts_us <= at_us), key=lambda s: s.ts_us)
        return {sample.tag: sample for sample in held if sample.tag in tags}

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Batch]:
        held = sorted((s for s in self.samples if from_us <= s.ts_us < to_us), key=lambda s: s.ts_us)
        return [Batch.of(Kind.F64, [(s.tag, s.ts_us, s.value, s.quality) for s in held if s.tag in tags])]


def good(tag: int, ts_us: int, value: float) -> Sample:
    return Sample(tag, ts_us, value, q.GOOD)


def minutes(start: float, end: float | None, *, from_us: int = T0) -> tuple[int, int | None]:
    """Minutes after T0 as µs."""
    return from_us + round(start * MINUTE_US), None if end is None else from_us + round(end * MINUTE_US)


def as_loss() -> Settings:
    return replace(Settings(), no_data="as_loss")
