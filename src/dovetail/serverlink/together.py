"""Samples and their server exchange many statements at once: a commit waits for it once, and who reads much never idly.

A pipeline of cursors sends statements one by one, and looks for answers in between; to store five thousand samples that
took half of the processor's time. Here a statement waits until somebody looks at an answer, or until the end; and of
several that were sent the server works on the next while what it said before is dealt with.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from weakref import WeakKeyDictionary

from psycopg import Connection, Error, errors, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.waiting import Ready, Wait

from dovetail.serverlink.sessions import PASSING, Values, worded

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

AT_ONCE: Final = 64  # statements that are handed over before the server's answers are made room for

PREPARED_FROM: Final = 3  # times that something is asked
PREPARED_MAX: Final = 100  # some kB each in the server; the shapes of questions are few, but months have names
ASKED_MAX: Final = 1_000  # of which it is counted how often

type Types = tuple[int, ...]
type Key = tuple[bytes, Types]
type Going[T] = Generator[Wait, Ready | int, T]


class Statement(NamedTuple):
    """As the server has it: what it is asked, and values with their types and how they are written."""

    sql: bytes
    params: Sequence[Any] | None
    types: Types
    formats: Sequence[pq.Format] | None


class _Prepared:
    """What the server need not read and plan again on one connection: what is asked often, by last use."""

    def __init__(self) -> None:
        self._numbers = count()
        self._asked = Counter[Key]()
        self._names: dict[Key, bytes] = {}

    def named(self, key: Key) -> tuple[bytes | None, Literal["new", "known"]]:
        """Under which name; None: it is not asked often."""
        name = self._names.pop(key, None)
        if name is not None:
            self._names[key] = name
            return name, "known"
        if len(self._asked) > ASKED_MAX:
            self._asked.clear()
        self._asked[key] += 1
        if self._asked[key] < PREPARED_FROM:
            return None, "new"
        del self._asked[key]
        name = self._names[key] = b"together_%d" % next(self._numbers)
        return name, "new"

    def surplus(self) -> bytes | None:
        """What is to be let go of, if anything is."""
        return self._names.pop(next(iter(self._names))) if len(self._names) > PREPARED_MAX else None

    def forget(self) -> None:
        """What was said lately may not have been heard; no name is given twice."""
        self._names.clear()


_PREPARED: Final[WeakKeyDictionary[Connection[Any], _Prepared]] = WeakKeyDictionary()


class Answer:
    """The rows of a statement; whoever looks first sends it, with all that waits beside it."""

    def __init__(self, together: Together, statement: Statement) -> None:
        self._together, self.statement = together, statement
        self.result: PGresult | None = None

    def fetchall(self) -> list[Any]:
        """All rows."""
        if self.result is None:
            self._together.exchange(until=self)
        assert self.result is not None
        return self._together.rows(self.result)

    def fetchone(self) -> Any:
        """The first row; None where there is none."""
        return next(iter(self.fetchall()), None)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())


class Together:
    """One connection in the words of `Session`; used by one thread at a time."""

    def __init__(self, connection: Connection[Any]) -> None:
        connection.prepare_threshold = None  # what the driver prepares it lets go of at a rollback, and ours with it
        self._connection = connection
        self._waiting: list[Answer] = []  # not sent yet
        self._due: deque[Answer | None] = deque()  # whose results come next; None: what nobody asks for
        self._prepared = _PREPARED.setdefault(connection, _Prepared())
        self._transformer = Transformer.from_context(connection)

    @contextmanager
    def transaction(self) -> Iterator[Together]:
        """All or nothing, outside of any other; it is on disk when this returns."""
        self.execute("begin")
        try:
            yield self
            self.execute("commit")
            self.exchange()
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def reading(self) -> Iterator[Together]:
        """Inside a transaction that somebody else begins and ends; what nobody has looked at by then is not asked."""
        try:
            yield self
        finally:
            self._settle()

    def _settle(self) -> None:
        """Nothing waits, and nothing is due. A connection on which that cannot be reached is closed."""
        self._waiting.clear()
        with suppress(Error):  # of what nobody looks at any more
            self.exchange()

    def _roll_back(self) -> None:
        self._settle()
        if not self._connection.closed and self._connection.info.transaction_status != pq.TransactionStatus.IDLE:
            with suppress(*PASSING):
                self._connection.execute("rollback")

    def execute(self, sql: str, values: Values = (), /) -> Answer:
        """One statement, which waits for others."""
        some = self._transformer
        params = some.dump_sequence(values, [PyFormat.AUTO] * len(values)) if values else None
        types, formats = (tuple(some.types or ()), some.formats) if values else ((), None)
        answer = Answer(self, Statement(worded(sql), params, types, formats))
        self._waiting.append(answer)
        return answer

    def many(self, sql: str, rows: Sequence[Values], /) -> None:
        """One statement for each row."""
        for row in rows:
            self.execute(sql, row)

    def each(self, sql: str, rows: Sequence[Values], /) -> Iterator[list[Any]]:
        """What one question answers for each row."""
        return (answer.fetchall() for answer in [self.execute(sql, row) for row in rows])

    def fill(self, table: str, columns: str, rows: Sequence[Values], /) -> None:
        """Many rows."""
        marks = ", ".join("?" * (columns.count(",") + 1))
        self.many(f"insert into {table} ({columns}) values ({marks})", rows)  # noqa: S608  # our own names

    def rows(self, result: PGresult) -> list[Any]:
        """What came back, in Python's types."""
        self._transformer.set_pgresult(result, format=pq.Format.BINARY)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def exchange(self, *, until: Answer | None = None) -> None:
        """Send what waits and take answers, up to one of them (None: all).

        Raises what the server says of a statement that it refuses; those behind it were not done.
        """
        link = self._connection.pgconn
        try:
            refused = self._connection.wait(self._exchanged(until))
        except BaseException:  # nobody knows how much of it was heard
            self._due.clear()
            self._connection.close()
            raise
        if not self._due and link.pipeline_status != pq.PipelineStatus.OFF:
            link.exit_pipeline_mode()
        if refused is not None:
            self._prepared.forget()
            raise errors.error_from_result(refused)

    def _exchanged(self, until: Answer | None) -> Going[PGresult | None]:
        some, self._waiting = self._waiting, []
        link = self._connection.pgconn
        if some and link.pipeline_status == pq.PipelineStatus.OFF:
            link.enter_pipeline_mode()
        for number, answer in enumerate(some, 1):
            self._hand_over(answer)
            if number % AT_ONCE == 0:
                yield from self._flush()
        if some:
            link.pipeline_sync()
            self._due.append(None)
            yield from self._flush()
        refused: PGresult | None = None
        while self._due and (refused is not None or until is None or until.result is None):
            result = yield from self._result()
            taker = self._due.popleft()
            if result.status == pq.ExecStatus.FATAL_ERROR:
                refused = refused or result
            if taker is not None:
                taker.result = result
        return refused

    def _hand_over(self, answer: Answer) -> None:
        link, (sql, params, types, formats) = self._connection.pgconn, answer.statement
        name, known = self._prepared.named((sql, types))
        if name is None:
            link.send_query_params(sql, params, types or None, formats, pq.Format.BINARY)
        else:
            if known == "new":
                self._send_prepare(name, sql, types)
            link.send_query_prepared(name, params, formats, result_format=pq.Format.BINARY)
        self._due.append(answer)

    def _send_prepare(self, name: bytes, sql: bytes, types: Types) -> None:
        link, old = self._connection.pgconn, self._prepared.surplus()
        if old is not None:
            link.send_query_params(b"deallocate " + old, None)
            self._due.append(None)
        link.send_prepare(name, sql, types or None)
        self._due.append(None)

    def _flush(self) -> Going[None]:
        """Until all is on its way; what comes back meanwhile is taken in, or both sides would wait for each other."""
        link = self._connection.pgconn
        while link.flush():
            if (yield Wait.RW) & Ready.R:
                link.consume_input()

    def _result(self) -> Going[PGresult]:
        link = self._connection.pgconn
        while True:
            while link.is_busy():
                if (yield Wait.R):
                    link.consume_input()
            result = link.get_result()
            if result is not None:
                return result
            if link.status == pq.ConnStatus.BAD:  # else it is what stands between two statements
                raise errors.OperationalError("the connection is lost")
