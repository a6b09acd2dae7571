"""What a raw signal says of its machine, over the API: a proposal with its evidence, for a person to confirm."""

from __future__ import annotations

from pydantic import BaseModel

from dovetail.core.clock import from_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope
from dovetail.operations.http import Api
from dovetail.virtual.retrofitting import Looked
from dovetail.virtual.service import VIEW, VirtualRoom


class LevelOut(BaseModel):
    """A population of the signal's values, and its share of the time."""

    name: str
    mean: float
    sd: float
    share: float


class ThresholdOut(BaseModel):
    """Between two levels: over `high` the upper, under `low` the lower; the share that it would get wrong."""

    low: float
    high: float
    expected_wrong: float


class ProposalOut(BaseModel):
    """What was found, lowest level first. No thresholds: one cannot tell, and `why` says so. `code` is plant code."""

    tag_id: int
    points: int
    why: str
    warnings: list[str]
    levels: list[LevelOut]
    thresholds: list[ThresholdOut]
    histogram_edges: list[float]
    histogram_counts: list[int]
    cycle_s: float | None
    cycles_counted: int
    cycle_likeness: float
    code: str


def routes(api: Api, room: VirtualRoom) -> None:
    """Declare the route of the proposal."""

    @api.query("GET", "/tags/{tag_id}/proposal", permission=VIEW, summary="What a raw signal says of its machine")
    def proposal(tag_id: int, start: str, end: str, scope: Scope) -> ProposalOut:
        """Levels, thresholds and cycles by the signal's own histogram over a stretch. Changes nothing."""
        try:
            from_us, to_us = from_rfc3339(start), from_rfc3339(end)
        except ValueError as error:
            raise InvalidError("start and end are moments", pointer="/start", hint="2026-01-05T06:00:00Z") from error
        return told(room.look(tag_id, from_us=from_us, to_us=to_us, scope=scope))


def told(found: Looked) -> ProposalOut:
    """As it goes out."""
    levels = found.levels
    return ProposalOut(
        tag_id=found.tag.id,
        points=found.points,
        why=levels.why,
        warnings=list(levels.warnings),
        levels=[LevelOut(name=one.name, mean=one.mean, sd=one.sd, share=one.share) for one in levels.levels],
        thresholds=[
            ThresholdOut(low=one.low, high=one.high, expected_wrong=one.expected_wrong) for one in levels.thresholds
        ],
        histogram_edges=levels.histogram.edges.tolist(),
        histogram_counts=levels.histogram.counts.tolist(),
        cycle_s=found.cycles.period_s,
        cycles_counted=found.cycles.counted,
        cycle_likeness=found.cycles.likeness,
        code=found.code,
    )
