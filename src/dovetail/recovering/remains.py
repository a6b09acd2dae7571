"""What can still be read of a month whose file is no whole database any more, chunk by chunk.

One page that a disk has altered makes SQLite refuse all that lies behind it, not the rest of the file. So rows are
looked for one after the other, over the stretches that it refuses, and each is taken only if it is as it was written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from dovetail.chunkstore import files
from dovetail.chunkstore.months import View
from dovetail.core.setaside import SPOILT
from dovetail.packing.columns import Block
from dovetail.packing.place import Session

UNREADABLE: Final = (*files.UNREADABLE, LookupError, TypeError, ValueError)
_FARTHEST: Final = 1 << 62

type Place = tuple[int, int]
"""(number of a chunk, tag)"""


def is_kept(folder: Any) -> bool:
    """Whether a folder is one of those in which files lie that were set aside."""
    return folder.parent.name == SPOILT


def remains(session: Session, view: View) -> dict[int, list[int]]:
    """By tag the numbers of the chunks that are as they were written."""
    found = defaultdict[int, list[int]](list)
    for number, tag in _reachable(session):
        if blocks(view, [(number, tag)]):
            found[tag].append(number)
    return dict(sorted(found.items()))


def blocks(view: View, places: Sequence[Place]) -> list[Block]:
    """The samples of chunks, without those that cannot be read."""
    found: list[Block] = []
    for number, tag in places:
        with suppress(*UNREADABLE):
            found += [chunk.block for chunk in view.taken([(tag, number)]).values()]
    return found


def _reachable(session: Session) -> Iterator[Place]:
    after = 0
    while (found := _next(session, after)) is not None:
        yield found
        after = found[0]


def _next(session: Session, after: int) -> Place | None:
    """The next row that can be read; of those that cannot nobody knows how many there are: they are leapt over."""
    try:
        return _ask(session, after)
    except UNREADABLE:
        refused, step = after, 1
    while step < _FARTHEST:
        try:
            found = _ask(session, after + step)
            break
        except UNREADABLE:
            refused, step = after + step, 2 * step
    else:
        return None
    begin = after + step
    while begin - refused > 1:  # what can be read begins somewhere between the last two leaps
        middle = (begin + refused) // 2
        try:
            found, begin = _ask(session, middle), middle
        except UNREADABLE:
            refused = middle
    return found


def _ask(session: Session, after: int) -> Place | None:
    sql = "select id, tag from chunk not indexed where id > ? order by id limit 1"
    found = session.execute(sql, (after,)).fetchone()
    if found is not None and not (isinstance(found[0], int) and found[0] > after and isinstance(found[1], int)):
        raise ValueError("a page that is not what was written leads astray")
    return found
