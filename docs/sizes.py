"""The arithmetic of tags × rate × bytes, for one site and for an enterprise of many, from bytes that were measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

# bench/sites_bench.py, its last plant: bytes of a sample at the site, in a copy in PostgreSQL, in one in ClickHouse
AT_SITE, IN_POSTGRESQL, IN_CLICKHOUSE = SIZES = (0.93, 1.66, 2.14)
YEAR_S: Final = 365 * 86_400
PLANTS: Final = (
    # what · sites · tags of each · share that changes · looks a second
    ("a workshop", 1, 500, 0.2, 1.0),
    ("a plant", 1, 5_000, 0.2, 1.0),
    ("a large plant", 1, 100_000, 0.1, 1.0),
    ("10 plants", 10, 5_000, 0.2, 1.0),
    ("100 plants", 100, 5_000, 0.2, 1.0),
    ("100 large plants", 100, 100_000, 0.1, 1.0),
)


def sized(count: float) -> str:
    """Bytes in a unit that one can say.

    >>> sized(73_000_000_000)
    '73 GB'
    """
    for unit, size in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 1e3:.3g} kB"


def rows() -> list[Sequence[object]]:
    """A row for each plant."""
    found: list[Sequence[object]] = []
    for what, sites, tags, share, rate in PLANTS:
        each = tags * share * rate
        every = each * sites
        year = YEAR_S * every
        found.append((
            what, f"{sites:,} × {tags:,} × {share:g} × {rate:g}/s", f"{each:,.0f}", f"{every:,.0f}",
            sized(YEAR_S * each * AT_SITE), sized(year * IN_POSTGRESQL), sized(year * IN_CLICKHOUSE),
        ))  # fmt: skip
    return found


HEAD: Final = (
    "plant", "sites × tags × share × rate", "samples/s of a site", "of all", "a year at a site",
    "a year of all in PostgreSQL", "in ClickHouse",
)  # fmt: skip


def page(head: str, table: Callable[[Sequence[str], Sequence[Sequence[object]]], str]) -> str:
    """The whole page."""
    measured = (
        f"Bytes of a sample: {AT_SITE} at the site, {IN_POSTGRESQL} in a copy in PostgreSQL, "
        f"{IN_CLICKHOUSE} in a copy in ClickHouse.\n\n"
    )
    return head.replace("<!-- table -->\n", measured + table(HEAD, rows()))
