"""How lost time, its stops and its lost pieces come about: by machine, stretch by stretch, down to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final
from urllib.parse import unquote

from dovetail.core.clock import to_rfc3339
from dovetail.explain.service import Explainer
from dovetail.losses.model import Bar, Lost, Wanted
from dovetail.losses.service import Asked, LossesRoom, Pareto
from dovetail.losses.service import Place as Ending
from dovetail.proof.slices import FORMULAS
from dovetail.proof.tree import Node, Place
from dovetail.workings.slices import down, lost

MACHINES: Final = "Σ over machines"
SLICES: Final = "Σ over slices"


@dataclass(frozen=True, slots=True)
class Measured:
    """What is added up; `formula`: what a slice of lost time brings to it."""

    unit: str
    formula: str
    of: Callable[[Bar], float | None]


MEASURES: Final[Mapping[str, Measured]] = {
    "us": Measured("us", "end − start", lambda bar: bar.us),
    "stops": Measured("{#}", FORMULAS["stops"], lambda bar: bar.stops),
    "units": Measured("{#}", "Σ time / PRI of its jobs", lambda bar: bar.units),
}
# what it is a part of, in sums of the ledger
WHOLE: Final[Mapping[str, str]] = {"busy": "pbt_us", "no_data": "nodt_us"}
KEPT: Final[Mapping[str, Callable[[Asked, str], Asked]]] = {
    "planned": lambda asked, _: replace(asked, planned=True),
    "bar": lambda asked, said: _only(asked, reason=said, below=False),
    "reason": lambda asked, said: _only(asked, reason=said),
    "product": lambda asked, said: _only(asked, product=said),
    "shift": lambda asked, said: _only(asked, shift=said),
    "crew": lambda asked, said: _only(asked, crew=said),
    "machine": lambda asked, said: _only(asked, equipment=_id(said)),
}


class LostWorkings:
    """Answers a node of `lost-time/…/us`, `stops`, `units`, `busy` or `no_data`; the steps before it say of which
    losses (`bar:` a reason alone, `reason:` with those below it, `product:`, `shift:`, `crew:`, `machine:`, `planned`;
    each percent-encoded, `-`: those without)."""

    def __init__(self, explainer: Explainer, losses: LossesRoom) -> None:
        self._explainer, self._losses = explainer, losses

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node:
        """`place.path` is that of the root; `steps` are those below it. Raises NotFoundError for what is not there."""
        asked = Asked(place.equipment_id, place.from_us, place.to_us, Wanted(), as_of=place.as_of)
        rest = list(steps)
        while rest and rest[0].partition(":")[0] in KEPT:
            word, _, said = rest[0].partition(":")
            asked, place = KEPT[word](asked, unquote(said)), down(place, rest.pop(0))
        if not rest:
            return self._root(asked, place)
        here = down(place, rest[0])
        if rest[0] in WHOLE:
            return self._whole(asked, here, WHOLE[rest[0]], rest[1:], cursor)
        if rest[0] not in MEASURES:
            raise lost(here.path)
        return self._sum(asked, here, rest[0], rest[1:], cursor)

    def _root(self, asked: Asked, place: Place) -> Node:
        found = self._pareto(asked, place)
        node = Node(key=place.path, label="lost-time", kind="figure", more=True)
        node.children = [_node(down(place, name), found.total, name, MACHINES) for name in MEASURES]
        return node

    # --- what was lost ------------------------------------------------------------------------------------------
    def _sum(self, asked: Asked, place: Place, name: str, rest: Sequence[str], cursor: str | None) -> Node:
        if rest:
            word, _, said = rest[0].partition(":")
            if word != "equipment":
                raise lost(f"{place.path}/{rest[0]}")
            here = replace(down(place, rest[0]), unit=_id(said), column="elapsed_us")
            return self._of_machine(_only(asked, equipment=here.unit), here, name, rest[1:], cursor)
        found = self._pareto(asked, place)
        node = _node(place, found.total, name, MACHINES)
        node.children = [self._machine(place, bar, name) for bar in found.bars]
        return node

    def _machine(self, place: Place, bar: Bar, name: str) -> Node:
        """What one machine brings."""
        unit = int(bar.key or 0)
        node = _node(down(place, f"equipment:{unit}"), bar, name, SLICES)
        return node.model_copy(update=self._called(unit, place))

    def _called(self, unit: int, place: Place) -> dict[str, Any]:
        """What says of a step whose it is."""
        _, equipment = self._explainer.room.gathering.node(unit, place.to_us - 1, as_of=place.as_of)
        return {"kind": "equipment", "label": equipment.name, "detail": {"equipment_id": unit, "path": equipment.path}}

    def _of_machine(self, asked: Asked, place: Place, name: str, rest: Sequence[str], cursor: str | None) -> Node:
        if rest:
            return self._beneath(asked, place, name, rest, cursor)
        bars = self._pareto(asked, place).bars
        node = self._machine(replace(place, path=place.path.rpartition("/")[0]), _alone(bars, place.unit), name)
        after = None if cursor is None else Ending(int(cursor), place.unit)
        page = self._losses.losses(asked, scope=place.scope, after=after)
        node.children = [
            _slice(place, t0_us, [*pieces], name)
            for t0_us, pieces in groupby(page.items, key=lambda piece: piece.t0_us)
        ]
        node.next = None if page.next is None else str(page.next.at_us)
        return node

    def _beneath(self, asked: Asked, place: Place, name: str, rest: Sequence[str], cursor: str | None) -> Node:
        """A slice, with what of it is ours, or what lies beneath it."""
        here = place
        for step in rest:
            here = here.down(step)
        node = self._explainer.answer(here, cursor)
        if node.kind != "slice":
            return node
        before = Ending(here.slice_us - 1, place.unit)
        page = self._losses.losses(asked, scope=place.scope, after=before, limit=1)
        pieces = [piece for piece in page.items if piece.t0_us == here.slice_us]
        if not pieces:
            raise lost(here.path)
        said = _slice(place, here.slice_us, pieces, name)
        return node.model_copy(update={"value": said.value, "unit": said.unit, "formula": said.formula})

    def _pareto(self, asked: Asked, place: Place) -> Pareto:
        return self._losses.pareto(asked, by="equipment", measure="minutes", scope=place.scope)

    # --- what it is a part of -----------------------------------------------------------------------------------
    def _whole(self, asked: Asked, place: Place, column: str, rest: Sequence[str], cursor: str | None) -> Node:
        """Planned busy time, or the part of it without data, of all machines that are looked at."""
        units, _ = self._losses.machines(asked, place.scope)
        if rest:
            unit = next((one for one in units if rest[0] == f"equipment:{one}"), None)
            if unit is None:
                raise lost(f"{place.path}/{rest[0]}")
            here = self._column(place, unit, column)
            for step in rest[1:]:
                here = here.down(step)
            found = self._explainer.answer(here, cursor)
            return found if rest[1:] else found.model_copy(update=self._called(unit, place))
        node = Node(key=place.path, label=column, unit="us", kind="figure", formula=MACHINES, more=True)
        for unit in units:
            here = self._column(place, unit, column)
            said = self._called(unit, place) | {"children": [], "next": None}
            node.children.append(self._explainer.answer(here).model_copy(update=said))
        node.value = sum(child.value for child in node.children if isinstance(child.value, int))
        return node

    @staticmethod
    def _column(place: Place, unit: int, column: str) -> Place:
        here = down(place, f"equipment:{unit}")
        return replace(here, equipment_id=unit, kpi="availability", column=column, kind="column")


def _alone(bars: Sequence[Bar], unit: int) -> Bar:
    return next((bar for bar in bars if bar.key == unit), Bar(unit))


def _node(place: Place, bar: Bar, name: str, formula: str) -> Node:
    measured = MEASURES[name]
    return Node(
        key=place.path, label=name, value=measured.of(bar), unit=measured.unit, kind="figure", formula=formula,
        more=True,
    )  # fmt: skip


def _slice(place: Place, t0_us: int, pieces: Sequence[Lost], name: str) -> Node:
    """A stretch of lost time, with the parts of all jobs in it that are looked at."""
    one, bar = pieces[0], Bar(place.unit)
    for piece in pieces:
        bar = bar.with_loss(piece)
    detail = {"state": one.state, "mode": one.mode, "reason": one.reason, "external": one.external, "cls": one.cls}
    detail |= {"start": to_rfc3339(one.t0_us), "end": to_rfc3339(one.t1_us)}
    measured = MEASURES[name]
    return Node(
        key=f"{place.path}/slice:{t0_us}", label=" · ".join(word for word in (one.state, one.reason) if word),
        value=measured.of(bar), unit=measured.unit, kind="slice", formula=measured.formula, detail=detail, more=True,
    )  # fmt: skip


def _only(asked: Asked, **words: Any) -> Asked:
    return replace(asked, wanted=replace(asked.wanted, **words))


def _id(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        raise lost(said[:40])
    return int(said)
