"""A telegram becomes samples: its parts, with units, decimals and whether the weight has come to rest.

Pure. What is no telegram of this pattern is BAD news, not silence: a scanner that could not read says so, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dovetail.core import patterns
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.drivers.arrivals import BadRow, Columns, Row
from dovetail.drivers.base import NO_DEVICE_TIME, Point
from dovetail.drivers.serialtext.address import WHOLE, Part, factor, parse_address
from dovetail.drivers.serialtext.options import SerialTextOptions

# Native codes
NO_MATCH: Final = 1
NO_PART: Final = 2
OTHER_UNIT: Final = 3
IN_MOTION: Final = 4
NOTHING_YET: Final = 5
_NUMBERS: Final = frozenset({Kind.F64, Kind.I64, Kind.U64})


def words(code: int) -> str | None:
    """What a native code means."""
    return {
        NO_MATCH: "the telegram does not fit the pattern",
        NO_PART: "the pattern names no such part",
        OTHER_UNIT: "the telegram says another unit",
        IN_MOTION: "the weight has not come to rest",
        NOTHING_YET: "no telegram came yet",
    }.get(code)


class Telegrams:
    """The points of one link over its telegrams."""

    def __init__(self, points: Sequence[Point], options: SerialTextOptions) -> None:
        self.points = tuple(points)
        self._options = options
        self._parts = [parse_address(point.address) for point in points]
        self._columns = Columns(points)
        self._pattern = None if options.pattern is None else patterns.checked(options.pattern, options.longest)
        self._names = frozenset[str]() if self._pattern is None else frozenset(self._pattern.groupindex)
        stable = (options.stable or "").partition("=")
        self._stable = (stable[0], stable[2]) if options.stable else None

    def batches(self, frame: bytes, at_us: int) -> list[Batch]:
        """The samples of one telegram that came at `at_us`; none of one in motion that is to be left out."""
        text, parts = self._read(frame)
        if text is None:
            return self.bad(NO_MATCH, q.BAD_DEVICE, at_us)
        moves = self._stable is not None and parts[self._stable[0]].strip() != self._stable[1]
        if moves and self._options.unstable == "skip":
            return []
        rows: list[Row] = []
        bad: list[BadRow] = []
        for index, (point, part) in enumerate(zip(self.points, self._parts, strict=True)):
            raw, fault = self._cell(point, part, text, parts)
            if fault:
                bad.append((index, at_us, q.BAD_CONFIG if fault == NO_PART else q.BAD_DEVICE, fault))
            else:
                rows.append((index, raw, at_us, NO_DEVICE_TIME))
        made = self._columns.batches(self._columns.rows(rows), bad)
        return [_in_motion(batch) for batch in made] if moves else made

    def bad(self, code: int, quality: int, at_us: int, points: Sequence[Point] | None = None) -> list[Batch]:
        """Every point without a value, and why."""
        meant = self.points if points is None else tuple(points)
        return Columns(meant).batches({}, [(index, at_us, quality, code) for index in range(len(meant))])

    def _read(self, frame: bytes) -> tuple[str | None, dict[str, str]]:
        try:
            text = frame.decode(self._options.encoding)
        except UnicodeDecodeError:
            return None, {}
        if self._pattern is None:
            return text.strip(), {}
        found = self._pattern.search(text)
        if found is None:
            return None, {}
        return text.strip(), {name: said or "" for name, said in found.groupdict().items()}

    def _cell(self, point: Point, part: Part, text: str, parts: dict[str, str]) -> tuple[str | float, int]:
        if part.name != WHOLE and part.name not in self._names:
            return "", NO_PART
        raw = text if part.name == WHOLE else parts[part.name].strip()
        if point.kind not in _NUMBERS:
            return raw, 0
        number = raw.replace(" ", "")  # a scale writes a sign, blanks, then digits
        if self._options.decimal == "comma":
            number = "" if "." in number else number.replace(",", ".", 1)
        if part.unit is None:
            return number, 0
        by = factor(parts.get("unit", ""), part.unit)
        if by is None:
            return "", OTHER_UNIT
        return (number, 0) if by == 1.0 else _times(number, by)


def _times(number: str, by: float) -> tuple[str | float, int]:
    try:
        return ("", 0) if "_" in number else (float(number) * by, 0)
    except ValueError:
        return "", 0


def _in_motion(batch: Batch) -> Batch:
    """The same, not to be believed yet."""
    good = batch.quality == q.GOOD
    quality = np.where(good, q.UNCERTAIN, batch.quality).astype(np.uint16)
    native = np.zeros(len(batch), dtype=np.uint32) if batch.native is None else batch.native
    native = np.where(good, IN_MOTION, native).astype(np.uint32)
    return Batch(batch.kind, batch.tag, batch.ts, batch.value, batch.valid, quality, batch.ts_device, native)
