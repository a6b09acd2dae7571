"""What the chunks of a month come to, for who weighs, counts or lets go: no body is read, and no row compared."""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dovetail.chunkstore import moments, rolled
from dovetail.core.batch import Kind
from dovetail.packing.chunks import Kept
from dovetail.packing.found import Piece, Weight
from dovetail.packing.place import MonthWords, Session


class Weighing:
    """One month at one moment, as far as rows tell it."""

    def __init__(self, session: Session, words: MonthWords) -> None:
        self._session, self._words, self._chunk = session, words, words.chunk

    def weights(self, until_us: int, tags: Sequence[int] | None = None) -> dict[int, Weight]:
        """By tag (None: of all), what the chunks come to that are over before `until_us`; no body is read."""
        sums = f"count(*), sum(n), sum({moments.bytes_of(self._words)}), min(t0), max(t1)"
        if tags is None:
            sql = f"select tag, {sums} from {self._chunk} where t1 < ? group by tag order by tag"
            found = self._session.execute(sql, (until_us,)).fetchall()
        else:
            sql = f"select tag, {sums} from {self._chunk} where tag = ? and t1 < ? group by tag"
            answers = self._session.each(sql, [(tag, until_us) for tag in tags])
            found = [row for rows in answers for row in rows]
        return {row[0]: Weight(*map(int, row)) for row in found}

    def samples(self) -> dict[int, int]:
        """By tag, how many there are; the index alone tells."""
        sql = f"select tag, sum(n) from {self._chunk} group by tag order by tag"
        return {tag: int(n) for tag, n in self._session.execute(sql).fetchall()}

    def altered(self, tags: Sequence[int]) -> list[tuple[int, int]]:
        """(tag, day) of the rollups that nobody doubts and that are not what was written; each is opened."""
        return rolled.altered(self._session, self._words.rollup, tags)

    def size(self) -> tuple[int, int]:
        """How many chunks there are, and how many samples."""
        chunks_n, n = self._session.execute(f"select count(*), coalesce(sum(n), 0) from {self._chunk}").fetchone()
        return int(chunks_n), int(n)

    def firsts(self, from_us: int) -> dict[int, int]:
        """By tag, when the first chunk begins that is not over before `from_us`."""
        sql = f"select tag, min(t0) from {self._chunk} where t1 >= ? group by tag"
        return {tag: int(t0) for tag, t0 in self._session.execute(sql, (from_us,))}

    def pieces(self, tags: Sequence[int], until_us: int) -> list[Piece]:
        """The chunks of tags that are over before `until_us`, tag by tag, oldest first."""
        columns = f"id, tag, t0, t1, n, {moments.bytes_of(self._words)}"
        sql = f"select {columns} from {self._chunk} where tag = ? and t1 < ? order by t0"
        return [Piece(*row) for rows in self._session.each(sql, [(tag, until_us) for tag in tags]) for row in rows]

    def kept(self, tags: Sequence[int], kind: Kind) -> Iterator[list[Kept]]:
        """For each tag, of not too many, its chunks of one kind, oldest first."""
        marks, found = ", ".join("?" * len(tags)), dict[int, list[Kept]]()
        sql = f"select tag, id, t0, t1, n from {self._chunk} where tag in ({marks}) and kind = ? order by tag, t0"
        for tag, *kept in self._session.execute(sql, (*tags, int(kind))):
            found.setdefault(tag, []).append(Kept(*kept))
        return (found.get(tag, []) for tag in tags)

    def all_kept(self, from_tag: int, until_us: int, *, limit: int) -> dict[tuple[int, Kind], list[Kept]]:
        """The chunks that are over before `until_us`, oldest first, by tag and kind: of some tags from one on.

        As many whole tags as have together at most `limit` chunks; of the first one not more than so many. A row of no
        kind that there is stays where it is.
        """
        sql = f"select tag, kind, id, t0, t1, n from {self._chunk} where tag >= ? and t1 < ? order by tag, t0 limit ?"
        rows = self._session.execute(sql, (from_tag, until_us, limit)).fetchall()
        if len(rows) == limit and rows[0][0] != rows[-1][0]:
            rows = [row for row in rows if row[0] != rows[-1][0]]  # there may be more of the last one
        answer: dict[tuple[int, Kind], list[Kept]] = {}
        for tag, kind, *kept in (row for row in rows if row[1] in Kind):
            answer.setdefault((tag, Kind(kind)), []).append(Kept(*kept))
        return answer
