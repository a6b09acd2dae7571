"""The copy in ClickHouse: a row for each sample, which a newer row of the same key replaces or marks as gone.

There is no transaction, so a swap says first which stretches are in the making (an empty mark), then brings the rows,
then lets go of those that it did not bring again, and says last what is held. Cut anywhere, all of it is done again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

import numpy as np
import orjson

from dovetail.copies import dialect, native
from dovetail.copies.model import Held, Ready, Stretch, TagName
from dovetail.copies.target import taken
from dovetail.core import faults
from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError, LinkError
from dovetail.packing.columns import TEXT_KINDS, VALID, Block

type Row = tuple[int, int, int, bytes, bool]  # of the stretches: tag, from_us, end_us, mark, added

STATEMENT_ROWS_MAX: Final = 200  # of one statement's text, far below the 256 KB that a server reads of one
WHOLE: Final = (Kind.I64, Kind.BOOL)


class Engine(Protocol):
    """Who carries out statements. Raises LinkError, ConfigError."""

    def tell(self, sql: str, data: bytes = b"") -> None:
        """One that answers nothing."""
        ...

    def ask(self, sql: str) -> list[list[Any]]:
        """The rows of one that answers."""
        ...

    def close(self) -> None: ...


class ColumnCopy:
    """The copy of `site`; `owner` is the installation."""

    def __init__(self, engine: Engine, *, site: str, owner: str) -> None:
        self._engine, self._site, self._owner = engine, site, owner
        self._version = 0  # the newest one given; 0: the copy must be asked

    def claim(self) -> None:
        """Make what is missing, and take the site's name."""
        self._prepare()
        found = self._engine.ask(dialect.owner_of(self._site))
        if not found:
            self._engine.tell(dialect.own(self._site, self._owner, self._next()))
            found = self._engine.ask(dialect.owner_of(self._site))
        ((owner, form),) = found
        if owner != self._owner:
            raise taken(self._site)
        if int(form) > dialect.VERSION:
            raise ConfigError(
                f"the copy is of a newer Dovetail (format {form})", code="forwarding-newer", hint="update this site"
            )

    def take_over(self) -> None:
        """The site's name is this installation's, whoever had it."""
        self._prepare()
        self._engine.tell(dialect.own(self._site, self._owner, self._next()))

    def _prepare(self) -> None:
        if not self._version:
            for table in dialect.TABLES:
                self._engine.tell(table)
            ((newest,),) = self._engine.ask(dialect.newest_version(self._site))
            self._version = int(newest) + 1

    def _next(self) -> int:
        self._version += 1
        return self._version

    def name(self, tags: Sequence[TagName]) -> None:
        """Say what tags are called."""
        version = self._next()
        for some in _by(tags, STATEMENT_ROWS_MAX):
            self._engine.tell(
                dialect.name(self._site, [(one.tag, one.path, one.unit, one.kind) for one in some], version)
            )

    def settled(self) -> Mapping[int, bytes]:
        """The months of which it may hold anything, with their states when they were equal; empty: they never were."""
        return {month: bytes.fromhex(state) for month, state in self._engine.ask(dialect.settled(self._site))}

    def settle(self, month: int, state: bytes) -> None:
        """A month is equal, in this state."""
        self._engine.tell(dialect.settle(self._site, month, state.hex(), self._next()))

    def held(self, month: int, tags: Sequence[int]) -> Mapping[int, Sequence[Held]]:
        """The stretches of a month, by tag."""
        answer: defaultdict[int, list[Held]] = defaultdict(list)
        for tag, from_us, end_us, mark, added in self._engine.ask(dialect.held(self._site, month, tags)):
            answer[tag].append(Held(int(from_us), int(end_us), bytes.fromhex(mark), bool(added)))
        return answer

    def swap(self, month: int, ready: Sequence[Ready]) -> None:
        """In the order that may be cut anywhere: in the making, rows, rows that go, held."""
        gone = [_said(one.swap.tag, old) for one in ready for old in one.swap.gone]
        coming = [_said(piece.stretch.tag, piece.stretch) for one in ready for piece in one.pieces]
        version = self._next()
        if self._is_new(month):
            self._engine.tell(dialect.settle(self._site, month, "", version))
        making: dict[tuple[int, int], tuple[int, bool]] = {}
        for tag, from_us, end_us, _, added in [*gone, *coming]:
            end, all_added = making.get((tag, from_us), (end_us, True))
            making[tag, from_us] = (max(end, end_us), all_added and added)
        half = [(tag, from_us, end_us, b"", added) for (tag, from_us), (end_us, added) in making.items()]
        self._say(month, half, version, gone=0)
        faults.point("forwarding.begun")
        data = [block for one in ready for piece in one.pieces for block in piece.blocks]
        if data:
            self._engine.tell(dialect.bring(), b"".join(_native(block, self._site, version) for block in data))
        faults.point("forwarding.written")
        spans = [(tag, from_us, end_us) for tag, from_us, end_us, _, _ in half]
        for some in _by(spans, STATEMENT_ROWS_MAX):
            self._engine.tell(dialect.clear(self._site, some, version))
        done = self._next()
        kept = {(one[0], one[1]) for one in coming}
        self._say(month, [one for one in gone if (one[0], one[1]) not in kept], done, gone=1)
        self._say(month, coming, done, gone=0)

    def _is_new(self, month: int) -> bool:
        return month not in self.settled()

    def _say(self, month: int, rows: Sequence[tuple[int, int, int, bytes, bool]], version: int, *, gone: int) -> None:
        for some in _by(rows, STATEMENT_ROWS_MAX):
            hexed = [(tag, from_us, end_us, mark.hex(), added) for tag, from_us, end_us, mark, added in some]
            self._engine.tell(dialect.stretches(self._site, month, hexed, version=version, gone=gone))

    def close(self) -> None:
        """Give the connection back."""
        self._engine.close()


