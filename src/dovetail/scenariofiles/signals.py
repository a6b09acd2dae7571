"""A row of a scenario's signals as samples: `06:00 press.state 6`, `06:00..07:00 press.good 0..480 every 10s`.

Pure. Raises ValueError with what should stand there instead.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, ZEROS, Batch, Kind
from dovetail.machinewords.packml import PACKML_STATES
from dovetail.scenariofiles.words import NOTHING, Wall, duration_us, is_span

SAMPLES_MAX: Final = 500_000  # of one row: a counter at 350 pieces a minute for a day
QUALITIES: Final = {name.lower().replace("_", "-"): code for code, name in q.NAMES.items()}
STATE_NUMBERS: Final = {name.lower(): number for number, name in PACKML_STATES.items()}
WHOLE: Final = (Kind.I64, Kind.U64)

_RAMP: Final = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)\Z")


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Samples of one tag from one row, by time. `arrives_us`: when they come; None: as they happen."""

    tag: int
    kind: Kind
    ts: NDArray[np.int64]
    value: NDArray[Any]
    quality: int = q.GOOD
    arrives_us: int | None = None
    twice: bool = False

    def batch(self, which: NDArray[np.bool_]) -> Batch:
        """Those of its samples that a mask selects."""
        n = int(which.sum())
        good = not q.is_bad(self.quality)
        return Batch(
            self.kind, np.full(n, self.tag, np.int64), self.ts[which], self.value[which], np.full(n, good),
            np.full(n, self.quality, np.uint16),
        )  # fmt: skip


@dataclass(slots=True)
class _Options:
    every_us: int | None = None
    quality: int = q.GOOD
    arrives_us: int | None = None
    twice: bool = False
    left: list[str] = field(default_factory=list[str])


def words_of(row: str) -> list[str]:
    """The words of a row; a text with blanks stands in quotes. Raises ValueError."""
    try:
        return shlex.split(row)
    except ValueError as error:
        raise ValueError("a quotation mark has no other half") from error


def told(words: list[str], *, tag: int, kind: Kind, wall: Wall) -> Told:
    """The samples of a row whose second word is a tag of this id and kind. Raises ValueError."""
    if len(words) < 3:
        raise ValueError("a row is `time tag value`: 06:00 press.state 6")
    options = _options(words[3:], wall)
    if is_span(words[0]):
        from_us, to_us = wall.span(words[0])
        ts, value = _stretch(words[2], (from_us, to_us), options.every_us, kind)
    elif options.every_us is not None:
        raise ValueError("`every` wants a stretch of time: 06:00..07:00")
    else:
        ts = np.array([wall.at(words[0])], np.int64)
        value = _column([_value(words[2], kind, options.quality)], kind)
    return Told(tag, kind, ts, value, options.quality, options.arrives_us, options.twice)


def _options(words: list[str], wall: Wall) -> _Options:
    found, rest = _Options(), iter(words)
    for word in rest:
        if word == "twice":
            found.twice = True
        elif word in ("every", "late"):
            given = next(rest, None)
            if given is None:
                raise ValueError(f"`{word}` wants a word more: every 10s, late 14:00")
            if word == "every":
                found.every_us = duration_us(given)
            else:
                found.arrives_us = wall.at(given)
        elif word.lower().replace("_", "-") in QUALITIES:
            found.quality = QUALITIES[word.lower().replace("_", "-")]
        else:
            raise ValueError(f"{word!r} is neither a quality ({', '.join(QUALITIES)}) nor every, late, twice")
    if found.every_us is not None and found.every_us <= 0:
        raise ValueError("`every` wants some time: every 10s")
    return found


def _stretch(
    word: str, span: tuple[int, int], every_us: int | None, kind: Kind
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    from_us, to_us = span
    ramp = _RAMP.match(word)
    if word == "closes":
        return _contact(span, every_us, kind)
    if every_us is not None:
        ts = _every(span, every_us)
        if not ramp:
            return ts, _column([_value(word, kind, q.GOOD)] * len(ts), kind)
        if ts[-1] != to_us:
            ts = np.append(ts, to_us)
        return ts, _climb(ramp, (ts - from_us) / (to_us - from_us), kind)
    if ramp is None:
        raise ValueError("over a stretch a value moves: 0..480, `closes every 3s`, or give `every 10s`")
    if kind not in WHOLE:
        raise ValueError("say how often it is read: every 10s")
    first, last = int(float(ramp[1])), int(float(ramp[2]))
    pieces = abs(last - first)
    steps = np.arange(pieces + 1 if pieces < SAMPLES_MAX else 0, dtype=np.int64)
    if not len(steps):
        raise ValueError(f"{pieces:,} pieces one by one are too many: give `every 10s`")
    ts = from_us + (steps * (to_us - from_us)) // max(pieces, 1)
    return ts, (first + steps * (1 if last >= first else -1)).astype(DTYPES[kind])


def _contact(span: tuple[int, int], every_us: int | None, kind: Kind) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """A contact that closes once per piece: at the end of each interval, and opens half an interval later."""
    if kind is not Kind.BOOL or every_us is None:
        raise ValueError("`closes` is for a contact (kind bool), with the time between two pieces: closes every 3s")
    ts = _every(span, every_us // 2)
    return ts, np.arange(len(ts)) % 2 == 0


def _climb(ramp: re.Match[str], part: NDArray[np.float64], kind: Kind) -> NDArray[Any]:
    first, last = float(ramp[1]), float(ramp[2])
    value = first + (last - first) * part
    if kind in WHOLE:
        return np.floor(value + 1e-9).astype(DTYPES[kind])
    if kind is not Kind.F64:
        raise ValueError("only a number can climb")
    return value


def _every(span: tuple[int, int], every_us: int) -> NDArray[np.int64]:
    count = (span[1] - span[0]) // max(every_us, 1) + 1
    if count > SAMPLES_MAX:
        raise ValueError(f"these are {count:,} samples: read it less often")
    return span[0] + np.arange(count, dtype=np.int64) * every_us


def _column(values: list[Any], kind: Kind) -> NDArray[Any]:
    made = np.empty(len(values), DTYPES[kind])
    made[:] = values
    return made


def _value(word: str, kind: Kind, quality: int) -> Any:
    """A word as a value of the tag's kind; a PackML state may stand by its name."""
    if q.is_bad(quality):
        return ZEROS[kind]
    if word in NOTHING and kind not in (Kind.STR, Kind.JSON):
        raise ValueError("a sample without a value has a bad quality: write bad, bad-comm …")
    if kind is Kind.BOOL:
        if word.lower() not in ("true", "false", "0", "1"):
            raise ValueError(f"{word!r} is neither true nor false")
        return word.lower() in ("true", "1")
    if kind in WHOLE:
        word = str(STATE_NUMBERS.get(word.lower(), word))
        if not re.fullmatch(r"-?\d{1,20}", word) or (kind is Kind.U64 and word.startswith("-")):
            raise ValueError(f"{word!r} is no {'count' if kind is Kind.U64 else 'whole number'}")
        return int(word)
    if kind is Kind.F64:
        try:
            return float(word)
        except ValueError as error:
            raise ValueError(f"{word!r} is no number") from error
    return word
