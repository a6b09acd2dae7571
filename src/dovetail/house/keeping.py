"""What there is of samples elsewhere, for whoever lets them go only then; and what there is no more of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dovetail.forwarding.service import ForwardingRoom
from dovetail.gone.told import GoneOf, with_damage
from dovetail.historian.service import Historian
from dovetail.retention.model import BACKUP, Lacking, Why
from dovetail.retention.service import RetentionRoom
from dovetail.sealing.dropper import Dropper
from dovetail.upkeep.proofs import last_proof


def lacking_in(data: Path, dropper: Dropper, forwarding: ForwardingRoom) -> Lacking:
    """Which tags of a month a copy does not hold as they are here, and why."""

    def lacking(copy: str, month: int, until: Mapping[int, int]) -> Mapping[int, Why]:
        if copy != BACKUP:
            return forwarding.lacking(copy, month, until)
        proof = last_proof(data)
        if proof is None:
            return dict.fromkeys(until, "unproven")
        with dropper.view(month) as view:
            holds_all = view.sealed <= proof.head  # nothing has come to this month since the backup
        return {} if holds_all else dict.fromkeys(until, "older-proof")

    return lacking


def gone_of(retention: RetentionRoom, historian: Historian) -> GoneOf:
    """What there is no more of a tag: by rule, or because its bytes are spoilt."""
    return with_damage(retention.gone.of, historian.damage)
