"""Why a machine is held to a standard rate: every rate that is given for it, who gave it, and which one counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dovetail.explain.service import Explainer
from dovetail.proof.tree import Node, Place
from dovetail.rates.model import Rate
from dovetail.rates.service import RatesRoom
from dovetail.workings.slices import lost

VIEW: Final = "plant.view"
FIRST: Final = "the first of those below: job, product on equipment, equipment"


class RateWorkings:
    """Answers `standard-rate`, as it holds at the end of the period: the rate that counts, and those that do not."""

    def __init__(self, explainer: Explainer, rates: RatesRoom) -> None:
        self._explainer, self._rates = explainer, rates

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node:
        """`place.path` is that of the root. Raises NotFoundError for what is not there."""
        room, at_us, as_of = self._explainer.room, place.to_us - 1, place.as_of
        _, node = room.gathering.node(place.equipment_id, at_us, as_of=as_of)
        with room.database.read() as reading:
            at_us = min(at_us, room.until(reading, place.to_us, as_of))
            job = self._rates.running(reading, node.id, at_us, scope=place.scope, as_of=as_of)
            product = None if job is None else job.product
            found = list(self._rates.rates(reading, node.id, at_us, job=job, product=product, as_of=as_of))
        below = [_given(place, rate) for rate in found]
        if steps:
            chosen = next((one for one in below if one.key == "/".join((place.path, *steps))), None)
            if chosen is None:
                raise lost("/".join((place.path, *steps)))
            return chosen
        detail = {"product": product} if product else {}
        counts = found[0].told() if found else {}
        return Node(
            key=place.path, label=node.name, value=found[0].upm if found else None, unit="{#}/min", kind="figure",
            formula=FIRST, detail=detail | counts, more=bool(below), children=below,
        )  # fmt: skip


def _given(place: Place, rate: Rate) -> Node:
    return Node(
        key=f"{place.path}/{rate.source}", label=rate.source, value=rate.upm, unit="{#}/min", kind="figure",
        detail=rate.told(),
    )  # fmt: skip
