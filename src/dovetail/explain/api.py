"""The routes on which a number explains itself, and says what moved it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dovetail.core.errors import InvalidError
from dovetail.core.limits import UNSIGNED_MAX_US
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
    unsigned_too = explainer.unsigned()

    @api.query("GET", "/kpis/{kpi}/explain", permission=VIEW, summary="The tree under a number")
    def explain(
        kpi: str,
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        path: str = "",
        as_of: str | None = None,
        unsigned: bool = False,
        cursor: str | None = None,
    ) -> Node:
        """The node at `path` (a node's key; empty: the KPI) with its children, a page at a time. `unsigned`: as it
        would be now, were nothing signed."""
        longest_us, instead = (UNSIGNED_MAX_US, "ask shift by shift") if unsigned else (LONGEST_US, "ask part by part")
        from_us, to_us = period(start, end, longest_us=longest_us, instead=instead)
        if unsigned and as_of is not None:
            hint = "leave out as_of, or unsigned"
            raise InvalidError("unsigned tells of what is known now", pointer="/as_of", code="as-of", hint=hint)
        place = Place("", equipment_id, from_us, to_us, as_of_known(explainer.room, as_of), scope)
        teller = unsigned_too if unsigned else explainer
        return page_of(lambda at: teller.explain(kpi, place, path=path, cursor=at), cursor)


def page_of(ask: Callable[[str | None], Node], cursor: str | None) -> Node:
    """A node with a page of its children, whose cursors are those of our lists."""
    begin = decode_cursor(cursor, int)
    node = ask(None if begin is None else str(begin[0]))
    node.next = None if node.next is None else encode_cursor(int(node.next))
    return node
