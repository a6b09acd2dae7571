"""How the time and the pieces that a line lost come about: cause by cause, stretch by stretch, down to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, unquote

from dovetail.causes.model import MINUTE_US
from dovetail.causes.service import CausesRoom
from dovetail.causes.summing import Rated, Summary
from dovetail.core.clock import to_rfc3339
from dovetail.explain.service import Explainer
from dovetail.lineflow.model import Cause, Role
from dovetail.lineflow.ranking import Row
from dovetail.proof.tree import Node, Place
from dovetail.workings.slices import PAGE, down, lost, number

CAUSES: Final = "Σ over causes"
PIECES: Final = "Σ over stretches"
NONE: Final = "-"
ROLES: Final[Mapping[str, Role]] = {
    "own": "own",
    "pace": "pace",
    "outside": "outside",
    "no_data": "no_data",
    "unclear": "unclear",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What is added up: of a cause, and of a stretch with the rate that held, by `formula`."""

    unit: str
    formula: str
    row: Callable[[Row], float | None]
    piece: Callable[[Rated], float | None]


MEASURES: Final[Mapping[str, Measured]] = {
    "us": Measured("us", "Σ time of its slices", lambda row: row.lost_us, lambda one: one[0].lasts_us),
    "units": Measured(
        "{#}",
        "time · standard rate",
        lambda row: row.units if row.rated_us else None,
        lambda one: None if one[1] is None else one[0].lasts_us * one[1] / MINUTE_US,
    ),
}


class CauseWorkings:
    """Answers a node of `causes/us/cause:<unit>.<role>.<reason>/piece:<begin>/slice:…`, or of `causes/units/…`."""

    def __init__(self, explainer: Explainer, causes: CausesRoom) -> None:
        self._explainer, self._causes = explainer, causes

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node:
        """`place.path` is that of the root; `steps` are those below it. Raises NotFoundError for what is not there."""
        if not steps:
            summary = self._summed(place)
            node = Node(key=place.path, label="causes", kind="figure", more=True)
            node.children = [_all(down(place, name), name, summary.rows) for name in MEASURES]
            return node
        name, *rest = steps
        if name not in MEASURES:
            raise lost(f"{place.path}/{name}")
        here = down(place, name)
        if not rest:
            rows = self._summed(place).rows
            node = _all(here, name, rows)
            node.children = [self._cause(here, row, name) for row in rows]
            return node
        cause = _cause_in(here, rest[0])
        if len(rest) == 1:
            return self._pieces(here, cause, name, cursor)
        return self._piece(down(here, rest[0]), cause, rest[1:], name, cursor)

    def _summed(self, place: Place) -> Summary:
        return self._causes.summed(place.equipment_id, place.from_us, place.to_us, scope=place.scope, as_of=place.as_of)

    def _cause(self, place: Place, row: Row, name: str) -> Node:
        measured = MEASURES[name]
        detail: dict[str, Any] = {"role": row.cause.role, "reason": row.cause.reason, "unit_id": row.cause.unit}
        detail |= {"stops": row.stops, "inferred_us": row.inferred_us or None}
        _, unit = self._explainer.room.gathering.node(row.cause.unit, place.to_us - 1, as_of=place.as_of)
        return Node(
            key=f"{place.path}/{_step(row.cause)}", label=unit.name, value=measured.row(row), unit=measured.unit,
            kind="cause", formula=PIECES, detail=detail | {"path": unit.path}, more=True,
        )  # fmt: skip

    def _pieces(self, place: Place, cause: Cause, name: str, cursor: str | None) -> Node:
        row = next((one for one in self._summed(place).rows if one.cause == cause), None)
        if row is None:
            raise lost(f"{place.path}/{_step(cause)}")
        node, here = self._cause(place, row, name), down(place, _step(cause))
        page = self._page(place, cause, after_us=place.from_us if cursor is None else number(cursor), limit=PAGE)
        node.children = [_piece(here, one, name) for one in page[0]]
        node.next = None if page[1] is None else str(page[1])
        return node

    def _page(self, place: Place, cause: Cause, *, after_us: int, limit: int) -> tuple[Sequence[Rated], int | None]:
        page = self._causes.pieces(
            place.equipment_id, (place.from_us, place.to_us), fits=lambda one: one == cause, after_us=after_us,
            limit=limit, scope=place.scope, as_of=place.as_of,
        )  # fmt: skip
        return page.items, page.next_us

    def _piece(self, place: Place, cause: Cause, rest: Sequence[str], name: str, cursor: str | None) -> Node:
        """One stretch with the slices of its time, or what lies beneath one of these."""
        word, _, said = rest[0].partition(":")
        found = self._page(place, cause, after_us=number(said), limit=1)[0] if word == "piece" else ()
        if not found or found[0][0].t0_us != int(said):
            raise lost(f"{place.path}/{rest[0]}")
        node = _piece(place, found[0], name)
        here = replace(
            down(place, rest[0]), from_us=found[0][0].t0_us, to_us=found[0][0].t1_us, kpi="availability",
            column="elapsed_us", kind="column",
        )  # fmt: skip
        for step in rest[1:]:
            here = here.down(step)
        answer = self._explainer.answer(here, cursor)
        return answer if rest[1:] else node.model_copy(update={"children": answer.children, "next": answer.next})


def _all(place: Place, name: str, rows: Sequence[Row]) -> Node:
    measured = MEASURES[name]
    known = [value for row in rows if (value := measured.row(row)) is not None]
    value = sum(known) if known or name == "us" else None
    return Node(key=place.path, label=name, value=value, unit=measured.unit, kind="figure", formula=CAUSES, more=True)


def _piece(place: Place, one: Rated, name: str) -> Node:
    """A stretch of lost time: the records that it rests on stand beside it."""
    piece, rate = one
    measured = MEASURES[name]
    detail: dict[str, Any] = {"start": to_rfc3339(piece.t0_us), "end": to_rfc3339(piece.t1_us), "state": piece.state}
    detail |= {"lasted_us": piece.lasts_us, "rate_upm": rate, "inferred": piece.inferred}
    detail["trail"] = [
        {"unit_id": link.unit, "record": to_rfc3339(link.record_us), "says": link.kind} for link in piece.trail
    ]
    return Node(
        key=f"{place.path}/piece:{piece.t0_us}", label=piece.state, value=measured.piece(one), unit=measured.unit,
        kind="stretch", formula=measured.formula, detail=detail, more=True,
    )  # fmt: skip


def _step(cause: Cause) -> str:
    return f"cause:{cause.unit}.{cause.role}.{quote(cause.reason or NONE, safe='')}"


def _cause_in(place: Place, step: str) -> Cause:
    word, _, said = step.partition(":")
    unit, _, rest = said.partition(".")
    role, _, reason = rest.partition(".")
    if word != "cause" or role not in ROLES:
        raise lost(f"{place.path}/{step}")
    return Cause(number(unit), ROLES[role], {NONE: None}.get(reason, unquote(reason)))
