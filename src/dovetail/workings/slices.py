"""A sum over the slices in which a machine made one product, or worked for some jobs: opened slice by slice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dovetail.core.errors import NotFoundError
from dovetail.explain.service import Explainer
from dovetail.ledger.model import JobShare, Slice
from dovetail.proof.slices import slice_node
from dovetail.proof.tree import Node, Place

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Summed:
    """What each share of a slice brings to a sum, in which unit; `formula`: of a slice, over its jobs."""

    label: str
    unit: str
    formula: str
    brings: Callable[[JobShare], int]


SUMS: Final[Mapping[str, Summed]] = {
    "apt": Summed("Production time (APT)", "us", "Σ time of its jobs of this product", lambda share: share.elapsed_us),
    "pieces": Summed(
        "Produced quantity (PQ)",
        "{#}",
        "Σ good + scrap + rework of its jobs of this product",
        lambda share: share.pieces.produced,
    ),
    "rated": Summed(
        "Produced quantity with a rate",
        "{#}",
        "Σ good + scrap + rework of its jobs of this product",
        lambda share: 0 if share.rate_upm is None else share.pieces.produced,
    ),
    "ideal": Summed(
        "Ideal time of the pieces (PRI·PQ)",
        "ns",
        "Σ PRI · (good + scrap + rework) of its jobs of this product",
        lambda share: share.ideal_ns,
    ),
    "good": Summed("Good pieces", "{#}", "Σ good of its jobs of this order", lambda share: share.pieces.good),
}


class SliceSums:
    """Answers a sum with a page of its slices, and each slice with what the ledger was cut from."""

    def __init__(self, explainer: Explainer) -> None:
        self._explainer = explainer

    def node(
        self, place: Place, name: str, slices: Sequence[Slice], *, of: Callable[[JobShare], bool], begin: int | None
    ) -> Node:
        """The sum `name`; `begin`: where the page of its slices begins, None: it is not opened."""
        summed = SUMS[name]
        told = [(piece, sum(summed.brings(share) for share in piece.shares if of(share))) for piece in slices]
        told = [(piece, value) for piece, value in told if value]
        node = Node(
            key=place.path, label=summed.label, value=sum(value for _, value in told), unit=summed.unit,
            kind="column", formula="Σ over slices", more=True,
        )  # fmt: skip
        if begin is None:
            return node
        rest = [(piece, value) for piece, value in told if piece.t0_us >= begin]
        node.children = [self._slice(place, piece, value, summed) for piece, value in rest[:PAGE]]
        node.next = str(rest[PAGE][0].t0_us) if len(rest) > PAGE else None
        return node

    def _slice(self, place: Place, piece: Slice, value: int, summed: Summed) -> Node:
        here = replace(place.down(f"slice:{piece.t0_us}"), column="elapsed_us")
        return slice_node(here, piece).model_copy(
            update={"value": value, "unit": summed.unit, "formula": summed.formula}
        )

    def beneath(
        self, place: Place, name: str, rest: Sequence[str], *, of: Callable[[JobShare], bool], cursor: str | None
    ) -> Node:
        """A slice of the sum, or what lies further down; `place` is that of the sum."""
        here = replace(place, column="elapsed_us")
        for step in rest:
            here = here.down(step)
        node = self._explainer.answer(here, cursor)
        if node.kind != "slice":
            return node
        piece = self._explainer.slice_at(here)
        summed = SUMS[name]
        value = sum(summed.brings(share) for share in piece.shares if of(share))
        return node.model_copy(update={"value": value, "unit": summed.unit, "formula": summed.formula})


def down(place: Place, step: str) -> Place:
    """A step further among the figures that are no KPI."""
    return replace(place, path=f"{place.path}/{step}", kind="figure")


def lost(path: str) -> NotFoundError:
    """Nothing is there."""
    return NotFoundError(f"there is nothing at {path!r}", code="explain-path")


def number(said: str) -> int:
    """A number of a step's key; raises NotFoundError for what is none."""
    if not (said.isascii() and said.isdigit() and len(said) < 18):
        raise lost(said[:40])
    return int(said)
