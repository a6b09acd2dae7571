"""The plainest memory of signals that one can check by reading: a list of rows, no files, no columns, no hurry."""

from __future__ import annotations

from dovetail.core.batch import Batch, Frame, Kind, Lane, Value

type Row = tuple[int, int, Value, int]  # tag, ts, value, quality


class NaiveHistorian:
    """Keeps every row that no earlier one equals."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.duplicate = 0

    def put(self, rows: list[Row]) -> None:
        for row in rows:
            known = row in self.rows
            self.duplicate += known
            self.rows += [] if known else [row]

    def raw(self, tags: set[int], from_us: int, to_us: int) -> list[Row]:
        """By (ts, tag, arrival)."""
        found = [row for row in self.rows if row[0] in tags and from_us <= row[1] < to_us]
        return sorted(found, key=lambda row: (row[1], row[0]))

    def before(self, tag: int, at_us: int) -> Row | None:
        return next(iter(self.raw({tag}, 0, at_us)[::-1]), None)

    def series(self, tag: int, *, from_us: int, to_us: int, px: int) -> list[tuple[object, ...]]:
        """(t0, min, max, first, last, n, n_good) per bucket that holds samples."""
        width_us = max(1, -(-(to_us - from_us) // px))
        return self.in_buckets(tag, (from_us, to_us), begin_us=from_us, width_us=width_us)

    def in_buckets(
        self, tag: int, span: tuple[int, int], *, begin_us: int, width_us: int
    ) -> list[tuple[object, ...]]:  # fmt: skip
        """The same, the first bucket beginning at `begin_us`."""
        answer: list[tuple[object, ...]] = []
        for t0 in range(begin_us, span[1], width_us):
            rows = self.raw({tag}, max(span[0], t0), min(span[1], t0 + width_us))
            values = [row[2] for row in rows if row[2] is not None]
            ends = (min(values), max(values), values[0], values[-1]) if values else (None,) * 4
            answer += [(t0, *ends, len(rows), sum(row[3] == 0xC0 for row in rows))] if rows else []
        return answer

    def mean(self, tag: int, from_us: int, to_us: int) -> tuple[float | None, int]:
        """(time-weighted mean with stepped values, covered µs), microsecond by microsecond."""
        held = [self.before(tag, at_us + 1) for at_us in range(from_us, to_us)]
        values = [float(row[2]) for row in held if row is not None and row[2] is not None]
        return (sum(values) / len(values) if values else None), len(values)


def frame(seq: int, rows: list[Row], *, kind: Kind = Kind.F64, epoch: int = 1, lane: Lane = Lane.LIVE) -> Frame:
    """A frame with one batch."""
    return Frame("gateway", lane, epoch, seq, (Batch.of(kind, rows),))


def rows_of(batches: list[Batch]) -> list[Row]:
    """The rows of all batches, one after the other."""
    return [row for batch in batches for row in batch.rows()]
