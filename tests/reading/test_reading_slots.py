"""Of what lies between two moments as little is unpacked as there must be, and it comes to the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from dovetail.chunkstore import opening
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import system_scope
from dovetail.historian.hourly import Hourly
from dovetail.historian.service import Historian
from dovetail.reading import lately, sheets, slots
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

EVERYBODY = system_scope("test")
GOOD, BAD, UNCERTAIN = 0xC0, 0x08, 0x40
N = 100
TAGS = [1, 2]
STEADY = [20.0 + at % 7 for at in range(N)]
AROUND_ZERO = [-1.0 if at % 2 else 1.0 for at in range(N)]
ONE_PEAK = [1e15, *STEADY[1:]]  # beside it the rest is lost in rounding
ALL_GOOD = [GOOD] * N


def at_us(number: int) -> int:
    return DAY_ZERO_US + number * SECOND_US


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Callable[[list[float], list[int]], Historian]]:
    """Two signals of these values and qualities, read together each second, in one chunk each."""
    opened: list[Historian] = []

    def seal(values: list[float], qualities: list[int]) -> Historian:
        historian = Historian(tmp_path, clock=ManualClock(at_us(N)), bus=Bus(), owner_of=lambda _tag: 1)
        opened.append(historian)
        held = [None if quality == BAD else value for value, quality in zip(values, qualities, strict=True)]
        rows = [(tag, at_us(at), held[at], qualities[at]) for tag in TAGS for at in range(N)]
        historian.put([Frame("plc", Lane.LIVE, 1, 1, (Batch.of(Kind.F64, rows),))])
        historian.seal_once()
        return historian

    yield seal
    for historian in opened:
        historian.close()


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many values of a chunk were unpacked, each time."""
    counts: list[int] = []
    first = sheets.unpack_first

    def counted(data: bytes, into: np.ndarray) -> None:
        counts.append(len(into))
        first(data, into)

    monkeypatch.setattr(sheets, "unpack_first", counted)
    return counts


LATER = [GOOD] * 60 + [BAD] * 3 + [GOOD] * 37
EARLIER = [GOOD] * 5 + [BAD] * 3 + [GOOD] * 92
DOUBTED = [GOOD] * 5 + [UNCERTAIN] + [GOOD] * 94


@pytest.mark.parametrize(
    ("values", "qualities", "from_at", "to_at", "expected"),
    [
        #  values        qualities  from  to    unpacked of each chunk
        (STEADY, ALL_GOOD, 0, N, []),  # the header says it all
        (STEADY, LATER, 0, N, []),
        (STEADY, ALL_GOOD, 0, 40, [40, 40]),  # nothing later
        (STEADY, ALL_GOOD, 30, N, [31, 31]),  # the header, less what lies before
        (STEADY, EARLIER, 30, N, [31, 31]),
        (STEADY, LATER, 30, N, [31, 31]),
        (STEADY, ALL_GOOD, 90, N, [N, N]),  # less is not worth it
        (STEADY, DOUBTED, 30, N, [31, 31, N, N]),  # what is uncertain is in one sum and not in the other
        (AROUND_ZERO, ALL_GOOD, 30, N, [31, 31, N, N]),  # a difference would not be exact
        (ONE_PEAK, ALL_GOOD, 30, N, [31, 31, N, N]),
    ],
)
def test_what_lies_between_two_moments(sealed, unpacked, values, qualities, from_at, to_at, expected) -> None:
    historian = sealed(values, qualities)
    found = historian.slotted(TAGS, [at_us(from_at), at_us(to_at)], "sums", scope=EVERYBODY, as_of=None)
    assert unpacked == expected
    some = found.folded
    inside = some.ts >= at_us(from_at)
    counted = inside & (some.quality == GOOD)
    good = [at for at in range(from_at, to_at) if qualities[at] == GOOD]
    for place in range(len(TAGS)):
        of_tag = found.place == place
        totals = (some.value + some.total)[of_tag & counted]
        assert totals.sum() == pytest.approx(sum(values[at] for at in good), rel=1e-9)
        assert (some.n + 1)[of_tag & counted].sum() == len(good)
        assert some.area[of_tag & counted].sum() == pytest.approx(
            sum(values[at] for at in good if at + 1 < to_at) * SECOND_US, rel=1e-9
        )


