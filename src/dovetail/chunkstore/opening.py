"""The samples of a month's chunks as they are read: told as damaged where they are not what was written."""

# ruff: noqa: S608 - tables and columns are our own words

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from dovetail.chunkstore import aside, moments
from dovetail.chunkstore.aside import Damaged
from dovetail.chunkstore.weighing import Weighing
from dovetail.packing import checks
from dovetail.packing.columns import Block, DamagedError
from dovetail.packing.place import MonthWords, Session

TAGS_AT_ONCE: Final = 128  # asked for together: some 6 MB of chunks each time
type Mark = tuple[int, int | None]  # number and check: no other chunk has both
type Packed = tuple[Mark, int, bytes, bytes | None, Sequence[float | None] | None]
"""(its mark, tag, body, the moments it shares or None: who shares them has one object, what its header sums up: first,
last, min, max, sum and tw)"""
type OnDamage = Callable[[Opening, int, DamagedError], None]  # (where, of which tag, what is wrong)


class Opening(Weighing):
    """One month at one moment, and the samples in it. A chunk that cannot be read is told to `on_damage` and passed
    over; without it, it is a DamagedError."""

    def __init__(self, session: Session, words: MonthWords, on_damage: OnDamage | None = None) -> None:
        super().__init__(session, words)
        self._on_damage = on_damage
        self._body, self._row = moments.body_of(words), f"id, {words.checked}, {moments.VOUCHED}"

    def search(self, tag: int, *, at_us: int) -> list[Damaged]:
        """Which chunks of a tag cannot be read; each is opened."""
        return aside.search(self._session, self._words, tag, at_us=at_us)

    def _opened(self, tag: int, *body: Any) -> Block | None:
        try:
            return moments.opened(*body, tag=tag)
        except DamagedError as error:
            self.damaged(tag, error)
            return None

    def damaged(self, tag: int, error: DamagedError) -> None:
        """Say that a chunk of a tag cannot be read; raises it where nobody wants to know."""
        if self._on_damage is None:
            raise error
        self._on_damage(self, tag, error)

    def _holds(self, tag: int, row: Sequence[Any]) -> bool:
        """Whether a row is as it was written; else it is told."""
        if not (as_written := checks.holds(row[1], row[moments.VOUCHED_AT])):
            self.damaged(tag, DamagedError(f"the header of a chunk of tag {tag} has the wrong checksum"))
        return as_written

    def vouch(self, tags: Sequence[int]) -> None:
        """Look at every row of these tags; one that is not as it was written is told. For who acts on what rows say."""
        sql = f"select {self._row} from {self._chunk} where tag = ?"
        for tag, rows in zip(tags, self._session.each(sql, [(tag,) for tag in tags]), strict=True):
            for row in rows:
                self._holds(tag, row)

    def body(self, chunk_id: int, *, tag: int) -> Block:
        """The samples of one chunk; raises DamagedError, and says so to whoever wants to know."""
        try:
            return moments.opened(*self._kept(chunk_id), tag=tag)
        except DamagedError as error:
            self.damaged(tag, error)
            raise

    def readable(self, chunk_id: int, *, tag: int) -> Block | None:
        """The same; None: it is damaged."""
        return self._opened(tag, *self._kept(chunk_id))

    def _kept(self, chunk_id: int) -> tuple[bytes, bytes | None, int | None]:
        return self._session.execute(f"select {self._body} from {self._chunk} where id = ?", (chunk_id,)).fetchone()

    def packed(self, tags: Sequence[int], from_us: int, to_us: int) -> Iterator[list[Packed]]:
        """The chunks that touch [from, to) as they lie there, by tag (sorted) and time, some after the other."""
        yield from self._all_packed("t0 < ? and t1 >= ? and tag", (to_us, from_us), tags)

    def packed_of(self, marks: Sequence[Mark]) -> Iterator[list[Packed]]:
        """The same of chunks by their marks."""
        yield from self._all_packed("id", (), [chunk_id for chunk_id, _ in marks])

    def marks(self, tags: Sequence[int], from_us: int, to_us: int) -> list[tuple[int, Mark]]:
        """Tag and mark of the chunks that touch [from, to), by tag (sorted) and time."""
        asked = f"t0 < ? and t1 >= ? and tag in ({', '.join('?' * len(tags))}) order by tag, t0"
        sql = f"select tag, id, {self._words.checked} from {self._chunk} where {asked}"
        rows = self._session.execute(sql, (to_us, from_us, *tags)).fetchall()
        return [(tag, (chunk_id, check)) for tag, chunk_id, check in rows]

    def ended(self, tags: Sequence[int], from_us: int, to_us: int) -> dict[int, int]:
        """By tag the last moment of its chunks of whatever kind that lie in [from, to) as a whole."""
        asked = f"tag in ({', '.join('?' * len(tags))}) and t0 >= ? and t1 < ? group by tag"
        return dict(
            self._session.execute(f"select tag, max(t1) from {self._chunk} where {asked}", (*tags, from_us, to_us))
        )

    def _all_packed(self, which: str, values: Sequence[int], of: Sequence[int]) -> Iterator[list[Packed]]:
        shared = "moments" if self._words.moments else "null"
        sql = f"select {self._row}, body, {shared} from {self._chunk} where {which} in "
        parts = [of[start : start + TAGS_AT_ONCE] for start in range(0, len(of), TAGS_AT_ONCE)]
        asked = ((f"{sql} ({', '.join('?' * len(some))}) order by tag, t0", (*values, *some)) for some in parts)
        under_way = moments.next_of(self._session, asked)
        while under_way is not None:
            rows = under_way.fetchall()
            times = moments.ask(self._session, self._words, list({row[-1] for row in rows} - {None}))
            under_way = moments.next_of(self._session, asked)  # the server looks for these while we open those
            known = moments.told(times)
            if rows and checks.all_whole(rows):
                yield [(row[:2], row[2], row[-2], known.get(row[-1]), row[moments.SUMS_AT]) for row in rows]
            else:
                yield [one for row in rows if (one := self._packed(row, known)) is not None]

    def _packed(self, row: tuple[Any, ...], known: dict[int, bytes]) -> Packed | None:
        """None: the body is another tag's. Sums that are not as they were written are not told."""
        tag, body = row[2], row[-2]
        if not checks.owns(row[1], tag, body):
            self.damaged(tag, DamagedError(f"a chunk of tag {tag} is not what was written for it"))
            return None
        sums = row[moments.SUMS_AT] if self._holds(tag, row) else None
        return row[:2], tag, body, known.get(row[-1]), sums

    def bodies(self, tags: Sequence[int], from_us: int, to_us: int) -> Iterator[Block]:
        """The samples of the chunks that touch [from, to), by tag (sorted) and time."""
        for _, tag, body, times, _ in (one for some in self.packed(tags, from_us, to_us) for one in some):
            block = self._opened(tag, body, times, None)
            if block is not None:
                yield block
