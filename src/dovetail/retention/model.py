"""How long samples are kept, by which rule; what no rule may touch; and what has gone, which is a fact for ever."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from dovetail.chunkstore.months import begin_of, month_of
from dovetail.core.clock import DAY_US
from dovetail.gone.model import Stretch

type OnFull = Literal["refuse", "evict"]
type Why = Literal["unproven", "older-proof", "no-copy", "not-taken", "behind", "away"]  # a copy does not hold samples
type Lacking = Callable[[str, int, Mapping[int, int]], Mapping[int, Why]]
# (copy, month, until by tag) → the tags of which it does not hold, as it is here, all that is over before that

NEVER: Final = "never"
BACKUP: Final = "backup"  # the copy that is a backup of the whole installation, proven by a restore
AGE_DAYS_MAX: Final = 36_600  # a hundred years; longer is a slip of a finger
BY_DAY_BELOW_US: Final = 90 * DAY_US  # what is kept shorter goes day by day, all else by whole months
STANDS_US: Final = DAY_US  # a tag that said nothing for so long keeps the value that stands
_WORDS: Final = re.compile(r"(\d{1,5}) *(d|days?|w|weeks?|mo|months?|y|years?)\Z")
_ISO: Final = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?\Z")
_DAYS: Final = {"Y": 366, "M": 31, "W": 7, "D": 1}  # the longest of each: what is kept is never kept shorter
_LETTERS: Final = {"d": "D", "w": "W", "m": "M", "y": "Y"}


def iso_age(text: str) -> str:
    """An age as ISO 8601 has it, or `never`. Raises ValueError for what is none.

    >>> iso_age("90 d"), iso_age("7 years"), iso_age("P1Y6M")
    ('P90D', 'P7Y', 'P1Y6M')
    """
    words = _WORDS.match(text.strip())
    found = f"P{int(words[1])}{_LETTERS[words[2][0]]}" if words else text.strip()
    if found == NEVER:
        return found
    if not _ISO.match(found):
        raise ValueError('should be an age as "90 d", "7 y" or "P1Y6M", or never')
    if not 1 <= _days(found) <= AGE_DAYS_MAX:
        raise ValueError("should be from a day to a hundred years")
    return found


def _days(iso: str) -> int:
    return sum(int(number) * _DAYS[letter] for number, letter in re.findall(r"(\d+)([YMWD])", iso))


def age_us(iso: str | None) -> int | None:
    """An age in µs, a month being 31 days and a year 366; None: for ever."""
    return None if iso is None or iso == NEVER else _days(iso) * DAY_US


def cut_of(age: int, now_us: int) -> int:
    """The moment before which everything may go: the beginning of a month, or of a day where little is kept."""
    at_us = now_us - age
    if age < BY_DAY_BELOW_US:
        return at_us // DAY_US * DAY_US
    return begin_of(number_of(at_us))


def number_of(at_us: int) -> int:
    """The month of a moment, counted from January 1970."""
    return int(month_of(np.array([at_us], dtype=np.int64))[0])


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for a tag. `name` says where it is written; ages in µs, None: never; `copies`: must hold what goes."""

    name: str
    drop_us: int | None = None
    archive_us: int | None = None
    on_full: OnFull = "refuse"
    copies: tuple[str, ...] = ()


FOR_EVER: Final = Rule("")


@dataclass(frozen=True, slots=True)
class Reference:
    """Samples of tags in [from_us, to_us) that must stay, and why: held by a person, or a record rests on them."""

    tags: frozenset[int]
    from_us: int
    to_us: int
    why: str


class Protected:
    """Everything that must stay, by tag."""

    def __init__(self, references: Iterable[Reference]) -> None:
        self._begins: defaultdict[int, list[int]] = defaultdict(list)
        self._ends: defaultdict[int, list[int]] = defaultdict(list)
        for one in sorted(references, key=lambda one: one.from_us):
            for tag in one.tags:
                begins, ends = self._begins[tag], self._ends[tag]
                if ends and one.from_us <= ends[-1]:
                    ends[-1] = max(ends[-1], one.to_us)
                else:
                    begins.append(one.from_us)
                    ends.append(one.to_us)

    def touches(self, tag: int, t0: int, t1: int) -> bool:
        """Whether anything of [t0, t1] of a tag must stay."""
        begun = bisect_right(self._begins.get(tag, ()), t1)
        return begun > 0 and t0 < self._ends[tag][begun - 1]


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: nothing of these tags, or of the tags below these equipment, goes in [from_us, to_us)."""

    id: int
    equipment: tuple[int, ...]
    tags: tuple[int, ...]
    from_us: int
    to_us: int
    reason: str
    by_name: str
    at_us: int
    known: int
    released_by: str | None = None
    released_us: int | None = None
    released_reason: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it holds."""
        return self.released_us is None


@dataclass(frozen=True, slots=True)
class Wait:
    """What of a month is due by a rule and stays until a copy holds it, and why that does not yet."""

    copy: str
    why: Why
    rule: str
    month: int
    tags: tuple[int, ...]
    samples: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Archive:
    """A file into which samples of a month were written, and out of which they were read again and compared."""

    id: int
    rule: str
    month: int
    file: str
    sha256: str
    bytes: int
    of: tuple[Stretch, ...]
    at_us: int
    known: int
