"""The workings of numbers that are no KPI, by the name of the figure: the root of a tree as KPIs have one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from dovetail.core.errors import NotFoundError
from dovetail.proof.tree import Node, Place

VIEW: Final = "plant.view"


class Workings(Protocol):
    """What answers for one kind of figure."""

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node: ...


class WorkingsRoom:
    """Answers one node with its direct children; keeps nothing."""

    def __init__(self, **kinds: Workings) -> None:
        self._kinds = {name.replace("_", "-"): one for name, one in kinds.items()}

    def explain(self, figure: str, place: Place, *, path: str = "", cursor: str | None = None) -> Node:
        """The node at `path` under a figure (empty: its root). Raises NotFoundError for what is not there."""
        place.scope.require(VIEW, place.equipment_id)
        root, *steps = (path or figure).split("/")
        if figure not in self._kinds or root != figure:
            hint = ", ".join(self._kinds)
            raise NotFoundError(f"there is no figure {figure!r} with the path {path!r}", code="explain-path", hint=hint)
        here = Place(figure, place.equipment_id, place.from_us, place.to_us, place.as_of, place.scope, kind="figure")
        return self._kinds[figure].explain(here, steps, cursor)
