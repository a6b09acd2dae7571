"""The routes on which a number explains itself, and says what moved it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dovetail.core.scope import Scope
from dovetail.explain import diff_api
from dovetail.explain.service import Explainer
from dovetail.operations.http import Api, decode_cursor, encode_cursor, period
from dovetail.performance.api import LONGEST_US, as_of_known
from dovetail.proof.tree import Node, Place

VIEW: Final = "plant.view"


def routes(api: Api, explainer: Explainer) -> None:
    """Declare this room's routes."""
    diff_api.routes(api, explainer.room)

    @api.query("GET", "/kpis/{kpi}/explain", permission=VIEW, summary="The tree under a number")
    def explain(
        kpi: str,
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        path: str = "",
        as_of: str | None = None,
        cursor: str | None = None,
    ) -> Node:
        """The node at `path` (a node's key; empty: the KPI) with its children, a page at a time."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        place = Place("", equipment_id, from_us, to_us, as_of_known(explainer.room, as_of), scope)
        return page_of(lambda at: explainer.explain(kpi, place, path=path, cursor=at), cursor)


def page_of(ask: Callable[[str | None], Node], cursor: str | None) -> Node:
    """A node with a page of its children, whose cursors are those of our lists."""
    begin = decode_cursor(cursor, int)
    node = ask(None if begin is None else str(begin[0]))
    node.next = None if node.next is None else encode_cursor(int(node.next))
    return node
