"""Whole days of a plant's samples as Parquet, in folders that DuckDB, polars and Spark read as one table.

`site=<site>/day=YYYY-MM-DD/samples.parquet` (Hive's way; days are UTC's). A file says in its metadata what it was made
from, so a day is written again only where its samples are others by now: late data rewrite their own days.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from dovetail.core.clock import DAY_US, to_datetime
from dovetail.core.errors import LinkError
from dovetail.core.limits import EXPORT_FREE_BYTES
from dovetail.core.scope import Scope
from dovetail.exports.files import COMPRESSION
from dovetail.exports.rows import pages_of
from dovetail.forms import arrow
from dovetail.forms.long import long_schema, long_table
from dovetail.forms.model import Named
from dovetail.forms.samples import TEXTS
from dovetail.historian.service import Historian

NAME: Final = "samples.parquet"
MINUTES: Final = 1_440  # of a day
MADE_FROM: Final = b"dovetail.made_from"
PARTIAL: Final = "."  # what begins with it is no part of the table for any of its readers

type Step = Callable[[int, int], None]  # told (days done, days in all); raises to give up


@dataclass(slots=True)
class Written:
    """What became of the days: files written, files that were as they should be, and files that went."""

    written: int = 0
    same: int = 0
    removed: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Tier:
    """The folder of a plant's days. `sites` are the tags of each site."""

    folder: Path
    historian: Historian
    scope: Scope
    sites: Mapping[str, Sequence[Named]]

    def write(self, from_us: int, to_us: int, step: Step) -> Written:
        """Bring the whole days in [from, to) up to date. Raises LinkError when the disk is nearly full, OSError."""
        done = Written()
        days = range(-(-from_us // DAY_US), to_us // DAY_US)
        for n, day in enumerate(days):
            for site, tags in self.sites.items():
                step(n, len(days))
                self._day(done, self.place(site, day), tags, day * DAY_US)
        step(len(days), len(days))
        return done

    def place(self, site: str, day: int) -> Path:
        """Where the file of a day is; `day` counts from 1970-01-01."""
        return self.folder / f"site={quote(site, safe='')}" / f"day={to_datetime(day * DAY_US):%Y-%m-%d}" / NAME

    def _day(self, done: Written, path: Path, tags: Sequence[Named], from_us: int) -> None:
        filled, made_from = self._made_from(tags, from_us)
        if not filled:
            if path.exists():
                path.unlink()
                done.removed += 1
        elif path.exists() and _said(path) == made_from:
            done.same += 1
        else:
            done.rows += self._rewrite(path, filled, from_us, made_from)
            done.written += 1

    def _made_from(self, tags: Sequence[Named], from_us: int) -> tuple[list[Named], bytes]:
        """The tags that say anything on that day, and a digest that is another when any of what they say is.

        Numbers are compared minute by minute, by count, ends and extremes; texts by themselves.
        """
        digest, filled = hashlib.sha256(), list[Named]()
        for tag in tags:
            found = self.historian.series(tag.id, from_us, from_us + DAY_US, MINUTES, scope=self.scope)
            if not len(found.n):
                continue
            filled.append(tag)
            digest.update(f"{tag.id} {tag.path} {tag.unit}\n".encode())
            for column in (found.t0_us, found.n, found.n_good, found.min, found.max, found.first, found.last):
                digest.update(column.tobytes())
            if tag.kind in TEXTS:
                for samples, _ in self._pages(tag, from_us):
                    digest.update(repr((samples.ts.tolist(), samples.plain(), samples.quality.tolist())).encode())
        return filled, digest.hexdigest().encode()

    def _pages(self, tag: Named, from_us: int) -> Iterator[tuple[Any, float]]:
        return pages_of(self.historian, tag, (from_us, from_us + DAY_US), lambda: self.scope)

    def _rewrite(self, path: Path, tags: Sequence[Named], from_us: int, made_from: bytes) -> int:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(PARTIAL + path.name)
        schema = long_schema("UTC").with_metadata({MADE_FROM: made_from})
        rows = 0
        try:
            with arrow.parquet().ParquetWriter(partial, schema, compression=COMPRESSION) as file:
                for tag in tags:
                    if shutil.disk_usage(path.parent).free < EXPORT_FREE_BYTES:
                        raise LinkError(f"{path.parent} has hardly any room left", code="export-space")
                    for samples, _ in self._pages(tag, from_us):
                        if len(samples):
                            file.write_table(long_table(tag, samples, schema))
                            rows += len(samples)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return rows


def _said(path: Path) -> bytes | None:
    """What a file was made from; None for one that is none of ours, or half of one."""
    try:
        return (arrow.parquet().read_schema(path).metadata or {}).get(MADE_FROM)
    except (OSError, ValueError):  # pyarrow's errors for a file that is no Parquet are ValueErrors
        return None
