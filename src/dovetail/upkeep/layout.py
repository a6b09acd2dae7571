"""What lies in an installation's data folder, and by which names."""

from __future__ import annotations

from typing import Final

LOCK: Final = "owner.lock"
SOCKET: Final = "control.sock"
RECORDS: Final = "records.db"
ELSEWHERE: Final = (
    "records-are-in-postgresql"  # a marker: opening the folder without the database would begin an empty one
)
HISTORIAN: Final = "historian"
SPOOL: Final = "spool.db"  # in the historian's folder: what was taken from files, tables and messages, on its way
INSTALLATION: Final = "installation.id"  # made when first asked for: whose backups and copies are they
LAST_BACKUP: Final = "last-backup.json"
LAST_PROOF: Final = "last-proof.json"  # of a backup that was restored and compared
LAST_SEARCH: Final = "last-search.json"  # for damage: how far it is, and what it found
HISTORIES: Final = "histories"  # imports of foreign histories under way: asked for again where a backup is restored
EXPORTS: Final = "exports"  # what people had written to files, for a week: copies, so no backup holds them
BALLAST: Final = "ballast"
SET_UP_LINK: Final = "set-up-link"  # where the one-time link goes when standard output is a journal
RESTORING: Final = "restoring"  # a restore under way; without its journal it is only half there
BEFORE_UPGRADE: Final = "before-upgrade-"  # the records as they were before a newer version changed them
SCRATCH: Final = "scratch-"  # what a backup or a restore lays out for a while, in the clear
ASIDE: Final = "before-restore-"  # what a restore found, kept
KNOWN: Final = frozenset(
    {LOCK, SOCKET, RECORDS, ELSEWHERE, HISTORIAN, INSTALLATION, LAST_BACKUP, LAST_PROOF, BALLAST, SET_UP_LINK}
) | {LAST_SEARCH}
