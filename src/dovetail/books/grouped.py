"""Ask for the sums of slices by any of their words: each row of the answer is of one class, so it is told once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import batched
from typing import Any, Final

from sqlalchemy import Select, func, select

from dovetail.books.rollups import GroupKey
from dovetail.books.slices import CHUNK, STORED_MEASURES, read, slice_table, visible
from dovetail.db.uow import Reading
from dovetail.ledger.columns import Measure, Sums, nothing, taken_by
from dovetail.ledger.model import Mark, Slice

WORDS: Final = ("equipment_id", "day", "shift_name", "crew", "product", "job_response_id", "state", "mode", "reason",
                "plan")  # fmt: skip
OF_A_SHARE: Final = frozenset({"product", "job_response_id"})  # several jobs at once have each their own
MARKS: Final = ("external", "unplanned", "failing", "short")


def sums_by_words(
    reading: Reading, equipment_id: int, period: tuple[int, int], *, by: Sequence[str], as_of: int | None
) -> tuple[dict[GroupKey, Sums], list[Slice]]:
    """Every column over the slices of one equipment that lie wholly in a period, by some `WORDS`; and, where they say
    what was made, the slices of several jobs one by one, which are not among them."""
    c = slice_table.c
    apart = not OF_A_SHARE.isdisjoint(by)
    words, marks = [c[word] for word in by], [c[mark] for mark in MARKS]
    ordered = (c.job_response_id.is_not(None)) | (c.jobs > 1)
    sums = [func.sum(c.t1_us - c.t0_us), *(func.sum(c[name]) for name in STORED_MEASURES)]
    mine = [c.equipment_id == equipment_id, visible(as_of), c.t0_us >= period[0], c.t1_us <= period[1]]
    kinds = [*words, c.cls, *marks, ordered]
    query = select(*kinds, *sums).where(*mine, *([c.jobs == 1] if apart else [])).group_by(*kinds)
    found: dict[GroupKey, Sums] = {}
    for row in reading.connection.execute(query):
        key, told = tuple(row[: len(by)]), row[len(by) :]
        _add(found.setdefault(key, nothing()), told[0], _marks(told[1:5]), bool(told[5]), told[6:])
    ids = reading.connection.scalars(select(c.id).where(*mine, c.jobs > 1)).all() if apart else []
    return found, [piece for part in batched(ids, CHUNK) for _, piece in read(reading, _by_id(part))]


def _add(sums: Sums, cls: Any, marks: frozenset[Mark], ordered: bool, told: Sequence[Any]) -> None:
    names: tuple[Measure, ...] = ("elapsed_us", *STORED_MEASURES)
    brought = dict(zip(names, (int(one or 0) for one in told), strict=True))
    for column in taken_by(cls, marks):
        if ordered or not column.of:
            sums[column.name] += brought[column.measure]


def _marks(said: Iterable[bool]) -> frozenset[Mark]:
    external, unplanned, failing, short = said
    all_of: dict[Mark, bool] = {
        "external": external, "unplanned": unplanned, "failing": failing, "short": short,
        "short_failing": short and failing, "short_external": short and external,
    }  # fmt: skip
    return frozenset(mark for mark, is_so in all_of.items() if is_so)


def _by_id(ids: Collection[int]) -> Select[Any]:
    return select(slice_table).where(slice_table.c.id.in_(ids))
