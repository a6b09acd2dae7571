"""The newest sample of every tag, in columns sorted by tag, so that 5,000 last values are one look-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import DTYPES, Kind, Value
from dovetail.historian.model import Latest, Sample
from dovetail.packing.columns import TEXT_KINDS, VALID, Block

NEVER = np.iinfo(np.int64).min
KNOWN_TAGS_MAX = 200_000  # in columns that were looked up, ~3 MB; a link that begins anew brings new ones
PLACES_MAX = 1_000_000  # tags with a number below have their row in a table, 8 MB: ids are given one after the other
_COLUMNS = ("tag", "ts", "lag", "status", "kind", "shown", "bits", "text", "native")
_DTYPES = (np.int64, np.int64, np.int64, np.uint32, np.uint8, np.uint8, np.uint64, object, np.uint32)


def bits_of(block: Block) -> NDArray[np.uint64]:
    """uint64[n]: the value's bits as they are kept here (texts are kept beside)."""
    if block.kind in TEXT_KINDS:
        return np.zeros(len(block), dtype=np.uint64)
    return block.keys()


class LastValues:
    """`kind`: of the last sample with a value (0: none yet); `shown`: of the newest; `lag`: of its device's time."""

    def __init__(self, *, is_tag: Callable[[int], bool]) -> None:
        self._is_tag = is_tag
        for name, dtype in zip(_COLUMNS, _DTYPES, strict=True):
            setattr(self, name, np.empty(0, dtype=dtype))
        self.tag: NDArray[np.int64]
        self.ts: NDArray[np.int64]
        self.lag: NDArray[np.int64]
        self.status: NDArray[np.uint32]
        self.kind: NDArray[np.uint8]
        self.shown: NDArray[np.uint8]
        self.bits: NDArray[np.uint64]
        self.text: NDArray[np.object_]
        self.native: NDArray[np.uint32]
        self._undo: list[tuple[NDArray[np.int64], dict[str, NDArray[np.generic]]]] = []
        self._columns: dict[int, tuple[NDArray[np.int64], NDArray[np.intp]]] = {}  # a column's id: it, and its slots
        self._known_tags = 0  # in them
        self._places = np.full(1, -1, dtype=np.intp)  # by tag below PLACES_MAX, and at the end what is no tag

    def slots(self, tags: NDArray[np.int64]) -> NDArray[np.intp]:
        """Where each tag's row is; -1 for what is no tag. New tags get a row.

        A link gives the same column, which nobody may write, with every read: it is looked up once all are tags.
        """
        known = self._columns.get(id(tags))
        if known is not None and known[0] is tags:
            return known[1]
        found = self._found(tags)
        if not tags.flags.writeable and (found >= 0).all():
            if self._known_tags + len(tags) > KNOWN_TAGS_MAX:
                self._forget_columns()
            self._known_tags += len(tags)
            self._columns[id(tags)] = tags, found
        return found

    def _forget_columns(self) -> None:
        self._columns.clear()
        self._known_tags = 0

    def _found(self, tags: NDArray[np.int64]) -> NDArray[np.intp]:
        found = self._find(tags)
        if (found < 0).any():
            fresh = [tag for tag in np.unique(tags[found < 0]).tolist() if tag > 0 and self._is_tag(tag)]
            self._insert(np.array(fresh, dtype=np.int64))
            found = self._find(tags)
        return found

    def load(self, block: Block) -> None:
        """Take over what is stored already, also of tags that the plant has no more."""
        unknown = self._find(block.tag) < 0
        if unknown.any():
            self._insert(np.unique(block.tag[unknown]))
        self.update(block, self.slots(block.tag))
        self.keep()

    def _find(self, tags: NDArray[np.int64]) -> NDArray[np.intp]:
        known, places = self.tag, self._places
        if not len(known):
            return np.full(len(tags), -1, dtype=np.intp)
        if known[-1] < PLACES_MAX:
            if tags.min(initial=0) >= 0 and tags.max(initial=0) < len(places) - 1:
                return places.take(tags)
            return places.take(np.where((tags >= 0) & (tags < len(places) - 1), tags, -1))
        at = np.minimum(np.searchsorted(known, tags), len(known) - 1)
        return np.where(known[at] == tags, at, -1)

    def _insert(self, fresh: NDArray[np.int64]) -> None:
        self._forget_columns()
        at = np.searchsorted(self.tag, fresh)
        for name in _COLUMNS[1:]:
            column = getattr(self, name)
            empty = {"ts": NEVER, "text": ""}.get(name, 0)
            setattr(self, name, np.insert(column, at, empty))
        self.tag = np.insert(self.tag, at, fresh)
        if len(self.tag) and self.tag[-1] < PLACES_MAX:
            self._places = np.full(int(self.tag[-1]) + 2, -1, dtype=np.intp)
            self._places[self.tag] = np.arange(len(self.tag))

    def update(self, block: Block, slots: NDArray[np.intp]) -> None:
        """Take over samples that are not older than what stands; of equal times the later arrival counts.

        Of two kinds of one time the one counts that every reader finds last. `slots` are those of their tags.
        """
        once, which = bool((slots[1:] > slots[:-1]).all()), np.arange(len(slots))
        if not once and (block.ts[1:] < block.ts[:-1]).any():
            which = np.argsort(block.ts, kind="stable")
        which = which[(slots[which] >= 0) & (block.ts[which] >= self.ts[slots[which]])]
        same = (block.ts[which] == self.ts[slots[which]]) & (self.shown[slots[which]] > block.kind)
        which = which[~same] if same.any() else which
        had_value = slots[which[block.status[which] >= VALID]]
        if not once:
            newest = np.full(len(self.tag), -1, dtype=np.intp)
            newest[slots[which]] = which  # of several of a tag the last one written stays
            which = newest[newest >= 0]
        if len(which) < len(slots) or not once:
            block, slots = block.take(which), slots[which]
        self._write(block, slots, had_value)

    def is_ahead(self, block: Block, slots: NDArray[np.intp]) -> bool:
        """Whether each of these tags is there once, and newer than all before."""
        return bool((slots[1:] > slots[:-1]).all() and (block.ts > self.ts.take(slots)).all())

    def write(self, block: Block, slots: NDArray[np.intp]) -> None:
        """Take over samples that are ahead."""
        is_known = (self.kind.take(slots) == block.kind).all()
        self._write(block, slots, slots[:0] if is_known else slots[block.status >= VALID])

    def _write(self, block: Block, slots: NDArray[np.intp], had_value: NDArray[np.intp]) -> None:
        """Each tag once; `had_value`: those of which a sample with a value came, if not the newest."""
        lag, native = None if block.device is None else block.device - block.ts, block.native
        undo = {name: getattr(self, name).take(slots) for name in ("ts", "status", "bits", "shown", "lag", "native")}
        self.ts[slots], self.status[slots], self.bits[slots] = block.ts, block.status, bits_of(block)
        texts = block.kind in TEXT_KINDS or undo["shown"].max(initial=0) >= min(TEXT_KINDS)
        for name, new in (("shown", block.kind), ("lag", lag), ("native", native)):
            if isinstance(new, np.ndarray) or (undo[name] != (new or 0)).any():  # mostly as before
                getattr(self, name)[slots] = 0 if new is None else new
        if texts:
            undo["text"] = self.text.take(slots)
            self.text[slots] = block.value if block.kind in TEXT_KINDS else ""
        if len(had_value):
            undo["kind"] = self.kind.take(slots)
            self.kind[had_value] = block.kind
        self._undo.append((self.tag.take(slots), undo))

    def keep(self) -> None:
        """The commit stands: forget how it was before."""
        self._undo.clear()

    def roll_back(self) -> None:
        """The commit failed: everything as it was before the last `keep`."""
        for tags, columns in reversed(self._undo):
            slots = self._find(tags)
            for name, column in columns.items():
                getattr(self, name)[slots] = column
        self._undo.clear()

    def samples(self, tags: Iterable[int]) -> dict[int, Sample]:
        """The newest sample of each tag that has one."""
        asked = np.array(list(tags), dtype=np.int64)
        slots = self._find(asked)
        slots = slots[slots >= 0]
        slots = slots[self.ts[slots] != NEVER]
        columns = [getattr(self, name)[slots].tolist() for name in ("tag", "ts", "lag", "status", "native")]
        return {
            tag: Sample(tag, ts, value if status >= VALID else None, status & 0xFFFF, ts + lag if lag else None, native)
            for tag, ts, lag, status, native, value in zip(*columns, self._values(slots), strict=True)
        }

    def latest(self, tags: NDArray[np.int64]) -> Latest:
        """The newest samples of tags, row by row those of `tags`, as columns."""
        at = self._find(tags)
        heard = at >= 0
        heard[heard] = self.ts[at[heard]] != NEVER
        rows = at[heard]
        number, text = np.full(len(tags), np.nan), np.full(len(tags), "", dtype=object)
        number[heard], text[heard] = self._numbers(rows), self.text[rows]
        ts, device = np.zeros(len(tags), np.int64), np.zeros(len(tags), np.int64)
        quality = np.zeros(len(tags), np.uint16)
        ts[heard], quality[heard] = self.ts[rows], self.status[rows] & 0xFFFF
        device[heard] = ts[heard] + self.lag[rows]
        return Latest(tags, heard, ts, device, quality, number, text)

    def _numbers(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """The values of rows as float64; NaN for texts and where there is no value."""
        shown, bits = self.shown[rows], self.bits[rows]
        numbers = np.full(len(rows), np.nan)
        for kind in (Kind.F64, Kind.I64, Kind.U64, Kind.BOOL):
            which = (shown == kind) & (self.status[rows] >= VALID)
            numbers[which] = bits[which] != 0 if kind is Kind.BOOL else bits[which].view(DTYPES[kind])
        return numbers

    def _values(self, slots: NDArray[np.intp]) -> list[Value]:
        """The values of rows, each in the type of its kind."""
        values = np.empty(len(slots), dtype=object)
        shown, bits = self.shown[slots], self.bits[slots]
        for number in np.unique(shown).tolist():
            kind, which = Kind(number), shown == number
            if kind in TEXT_KINDS:
                values[which] = self.text[slots[which]]
            elif kind is Kind.BOOL:
                values[which] = (bits[which] != 0).tolist()
            else:
                values[which] = bits[which].view(DTYPES[kind]).tolist()
        return values.tolist()
