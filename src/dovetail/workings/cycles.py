"""How a cycle time comes about: of the ledger's time and pieces, or of the cycles that the counters showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dovetail.core.clock import HOUR_US, SECOND_US, to_rfc3339
from dovetail.counting.pieces import Said
from dovetail.cycletimes.model import Tally
from dovetail.cycletimes.service import CycleTimes, CycleTimesRoom, OfProduct, counters_of
from dovetail.explain.service import Explainer
from dovetail.ledger.model import JobShare, Slice
from dovetail.proof.tree import Node, Place
from dovetail.workings.model import PERCENTILES, Cycle, in_best_hour, in_bin, not_slower, slower_than
from dovetail.workings.slices import PAGE, SliceSums, down, lost

NONE: Final = "-"  # the product of what ran without an order, in a key
SUMMED: Final[Mapping[str, tuple[str, ...]]] = {
    "actual": ("apt", "pieces"),
    "throughput": ("pieces", "apt"),
    "ideal": ("ideal", "rated"),
}
FORMULAS: Final[Mapping[str, str]] = {
    "actual": "APT / PQ",
    "throughput": "PQ · 1 h / APT",
    "ideal": "Σ PRI · PQ / PQ with a rate",
    "best": "1 h / pieces of the hour of production time with most of them",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Pieces of a counter in a cycle, as a count record would be."""

    t0_us: int
    t1_us: int
    quantity: int
    tag_id: int | None = None
    kind: str = "good"
    spread: bool = False
    origin: str = "counter"
    job_response_id: str | None = None
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which product, in which period."""

    place: Place
    found: CycleTimes
    one: OfProduct

    def is_ours(self, share: JobShare) -> bool:
        return share.product == self.one.product


class CycleWorkings:
    """Answers a node of `cycle-times/product:<id>/<figure>/…`."""

    def __init__(self, explainer: Explainer, room: CycleTimesRoom) -> None:
        self._explainer, self._room, self._readings = explainer, room, explainer.readings
        self._sums = SliceSums(explainer)

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node:
        """`place.path` is that of the root; `steps` are those below it. Raises NotFoundError for what is not there."""
        when = (place.from_us, place.to_us)
        found = self._room.cycle_times(place.equipment_id, *when, scope=place.scope, as_of=place.as_of)
        place = replace(place, unit=found.unit.id)
        if not steps:
            node = Node(key=place.path, label=found.unit.name, kind="figure", more=True)
            node.children = [
                _product_node(down(place, f"product:{one.product or NONE}"), one) for one in found.products
            ]
            return node
        word, _, product = steps[0].partition(":")
        one = next((each for each in found.products if word == "product" and (each.product or NONE) == product), None)
        if one is None:
            raise lost("/".join(steps))
        asked = Asked(down(place, steps[0]), found, one)
        if len(steps) == 1:
            node = _product_node(asked.place, one)
            node.children = [self._figure(_at(asked, name), name, asked) for name in _told(one)]
            return node
        if steps[1] not in _told(one):
            raise lost("/".join(steps))
        return self._opened(_at(asked, steps[1]), steps[1], steps[2:], asked, cursor)

    # --- a figure ------------------------------------------------------------------------------------------------
    def _figure(self, place: Place, name: str, asked: Asked) -> Node:
        """The figure itself, without what it is made of."""
        node = Node(key=place.path, label=name, unit="s", kind="figure", formula=FORMULAS.get(name), more=True)
        one = asked.one
        if name in SUMMED:
            return _of_sums(node, name, one.tally)
        if name == "best" and one.best is not None:
            node.value, node.detail = one.best.cycle_us / SECOND_US, {"start": to_rfc3339(one.best.from_us)}
        elif one.found is not None and one.cycles is not None:
            share, each_us = PERCENTILES[name], float(getattr(one.found, f"{name}_us"))
            less, upto = not_slower(one.cycles, each_us)
            node.value = each_us / SECOND_US
            node.formula = f"the time per piece within which {share:.0%} of the counted pieces were made"
            node.detail = {"counted": one.found.pieces, "wanted": round(share * one.found.pieces, 1)}
            node.detail |= {"took_less": less, "took_at_most": upto}
        return node

    def _opened(self, place: Place, name: str, rest: Sequence[str], asked: Asked, cursor: str | None) -> Node:
        if name in SUMMED:
            return self._of_the_ledger(place, name, rest, asked, cursor)
        node = self._figure(place, name, asked)
        one = asked.one
        if one.cycles is None or one.found is None:
            raise lost(place.path)
        if name == "best":
            cycles = [] if one.best is None else in_best_hour(one.cycles, one.best)
            return self._of_cycles(node, place, cycles, rest, asked, cursor)
        if not rest:
            bars = [
                *(f"bin:{n}" for n, each in enumerate(one.found.bins) if each.pieces),
                *["slower"][: one.found.slower],
            ]
            node.children = [self._bar(down(place, bar), bar, asked)[0] for bar in bars]
            return node
        bar, cycles = self._bar(down(place, rest[0]), rest[0], asked)
        return self._of_cycles(bar, down(place, rest[0]), cycles, rest[1:], asked, cursor)

    def _of_the_ledger(self, place: Place, name: str, rest: Sequence[str], asked: Asked, cursor: str | None) -> Node:
        slices = self._slices(asked)
        if not rest:
            node = self._figure(place, name, asked)
            parts = [(down(place, f"sum:{part}"), part) for part in SUMMED[name]]
            node.children = [self._sums.node(here, part, slices, of=asked.is_ours, begin=None) for here, part in parts]
            return node
        word, _, part = rest[0].partition(":")
        if word != "sum" or part not in SUMMED[name]:
            raise lost(place.path)
        here = down(place, rest[0])
        if len(rest) > 1:
            return self._sums.beneath(here, part, rest[1:], of=asked.is_ours, cursor=cursor)
        begin = place.from_us if cursor is None else int(cursor)
        return self._sums.node(here, part, slices, of=asked.is_ours, begin=begin)

    def _slices(self, asked: Asked) -> list[Slice]:
        """The production time of the period: what is told of is only what the product was made in."""
        place = asked.place
        read = self._room.performance.slices(
            place.unit, place.from_us, place.to_us, scope=place.scope, as_of=place.as_of
        )
        return [piece for piece in read if piece.cls == "APT"]

    # --- cycles --------------------------------------------------------------------------------------------------
    def _bar(self, place: Place, bar: str, asked: Asked) -> tuple[Node, list[Cycle]]:
        found, cycles = asked.one.found, asked.one.cycles
        if found is None or cycles is None:
            raise lost(place.path)
        n = {f"bin:{n}": n for n in range(len(found.bins))}.get(bar)
        if bar == "slower":
            high_us = found.bins[-1].high_us
            told, detail = slower_than(cycles, high_us), {"low_s": high_us / SECOND_US}
        elif n is not None:
            one = found.bins[n]
            told = in_bin(cycles, found.bins, n)
            detail = {"low_s": one.low_us / SECOND_US, "high_s": one.high_us / SECOND_US}
        else:
            raise lost(place.path)
        node = Node(
            key=place.path, label=bar.partition(":")[0], value=sum(one.pieces for one in told), unit="{#}",
            kind="figure", formula="Σ pieces of its cycles", detail=detail, more=True,
        )  # fmt: skip
        return node, told

    def _of_cycles(
        self, node: Node, place: Place, cycles: list[Cycle], rest: Sequence[str], asked: Asked, cursor: str | None
    ) -> Node:
        """A page of the cycles that a number is made of, or one of them, or what lies beneath it."""
        if not rest:
            begin = 0 if cursor is None else int(cursor)
            node.children = [_cycle_node(down(place, f"cycle:{c.begin_us}"), c) for c in cycles[begin : begin + PAGE]]
            node.next = str(begin + PAGE) if len(cycles) > begin + PAGE else None
            return node
        cycle = next((one for one in cycles if rest[0] == f"cycle:{one.begin_us}"), None)
        if cycle is None:
            raise lost(place.path)
        here = down(place, rest[0])
        if len(rest) == 1:
            opened = _cycle_node(here, cycle)
            opened.children = self._read(here, cycle, asked)
            return opened
        for step in rest[1:]:
            here = here.down(step)
        return self._explainer.answer(here)

    def _read(self, place: Place, cycle: Cycle, asked: Asked) -> list[Node]:
        """The readings of the counters at both ends of a cycle."""
        plant, unit = self._room.performance.gathering.node(place.unit, cycle.end_us, as_of=place.as_of)
        found: list[Node] = []
        for rule in counters_of(plant, unit):
            span = Span(cycle.begin_us, cycle.end_us, cycle.pieces, rule.tag)
            found += self._readings.beneath(place, plant, plant.tags[rule.tag], span)
        return found


def _told(one: OfProduct) -> tuple[str, ...]:
    """The figures that a product has."""
    cycles = () if one.found is None else tuple(PERCENTILES)
    best = () if one.best is None else ("best",)
    return (*SUMMED, *best, *cycles)


def _of_sums(node: Node, name: str, tally: Tally) -> Node:
    """A figure that the ledger alone tells of."""
    if name == "throughput":
        node.value, node.unit = (tally.produced * HOUR_US / tally.apt_us if tally.apt_us else None), "{#}/h"
        return node
    us = tally.actual_us if name == "actual" else tally.ideal_us
    node.value = None if us is None else us / SECOND_US
    if name == "ideal" and not tally.rated:  # nothing was made of it: the rate alone says
        node.formula, node.detail = "60 s / standard rate", {"rate_upm": min(tally.rates, default=None)}
    return node


def _at(asked: Asked, figure: str) -> Place:
    return down(asked.place, figure)


def _product_node(place: Place, one: OfProduct) -> Node:
    return Node(key=place.path, label=one.product or "", value=one.tally.produced, unit="{#}", kind="figure", more=True)


def _cycle_node(place: Place, one: Cycle) -> Node:
    """Its pieces; how long each took stands beside them."""
    detail: dict[str, Any] = {"start": to_rfc3339(one.begin_us), "end": to_rfc3339(one.end_us)}
    detail |= {"lasted_us": one.lasted_us, "pieces_made": one.pieces, "each_s": one.each_us / SECOND_US}
    formula = "Σ pieces since the reading before"
    value: float = one.pieces
    if one.within_us != one.lasted_us:
        formula, value = "pieces · time within the hour / time of the cycle", one.counted
        detail["within_us"] = one.within_us
    return Node(
        key=place.path, label="cycle", value=value, unit="{#}", kind="cycle", formula=formula, detail=detail, more=True
    )
