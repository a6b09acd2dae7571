"""The head log: one durable write per group of frames, and the queue from which the engines read.

Rows carry `head_id` in commit order. What was received, how much, and how far consumers are commits with them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from dovetail.core import faults
from dovetail.core.batch import Frame
from dovetail.core.errors import LinkError
from dovetail.core.spans import Spans
from dovetail.headlog.told import Counts, Told, frame_of, line_of
from dovetail.packing.columns import Block
from dovetail.packing.place import Place, Session

log = logging.getLogger(__name__)

COUNTERS = ("expected", "stored", "duplicate", "refused", "gap", "frames", "repeated")
_CONSUMER = "insert into consumer values (?, ?) on conflict (name) do update set head_id = excluded.head_id"
_FLOOR = "insert into mark values ('floor', ?) on conflict (name) do update set head_id = excluded.head_id"
_LOST = "insert into mark values ('lost', ?) on conflict (name) do update set head_id = mark.head_id + excluded.head_id"
_RECEIVED = (
    "insert into received values (?, ?, ?, ?) on conflict (source, lane, epoch) do update set spans = excluded.spans"
)
_SET = "insert into mark values (?, ?) on conflict (name) do update set head_id = excluded.head_id"
_SET_EPOCH = (
    "insert into source values (?, ?) on conflict (source) do update set epoch = excluded.epoch "
    "where excluded.epoch > source.epoch"
)
_EPOCH = "insert into source values (?, 1) on conflict (source) do update set epoch = source.epoch + 1 returning epoch"

type ReceivedKey = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Write:
    """What one commit brings: head rows (n, body), the seqs received, and what to add to the account.

    `frames`: each that came for the first time, with the position of its row; None: nothing of it was new.
    """

    rows: Sequence[tuple[int, bytes]]
    received: Mapping[ReceivedKey, Spans]
    counts: Mapping[tuple[str, str], Counts]
    frames: Sequence[tuple[int | None, Told]] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """What a log gets back after damage: seqs and epochs as they were, what to add to the account, and rows that go."""

    received: Mapping[ReceivedKey, Spans]
    epochs: Mapping[str, int]
    counts: Mapping[tuple[str, str], Counts]
    gone: Sequence[int]
    floor: int
    rows_lost: int
    marks: Mapping[str, int]


class Head:
    """All SQL of the head. The caller holds the writing lock for every method that writes."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._received: dict[ReceivedKey, Spans] = {}
        with place.snapshot() as session:
            self._load(session)
            self.consumers: dict[str, int] = dict(session.execute("select name, head_id from consumer").fetchall())
        self._told: dict[str, int] = dict(self.consumers)

    def _load(self, session: Session) -> None:
        marks = dict(session.execute("select name, head_id from mark").fetchall())
        (newest,) = session.execute("select coalesce(max(head_id), 0) from head").fetchone()
        (kept_bytes,) = session.execute("select coalesce(sum(length(body)), 0) from head").fetchone()
        self.sealed: int = marks["sealed"]
        self.released: int = marks["released"]
        self.last_id: int = max(newest, self.released, marks.get("floor", 0))  # rows may go, their numbers stay given
        self.kept_bytes = int(kept_bytes)
        self._received.clear()

    def overlooked(self) -> list[tuple[int, bytes]]:
        """Rows (head_id, body) that were committed although their commit seemed to fail: the connection broke in it."""
        if not self._place.renewed():
            return []
        known = self.last_id
        with self._place.snapshot() as session:
            self._load(session)
        return self.rows(known, None)

    def close(self) -> None:
        """Write what consumers told and close."""
        with suppress(LinkError):  # an older position only keeps more
            if self._told != self.consumers:
                with self._commit():
                    pass
        self._place.close()

    @contextmanager
    def _commit(self) -> Iterator[Session]:
        """A transaction that carries along what consumers have told since the last one."""
        telling = dict(self.consumers)
        with self._place.transaction() as session:
            yield session
            if telling != self._told:
                session.many(_CONSUMER, list(telling.items()))
        self._told = telling

    def received(self, key: ReceivedKey) -> Spans:
        """The seqs received so far of a source's lane in one epoch."""
        if key not in self._received:
            self._received[key] = self.received_now(key)
        return self._received[key]

    def received_now(self, key: ReceivedKey) -> Spans:
        """The same as it stands in the store, whoever wrote it; any thread."""
        sql = "select spans from received where source = ? and lane = ? and epoch = ?"
        with self._place.snapshot() as session:
            found = session.execute(sql, key).fetchone()
        return spans_of(found[0]) if found else Spans()

    def restore(self, what: Restored) -> None:
        """Give back what damage has taken, and say what is lost; one commit."""
        with self._place.transaction() as session:
            session.many("delete from head where head_id = ?", [(head_id,) for head_id in what.gone])
            session.many(_RECEIVED, [(*key, json.dumps(spans.ranges)) for key, spans in what.received.items()])
            session.many(_SET_EPOCH, list(what.epochs.items()))
            _count(session, what.counts)
            session.many(_SET, list(what.marks.items()))
            if what.gone or what.floor > self.last_id:  # the number of a row that goes stays given
                session.execute(_FLOOR, (max(what.floor, self.last_id),))
            if what.rows_lost:
                session.execute(_LOST, (what.rows_lost,))
        with self._place.snapshot() as session:
            self._load(session)

    def samples_of(self, head_id: int) -> int:
        """How many a row says it holds; its body is not asked."""
        with self._place.snapshot() as session:
            (n,) = session.execute("select n from head where head_id = ?", (head_id,)).fetchone()
        return n if isinstance(n, int) and n > 0 else 0

    def told_in(self, head_id: int) -> Told | None:
        """Whose frame a row holds, as it says beside its body; only where rows say so."""
        with self._place.snapshot() as session:
            (line,) = session.execute("select told from head where head_id = ?", (head_id,)).fetchone()
        return frame_of(line)

    def marks(self) -> dict[str, int]:
        """Numbers by their names, as they stand."""
        with self._place.snapshot() as session:
            return dict(session.execute("select name, head_id from mark").fetchall())

    def kept(self) -> tuple[dict[tuple[str, str], Counts], dict[ReceivedKey, Spans], dict[str, int]]:
        """All accounts, all seqs received and all epochs given, of one moment."""
        with self._place.snapshot() as session:
            spans = session.execute("select source, lane, epoch, spans from received").fetchall()
            epochs = dict(session.execute("select source, epoch from source").fetchall())
            return _counters(session), {(s, lane, epoch): spans_of(text) for s, lane, epoch, text in spans}, epochs

    def append(self, write: Write) -> list[tuple[int, bytes]]:
        """Make it durable in one commit. Raises LinkError, then nothing of it is there, or it is `overlooked`.

        Answers the rows (head_id, body) that others have written since the last look; ours come right after them.
        """
        with self._commit() as session:
            appended = self._place.append(session, _with_lines(write), known=self.last_id)
            spans = [(*key, json.dumps(spans.ranges)) for key, spans in write.received.items()]
            session.many(_RECEIVED, spans)
            _count(session, write.counts)
            faults.point("historian.written")
        others, first = appended()
        self.last_id = first + len(write.rows) - 1
        self.kept_bytes += sum(len(body) for _, body in (*others, *write.rows))
        self._received.update(write.received)
        return others

    def news(self, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` rows that others have written since the last look."""
        found = self.rows(self.last_id, limit)
        if found:
            self.last_id = found[-1][0]
            self.kept_bytes += sum(len(body) for _, body in found)
        return found

    def forget_received(self, number: int) -> None:
        """Somebody else may have received frames of this part of the sources since we last did."""
        self._received = {key: spans for key, spans in self._received.items() if part_of(key[0]) != str(number)}

    def next_epoch(self, source: str) -> int:
        """A number never given before to this source, durable when it returns."""
        with self._place.transaction() as session:
            (epoch,) = session.execute(_EPOCH, (source,)).fetchone()
        return epoch

    def declare_gap(self, source: str, lane: str, samples: int) -> None:
        """Add samples that the source says are lost."""
        with self._place.transaction() as session:
            _count(session, {(source, lane): {"expected": samples, "gap": samples}})

    def consumer_at(self, name: str, head_id: int | None) -> int:
        """A new consumer is durable at once; a position goes with the next commit (an older one only keeps more)."""
        known = name in self.consumers or head_id is None
        self.given(head_id or 0, name)
        self.consumers |= {} if head_id is None else {name: head_id}
        if not known:
            with self._commit():
                pass
        return self.consumers.get(name, 0)

    def given(self, upto: int, to: str) -> None:
        """Numbers up to this one were given, as `to` knows. They are never given again, though their rows are gone.

        A spoilt end of the log is cut off in silence by whoever keeps it; who has read or kept rows of it knows better.
        """
        if upto <= self.last_id:
            return
        with self._place.snapshot() as session:
            (newest,) = session.execute("select coalesce(max(head_id), 0) from head").fetchone()
        if upto <= newest:
            return  # others have written them, and we shall read them
        known = max(newest, self.last_id)
        log.error(
            "the end of the head is lost: %s knows rows up to %d, and there are none after %d. Samples of up to %d "
            "frames that were accepted are gone; what the gateways still hold comes again",
            to, upto, known, upto - known,
        )  # fmt: skip
        with self._commit() as session:
            session.execute(_FLOOR, (upto,))
            session.execute(_LOST, (upto - known,))
        if newest <= self.last_id:
            self.last_id = upto

    def seal(self, upto: int) -> None:
        """All samples of rows up to `upto` are in chunks."""
        with self._commit() as session:
            session.execute("update mark set head_id = ? where name = 'sealed'", (upto,))
        self.sealed = upto

    def release(self, upto: int, *, rows_max: int) -> int:
        """Delete up to `rows_max` of the oldest rows not above `upto`; how many went."""
        sql = "select head_id, length(body) from head where head_id <= ? order by head_id limit ?"
        with self._place.snapshot() as session:
            found = session.execute(sql, (upto, rows_max)).fetchall()
        if not found:
            return 0
        last = found[-1][0]
        with self._place.transaction() as session:
            session.execute("delete from head where head_id <= ?", (last,))
            session.execute("update mark set head_id = ? where name = 'released'", (last,))
        self.released = last
        self.kept_bytes -= sum(length for _, length in found)
        return len(found)

    def oldest_over(self, bytes_max: int) -> int:
        """The head_id up to which rows must go so that the rest is within `bytes_max`."""
        surplus = self.kept_bytes - bytes_max
        last = 0
        with self._place.snapshot() as session:
            for head_id, length in session.execute("select head_id, length(body) from head order by head_id"):
                if surplus <= 0:
                    break
                surplus -= length
                last = head_id
        return last

    def rows(self, after: int, limit: int | None) -> list[tuple[int, bytes]]:
        """(head_id, body) in commit order; any thread. None: all."""
        sql = "select head_id, body from head where head_id > ? order by head_id"
        with self._place.snapshot() as session:
            if limit is None:
                return session.execute(sql, (after,)).fetchall()
            return session.execute(f"{sql} limit ?", (after, limit)).fetchall()

    def account(self) -> tuple[dict[tuple[str, str], Counts], dict[tuple[str, str], int]]:
        """Per (source, lane) the counters, and the number of holes in the seqs; any thread, one moment."""
        counters, received, _ = self.kept()
        missing: dict[tuple[str, str], int] = {}
        for (source, lane, _epoch), spans in received.items():
            key = (whole(source), lane)
            missing[key] = missing.get(key, 0) + spans.missing()
        return counters, missing


def _with_lines(write: Write) -> list[tuple[int, bytes, bytes]]:
    lines = {at: line_of([*of]) for at, of in write.frames}
    return [(n, body, lines.get(at, b"")) for at, (n, body) in enumerate(write.rows)]


def told_of(frame: Frame, blocks: Sequence[Block], rest: tuple[int, int]) -> Told:
    """A frame as it is told of; `blocks`: what is stored of it, `rest`: how many are duplicate, and refused."""
    first = min((int(block.ts.min()) for block in blocks), default=0)
    last = max((int(block.ts.max()) for block in blocks), default=0)
    of = (frame.source, frame.lane.value, frame.epoch, frame.seq)
    return Told(*of, sum(map(len, blocks)), *rest, first, last)


def spans_of(text: str) -> Spans:
    """Seqs as they are kept; none where a disk has spoilt them: what comes again is found to repeat others."""
    try:
        return Spans(tuple((int(first), int(last)) for first, last in json.loads(text)))
    except (ValueError, TypeError):
        log.error("which frames have come cannot be read any more: those that are sent again are looked at anew")
        return Spans()


def _counters(session: Session) -> dict[tuple[str, str], Counts]:
    counted = session.execute(f"select source, lane, {', '.join(COUNTERS)} from delivery").fetchall()  # noqa: S608  # our own column names
    return {(row[0], row[1]): dict(zip(COUNTERS, row[2:], strict=True)) for row in counted}


def part(source: str, number: int) -> str:
    """A source as one part of its frames is received: each part has numbers of its own."""
    return f"{source}#{number}"


def whole(source: str) -> str:
    """The source itself."""
    return source.partition("#")[0]


def part_of(source: str) -> str:
    """Which part; empty where it is the whole."""
    return source.partition("#")[2]


def _count(session: Session, counts: Mapping[tuple[str, str], Counts]) -> None:
    sets = ", ".join(f"{name} = delivery.{name} + excluded.{name}" for name in COUNTERS)
    sql = f"insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (source, lane) do update set {sets}"  # noqa: S608  # our own column names
    rows = [(*key, *(added.get(name, 0) for name in COUNTERS)) for key, added in counts.items()]
    session.many(sql, rows)
