"""What may be said of conventions and targets, and what holds of it at a moment for an equipment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from dovetail.core.limits import MICRO_STOP_MAX_S

Goal = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class ConventionsEntry(BaseModel):
    """How this installation counts where definitions differ; what is left out is as ISO 22400-2 has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    no_data: Literal["observed", "as_loss"] = Field(
        default="observed", description="time without knowledge: left out of ratios, or lost"
    )
    unplanned_run: Literal["extend", "apart"] = Field(
        default="extend", description="a run outside the plan: makes it busy, or stays apart"
    )
    micro_stop: Literal["delay", "speed"] = Field(
        default="delay", description="a short stop: a delay (ISO), or run time (classic)"
    )
    micro_stop_s: float = Field(default=120.0, ge=1, le=MICRO_STOP_MAX_S, description="how long a short stop may be, s")
    pbt: Literal["calendar", "calendar_and_job"] = Field(
        default="calendar", description="planned busy time: by the calendar, or only with a job"
    )
    failures: Literal["plus_one", "per_failure"] = Field(
        default="plus_one", description="mean times divide by FE + 1 (ISO), or by FE"
    )


class TargetEntry(RootModel[dict[str, Goal]]):
    """Targets of an equipment by KPI, in the unit of the KPI (a share is 0 to 1); what lies below inherits them."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target and whose it is: the equipment itself, or the nearest above it that has one."""

    value: float
    of: str
    since_us: int


def body_at(versions: Iterable[tuple[str, int, dict[str, Any] | None]], key: str, at_us: int) -> dict[str, Any] | None:
    """The newest version of a key that holds at a moment."""
    held = [body for name, since_us, body in versions if name == key and since_us <= at_us]
    return held[-1] if held else None


def targets_of(
    versions: Iterable[tuple[str, int, Mapping[str, float] | None]], path: str, at_us: int
) -> dict[str, Target]:
    """The targets of an equipment at a moment by KPI: its own, else those of what it stands in.

    >>> found = targets_of([("acme", 0, {"oee_index": 0.6, "scrap_ratio": 0.02}), ("acme/line", 5, {"oee_index": 0.8})],
    ...                    "acme/line/filler", 9)
    >>> {kpi: (target.value, target.of) for kpi, target in found.items()}
    {'oee_index': (0.8, 'acme/line'), 'scrap_ratio': (0.02, 'acme')}
    """
    newest: dict[str, tuple[int, Mapping[str, float] | None]] = {}
    for key, since_us, body in versions:
        if since_us <= at_us:
            newest[key] = (since_us, body)
    steps = path.split("/")
    found: dict[str, Target] = {}
    for depth in range(1, len(steps) + 1):
        key = "/".join(steps[:depth])
        since_us, body = newest.get(key, (0, None))
        found |= {kpi: Target(value, key, since_us) for kpi, value in (body or {}).items()}
    return found
