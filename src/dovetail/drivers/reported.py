"""What the devices of a link report by themselves, until it is handed over together; and what each point holds.

Values are kept in blocks, as the messages brought them, and become columns together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from types import NoneType
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.drivers.arrivals import BadRow, Block, Columns, Row, last_known
from dovetail.drivers.base import NO_DEVICE_TIME, Point

type Put = Callable[[Block], None]
type Way = Literal["reported", "held"]  # whether changes are handed over, or only kept for the next read


@dataclass(frozen=True, slots=True)
class News:
    """What a handful of messages brought: samples of now, and of then."""

    now: tuple[Batch, ...] = ()
    late: tuple[Batch, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.now or self.late)


class Flat(NamedTuple):
    """Values of many blocks side by side."""

    points: NDArray[np.intp]  # indices
    raws: Sequence[Any] | NDArray[Any]  # an array: numbers as they are
    received_us: NDArray[np.int64]
    device_us: NDArray[np.int64] | None


_GONE: Final = frozenset({q.BAD_NOT_CONNECTED, q.BAD_STALE})
_FORMS: Final = ("", "f", "i", "b")  # kinds of numpy in which numbers are held; "": as it came
_MEANT: Final[tuple[Callable[[np.int64], Any], ...]] = (int, lambda bits: float(bits.view(np.float64)), int, bool)


class Held:
    """The last raw value of each point, with when it came and what its device said of the time."""

    def __init__(self, size: int = 0) -> None:
        self._raw = np.empty(size, dtype=object)
        self._number = np.zeros(size, dtype=np.int64)  # the bits of what came as numbers, which are not made objects
        self._form = np.zeros(size, dtype=np.int8)
        self._received_us = np.zeros(size, dtype=np.int64)  # 0: nothing yet
        self._device_us = np.zeros(size, dtype=np.int64)

    def grow(self, size: int) -> None:
        """There are more points now."""
        grown = Held(size)
        for old, new in zip(vars(self).values(), vars(grown).values(), strict=True):
            new[: len(old)] = old
        vars(self).update(vars(grown))

    def __contains__(self, index: int) -> bool:
        return bool(self._received_us[index])

    def __getitem__(self, index: int) -> Row:
        form = self._form[index]
        raw = _MEANT[form](self._number[index]) if form else self._raw[index]
        return index, raw, int(self._received_us[index]), int(self._device_us[index])

    def keep(self, row: Row) -> None:
        """One value."""
        index, raw, received_us, device_us = row
        self._raw[index], self._received_us[index], self._device_us[index] = raw, received_us, device_us
        self._form[index] = 0

    def keep_all(self, flat: Flat) -> None:
        """Many, in the order they came: of those of one point the last stays."""
        raws, points = flat.raws, flat.points
        if isinstance(raws, np.ndarray):
            is_float = raws.dtype.kind == "f"
            self._number[points] = raws.astype(np.float64, copy=False).view(np.int64) if is_float else raws
            self._form[points] = _FORMS.index(raws.dtype.kind)
        else:
            self._raw[points] = np.fromiter(raws, dtype=object, count=len(raws))
            self._form[points] = 0
        self._received_us[points] = flat.received_us
        self._device_us[points] = NO_DEVICE_TIME if flat.device_us is None else flat.device_us


class Coming:
    """Blocks of points of one kind that are handed over in one way."""

    __slots__ = ("blocks", "kind", "put", "way")

    def __init__(self, way: Way, kind: Kind) -> None:
        self.way: Final = way
        self.kind: Final = kind
        self.blocks: Final[list[Block]] = []
        self.put: Final[Put] = self.blocks.append


class Arrivals:
    """Values of all points of a link as they come."""

    def __init__(self) -> None:
        self.late: list[Row] = []  # of the past: the time in the row is when it was true
        self.again: list[Row] = []  # what devices said before they went, and came back
        self.bad: list[BadRow] = []
        self.held = Held()
        self._points: list[Point] = []
        self._columns = Columns(())
        self._ways: list[Way] = []
        self._places: dict[int, int] = {}  # tag id → index
        self._coming: dict[tuple[Way, Kind], Coming] = {}
        self._flats: list[tuple[Coming, Flat]] = []  # in the order they came
        self._wrong: dict[int, tuple[int, int]] = {}  # index → (when, quality) of the last that was no value

    def __contains__(self, point: Point) -> bool:
        return point.tag_id in self._places

    def place(self, point: Point) -> int:
        """The index of a point that was added."""
        return self._places[point.tag_id]

    def add(self, point: Point, way: Way) -> tuple[int, Coming]:
        """The index of a new point, and where its values are put: points of one way and kind share it."""
        index = self._places[point.tag_id] = len(self._points)
        self._points.append(point)
        self._ways.append(way)
        coming = self._coming.get((way, point.kind))
        if coming is None:
            coming = self._coming[way, point.kind] = Coming(way, point.kind)
        return index, coming

    def added(self) -> None:
        """All points of a request are there."""
        self._columns = Columns(self._points)
        self.held.grow(len(self._points))

    def put_flat(self, coming: Coming, flat: Flat) -> None:
        """Many values at once, after what was put before."""
        self._lay(coming)
        self._flats.append((coming, flat))

    def put_numbers(self, kind: Kind, flat: Flat) -> None:
        """Numbers of reported points that `can_be_numbers`, as columns: one a point, and none of them null."""
        self.put_flat(self._coming["reported", kind], flat)

    def kind(self, index: int) -> Kind:
        """What kind of value a point brings."""
        return self._points[index].kind

    def can_be_numbers(self, index: int, field: str) -> bool:
        """Whether what a field of a device's message holds may be put as it is, without a look at each value."""
        point = self._points[index]
        if self._ways[index] != "reported":
            return False
        if point.kind is Kind.F64:
            return field in ("int_value", "long_value", "float_value", "double_value")
        if point.kind is Kind.BOOL:
            return field == "boolean_value"
        is_plain = point.scale == 1.0 and point.offset == 0.0
        return point.kind in (Kind.I64, Kind.U64) and is_plain and field in ("int_value", "long_value")

    def _lay(self, coming: Coming) -> None:
        if coming.blocks:
            self._flats.append((coming, _side_by_side(coming.blocks)))
            coming.blocks.clear()

    def flush(self) -> News:
        """Everything that came since the last time."""
        now: list[Batch] = []
        for coming in self._coming.values():
            self._lay(coming)
        flats, self._flats = self._flats, []
        for coming, flat in _joined(flats):
            if isinstance(flat.raws, np.ndarray):
                self.held.keep_all(flat)
                now.append(self._columns.numbers(coming.kind, flat.points, flat.raws, flat.received_us, flat.device_us))
                continue
            types = set(map(type, flat.raws))
            rest = self._without_nulls(flat) if NoneType in types else flat
            self.held.keep_all(rest)
            if coming.way == "reported" and len(rest.raws):
                points, raws, received_us, device_us = rest
                now.append(
                    self._columns.batch(coming.kind, points, [*raws], received_us, device_us, types - {NoneType})
                )
        if self.again or self.bad or self.late:
            return self._with_odd_ones(now)
        return News(tuple(now))

    def _without_nulls(self, flat: Flat) -> Flat:
        """That a device says it has no value is bad news of the point, and no value."""
        is_null = np.fromiter((raw is None for raw in flat.raws), dtype=np.bool_, count=len(flat.raws))
        nulls = zip(flat.points[is_null].tolist(), flat.received_us[is_null].tolist(), strict=True)
        self.bad += [(index, at_us, q.BAD_DEVICE, 0) for index, at_us in nulls]
        return Flat(
            points=flat.points[~is_null],
            raws=[raw for raw in flat.raws if raw is not None],
            received_us=flat.received_us[~is_null],
            device_us=None if flat.device_us is None else flat.device_us[~is_null],
        )

    def _with_odd_ones(self, now: list[Batch]) -> News:
        again, self.again = self.again, []
        late, self.late = self.late, []
        bad, self.bad = self.bad, []
        self._wrong.update((index, (at_us, quality)) for index, at_us, quality, _ in bad)
        bad = [row for row in bad if self._ways[row[0]] == "reported"]
        again = [row for row in again if self._ways[row[0]] == "reported"]
        now += [last_known(batch) for batch in self._columns.batches(self._columns.rows(again))]
        now += self._columns.batches({}, bad)
        return News(tuple(now), tuple(self._columns.batches(self._columns.rows(late))))

    def last(self, points: Sequence[Point], at_us: int, fault: Callable[[Point], tuple[int, int]]) -> list[Batch]:
        """What each point holds now. `fault` says (quality, native code) where nothing came yet; (GOOD, _) is no fault.

        A point that is away or refused is BAD whatever it held before.
        """
        rows: list[Row] = []
        bad: list[BadRow] = []
        for point in points:
            index = self._places[point.tag_id]
            quality, native = fault(point)
            wrong_us, wrong = self._wrong.get(index, (0, q.BAD_COMM))
            _, raw, held_us, device_us = self.held[index]
            if quality != q.GOOD and (held_us == 0 or native or quality in _GONE):
                bad.append((index, at_us, quality, native))
            elif held_us > wrong_us:
                rows.append((index, raw, at_us, device_us))
            else:
                bad.append((index, at_us, wrong, 0))
        return self._columns.batches(self._columns.rows(rows), bad)


