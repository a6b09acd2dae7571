"""What can still be read of a month whose file is no whole database any more, chunk by chunk.

One page that a disk has altered makes SQLite refuse all that lies behind it, not the rest of the file. So rows are
looked for one after the other, over the stretches that it refuses, and each is taken only if it is as it was written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from dovetail.chunkstore import files
from dovetail.chunkstore.aside import EVERY, Damaged
from dovetail.chunkstore.months import View
from dovetail.core.batch import Kind
from dovetail.core.setaside import SPOILT
from dovetail.packing.columns import Block
from dovetail.packing.fresh import NewChunk
from dovetail.packing.place import MonthWords, Session

UNREADABLE: Final = (*files.UNREADABLE, LookupError, TypeError, ValueError)
ASKED_MAX: Final = 50_000  # numbers behind a refusal that are asked for one by one: half a second
_FARTHEST: Final = 1 << 62

type Place = tuple[int, int]
"""(number of a chunk, tag)"""


def is_kept(folder: Path) -> bool:
    """Whether a folder is one of those in which files lie that were set aside."""
    return folder.parent.name == SPOILT


def words_of(connection: Session) -> MonthWords:
    """What such a file is called: by what its rows have. Its version may be what is spoilt, and an earlier one's rows
    are taken without anything that vouches for whose they are."""
    columns = {row[1] for row in connection.execute("pragma table_info(chunk)")}
    return files.WORDS if files.WORDS.checked in columns else files.words_of(connection)


def remains(session: Session, view: View) -> dict[int, dict[int, int]]:
    """By tag the chunks that are as they were written: their numbers, and how many samples each holds."""
    found = defaultdict[int, dict[int, int]](dict)
    for number, tag in _reachable(session):
        for block in blocks(view, [(number, tag)]):
            found[tag][number] = len(block)
    return dict(sorted(found.items()))


def blocks(view: View, places: Sequence[Place]) -> Iterator[Block]:
    """The samples of chunks, without those that cannot be read."""
    for number, tag in places:
        found: dict[int, NewChunk] = {}
        with suppress(*UNREADABLE):
            found = view.taken([(tag, number)])
        yield from (chunk.block for chunk in found.values())


def tells(view: View) -> bool:
    """Whether it can still say which of its samples it had lost before."""
    with suppress(*UNREADABLE):
        return all(_is_hole(one) for one, _ in view.rows_aside())
    return False


def _is_hole(one: Damaged) -> bool:
    numbers = one.id, one.tag, one.kind, one.t0, one.t1, one.n, one.rev, one.at_us
    return all(isinstance(number, int) for number in numbers) and (one.tag == EVERY or one.kind in Kind)


def _reachable(session: Session) -> Iterator[Place]:
    after = 0
    while True:
        try:
            found = _ask(session, after)
        except UNREADABLE:
            found = _leapt(session, after)
            yield from _by_number(session, after, _FARTHEST if found is None else found[0])
        if found is None:
            return
        yield found
        after = found[0]


def _leapt(session: Session, after: int) -> Place | None:
    """A row behind some that cannot be read, of which nobody knows how many there are; None: there is no other."""
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


def _by_number(session: Session, after: int, before: int) -> Iterator[Place]:
    """Rows between two of them that were leapt over with those beside them, and are there for who asks for them."""
    for number in range(after + 1, min(before, after + 1 + ASKED_MAX)):
        with suppress(*UNREADABLE):
            if (tag := _tag_of(session, number)) is not None:
                yield number, tag


def _ask(session: Session, after: int) -> Place | None:
    sql = "select id, tag from chunk not indexed where id > ? order by id limit 1"
    found = session.execute(sql, (after,)).fetchone()
    if found is None:
        return None
    number, tag = found
    if not (isinstance(number, int) and number > after and isinstance(tag, int)):
        raise ValueError("a page that is not what was written leads astray")
    if number > after + 1 and _tag_of(session, number) != tag:
        raise ValueError("a number that is not what was written would leap over all that lie behind it")
    return number, tag


def _tag_of(session: Session, number: int) -> int | None:
    found = session.execute("select tag from chunk not indexed where id = ?", (number,)).fetchone()
    return found[0] if found is not None and isinstance(found[0], int) else None
