"""What a plant knows of its backups coming back: which one was restored and compared, when, and when it is due."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.upkeep.layout import LAST_PROOF
from dovetail.upkeep.manifest import durable

BACKUP_DUE_US: Final = 36 * HOUR_US  # a nightly one that failed once
PROOF_DUE_US: Final = 92 * DAY_US  # each quarter: what was never brought back is a hope


@dataclass(frozen=True, slots=True)
class Proof:
    """A backup that was restored into a scratch place, where all of it was as it was copied.

    `head`: up to which row of the head it holds all samples; `by`: who said so here.
    """

    backup: str
    made_us: int
    at_us: int
    head: int
    rows: int
    by: str = ""


def last_proof(data: Path) -> Proof | None:
    """The proof of the newest backup that has one; None: nobody has ever restored one, as far as is known here."""
    try:
        return Proof(**orjson.loads((data / LAST_PROOF).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def keep_proof(data: Path, proof: Proof) -> Proof:
    """Know of it from now on, where it is of no older backup than what is known; what is known then."""
    known = last_proof(data)
    if known is not None and (known.made_us, known.at_us) >= (proof.made_us, proof.at_us):
        return known
    durable(data / LAST_PROOF, orjson.dumps(asdict(proof)))
    return proof


def forget_proof(data: Path) -> None:
    """What comes is another installation, or the same of another day: nothing is proven of it."""
    (data / LAST_PROOF).unlink(missing_ok=True)


def due(at_us: int | None, every_us: int) -> int | None:
    """When the next one is due; None: now, as there has never been one."""
    return None if at_us is None else at_us + every_us


def is_overdue(at_us: int | None, every_us: int, now_us: int) -> bool:
    """Whether it should have been."""
    return at_us is None or now_us > at_us + every_us
