"""Where the bytes of samples may lie: what files of SQLite and a schema of PostgreSQL both can, in the same statements.

Statements are written once, with ? for values. What differs is here: how a session begins, how many rows go in at
once, what a month's table is called, and how it is known up to where a month holds everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from dovetail.packing.words import MonthWords as MonthWords

type Values = Sequence[Any]
type HeadRow = tuple[int, bytes, bytes]  # (how many samples, the frame, whose it is: `headlog.told`)
type Appended = Callable[[], tuple[list[tuple[int, bytes]], int]]  # (others' rows before ours, the first one's number)


class Answer(Protocol):
    """The rows of one statement."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Session(Protocol):
    """A connection inside one transaction, lent to one thread."""

    def execute(self, sql: str, values: Values = (), /) -> Answer:
        """One statement."""
        ...

    def many(self, sql: str, rows: Sequence[Values], /) -> object:
        """One statement for each row."""
        ...

    def each(self, sql: str, rows: Sequence[Values], /) -> Iterator[list[Any]]:
        """What one question answers for each row, in their order, asked without waiting in between."""
        ...

    def fill(self, table: str, columns: str, rows: Sequence[Values], /) -> None:
        """Many rows, the quickest way; `columns` as SQL lists them."""
        ...


class Place(Protocol):
    """What is committed together. One writer at a time (the caller's lock), readers from any thread."""

    def transaction(self) -> AbstractContextManager[Session]:
        """All or nothing; raises LinkError when it cannot be written: time or a person heals it."""
        ...

    def snapshot(self) -> AbstractContextManager[Session]:
        """Read at one moment; any thread."""
        ...

    def append(self, session: Session, rows: Sequence[HeadRow], *, known: int) -> Appended:
        """Put rows behind all there are; where others write too, none of them does until this commits.

        `known` is the last number that the caller knows; what has come of it is told when the transaction is over.
        """
        ...

    def shrink(self, words: MonthWords | None = None) -> None:
        """Give the disk back what is no longer used, where that costs little; never raises for want of room."""
        ...

    def renewed(self) -> bool:
        """Whether the way here broke and was made anew since this was last asked: a commit may stand unnoticed."""
        ...

    def close(self) -> None:
        """Give back what nobody is using."""
        ...


class Storage(Protocol):
    """One installation's samples: a place for the head, and one for each month."""

    head: Place
    is_shared: bool  # whether others may add rows to the head

    def await_others(self, timeout_s: float) -> bool:
        """Until others have added rows to the head, or the time is over; raises LinkError."""
        ...

    def there(self) -> set[int]:
        """The months that hold something."""
        ...

    def month(self, number: int) -> tuple[Place, MonthWords]:
        """The place of a month, made if it is not there."""
        ...

    def words(self, number: int) -> MonthWords:
        """What a month is called."""
        ...

    def whole(self) -> AbstractContextManager[Session | None]:
        """Head and months at one moment, in one session; None where they are files of their own."""
        ...

    def close(self) -> None:
        """Give back what the months share."""
        ...
