"""How a KPI of a group comes about: its sums, what each machine brings to them, slice by slice down to the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final
from urllib.parse import unquote

from dovetail.explain.service import Explainer
from dovetail.groupings.model import STORED, key_of, said
from dovetail.groupings.service import Grouped, GroupingsRoom
from dovetail.ledger.columns import BY_NAME, add_share, nothing
from dovetail.ledger.model import Slice
from dovetail.ledger.named import needed_by
from dovetail.performance.kpis._listed import describe
from dovetail.performance.report import catalogue
from dovetail.proof.slices import slice_node
from dovetail.proof.tree import Node, Place
from dovetail.workings.slices import PAGE, down, lost

NONE: Final = "-"


@dataclass(frozen=True, slots=True)
class Told:
    """A group: the words by which time is told apart, and what it says of each; `-`: none."""

    words: tuple[str, ...] = ()
    says: tuple[str, ...] = ()

    def holds(self, key: Sequence[str | int | None]) -> bool:
        """Whether the key of a row is this one."""
        return self.says == tuple(NONE if one is None else str(one) for one in key)

    def brings(self, piece: Slice, column: str) -> int:
        """What the jobs of this group in a slice bring to a column."""
        sums = nothing()
        for share in piece.shares:
            if self.holds(key_of(self.words, said(piece, share))):
                add_share(sums, piece, share)
        return sums[column]


class GroupWorkings:
    """Answers a node of `group/product:cola/shift:-/oee_index/apt_us/equipment:5/slice:…`: words, each with what it
    says (percent-encoded, `-`: none), a KPI, a sum that it needs, a machine, a slice, and what lies beneath it."""

    def __init__(self, explainer: Explainer, groupings: GroupingsRoom) -> None:
        self._explainer, self._groupings = explainer, groupings

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node:
        """`place.path` is that of the root; `steps` are those below it. Raises NotFoundError for what is not there."""
        told, rest = Told(), list(steps)
        while rest and rest[0].partition(":")[0] in STORED:
            word, _, says = rest[0].partition(":")
            told, place = Told((*told.words, word), (*told.says, unquote(says))), down(place, rest.pop(0))
        if not rest:
            return Node(key=place.path, label=", ".join(told.says) or "group", kind="figure")
        if rest[0] not in catalogue():
            raise lost(f"{place.path}/{rest[0]}")
        here, columns = down(place, rest[0]), self._columns(place, rest[0])
        if len(rest) == 1:
            return self._kpi(here, told, rest[0], columns)
        if rest[1] not in BY_NAME:  # also those that stand beside the KPI
            raise lost(f"{here.path}/{rest[1]}")
        return self._column(down(here, rest[1]), told, rest[1], rest[2:], cursor)

    def _columns(self, place: Place, kpi: str) -> tuple[str, ...]:
        return tuple(needed_by(catalogue()[kpi].inputs, self._explainer.room.settings_for(place.to_us, place.as_of)))

    def _asked(self, place: Place, words: Sequence[str], kpis: Sequence[str] = ()) -> Grouped:
        period = (place.from_us, place.to_us)
        return self._groupings.grouped(
            place.equipment_id, period, by=words, kpis=kpis, scope=place.scope, as_of=place.as_of
        )

    def _kpi(self, place: Place, told: Told, name: str, columns: Sequence[str]) -> Node:
        groups = self._asked(place, told.words, (name,)).groups
        group = next((one for one in groups if told.holds(one.key)), None)
        if group is None:
            raise lost(place.path)
        kpi, settings = catalogue()[name], self._explainer.room.settings_for(place.to_us, place.as_of)
        node = Node(
            key=place.path, label=kpi.name, value=group.kpis[0].value, unit=kpi.unit, kind="kpi", formula=kpi.formula,
            convention=describe(kpi, settings).convention, more=True,
        )  # fmt: skip
        node.children = [_sum(down(place, column), column, group.sums[column]) for column in columns]
        return node

    def _brought(self, place: Place, told: Told, column: str) -> Mapping[int, int]:
        """What each machine brings to a sum of the group."""
        period = (place.from_us, place.to_us)
        brought = self._groupings.brought(
            place.equipment_id, period, by=told.words, holds=told.holds, scope=place.scope, as_of=place.as_of
        )
        return {unit: sums[column] for unit, sums in brought.items()}

    def _column(self, place: Place, told: Told, column: str, rest: Sequence[str], cursor: str | None) -> Node:
        brought = self._brought(place, told, column)
        if not rest:
            node = _sum(place, column, sum(brought.values()))
            node.children = [self._machine(place, unit, column, value) for unit, value in brought.items() if value]
            return node
        unit = next((one for one in brought if rest[0] == f"equipment:{one}"), None)
        if unit is None:
            raise lost(f"{place.path}/{rest[0]}")
        here = replace(down(place, rest[0]), unit=unit, column="elapsed_us")
        if len(rest) > 1:
            return self._beneath(here, told, column, rest[1:], cursor)
        node = self._machine(place, unit, column, brought[unit])
        begin_us = place.from_us if cursor is None else int(cursor)
        told_of = ((piece, told.brings(piece, column)) for piece in self._explainer.slices_from(here, begin_us))
        found = list(islice((pair for pair in told_of if pair[1]), PAGE + 1))
        node.children = [_slice(here, piece, column, value) for piece, value in found[:PAGE]]
        node.next = str(found[PAGE][0].t0_us) if len(found) > PAGE else None
        return node

    def _machine(self, place: Place, unit: int, column: str, value: int) -> Node:
        _, equipment = self._explainer.room.gathering.node(unit, place.to_us - 1, as_of=place.as_of)
        node = _sum(down(place, f"equipment:{unit}"), column, value, formula="Σ over slices")
        detail = {"equipment_id": unit, "path": equipment.path}
        return node.model_copy(update={"kind": "equipment", "label": equipment.name, "detail": detail})

    def _beneath(self, place: Place, told: Told, column: str, rest: Sequence[str], cursor: str | None) -> Node:
        here = place
        for step in rest:
            here = here.down(step)
        node = self._explainer.answer(here, cursor)
        if node.kind != "slice":
            return node
        value = told.brings(self._explainer.slice_at(here), column)
        return node.model_copy(update={"value": value, "unit": BY_NAME[column].unit, "formula": "Σ over its jobs"})


def _sum(place: Place, column: str, value: int, *, formula: str = "Σ over machines") -> Node:
    said_of = BY_NAME[column]
    return Node(
        key=place.path, label=said_of.label, value=value, unit=said_of.unit, kind="column", formula=formula, more=True
    )  # fmt: skip


def _slice(place: Place, piece: Slice, column: str, value: int) -> Node:
    node = slice_node(replace(place.down(f"slice:{piece.t0_us}"), column="elapsed_us"), piece)
    return node.model_copy(update={"value": value, "unit": BY_NAME[column].unit, "formula": "Σ over its jobs"})
