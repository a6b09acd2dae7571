"""The moments of samples, once for all signals that were read together: a scan brings a hundred of them at one time.

A chunk whose moments others of its month have too is kept without them, beside the number of what holds them: a sum
over their bytes, so that who comes later finds them. Whoever reads a body gets it whole, with a checksum over all.
"""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any, Final

from dovetail.packing import checks, chunks
from dovetail.packing.columns import Block, DamagedError
from dovetail.packing.headers import Header
from dovetail.packing.place import Answer, MonthWords, Session, Values

COLUMNS: Final = f"tag, kind, {', '.join(Header._fields)}, end_value, end_status, end_device, rev, codec, body"
VOUCHED: Final = COLUMNS.removesuffix(", body")  # what a chunk's check is of, besides its body
_N: Final = COLUMNS.count(",") + 1
HEADER_AT, SUMS_AT, T1_AT, END_AT = slice(4, 16), slice(8, 14), 5, slice(16, 19)  # in a row: id, check, VOUCHED, …
VOUCHED_AT: Final = slice(2, 2 + COLUMNS.count(","))
IN_ONE: Final = 500  # that one question names
_BYTES_MIN: Final = 64  # of fewer the number, and the row behind it, would be as long as they are


def body_of(words: MonthWords) -> str:
    """What a body is made of, as columns for `opened`: what the chunk keeps, the moments it shares, and its check."""
    shared = f"(select body from {words.moments} where id = {words.chunk}.moments)" if words.moments else "null"
    return f"body, {shared}, {words.checked}"


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


def opened(body: bytes, shared: bytes | None, check: int | None, *, tag: int) -> Block:
    """The samples of a body. Raises DamagedError: it is not what was written, or another tag's."""
    if not isinstance(body, bytes) or not checks.owns(check, tag, body):
        raise DamagedError(f"a chunk of tag {tag} is not what was written for it")
    return chunks.decode(whole(body, shared), tag=tag)


def fill(session: Session, words: MonthWords, rows: Sequence[Sequence[Any]]) -> None:
    """Put chunks (`COLUMNS`, with whole bodies) into a month, and what moments several of them share only once.

    Behind that a row may bring its check from elsewhere; the others are new, and get one.
    """
    parts = [chunks.without_times(row[_N - 1]) for row in rows]
    ids = [_id(times) if len(times) >= _BYTES_MIN else None for _, times in parts]
    often = Counter(one for one in ids if one is not None)
    known = told(ask(session, words, list(often)))
    new: dict[int, bytes] = {}
    filled: list[tuple[Any, ...]] = []
    for row, one, (rest, times) in zip(rows, ids, parts, strict=True):
        if one is not None and one not in known and often[one] > 1:
            known[one] = new[one] = times
        shares = one is not None and known.get(one) == times
        check = row[_N] if len(row) > _N else checks.check_of(row[: _N - 1], row[_N - 1])
        filled.append((*row[: _N - 1], rest if shares else row[_N - 1], one if shares else None, check))
    session.many(f"insert into {words.moments} (id, body) values (?, ?)", list(new.items()))
    session.fill(words.chunk, f"{COLUMNS}, moments, checked", filled)


def _id(times: bytes) -> int:
    """A number for bytes, the same for the same; as large as a database's."""
    return int.from_bytes(hashlib.blake2b(times, digest_size=8).digest(), "little", signed=True)


def ask(session: Session, words: MonthWords, ids: Sequence[int]) -> list[Answer]:
    """For moments by their numbers, for `told`."""
    parts = [ids[start : start + IN_ONE] for start in range(0, len(ids), IN_ONE)]
    sql = f"select id, body from {words.moments} where id in "
    return [session.execute(f"{sql} ({', '.join('?' * len(some))})", some) for some in parts]


def told(answers: Sequence[Answer]) -> dict[int, bytes]:
    """What was asked for, as far as it is there."""
    return {one: bytes(body) for answer in answers for one, body in answer.fetchall()}


def next_of(session: Session, questions: Iterator[tuple[str, Values]]) -> Answer | None:
    """The answer to the next one, which nobody waits for yet."""
    one = next(questions, None)
    return None if one is None else session.execute(*one)


def remove(session: Session, words: MonthWords, ids: Sequence[int]) -> list[int]:
    """Let chunks go by their numbers; the moments they shared, for `sweep`."""
    shared = set[int]()
    for some in batched(ids, IN_ONE):  # one by one a server would take as long for them as for all else that it writes
        these = f"id in ({', '.join('?' * len(some))})"
        asked = f"select moments from {words.chunk} where {these} and moments is not null"
        shared |= {one for (one,) in session.execute(asked, some).fetchall()}
        session.execute(f"delete from {words.chunk} where {these}", some)
    return sorted(shared)


def sweep(session: Session, words: MonthWords, shared: Sequence[int]) -> None:
    """Let go of moments that no chunk shares any more."""
    sql = f"delete from {words.moments} where id = ? and not exists (select 1 from {words.chunk} where moments = ?)"
    session.many(sql, [(one, one) for one in shared])
