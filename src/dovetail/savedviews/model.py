"""A view that somebody keeps: which screen, and the words of its address that make it show just this. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dovetail.core.scope import Scope

VIEW = "plant.view"


@dataclass(frozen=True, slots=True)
class SavedView:
    """`search` is the query of the screen's address; `equipment_id` is what it shows: who sees that may be shown it."""

    id: str
    name: str
    screen: str
    search: str
    equipment_id: int
    shared: bool
    owner_id: str
    owner_name: str
    saved_us: int


def shown_to(view: SavedView, scope: Scope) -> bool:
    """Its owner and, of a shared one, everybody else; and nobody who does not (any more) see its equipment."""
    return scope.sees(VIEW, view.equipment_id) and (view.shared or view.owner_id == scope.actor.id)