@pytest.mark.parametrize(
    ("values", "qualities", "expected"),
    [
        #  values                          qualities                                   which samples of 0 … 5 are kept
        ([3.0, 9.0, 5.0, 1.0, 4.0, 2.0], [GOOD] * 6, [0, 1, 3, 5]),
        ([3.0, 9.0, 1.0, 9.0, 9.0, 4.0], [GOOD] * 6, [0, 1, 2, 3, 5]),  # that it was there again, not how often
        ([3.0, 9.0, 1.0, 9.0, 5.0, 4.0], [GOOD] * 3 + [BAD] + [GOOD] * 2, [0, 1, 2, 3, 4, 5]),  # how long it was GOOD
        ([3.0] * 6, [GOOD] * 6, [0, 1, 5]),
        ([3.0] * 6, [BAD] * 6, [0, 5]),
        ([3.0, 9.0, 5.0, 1.0, 4.0, 2.0], [GOOD] * 2 + [UNCERTAIN] + [GOOD] * 3, [0, 1, 2, 3, 4, 5]),
        ([3.0, np.nan, 5.0, 1.0, 4.0, 2.0], [GOOD] * 6, [0, 1, 2, 3, 4, 5]),  # no number: nobody knows
    ],
)
def test_extremes_need_a_few_samples(sealed, values, qualities, expected) -> None:
    historian = sealed([*values, *STEADY[6:]], [*qualities, *ALL_GOOD[6:]])
    found = historian.slotted(TAGS, [at_us(0), at_us(6)], "extremes", scope=EVERYBODY, as_of=None)
    assert found.folded.ts.tolist() == [at_us(at) for _tag in TAGS for at in expected]
    assert not found.folded.n.any()


@pytest.mark.parametrize("keeps", ["sums", "extremes"])
def test_few_at_a_time_come_to_the_same_as_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeps: slots.Keeps
) -> None:
    tags = list(range(1, 10))
    rows = [(tag, at_us(at), float(tag * (at % 7)), GOOD) for tag in tags for at in range(N)]
    with closing(Historian(tmp_path, clock=ManualClock(at_us(N)), bus=Bus(), owner_of=lambda _tag: 1)) as historian:
        historian.put([Frame("plc", Lane.LIVE, 1, 1, (Batch.of(Kind.F64, rows),))])
        historian.seal_once()
        cuts = [at_us(30), at_us(55), at_us(80)]
        one = historian.slotted(tags, cuts, keeps, scope=EVERYBODY, as_of=None)
        again = historian.slotted(tags, cuts, keeps, scope=EVERYBODY, as_of=None)
        monkeypatch.setattr(opening, "TAGS_AT_ONCE", 1)
        monkeypatch.setattr(lately, "TAGS_AT_ONCE", 1)
        monkeypatch.setattr(lately, "OPENED_BYTES_MAX", 2_000)  # about one of them
        two = historian.slotted(tags, cuts, keeps, scope=EVERYBODY, as_of=None)
    assert sorted(listed(two)) == sorted(listed(again)) == sorted(listed(one))


def listed(found: Hourly) -> list[tuple[float, ...]]:
    """(place, then a sample with what lies behind it), one by one."""
    some = found.folded
    columns = (found.place, some.ts, some.value, some.quality, some.n, some.total, some.area)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_what_another_kind_said_amid_a_chunk_holds_from_there_on(tmp_path: Path) -> None:
    """A signal says numbers before and after a moment, and between them a text: the last number does not hold."""
    with closing(Historian(tmp_path, clock=ManualClock(at_us(N)), bus=Bus(), owner_of=lambda _tag: 1)) as historian:
        numbers = Batch.of(Kind.I64, [(1, at_us(10), 7, GOOD), (1, at_us(60), 8, GOOD)])
        texts = Batch.of(Kind.STR, [(1, at_us(20), "stopped", GOOD)])
        historian.put([Frame("plc", Lane.LIVE, 1, 1, (numbers, texts))])
        historian.seal_once()
        for keeps in ("sums", "spreads", "extremes"):
            found = historian.slotted([1], [at_us(30), at_us(70)], keeps, scope=EVERYBODY, as_of=None)
            assert found.folded.ts.tolist() == [at_us(60)]
            found = historian.slotted([1], [at_us(15), at_us(18)], keeps, scope=EVERYBODY, as_of=None)
            assert found.folded.ts.tolist() == [at_us(10)]
