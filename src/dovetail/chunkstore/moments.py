"""The moments of samples, once for all signals that were read together: a scan brings a hundred of them at one time.

A chunk whose moments others of its month have too is kept without them, beside the number of what holds them: a sum
over their bytes, so that who comes later finds them. Whoever reads a body gets it whole, with a checksum over all.
"""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from dovetail.chunkstore.place import MonthWords, Session
from dovetail.packing import chunks
from dovetail.packing.headers import Header

COLUMNS: Final = f"tag, kind, {', '.join(Header._fields)}, end_value, end_status, end_device, rev, codec, body"
IN_ONE: Final = 500  # that one question names
_BYTES_MIN: Final = 64  # of fewer the number, and the row behind it, would be as long as they are


def body_of(words: MonthWords) -> str:
    """What a body is made of, as columns for `whole`: what the chunk keeps itself, and the moments it shares."""
    shared = f"(select body from {words.moments} where id = {words.chunk}.moments)" if words.moments else "null"
    return f"body, {shared}"


def bytes_of(words: MonthWords) -> str:
    """What a chunk takes, as a column: what it keeps itself, and its part of the moments that it shares."""
    if not words.moments:
        return "length(body)"
    shared = f"(select length(body) from {words.moments} where id = {words.chunk}.moments)"
    sharers = f"(select count(*) from {words.chunk} other where other.moments = {words.chunk}.moments)"
    return f"length(body) + coalesce({shared} / {sharers}, 0)"


def whole(body: bytes, shared: bytes | None) -> bytes:
    """A body as it was written."""
    return body if shared is None else chunks.with_times(body, shared)


def fill(session: Session, words: MonthWords, rows: Sequence[Sequence[Any]]) -> None:
    """Put chunks (`COLUMNS`, with whole bodies) into a month, and what moments several of them share only once."""
    parts = [chunks.without_times(row[-1]) for row in rows]
    ids = [_id(times) if len(times) >= _BYTES_MIN else None for _, times in parts]
    often = Counter(one for one in ids if one is not None)
    known = there(session, words, list(often))
    new: dict[int, bytes] = {}
    filled: list[tuple[Any, ...]] = []
    for row, one, (rest, times) in zip(rows, ids, parts, strict=True):
        if one is not None and one not in known and often[one] > 1:
            known[one] = new[one] = times
        shares = one is not None and known.get(one) == times
        filled.append((*row[:-1], rest if shares else row[-1], one if shares else None))
    session.many(f"insert into {words.moments} (id, body) values (?, ?)", list(new.items()))
    session.fill(words.chunk, f"{COLUMNS}, moments", filled)


def _id(times: bytes) -> int:
    """A number for bytes, the same for the same; as large as a database's."""
    return int.from_bytes(hashlib.blake2b(times, digest_size=8).digest(), "little", signed=True)


def there(session: Session, words: MonthWords, ids: Sequence[int]) -> dict[int, bytes]:
    """Moments by their numbers, as far as they are there."""
    found: dict[int, bytes] = {}
    for start in range(0, len(ids), IN_ONE):
        some = ids[start : start + IN_ONE]
        sql = f"select id, body from {words.moments} where id in ({', '.join('?' * len(some))})"
        found |= {one: bytes(body) for one, body in session.execute(sql, some).fetchall()}
    return found


def remove(session: Session, words: MonthWords, ids: Sequence[int]) -> list[int]:
    """Let chunks go by their numbers; the moments they shared, for `sweep`."""
    asked = f"select moments from {words.chunk} where id = ? and moments is not null"
    shared = {one for rows in session.each(asked, [(chunk_id,) for chunk_id in ids]) for (one,) in rows}
    session.many(f"delete from {words.chunk} where id = ?", [(chunk_id,) for chunk_id in ids])
    return sorted(shared)


def sweep(session: Session, words: MonthWords, shared: Sequence[int]) -> None:
    """Let go of moments that no chunk shares any more."""
    sql = f"delete from {words.moments} where id = ? and not exists (select 1 from {words.chunk} where moments = ?)"
    session.many(sql, [(one, one) for one in shared])
