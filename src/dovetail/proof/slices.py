"""A slice of the ledger and what it was cut from, as steps: each says how its value comes from those below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from dovetail.core.clock import to_rfc3339
from dovetail.counting.pieces import CountTrack
from dovetail.ledger.columns import BY_NAME, Measure, sum_slices
from dovetail.ledger.model import JobShare, Slice
from dovetail.proof.tree import Node, Place

NO_JOB: Final = "none"  # in a key: what ran without an order, held against the machine's own rate
FORMULAS: Final[Mapping[Measure, str]] = {
    "elapsed_us": "end − start",
    "rated_us": "end − start, of jobs with a rate",
    "good": "Σ good of its count records",
    "scrap": "Σ scrap of its count records",
    "rework": "Σ rework of its count records",
    "infeed": "Σ infeed of its count records",
    "ideal_ns": "Σ PRI · (good + scrap + rework) of its jobs",
    "ideal_good_ns": "Σ PRI · good of its jobs",
    "theoretical_mu": "Σ 1000 · time / PRI of its jobs",
    "stops": "1 where a stop begins",
    "failures": "1 where a failure begins",
}


def brings(column: str, piece: Slice) -> int:
    """What a slice brings to a column."""
    return sum_slices([piece])[column]


def slice_node(place: Place, piece: Slice) -> Node:
    """A slice with all that decides where it counts."""
    column = BY_NAME[place.column]
    words = ("state", "mode", "reason", "external", "unplanned", "plan", "cls", "day", "shift_id", "crew")
    detail: dict[str, Any] = {name: getattr(piece, name) for name in words}
    detail |= {"start": to_rfc3339(piece.t0_us), "end": to_rfc3339(piece.t1_us), "elapsed_us": piece.elapsed_us}
    detail["jobs"] = [asdict(share) | {"pri_ns": share.pri_ns} for share in piece.shares]
    return Node(
        key=place.path,
        label=" · ".join(word for word in (piece.state, piece.reason) if word),
        value=brings(place.column, piece),
        unit=column.unit,
        kind="slice",
        formula=FORMULAS[column.measure],
        detail=detail,
        more=True,
    )


def count_node(place: Place, count: CountTrack, quantity: int, piece: Slice) -> Node:
    """A count record under a slice: `quantity` of its pieces fell into it, by the time it shares with the slice."""
    detail = {name: getattr(count, name) for name in ("kind", "quantity", "origin", "spread", "tag_id")}
    detail |= {"start": to_rfc3339(count.t0_us), "end": to_rfc3339(count.t1_us), "to_this_slice": quantity}
    detail["job_response_id"] = count.job_response_id
    if quantity != count.quantity:
        detail["within_us"] = min(count.t1_us, piece.t1_us) - max(count.t0_us, piece.t0_us)
        detail["lasted_us"] = count.t1_us - count.t0_us
    step = getattr(count, "step", None)
    detail |= {} if step is None else step.told()
    return Node(
        key=place.path, label=f"{count.quantity} {count.kind}", value=quantity, unit="{#}", kind="count-record",
        formula=_counted(count, quantity) if step is None else step.formula, detail=detail,
        more=count.tag_id is not None or count.said is not None,
    )  # fmt: skip


def _counted(count: CountTrack, quantity: int) -> str | None:
    """How the pieces that fell into the slice come about."""
    if quantity != count.quantity:
        return "quantity · time within the slice / time of the record, in whole pieces"
    if count.said is not None:
        return None
    told = "Σ pieces since the reading before"
    if count.spread:
        return f"its share of {told}, by time"
    return f"−({told})" if count.quantity < 0 else told


def job_node(place: Place, piece: Slice, share: JobShare) -> Node:
    """What ran in a slice, its rate, and the pieces and ideal times that are its part."""
    detail = asdict(share) | {"pri_ns": share.pri_ns, "ideal_ns": share.ideal_ns, "elapsed_us": share.elapsed_us}
    detail |= {kind: getattr(share.pieces, kind) for kind in ("good", "scrap", "rework", "infeed")}
    detail |= {"ideal_good_ns": share.ideal_good_ns, "theoretical_mu": share.theoretical_mu}
    if len(piece.shares) == 1:
        del detail["share_ppm"]  # the whole of it
    return Node(
        key=place.path,
        label=share.product or "",
        value=share.rate_upm,
        unit="{#}/min",
        kind="job-response",
        formula="PRI = 60 s / standard rate",
        detail=detail,
    )
