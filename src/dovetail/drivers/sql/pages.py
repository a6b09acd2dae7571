"""Which rows of a page are new, and what has to be remembered so that none is taken twice or passed over.

Pure. Remembered are the watermark and the identities of the rows at it, and as far below it as rows may still appear:
a row whose transaction began earlier and ended later, or one more of the same second, is found by that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import orjson

from dovetail.core.errors import ConfigError

SEEN_MAX: Final = 20_000  # rows within reach of one watermark; more make each question a long one


@dataclass(frozen=True, slots=True)
class Position:
    """How far rows are taken: the watermark, and (watermark, identity) of the rows within reach below it."""

    at: Any
    seen: tuple[tuple[Any, str], ...] = ()

    def lower(self, look_back: float) -> Any:
        """From where rows are asked for."""
        return self.at if not look_back else _below(self.at, look_back)

    def dumps(self) -> str:
        """As remembered."""
        return orjson.dumps([_packed(self.at), [[_packed(mark), name] for mark, name in self.seen]]).decode()


def loads(text: str | None) -> Position | None:
    """What was remembered."""
    if text is None:
        return None
    at, seen = orjson.loads(text)
    return Position(_unpacked(at), tuple((_unpacked(mark), name) for mark, name in seen))


def identity(mark: Any, tie: Any, row: Sequence[Any]) -> str:
    """What tells a row from others of its watermark: its tie where there is one, else all that stands in it."""
    told = [str(mark), str(tie)] if tie is not None else [str(mark), *(repr(cell) for cell in row)]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()[:20]


def advance(
    before: Position | None, rows: Sequence[tuple[Any, str]], look_back: float
) -> tuple[list[int], Position | None]:
    """(indices of the new rows, the position after them) of a page of (watermark, identity), in ascending order.

    Raises ConfigError when too many rows lie within reach of one watermark, or watermarks cannot be compared.
    """
    known = {name for _, name in before.seen} if before else set[str]()
    new: list[int] = []
    for index, (_, name) in enumerate(rows):
        if name not in known:
            known.add(name)
            new.append(index)
    if not new:
        return [], before
    marks = [rows[index][0] for index in new] + ([before.at] if before else [])
    reach = [*(before.seen if before else ()), *(rows[index] for index in new)]
    try:
        at = _highest(marks)
        lower = _below(at, look_back) if look_back else at
        seen = tuple(one for one in reach if one[0] >= lower)
    except (TypeError, ArithmeticError) as error:
        hint = "choose a watermark that is never empty and of one kind, or leave such rows out: where id is not null"
        raise ConfigError("not all watermarks can be compared", code="sql-watermark", hint=hint) from error
    if len(seen) > SEEN_MAX:
        hint = "choose a watermark that tells rows apart, like a number from a sequence, or a smaller look_back"
        raise ConfigError(f"{len(seen)} rows lie within reach of the watermark {at}", code="sql-watermark", hint=hint)
    return new, Position(at, seen)


def _highest(marks: Sequence[Any]) -> Any:
    """Raises TypeError where an empty one, one of another kind or one that is no number is among them."""
    if any(mark is None or mark != mark for mark in marks):  # NaN alone differs from itself
        raise TypeError("an empty watermark, or one that is no number")
    return max(marks)


def _below(at: Any, look_back: float) -> Any:
    if isinstance(at, datetime):
        return at - timedelta(seconds=look_back)
    if isinstance(at, Decimal):
        return at - Decimal(look_back)
    if isinstance(at, (int, float)) and not isinstance(at, bool):
        return at - type(at)(look_back)
    raise ConfigError(
        f"`look_back` needs a watermark that is a number or a time, not {type(at).__name__}", code="sql-watermark",
        hint="leave look_back out, or choose another watermark",
    )  # fmt: skip


def _packed(value: Any) -> list[str]:
    """A watermark as text that comes back as what it was, to the last digit."""
    for mark, kind in (("t", datetime), ("d", date)):
        if isinstance(value, kind):
            return [mark, value.isoformat()]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return ["b", bytes(value).hex()]
    marks = {int: "i", float: "f", Decimal: "n", str: "s"}
    if type(value) not in marks:
        raise ConfigError(
            f"a watermark of type {type(value).__name__} cannot be compared", code="sql-watermark",
            hint="a number, a time, or a text that grows",
        )  # fmt: skip
    return [marks[type(value)], repr(value) if isinstance(value, float) else str(value)]


_BACK: Final[dict[str, Any]] = {
    "t": datetime.fromisoformat, "d": date.fromisoformat, "b": bytes.fromhex,
    "i": int, "f": float, "n": Decimal, "s": str,
}  # fmt: skip


def _unpacked(packed: Sequence[str]) -> Any:
    return _BACK[packed[0]](packed[1])
