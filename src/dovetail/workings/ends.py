"""How the expected end of a running job comes about: what is left, how long such pieces took, and the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dovetail.core.clock import from_rfc3339, to_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.core.shares import SHARE_PPM
from dovetail.explain.service import Explainer
from dovetail.ledger.model import JobShare
from dovetail.pace.ending import TENTHS, Rest, quantile, within
from dovetail.pace.running import JobEnds, Working
from dovetail.pace.shown import JobPaceOut
from dovetail.performance.facts import ledgered, missing_hint
from dovetail.proof.slices import slice_node
from dovetail.proof.tree import Node, Place
from dovetail.workings.slices import SliceSums, down, lost

VIEW: Final = "plant.view"
BOUNDS: Final[Mapping[str, tuple[str, float]]] = {
    "earliest": ("low_us", TENTHS[0]),
    "expected": ("mid_us", TENTHS[1]),
    "latest": ("high_us", TENTHS[2]),
}
UNTIL: Final = "the moment up to which the planned time from now on comes to the time that is needed"
NEEDED: Final = "many · mean + √many · (quantile − mean) of the stretches, by the job's share of the machine"
STRETCH: Final = "Σ planned time in which its pieces were made, evenly within a slice"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which job, as it stood at the end of the period that was asked about."""

    place: Place
    told: JobPaceOut
    working: Working

    def is_ours(self, share: JobShare) -> bool:
        return share.job_response_id in self.working.ids

    def moment(self, bound: str) -> str | None:
        """When the job is done, by one of the bounds."""
        return {"earliest": self.told.earliest, "expected": self.told.expected_end, "latest": self.told.latest}[bound]


class EndWorkings:
    """Answers a node of `job-end/job:<id>/…`: as told at the end of the period."""

    def __init__(self, explainer: Explainer, ends: JobEnds) -> None:
        self._explainer, self._ends = explainer, ends
        self._sums = SliceSums(explainer)

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node:
        """`place.path` is that of the root; `steps` are those below it; with an `as_of`, as it was told then. Raises
        NotFoundError for what is not there."""
        plant, node = self._explainer.room.gathering.node(place.equipment_id, place.to_us - 1, as_of=place.as_of)
        made_of = ledgered(plant, node)
        if made_of is None:
            raise InvalidError(f"{node.path} has no times of its own", code="no-ledger", hint=missing_hint(node))
        place.scope.require(VIEW, made_of.times_of)
        every = [
            Asked(down(place, f"job:{told.job_response_id}"), told, working)
            for told, working in self._ends.workings(
                place.equipment_id, made_of.times_of, place.to_us, as_of=place.as_of
            )
        ]
        if not steps:
            root = Node(key=place.path, label=node.name, kind="figure", more=True)
            root.children = [_job(asked) for asked in every]
            return root
        asked = next((one for one in every if one.place.path == f"{place.path}/{steps[0]}"), None)
        if asked is None:
            raise lost(f"{place.path}/{steps[0]}")
        return self._of_job(asked, steps[1:], cursor)

    def _of_job(self, asked: Asked, steps: Sequence[str], cursor: str | None) -> Node:
        if not steps:
            node = _job(asked)
            node.children = [self._made(asked, opened=False)] if asked.told.made is not None else []
            if asked.working.rest is not None:
                node.children += [_bound(asked, bound, asked.working.rest) for bound in BOUNDS]
            return node
        if steps[0] == "sum:good":
            here = down(asked.place, steps[0])
            if len(steps) > 1:
                return self._sums.beneath(here, "good", steps[1:], of=asked.is_ours, cursor=cursor)
            return self._made(asked, opened=True, cursor=cursor)
        rest = asked.working.rest
        if steps[0] not in BOUNDS or rest is None:
            raise lost(f"{asked.place.path}/{steps[0]}")
        bound = _bound(asked, steps[0], rest)
        if len(steps) == 1:
            here = down(asked.place, steps[0])
            bound.children = [
                _needed(down(here, "needed"), asked, steps[0], rest),
                *_spans(here, asked, steps[0], rest),
            ]
            return bound
        if steps[1] != "needed":
            raise lost(bound.key)
        needed = _needed(down(down(asked.place, steps[0]), "needed"), asked, steps[0], rest)
        return self._of_stretches(needed, asked, rest, steps[2:], cursor)

    def _made(self, asked: Asked, *, opened: bool, cursor: str | None = None) -> Node:
        begin = int(cursor or 0) if opened else None
        here = down(asked.place, "sum:good")
        return self._sums.node(here, "good", asked.working.slices, of=asked.is_ours, begin=begin)

    def _of_stretches(self, needed: Node, asked: Asked, rest: Rest, steps: Sequence[str], cursor: str | None) -> Node:
        """The stretches of the past, the shortest first; or one of them with its slices; or what lies beneath."""
        here = replace(asked.place, path=needed.key)
        if not steps:
            needed.children = [_stretch(here, n, rest) for n in range(len(rest.took))]
            return needed
        n = {f"stretch:{n}": n for n in range(len(rest.took))}.get(steps[0])
        if n is None:
            raise lost(f"{needed.key}/{steps[0]}")
        node, here = _stretch(here, n, rest), down(here, steps[0])
        parts = within(asked.working.past, rest.took[n])
        if len(steps) == 1:
            node.children = [self._part(here, made.t0_us, us) for made, us in parts]
            return node
        place = replace(here, column="elapsed_us")
        for step in steps[1:]:
            place = place.down(step)
        found = self._explainer.answer(place, cursor)
        if found.kind != "slice":
            return found
        us = sum(part for made, part in parts if made.t0_us == place.slice_us)
        return _within(found, us)

    def _part(self, place: Place, t0_us: int, us: float) -> Node:
        here = replace(place.down(f"slice:{t0_us}"), column="elapsed_us")
        return _within(slice_node(here, self._explainer.slice_at(here)), us)