def _side_by_side(blocks: Sequence[Block]) -> Flat:
    """All values of the blocks."""
    indices, raws, received, device = zip(*blocks, strict=True)
    counts = [*map(len, indices)]
    index = np.fromiter(chain.from_iterable(indices), dtype=np.intp, count=sum(counts))
    received_us = np.repeat(np.array(received, dtype=np.int64), counts)
    device_us = np.repeat(np.array(device, dtype=np.int64), counts) if any(device) else None
    return Flat(index, [*chain.from_iterable(raws)], received_us, device_us)


def _joined(flats: list[tuple[Coming, Flat]]) -> Iterator[tuple[Coming, Flat]]:
    """The same, numbers that follow each other in one piece."""
    for (coming, are_numbers), group in groupby(flats, lambda one: (one[0], isinstance(one[1].raws, np.ndarray))):
        listed = [flat for _, flat in group]
        if not are_numbers or len(listed) == 1:
            yield from ((coming, flat) for flat in listed)
            continue
        points, raws, received, device = zip(*listed, strict=True)
        said = None
        if any(one is not None for one in device):
            said = np.concatenate(
                [
                    np.full(len(at), NO_DEVICE_TIME) if one is None else one
                    for at, one in zip(received, device, strict=True)
                ]
            )
        yield coming, Flat(np.concatenate(points), np.concatenate(raws), np.concatenate(received), said)
