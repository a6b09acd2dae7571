"""The account of samples over the API: what came, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, Field

from dovetail.core.scope import Scope
from dovetail.historian.model import Delivery
from dovetail.operations.http import Api

MANAGE = "system.manage"


class AccountView(BaseModel):
    """One source and lane, in samples: expected = stored + duplicate + refused + gap, else `balanced` is false."""

    source: str
    lane: str
    expected: int
    stored: int
    duplicate: int
    refused: int
    gap: int = Field(description="declared lost by the source itself")
    frames: int
    frames_repeated: int = Field(description="came again, to no effect")
    frames_missing: int = Field(description="numbers that were never seen, though later ones were")
    balanced: bool


class Accounts(BaseModel):
    """Of every source and lane."""

    items: list[AccountView]


def view(one: Delivery) -> AccountView:
    """An account as it is shown."""
    balanced = one.expected == one.stored + one.duplicate + one.refused + one.gap
    return AccountView(
        source=one.source, lane=one.lane, expected=one.expected, stored=one.stored, duplicate=one.duplicate,
        refused=one.refused, gap=one.gap, frames=one.frames, frames_repeated=one.frames_repeated,
        frames_missing=one.frames_missing, balanced=balanced,
    )  # fmt: skip


def routes(api: Api, *, delivery: Callable[[], Sequence[Delivery]]) -> None:
    """Declare it."""

    @api.query("GET", "/delivery", permission=MANAGE, summary="What became of the samples of each source and lane")
    def get_delivery(scope: Scope) -> Accounts:
        scope.require(MANAGE, None)
        return Accounts(items=[view(one) for one in delivery()])
