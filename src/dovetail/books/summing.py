"""The sums of whole production days by shift: by product, job and crew, and by product, class and reason. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dovetail.ledger.columns import STORED_NAMES, Sums, add_share, nothing
from dovetail.ledger.losing import begins
from dovetail.ledger.model import JobShare, Slice

KEYS_JOB: Final = ("day", "shift_id", "shift_name", "crew", "product", "job_response_id")
KEYS_REASON: Final = ("day", "shift_id", "shift_name", "product", "cls", "reason")
NUMBERS_REASON: Final = ("slices", "elapsed_us", "good", "scrap", "rework", "rated_us", "theoretical_mu", "begun")

type Row = dict[str, Any]


def rollups(slices: Sequence[Slice], before: Mapping[int, Slice] | None = None) -> tuple[list[Row], list[Row]]:
    """The rows of both rollups over whole days of one equipment, by time.

    `before` has the slice that ends where one of them begins, by that moment, where it is not among them.
    """
    by_job: dict[tuple[Any, ...], Sums] = defaultdict(nothing)
    by_reason: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(NUMBERS_REASON, 0))
    reach: dict[tuple[int, str, str], tuple[int, int]] = {}
    earlier = before or {}
    last: Slice | None = None
    for piece in slices:
        bucket = (piece.equipment_id, piece.day, piece.shift_id or "")
        begin_us, end_us = reach.get(bucket, (piece.t0_us, piece.t1_us))
        reach[bucket] = (min(begin_us, piece.t0_us), max(end_us, piece.t1_us))
        begun = int(begins(piece, earlier.get(piece.t0_us, last)))
        for place, share in enumerate(piece.shares):
            named = (*bucket, piece.shift_name or "")
            job_key = (*named, piece.crew or "", share.product or "", share.job_response_id or "")
            add_share(by_job[job_key], piece, share)
            key = (*named, share.product or "", piece.cls, piece.reason or "")
            _add_reason(by_reason[key], share, begun=0 if place else begun)
        last = piece
    return (
        [_row(KEYS_JOB, key, reach, {n: sums[n] for n in STORED_NAMES}) for key, sums in by_job.items()],
        [_row(KEYS_REASON, key, reach, sums) for key, sums in by_reason.items()],
    )


def _add_reason(sums: dict[str, int], share: JobShare, *, begun: int) -> None:
    sums["slices"] += 1
    sums["elapsed_us"] += share.elapsed_us
    sums["good"] += share.pieces.good
    sums["scrap"] += share.pieces.scrap
    sums["rework"] += share.pieces.rework
    sums["rated_us"] += share.rated_us
    sums["theoretical_mu"] += share.theoretical_mu
    sums["begun"] += begun


def _row(
    names: Sequence[str],
    key: tuple[Any, ...],
    reach: Mapping[tuple[int, str, str], tuple[int, int]],
    sums: Mapping[str, int],
) -> Row:
    begin_us, end_us = reach[key[:3]]
    words = dict(zip(("equipment_id", *names), key, strict=True))
    return words | {"bucket_from_us": begin_us, "bucket_to_us": end_us} | dict(sums)