def _said(tag: int, one: Held | Stretch) -> Row:
    return tag, one.from_us, one.end_us, one.mark, one.added


def _by[T](every: Sequence[T], most: int) -> Iterable[Sequence[T]]:
    return (every[at : at + most] for at in range(0, len(every), most))


def answered(lines: bytes) -> list[list[Any]]:
    """The rows of an answer in JSONCompactEachRow. Raises LinkError for one that is something else."""
    rows: list[Any] = [None]
    with suppress(ValueError):
        rows = [orjson.loads(line) for line in lines.split(b"\n") if line]
    if not all(isinstance(row, list) for row in rows):
        raise LinkError(f"what answers is no ClickHouse: {lines[:80]!r}", code="forwarding-away")
    return rows


def nth(ts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """uint32[n]: how many samples of equal time stand before each; `ts` is sorted."""
    at = np.arange(len(ts))
    begins = np.concatenate(([True], ts[1:] != ts[:-1]))
    return (at - np.maximum.accumulate(np.where(begins, at, 0))).astype(np.uint32)


def _native(block: Block, site: str, version: int) -> bytes:
    n, zeros = len(block), np.zeros(len(block), dtype=np.int64)
    is_text = block.kind in TEXT_KINDS
    f64 = block.value.astype(np.float64) if block.kind is Kind.F64 else zeros.astype(np.float64)
    i64 = block.value.astype(np.int64) if block.kind in WHOLE else zeros
    u64 = block.value.astype(np.uint64) if block.kind is Kind.U64 else zeros.astype(np.uint64)
    time = "DateTime64(6, 'UTC')"
    native_status = np.zeros(n, dtype=np.uint32) if block.native is None else block.native
    columns = [
        native.same_text("site", site, n),
        native.numbers("tag", "Int64", block.tag),
        native.numbers("ts", time, block.ts),
        native.numbers("kind", "UInt8", np.full(n, int(block.kind), dtype=np.uint8)),
        native.numbers("nth", "UInt32", nth(block.ts)),
        native.numbers("f64", "Float64", f64),
        native.numbers("i64", "Int64", i64),
        native.numbers("u64", "UInt64", u64),
        native.texts("text", block.value.tolist() if is_text else [""] * n),
        native.numbers("is_valid", "Bool", (block.status >= VALID).astype(np.uint8)),
        native.numbers("quality", "UInt16", (block.status & 0xFFFF).astype(np.uint16)),
        native.numbers("native", "UInt32", native_status.astype(np.uint32)),
        native.numbers("device", time, block.ts if block.device is None else block.device),
        native.numbers("version", "UInt64", np.full(n, version, dtype=np.uint64)),
        native.numbers("gone", "UInt8", np.zeros(n, dtype=np.uint8)),
    ]
    return native.block(columns, n)
