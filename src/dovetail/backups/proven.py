"""What is known of backups coming back: told by a receipt, kept with who told it, and due again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, Field

from dovetail.backups import receipts
from dovetail.core.clock import MINUTE_US, Clock, from_rfc3339, to_rfc3339
from dovetail.core.errors import InvalidError, RefusedError
from dovetail.operations.operation import Call, Input, Operation
from dovetail.repository.keys import ServerKey
from dovetail.upkeep.manifest import identity
from dovetail.upkeep.proofs import BACKUP_DUE_US, PROOF_DUE_US, Proof, due, is_overdue, keep_proof, last_proof

CLOCK_APART_US = 5 * MINUTE_US  # another machine's clock


class RecordProof(Input):
    """The receipt that `dovetail backup verify` ends with: a backup was restored, and all of it is as it was copied."""

    receipt: str = Field(max_length=receipts.LENGTH_MAX)


class ProofView(BaseModel):
    """A backup, of `made`, that was restored into a scratch place `at` a time; `by`: who told it here."""

    backup: str
    made: str
    at: str
    rows: int
    by: str


class BackupStatus(BaseModel):
    """The last backup and the last proof, and when the next ones are due (null: now, there has never been one)."""

    last_made: str | None
    last_folder: str | None
    next_backup: str | None
    backup_overdue: bool
    proof: ProofView | None
    next_proof: str | None
    proof_overdue: bool


class Proofs:
    """Of one installation. `last` is what it remembers of its last backup, `key` the server's half, if it has one."""

    def __init__(
        self, data: Path, clock: Clock, *, last: Callable[[], dict[str, str]], key: Callable[[], ServerKey | None]
    ) -> None:
        self._data, self._clock, self._last, self._key = data, clock, last, key
        self.record = Operation(
            name="backup.record-proof", summary="Know that a backup was restored and compared",
            permission="system.manage", input=RecordProof, output=ProofView, handler=self._record,
        )  # fmt: skip

    def _record(self, call: Call, given: RecordProof) -> ProofView:
        key = self._key()
        signer = None if key is None else key.signer
        told, is_signed = receipts.read(given.receipt, installation=identity(self._data), signer=signer)
        if not is_signed and not call.scope.everything:
            raise RefusedError(
                "a receipt of a backup in the clear is signed by nobody",
                code="proof-unsigned",
                hint="hand it in on the server itself: dovetail backup proven; or encrypt backups",
            )
        if told.made_us > told.at_us or told.at_us > self._clock.now_us() + CLOCK_APART_US:
            hint = "set the clock of the machine that proved it"
            raise InvalidError("this receipt is of a time to come", pointer="/receipt", code="proof-time", hint=hint)
        return _view(keep_proof(self._data, replace(told, by=call.scope.actor.name)))

    def of(self, backup_id: str) -> Proof | None:
        """The proof that is known, where it is of that backup."""
        proof = last_proof(self._data)
        return proof if proof is not None and proof.backup == backup_id else None

    def status(self) -> BackupStatus:
        """How it stands now."""
        last, proof, now_us = self._last(), last_proof(self._data), self._clock.now_us()
        made = last.get("made_at")
        made_us, proven_us = None if made is None else from_rfc3339(made), None if proof is None else proof.at_us
        return BackupStatus(
            last_made=made,
            last_folder=last.get("folder"),
            next_backup=_text(due(made_us, BACKUP_DUE_US)),
            backup_overdue=is_overdue(made_us, BACKUP_DUE_US, now_us),
            proof=None if proof is None else _view(proof),
            next_proof=_text(due(proven_us, PROOF_DUE_US)),
            proof_overdue=is_overdue(proven_us, PROOF_DUE_US, now_us),
        )


def _view(proof: Proof) -> ProofView:
    made, at = to_rfc3339(proof.made_us), to_rfc3339(proof.at_us)
    return ProofView(backup=proof.backup, made=made, at=at, rows=proof.rows, by=proof.by)


def _text(at_us: int | None) -> str | None:
    return None if at_us is None else to_rfc3339(at_us)