def _within(node: Node, us: float) -> Node:
    """A slice of which so much belongs to a stretch."""
    detail = node.detail | {"within_us": round(us)}
    return node.model_copy(update={"value": round(us), "formula": "its time within the stretch", "detail": detail})


def _job(asked: Asked) -> Node:
    """The end that is expected, and the bounds."""
    told = asked.told
    detail: dict[str, Any] = {name: getattr(told, name) for name in ("job_order", "product", "earliest", "latest")}
    detail |= {"asked": told.quantity, "made": told.made, "missing": told.missing}
    if told.quantity is not None and told.made is not None:
        detail["left"] = max(0, told.quantity - told.made)
    return Node(
        key=asked.place.path, label=told.job_order or told.product, value=told.expected_end, unit="moment",
        kind="figure", formula=UNTIL, detail=detail, more=True,
    )  # fmt: skip


def _bound(asked: Asked, bound: str, rest: Rest) -> Node:
    """One of the three moments: so much planned time from now on."""
    needed_us = asked.working.needed_us(getattr(rest, BOUNDS[bound][0]))
    return Node(
        key=f"{asked.place.path}/{bound}", label=bound, value=asked.moment(bound), unit="moment", kind="figure",
        formula=UNTIL, detail={"start": to_rfc3339(asked.working.at_us), "needed_us": needed_us}, more=True,
    )  # fmt: skip


def _needed(place: Place, asked: Asked, bound: str, rest: Rest) -> Node:
    """The planned time that is needed, of the stretches of the past."""
    took = [one.took_us for one in rest.took]
    attribute, share = BOUNDS[bound]
    mean_us, quantile_us = sum(took) / len(took), quantile(took, share)
    detail: dict[str, Any] = {"many": rest.many, "mean_us": mean_us, "quantile": share, "quantile_us": quantile_us}
    detail |= {"pieces_each": rest.pieces}
    if asked.working.share_ppm != SHARE_PPM:
        detail["share_ppm"] = asked.working.share_ppm
    return Node(
        key=place.path, label="needed", value=asked.working.needed_us(getattr(rest, attribute)), unit="us",
        kind="figure", formula=NEEDED, detail=detail, more=True,
    )  # fmt: skip


def _spans(place: Place, asked: Asked, bound: str, rest: Rest) -> list[Node]:
    """The planned stretches of the calendar from now on that are needed."""
    left_us, at_us = asked.working.needed_us(getattr(rest, BOUNDS[bound][0])), asked.working.at_us
    until = asked.moment(bound)
    end_us = None if until is None else from_rfc3339(until)
    found: list[Node] = []
    for span in asked.working.spans:
        begin_us = max(span.t0_us, at_us)
        if span.plan != "BUSY" or begin_us >= span.t1_us or left_us <= 0:
            continue
        stop_us = span.t1_us if end_us is None else min(span.t1_us, end_us)
        left_us -= stop_us - begin_us
        detail = {"start": to_rfc3339(begin_us), "end": to_rfc3339(stop_us), "shift": span.shift_name}
        found.append(Node(
            key=f"{place.path}/span:{begin_us}", label="span", value=stop_us - begin_us, unit="us", kind="span",
            formula="end − start", detail=detail,
        ))  # fmt: skip
    return found


def _stretch(place: Place, n: int, rest: Rest) -> Node:
    one = rest.took[n]
    return Node(
        key=f"{place.path}/stretch:{n}", label=f"{n + 1}", value=round(one.took_us), unit="us", kind="figure",
        formula=STRETCH, detail={"pieces_each": rest.pieces, "rank": n + 1, "of": len(rest.took)}, more=True,
    )  # fmt: skip
