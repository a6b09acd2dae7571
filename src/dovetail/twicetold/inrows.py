"""Where a server keeps the log, each row says beside its frame whose it is: what cannot be read still has an owner.

The server's own journal stands against a lost end, so nothing else is told a second time there: what it has counted and
received is believed.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from dovetail.headlog.head import Head
from dovetail.headlog.told import frame_of
from dovetail.packing.place import Storage
from dovetail.twicetold.journal import FrameKey, Row, Said
from dovetail.twicetold.mending import Found

_KEEP: Final = "insert into head_aside (head_id, n, body, told) select head_id, n, body, told from head"


def said(storage: Storage, head: Head, found: Found) -> Said:
    """What the log itself says, and of rows that cannot be read what they say beside; of files nothing."""
    if not storage.is_shared:
        return Said(0)
    told = [(head_id, head.told_in(head_id)) for head_id, _ in found.spoilt]
    counts = {origin: Counter(count) for origin, count in found.counts.items()}
    frames = [Row(head_id, of) for head_id, of in told if of is not None]
    return Said(0, counts=counts, received=dict(found.received), epochs=dict(found.epochs), frames=frames)


def lost(storage: Storage) -> dict[FrameKey, int]:
    """Frames that were lost, and how many samples each had: one that comes again is no gap any more."""
    if not storage.is_shared:
        return {}
    with storage.head.snapshot() as session:
        kept = session.execute("select told from head_aside order by head_id").fetchall()
    return {of.key: of.stored for (line,) in kept if (of := frame_of(line)) is not None}


def keep(storage: Storage, head_id: int) -> None:
    """A row that cannot be read, as it lies there, for whoever can; who was killed since does it once."""
    once = "head_id = ? and not exists (select 1 from head_aside where head_id = ?)"
    with storage.head.transaction() as session:
        session.execute(f"{_KEEP} where {once}", (head_id, head_id))
