"""Which copies of a plant are worth keeping: the last few, and of longer ago one a day, a week, a month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dovetail.core.errors import InvalidError

_WORD = re.compile(r"(\d{1,4})([dwm]?)")


@dataclass(frozen=True, slots=True)
class Rule:
    """How many: the newest ones, and the last of each of so many days, weeks (ISO) and months (UTC) that have one."""

    newest: int = 1
    days: int = 0
    weeks: int = 0
    months: int = 0


def parse(text: str) -> Rule:
    """`14` (the newest), or `7d,4w,12m`. Raises InvalidError.

    >>> parse("7d,4w,12m")
    Rule(newest=1, days=7, weeks=4, months=12)
    """
    counts = {"": 0, "d": 0, "w": 0, "m": 0}
    for word in re.split(r"[,\s]+", text.strip()):
        found = _WORD.fullmatch(word)
        if found is None:
            raise InvalidError(
                f"{word!r} is not a number of backups to keep", code="backup-keep", hint="as 14, or as 7d,4w,12m"
            )
        counts[found[2]] = int(found[1])
    if not any(counts.values()):
        raise InvalidError("a rule that keeps nothing keeps nobody safe", code="backup-keep", hint="at least 1")
    return Rule(max(1, counts[""]), counts["d"], counts["w"], counts["m"])


def kept(made_us: Sequence[int], rule: Rule) -> set[int]:
    """The places in `made_us` (µs UTC, any order) of the copies to keep; the newest is always among them."""
    order = sorted(range(len(made_us)), key=lambda at: made_us[at], reverse=True)
    keep = set(order[: rule.newest])
    moments = {at: datetime.fromtimestamp(made_us[at] / 1_000_000, UTC) for at in order}
    for count, form in ((rule.days, "%Y-%m-%d"), (rule.weeks, "%G-%V"), (rule.months, "%Y-%m")):
        last_of: dict[str, int] = {}
        for at in order:
            last_of.setdefault(moments[at].strftime(form), at)
        keep.update(list(last_of.values())[:count])
    return keep
