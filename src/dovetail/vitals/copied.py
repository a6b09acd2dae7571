"""What ails the copies that would bring an installation back."""

from __future__ import annotations

from collections.abc import Iterator

from dovetail.core.clock import to_rfc3339
from dovetail.upkeep.proofs import BACKUP_DUE_US, PROOF_DUE_US, is_overdue
from dovetail.vitals.facts import Facts
from dovetail.vitals.finding import Finding


def backups(facts: Facts) -> Iterator[Finding]:
    """How old the last one is, whether one ever came back, and what a restore or an upgrade has left."""
    how = "dovetail backup make FOLDER --keep 7d,4w,12m, every night (docs: Back up and restore)"
    if facts.backup_us is None:
        yield Finding("backups", "look", "there has never been a backup", "administrator", how)
    else:
        form = "encrypted" if facts.backup_encrypted else "not encrypted (dovetail backup key)"
        says = f"the last backup is of {to_rfc3339(facts.backup_us)}, in {facts.backup_folder}, {form}"
        if is_overdue(facts.backup_us, BACKUP_DUE_US, facts.at_us):
            yield Finding("backups", "look", says, "administrator", how)
        else:
            yield Finding("backups", "well", says)
        yield _proof(facts)
    if facts.restoring:
        says = "a restore was interrupted"
        yield Finding("restore", "look", says, "administrator", "start the server, or restore again: both tidy it up")
    if facts.aside:
        says = f"{', '.join(facts.aside)} keeps what a restore replaced"
        yield Finding("restore", "look", says, "administrator", "remove it when you are content")
    if facts.upgraded:
        says = f"{', '.join(facts.upgraded)} keeps the records as they were before an upgrade"
        yield Finding("upgrade", "look", says, "administrator", "remove it when you are content with this version")


def _proof(facts: Facts) -> Finding:
    how = "dovetail backup verify FOLDER --key RECOVERY.KEY --data DATA, best on another machine"
    if facts.proof is None:
        return Finding("proof", "look", "no backup was ever restored to prove it", "administrator", how)
    proof, due_us = facts.proof, facts.proof.at_us + PROOF_DUE_US
    says = f"the backup of {to_rfc3339(proof.made_us)} was restored and compared at {to_rfc3339(proof.at_us)}"
    if facts.at_us > due_us:
        return Finding("proof", "look", f"{says}: that is too long ago", "administrator", how)
    return Finding("proof", "well", f"{says}; the next time is due by {to_rfc3339(due_us)}")
