"""The log at the front with its witness: what is committed is told a second time, and on opening the two are compared.

A server has no file beside: there each row tells whose frame it holds (`inrows`).

What the log has lost is then a declared gap of its source and lane, what it holds and forgot is counted again, and a
row that cannot be read is kept beside. A frame that was lost and comes again is no gap any more.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final

from dovetail.chunkstore import files
from dovetail.chunkstore.files import Files
from dovetail.chunkstore.months import Months
from dovetail.core.errors import DamagedError, LinkError, MalformedError
from dovetail.core.setaside import SPOILT, tell
from dovetail.headlog.head import Head, Restored, Write
from dovetail.packing import frames as codec
from dovetail.packing.place import Place, Storage
from dovetail.twicetold import inrows, journal
from dovetail.twicetold.journal import FrameKey, Journal, Row, Said
from dovetail.twicetold.mending import Found, Mend, decide

log = logging.getLogger(__name__)

LOST_MAX: Final = 100_000  # frames that are lost and may come again; those that were lost first are for ever
ROWS_AT_ONCE: Final = 500  # of the log, as it is looked through
TRIED_MAX: Final = 20_000  # numbers of rows that are looked for one by one at each end of what cannot be read
_ID_MAX: Final = (1 << 63) - 1
_COPIED: Final = "insert or replace into head (head_id, n, body) values (?, ?, ?)"
_ID, _ROUND = "witness", "witnessed"
_TABLES: Final = {"source": 2, "delivery": 9, "received": 4, "consumer": 2, "mark": 2}  # and their columns


class WitnessedHead(Head):
    """A head that tells a journal what it commits. `lost`: frames that were accepted, are gone, and not here again."""

    def __init__(self, place: Place, told: Journal | None, lost: dict[FrameKey, int]) -> None:
        super().__init__(place)
        self._journal, self.lost = told, lost
        self._frames: list[Row] = []  # since it was last written anew, and those before that no chunk holds
        self._number = 0

    def append(self, write: Write) -> list[tuple[int, bytes]]:
        """The same; what was a gap and has come after all is none."""
        back = [of for _, of in write.frames if of.key in self.lost]
        for of in back:
            counts = write.counts[of.source, of.lane]
            for name in ("expected", "gap"):
                counts[name] = counts.get(name, 0) - self.lost[of.key]
        others = super().append(write)
        first = self.last_id - len(write.rows) + 1
        rows = [Row(0 if at is None else first + at, of) for at, of in write.frames]
        for of in back:
            self.lost.pop(of.key, None)
        if self._journal is not None and self._journal.is_there:  # nobody else asks for them
            self._frames += rows
        self._tell([("frame", row.head_id, *row.of) for row in rows])
        return others

    def next_epoch(self, source: str) -> int:
        epoch = super().next_epoch(source)
        self._tell([("epoch", source, epoch)])
        return epoch

    def declare_gap(self, source: str, lane: str, samples: int) -> None:
        super().declare_gap(source, lane, samples)
        self._tell([("gap", source, lane, samples)])

    def seal(self, upto: int) -> None:
        """The same; on opening nobody looks at these rows again, so what is told of them is on the disk first."""
        if self._journal is not None:
            self._journal.durable()
        super().seal(upto)

    def rows(self, after: int, limit: int | None) -> list[tuple[int, bytes]]:
        """The same, up to one that cannot be read. What is in chunks of such a one is then read by time."""
        found = super().rows(after, limit)
        at = next((n for n, (_, body) in enumerate(found) if not codec.is_whole(body)), None)
        if at == 0 and found[0][0] <= self.sealed:
            log.error("row %d of the head cannot be read: its samples are read by time", found[0][0])
            self.released = max(self.released, found[0][0])
            return []
        if at == 0:
            hint = "an administrator restarts Dovetail: it is set aside then, and told"
            raise DamagedError(f"row {found[0][0]} of the head is not what was written", hint=hint)
        return found[:at]

    def _tell(self, lines: Sequence[Sequence[Any]]) -> None:
        if self._journal is None or not lines:
            return
        if self._journal.is_long:
            self.begin_anew()
        else:
            self._journal.tell(lines)

    def begin_anew(self, number: int | None = None) -> None:
        """Write the journal from what stands in the log now."""
        if self._journal is None:
            return
        self._number = number or self._number
        self._frames = [row for row in self._frames if row.head_id > self.sealed]
        for key in list(self.lost)[: max(0, len(self.lost) - LOST_MAX)]:
            del self.lost[key]
        held = [("held", row.head_id, *row.of) for row in self._frames]
        so_far = journal.lines_of(*self.kept(), self.lost)
        self._journal.begin(self._number, [("upto", self.last_id), *so_far, *held])

    def mend(self, frames: Sequence[Row], found: Found, mend: Mend) -> None:
        """Make the log what was decided, in one commit; whoever is killed in between decides the same again."""
        mend.received = {key: spans for key, spans in mend.received.items() if found.received.get(key) != spans}
        self._frames = [row for row in frames if row.of.key not in mend.lost and row.of.key not in self.lost]
        mend.epochs = {source: one for source, one in mend.epochs.items() if one > found.epochs.get(source, 0)}
        if not (
            mend.received
            or mend.epochs
            or any(any(one.values()) for one in mend.counts.values())
            or mend.lost
            or mend.gone
        ):
            return
        at = self.marks().get(_ROUND, 0) + 1
        if self._journal is not None:
            self._journal.tell([("lost", at, *key, n) for key, n in mend.lost.items()])
            self._journal.durable()
        counts = {origin: dict(added) for origin, added in mend.counts.items()}
        back = Restored(mend.received, mend.epochs, counts, mend.gone, mend.floor, mend.rows_lost, {_ROUND: at})
        self.restore(back)
        self.lost |= mend.lost
        for (source, lane, epoch, seq), n in mend.lost.items():
            log.error("%d samples of %s, %s, are lost with the head (epoch %d, frame %d)", n, source, lane, epoch, seq)

    def close(self) -> None:
        """The same; a restart finds the two alike."""
        super().close()
        if self._journal is not None:
            self._journal.close()


def opened(storage: Storage, months: Months) -> Head:
    """The head of a storage, mended where it was damaged. Raises LinkError."""
    told = Journal(storage.folder / journal.NAME) if isinstance(storage, Files) else None
    for was in storage.heads_were if isinstance(storage, Files) else ():
        read_what_can_be(was, storage.head)
        tell(was)
    head = WitnessedHead(storage.head, told, {})
    sealed = _sealed(months)
    if head.sealed > (most := max(sealed.values(), default=0)):
        head.seal(most)  # so many rows no month has seen: they are looked at again, which changes nothing
    marks = head.marks()
    said = None if told is None else journal.read(told.path, round_max=marks.get(_ROUND, 0))
    if said is not None and marks.get(_ID, said.id) != said.id:
        said = None  # another log's: a backup was put in its place
    head.lost = dict(said.lost) if said else inrows.lost(storage)
    found = _found(head, said or Said(0), sealed)
    ours = said or inrows.said(storage, head, found)
    number = ours.id or marks.get(_ID) or secrets.randbits(62) + 1
    try:
        if said is not None or found.spoilt:
            _keep_spoilt(storage, head, found.spoilt)
            if told is not None and said is not None:
                told.reopen()
            head.mend(ours.frames, found, decide(ours, found))
        if told is not None and marks.get(_ID) != number:
            head.restore(Restored({}, {}, {}, (), 0, 0, {_ID: number}))
    except LinkError as error:  # on a full disk nothing is mended; letting go of what is old needs a server that starts
        if told is None or isinstance(error, MalformedError):
            raise
        told.give_up(error)
        return head
    head.begin_anew(number)
    return head


def _sealed(months: Months) -> dict[int, int]:
    sealed: dict[int, int] = {}
    for month in months.newest_first():
        with suppress(MalformedError), months.view(month) as view:
            sealed[month] = view.sealed
    return sealed


def _found(head: Head, said: Said, sealed: Mapping[int, int]) -> Found:
    counts, received, epochs = head.kept()
    spoilt: list[tuple[int, int]] = []
    rows: set[int] = set()
    unsaid: dict[FrameKey, int] = {}
    for head_id, body in _each(head):
        if not codec.is_whole(body):
            spoilt.append((head_id, head.samples_of(head_id)))
            continue
        rows.add(head_id)
        if head_id > said.upto and said.id:
            frame = codec.decode(body)
            unsaid[frame.source, frame.lane.value, frame.epoch, frame.seq] = len(frame)
    return Found(counts, received, epochs, rows, spoilt, unsaid, sealed, head.sealed)


def _each(head: Head) -> Iterator[tuple[int, bytes]]:
    """The rows that no chunk holds."""
    after = head.sealed
    while some := Head.rows(head, after, ROWS_AT_ONCE):
        yield from some
        after = some[-1][0]


def _keep_spoilt(storage: Storage, head: Head, spoilt: Sequence[tuple[int, int]]) -> None:
    """The bytes of rows that cannot be read, as they lay there, for whoever can."""
    for head_id, n in spoilt:
        log.error("row %d of the head (%d samples) cannot be read: it is set aside", head_id, n)
        if not isinstance(storage, Files):
            inrows.keep(storage, head_id)
            continue
        (storage.folder / SPOILT).mkdir(exist_ok=True)
        with storage.head.snapshot() as session:
            (body,) = session.execute("select cast(body as blob) from head where head_id = ?", (head_id,)).fetchone()
        (storage.folder / SPOILT / f"head-row-{head_id}").write_bytes(body)


def read_what_can_be(was: Path, head: Place) -> None:
    """Put into a new head what can be read of one that was set aside; what cannot, its witness tells."""
    with suppress(*files.UNREADABLE), closing(files.connect(was, role="reader")) as old, head.transaction() as session:
        for table, columns in _TABLES.items():
            marks = ", ".join("?" * columns)
            with suppress(*files.UNREADABLE):
                for row in old.execute(f"select * from {table}"):  # noqa: S608 - our own words
                    session.execute(f"insert or replace into {table} values ({marks})", row)  # noqa: S608 - our own words
        _copy_rows(old, session)


def _copy_rows(old: Any, session: Any) -> None:
    """From both ends as far as they can be read, then by their numbers, so many that a start does not take for ever."""
    ends = [0, _ID_MAX]
    for end, (asks, order) in enumerate(((">", "asc"), ("<", "desc"))):
        sql = f"select head_id, n, body from head where head_id {asks} ? order by head_id {order} limit 1"  # noqa: S608 - our own words
        with suppress(*files.UNREADABLE):
            while (row := old.execute(sql, (ends[end],)).fetchone()) is not None and ends[0] < row[0] < ends[1]:
                session.execute(_COPIED, row)
                ends[end] = row[0]
            return  # there is no other
    first, last = ends
    near = chain(range(first + 1, min(first + TRIED_MAX, last)), range(max(last - TRIED_MAX, first + TRIED_MAX), last))
    for head_id in near:
        with suppress(*files.UNREADABLE):
            row = old.execute("select head_id, n, body from head where head_id = ?", (head_id,)).fetchone()
            if row is not None:
                session.execute(_COPIED, row)
