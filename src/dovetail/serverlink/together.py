"""A commit of samples waits for the server once: all its statements go out together, and their answers come together.

A pipeline of cursors sends statements one by one, and looks for answers in between; to store five thousand samples that
took half of the processor's time. Here a statement waits until somebody looks at an answer, or until the end.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from psycopg import Connection, errors, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.waiting import Ready, Wait

from dovetail.serverlink.sessions import PASSING, Values, worded

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

AT_ONCE: Final = 64  # statements that are handed over before the server's answers are made room for

type Types = tuple[int, ...]


class Statement(NamedTuple):
    """As the server has it: what it is asked, and values with their types and how they are written."""

    sql: bytes
    params: Sequence[Any] | None
    types: Types
    formats: Sequence[pq.Format] | None


class Answer:
    """The rows of a statement; whoever looks first sends it, with all that waits beside it."""

    def __init__(self, together: Together, statement: Statement) -> None:
        self._together, self.statement = together, statement
        self.result: PGresult | None = None

    def fetchall(self) -> list[Any]:
        """All rows."""
        if self.result is None:
            self._together.exchange()
        assert self.result is not None
        return self._together.rows(self.result)

    def fetchone(self) -> Any:
        """The first row; None where there is none."""
        return next(iter(self.fetchall()), None)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())


class Together:
    """One connection, outside of any transaction, in the words of `Session`; used by one thread at a time."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._waiting: list[Answer] = []
        self._names = count()
        self._prepared: dict[tuple[bytes, Types], bytes] = {}
        self._transformer = Transformer.from_context(connection)

    @contextmanager
    def transaction(self) -> Iterator[Together]:
        """All or nothing; it is on disk when this returns."""
        self._waiting.clear()
        self.execute("begin")
        try:
            yield self
            self.execute("commit")
            self.exchange()
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        """What is still under way, or not to be undone, ends with the connection: the server then undoes it."""
        self._waiting.clear()
        self._prepared.clear()  # what was to be prepared behind an error was not
        if self._connection.closed:
            return
        status = self._connection.info.transaction_status
        if status in (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR):
            with suppress(*PASSING):
                self._connection.execute("rollback")
        elif status is not pq.TransactionStatus.IDLE:
            self._connection.close()

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

    def exchange(self) -> None:
        """Send what waits and take its answers. Raises what the server says of the first one that it refuses."""
        some, self._waiting = self._waiting, []
        link = self._connection.pgconn
        link.enter_pipeline_mode()
        try:
            failed = self._connection.wait(self._exchanged(some))
        except BaseException:  # nobody knows how much of it was heard
            self._connection.close()
            raise
        link.exit_pipeline_mode()
        if failed is not None:
            raise errors.error_from_result(failed)

    def _exchanged(self, some: Sequence[Answer]) -> Generator[Wait, Ready | int, PGresult | None]:
        link = self._connection.pgconn
        takers: list[Answer | None] = []
        for number, answer in enumerate(some, 1):
            takers += self._hand_over(answer)
            if number % AT_ONCE == 0:
                yield from self._flush()
        link.pipeline_sync()
        yield from self._flush()
        return (yield from self._take(takers))

    def _hand_over(self, answer: Answer) -> list[Answer | None]:
        """To the link; who takes the results that come of it (None: nobody)."""
        link, (sql, params, types, formats) = self._connection.pgconn, answer.statement
        name = self._prepared.get((sql, types))
        is_new = name is None
        if name is None:
            name = self._prepared[sql, types] = b"together_%d" % next(self._names)
            link.send_prepare(name, sql, types or None)
        link.send_query_prepared(name, params, formats, result_format=pq.Format.BINARY)
        return [None, answer] if is_new else [answer]

    def _flush(self) -> Generator[Wait, Ready | int]:
        """Until all is on its way; what comes back meanwhile is taken in, or both sides would wait for each other."""
        link = self._connection.pgconn
        while link.flush():
            if (yield Wait.RW) & Ready.R:
                link.consume_input()

    def _take(self, takers: Sequence[Answer | None]) -> Generator[Wait, Ready | int, PGresult | None]:
        """Each result to its answer; the first that is an error."""
        link = self._connection.pgconn
        waiting, failed = iter(takers), None
        while True:
            while link.is_busy():
                if (yield Wait.R):
                    link.consume_input()
            result = link.get_result()
            if result is None and link.status == pq.ConnStatus.BAD:
                raise errors.OperationalError("the connection is lost")
            if result is None:
                continue  # between two statements
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return failed
            if result.status == pq.ExecStatus.FATAL_ERROR and failed is None:
                failed = result
            if (taker := next(waiting, None)) is not None:
                taker.result = result
