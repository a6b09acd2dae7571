"""Frames become rows of the head one behind the other, whoever writes them: the process that seals, and workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

APPEND_LOCK: Final = 0x0D0E7A13  # advisory: whoever holds it gives the next head rows their numbers
_ADDED: Final = (
    "insert into head (head_id, n, body, told) values (1 + greatest((select coalesce(max(head_id), 0) from head),"
    " (select max(head_id) from mark where name in ('released', 'floor'))), ?, ?, ?) returning head_id"
)

type Rows = list[tuple[int, bytes]]


def append(
    execute: Callable[..., Any], rows: Sequence[tuple[int, bytes, bytes]], *, known: int, look: bool
) -> Callable[[], tuple[Rows, int]]:
    """Rows (n, body, whose it is) behind all that there are, for this transaction alone until it ends.

    So rows become visible in the order of their numbers: who reads on from the last one it saw misses none. What comes
    back is to be called once the transaction is over: others' rows (head_id, body) behind `known`, where one is to
    `look` for them, and the number that the first of ours has got.
    """
    execute("select pg_advisory_xact_lock(?)", (APPEND_LOCK,))
    asked = "select head_id, body from head where head_id > ? order by head_id"
    before = execute(asked, (known,)) if look else None
    answers = [execute(_ADDED, row) for row in rows]

    def told() -> tuple[Rows, int]:
        others: Rows = [] if before is None else before.fetchall()
        last: int = others[-1][0] if others else known
        return others, answers[0].fetchone()[0] if answers else last + 1

    return told
