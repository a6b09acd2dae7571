"""Show the reasons there are; what each work unit did the timeline shows, what it made the counting."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import from_rfc3339
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page
from dovetail.reasoning.tree import Tree, below
from dovetail.states.service import StatesRoom

VIEW: Final = "plant.view"


class ReasonOut(BaseModel):
    """A reason; `key` is what a state record carries below its parent's (`mechanical/jam`: key `jam`)."""

    key: str
    name: str
    category: str
    children: list[ReasonOut] = []


def routes(api: Api, service: StatesRoom) -> None:
    """Declare this room's routes."""
    _reason_routes(api, service)


def _reason_routes(api: Api, service: StatesRoom) -> None:
    @api.query("GET", "/reasons", permission=VIEW, summary="The reason tree")
    def reasons(scope: Scope, at: str | None = None) -> Page[ReasonOut]:
        """The reasons valid now, or `at` a moment. Seen by everyone who sees some equipment."""
        if scope.equipment(VIEW) == frozenset():
            return Page(items=[])
        tree = service.reasons(from_rfc3339(at) if at else None)
        return Page(items=_out(tree))


def _out(tree: Tree) -> list[ReasonOut]:
    return [
        ReasonOut(key=code, name=body["name"], category=body["category"], children=_out(below(body)))
        for code, body in tree.items()
    ]
