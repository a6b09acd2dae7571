"""Ask for a replay, follow how far it is, and read what it found."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.operations.http import Api
from dovetail.operations.moment import moment
from dovetail.replaying.model import Brief, Compared, Machine, Moved, Replay
from dovetail.replaying.service import Asked, ReplayRoom
from dovetail.web.inturn import InTurn, OnStep
from dovetail.web.longwork import LongWork


class AskReplay(BaseModel):
    """`documents`: the plant code to try by file, as for a plan; left out: the one that holds now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    documents: dict[str, str] | None = None
    start: str = Field(alias="from", description="RFC 3339 with offset")
    end: str = Field(alias="to", description="RFC 3339 with offset; at most now")
    equipment: tuple[int, ...] = Field(default=(), max_length=1_000, description="these and all below; default: all")


class ReplayBegun(BaseModel):
    """The work by which it is followed: `/jobs/{id}`; then `/replays/{id}`."""

    job_id: str


class FiguresOut(BaseModel):
    """Times in µs, pieces, KPIs by id."""

    times: dict[str, int]
    counts: dict[str, int | None]
    kpis: dict[str, float | None]


class ComparedOut(BaseModel):
    """One period as it was and as it would be."""

    start: str
    end: str
    shift: str
    differs: bool
    was: FiguresOut
    would: FiguresOut


class StretchOut(BaseModel):
    """A stretch that would read otherwise: state, mode and reason; null: nothing was known to be there."""

    start: str
    end: str
    duration_us: int
    was: list[str] | None
    would: list[str] | None


class MachineOut(BaseModel):
    """One equipment; of `stretches_total` stretches the longest, of `shifts_total` shifts that differ the first."""

    equipment_id: int
    path: str
    differs: bool
    moved_us: int
    reclassed_us: int
    pieces: int
    slices_was: int
    slices_would: int
    held_was: int
    held_would: int
    stretches_total: int
    stretches: list[StretchOut]
    whole: ComparedOut
    shifts: list[ComparedOut]
    shifts_total: int


class ReplayOut(BaseModel):
    """What recorded samples would have come to; the biggest difference first. `speed`: times as fast as they came."""

    start: str
    end: str
    differs: bool
    samples: int
    took_s: float
    speed: float
    notes: list[str]
    machines: list[MachineOut]


class Replays:
    """Replays as people ask for them."""

    def __init__(self, room: ReplayRoom, work: LongWork) -> None:
        self._room, self._turn = room, InTurn[ReplayOut](work, "replay", "Replay", "steps")

    def begin(self, asked: Asked, *, scope: Scope) -> str:
        """Check what can be checked at once, and begin. Raises RefusedError while another runs."""
        scope.require("plant.edit", None)
        self._room.check(asked)

        def replay(on_step: OnStep) -> tuple[ReplayOut, str]:
            found = self._room.replay(asked, scope=scope, on_step=on_step)
            return shown(found), f"{found.samples:,} samples in {found.took_s:.1f} s"

        return self._turn.begin(replay, scope=scope)

    def found(self, work_id: str, *, scope: Scope) -> ReplayOut:
        """What it found. Raises NotFoundError while it runs, and for whoever did not ask for it."""
        scope.require("plant.edit", None)
        return self._turn.found(work_id, scope=scope)


def shown(found: Replay) -> ReplayOut:
    """A replay as the API shows it."""
    return ReplayOut(
        start=to_rfc3339(found.from_us),
        end=to_rfc3339(found.to_us),
        differs=any(machine.differs for machine in found.machines),
        samples=found.samples,
        took_s=round(found.took_s, 3),
        speed=round((found.to_us - found.from_us) / 1e6 / max(found.took_s, 1e-6)),
        notes=list(found.notes),
        machines=[_machine(machine) for machine in found.machines],
    )


def _machine(one: Machine) -> MachineOut:
    return MachineOut(
        equipment_id=one.equipment_id,
        path=one.path,
        differs=one.differs,
        moved_us=one.moved_us,
        reclassed_us=one.whole.reclassed_us,
        pieces=one.whole.pieces,
        slices_was=one.slices[0],
        slices_would=one.slices[1],
        held_was=one.held[0],
        held_would=one.held[1],
        stretches_total=one.moved_total,
        stretches=[_stretch(moved) for moved in one.moved],
        whole=compared_out(one.whole),
        shifts=[compared_out(shift) for shift in one.shifts],
        shifts_total=one.shifts_total,
    )


def _stretch(moved: Moved) -> StretchOut:
    said: Any = (None if moved.was is None else list(moved.was), None if moved.would is None else list(moved.would))
    return StretchOut(
        start=to_rfc3339(moved.t0_us), end=to_rfc3339(moved.t1_us), duration_us=moved.us, was=said[0], would=said[1]
    )


def compared_out(one: Compared) -> ComparedOut:
    """A period as the API shows it."""
    return ComparedOut(
        start=to_rfc3339(one.from_us),
        end=to_rfc3339(one.to_us),
        shift=one.shift,
        differs=one.differs,
        was=_brief(one.was),
        would=_brief(one.would),
    )


def _brief(one: Brief) -> FiguresOut:
    return FiguresOut(times=dict(one.times), counts=dict(one.counts), kpis=dict(one.kpis))


def routes(api: Api, replays: Replays) -> None:
    """Declare this room's routes."""

    @api.query("POST", "/replays", permission="plant.edit", summary="Run recorded samples through other plant code")
    def begin(body: AskReplay, scope: Scope) -> ReplayBegun:
        """Nothing is written: it is told what would have changed."""
        from_us, to_us = moment(body.start, "/from"), moment(body.end, "/to")
        documents = None
        if body.documents is not None:
            documents = {name: text.encode("utf-8") for name, text in body.documents.items()}
        asked = Asked(documents, from_us, to_us, body.equipment)
        return ReplayBegun(job_id=replays.begin(asked, scope=scope))

    @api.query("GET", "/replays/{replay_id}", permission="plant.edit", summary="What a replay found")
    def found(replay_id: str, scope: Scope) -> ReplayOut:
        """The biggest differences first."""
        return replays.found(replay_id, scope=scope)
