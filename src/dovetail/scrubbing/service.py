"""Look through everything that is kept of the plant's signals, slowly and by itself, or now because somebody asks.

A step opens the chunks of some tags, and the sums of their days. What is spoilt becomes known as if a reader had
stumbled over it; the next sealing sets it aside. Of each file its database is asked whether its pages fit together.
"""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from dovetail.chunkstore import files
from dovetail.core.clock import DAY_US, SECOND_US, Clock, to_rfc3339
from dovetail.core.errors import LinkError, MalformedError
from dovetail.core.limits import SCRUB_NOW_SAMPLES, SCRUB_STEP_SAMPLES
from dovetail.core.sqlitelib import sqlite_module
from dovetail.historian.service import Historian
from dovetail.operations.operation import Call, Input, Operation
from dovetail.packing.rollups import Touched
from dovetail.scrubbing.model import Round, is_due, keep_round, last_round
from dovetail.upkeep.layout import HISTORIAN, RECORDS

log = logging.getLogger(__name__)

KEPT_EACH_US: Final = 30 * SECOND_US  # a restart looks through as much again as was done in so long
FAULTS_MAX: Final = 3  # of one file: where one page is wrong, many things are

sqlite3 = sqlite_module()


class Search(Input):
    """Look through all samples now, and do not wait for the slow round; what is done of one that began stays done."""


class SearchView(BaseModel):
    """A round: `done` of about `total` samples, and what it found; `ended` null: it goes on, `now`: at full pace."""

    began: str | None
    ended: str | None
    now: bool
    done: int
    total: int
    chunks: int
    headers: int
    sums: int
    faults: list[str]


class Scrub:
    """`step` is called again and again by one thread; the rest by any."""

    def __init__(self, data: Path, historian: Historian, *, clock: Clock) -> None:
        self._data, self._historian, self._clock = data, historian, clock
        self.round = last_round(data)
        self._kept_us = 0
        self._now_of = 0  # the round that somebody waits for, by its begin: whichever ended, nobody waits for it
        self.begin = Operation(
            name="samples.search",
            summary="Look through all samples for damage, now",
            permission="system.manage",
            input=Search,
            output=SearchView,
            handler=self._begin,
        )

    def _begin(self, call: Call, given: Search) -> SearchView:
        found = self.round
        if found is None or found.ended_us:
            found = self._start()
        self._now_of = found.began_us
        return self.view()

    @property
    def _is_now(self) -> bool:
        return self.round is not None and not self.round.ended_us and self.round.began_us == self._now_of

    def view(self) -> SearchView:
        """How far it is."""
        found = self.round or Round(0)
        began, ended = (to_rfc3339(one) if one else None for one in (found.began_us, found.ended_us))
        return SearchView(
            began=began, ended=ended, now=self._is_now, done=found.done, total=max(found.total, found.done),
            chunks=found.chunks, headers=found.headers, sums=found.sums, faults=list(found.faults),
        )  # fmt: skip

    def _start(self) -> Round:
        last_us = 0 if self.round is None else self.round.ended_us or self.round.last_us
        total = 0
        for month in self._months:
            try:
                with self._historian.chunks.view(month) as view:
                    total += view.size()[1]
            except MalformedError as error:
                log.error("%s", error.message)
                self._historian.seal_once()  # which sets it aside as a whole
        months = self._months
        self.round = Round(self._clock.now_us(), total, month=months[0] if months else None, last_us=last_us)
        return self.round

    @property
    def _months(self) -> list[int]:
        return self._historian.chunks.newest_first()

    def step(self) -> int:
        """Look through some of it, if it is time; how many samples. Raises LinkError: then it is done again."""
        at_us = self._clock.now_us()
        if is_due(self.round, at_us):
            self._start()
        found = self.round
        if found is None or found.ended_us or (not self._is_now and found.done and found.done >= found.due(at_us)):
            return 0
        self.round = after = self._looked(found, SCRUB_NOW_SAMPLES if self._is_now else SCRUB_STEP_SAMPLES)
        if after.ended_us or at_us - self._kept_us >= KEPT_EACH_US:
            keep_round(self._data, after)
            self._kept_us = at_us
        return max(1, after.done - found.done)

    def _looked(self, found: Round, most: int) -> Round:
        number = found.month
        if number is None or number not in self._months:
            return self._next(found, number)
        chunks, headers, done, last = 0, 0, 0, found.tag
        damage, at_us = self._historian.damage, self._clock.now_us()
        with self._historian.chunks.view(number) as view:
            sizes = {tag: n for tag, n in view.samples().items() if tag >= found.tag or not found.tag}
            some: list[int] = []
            for tag, n in sizes.items():
                if done >= most:
                    break
                spoilt = view.search(tag, at_us=at_us)
                damage.note(number, tag, spoilt)
                chunks += sum(one.what == "samples" for one in spoilt)
                headers += sum(one.what == "header" for one in spoilt)
                some.append(tag)
                done, last = done + n, tag + 1
            altered = view.altered(some)
        if altered:
            days = [Touched(tag, day * DAY_US, day * DAY_US) for tag, day in altered]
            with self._historian.dropper.still():
                self._historian.dropper.drop(number, [], days)
        if chunks or headers:
            self._historian.seal_once()  # which sets aside and derives anew
        after = replace(
            found, done=found.done + done, tag=last, chunks=found.chunks + chunks, headers=found.headers + headers,
            sums=found.sums + len(altered),
        )  # fmt: skip
        return self._next(after, number) if len(some) == len(sizes) else after

    def _next(self, found: Round, number: int | None) -> Round:
        """One month is done: its file as a whole, then the month before it; at the end the files beside."""
        older = [month for month in self._months if number is not None and month < number]
        places: list[Path] = []
        if not older:
            places = [self._data / HISTORIAN / files.HEAD, self._data / RECORDS]
        faults = list(found.faults)
        if number is not None and (where := self._data / HISTORIAN / files.name_of(number)).exists():
            faults += put_in_order(self._historian, number, where)
        faults += [fault for path in places if path.exists() for fault in faults_of(path)]
        if older:
            return replace(found, month=older[0], tag=0, faults=tuple(faults))
        ended = replace(found, month=None, tag=0, faults=tuple(faults), ended_us=self._clock.now_us())
        log.info("%s", ended.told(ended.ended_us)[1])
        return ended


def put_in_order(historian: Historian, number: int, path: Path) -> list[str]:
    """Where the pages of a month do not fit together: its indexes are made anew from its rows, which are vouched for.

    What does not fit then is set aside as a whole. A spoilt index hides chunks that are whole. Answers what was found
    and done. Raises LinkError, and nothing is set aside, while the disk has no room for that, or does not answer.
    """
    found = faults_of(path)
    if not found:
        return []
    with historian.dropper.still():
        historian.chunks.replaced(number, lambda: _reindexed(path))
    if not faults_of(path):
        return [f"{fault} (mended: its indexes are made anew)" for fault in found]
    historian.chunks.malformed.add(number)
    historian.seal_once()
    return [f"{fault} (the file is set aside)" for fault in found]


def _reindexed(path: Path) -> None:
    try:
        with closing(files.connect(path, role="writer")) as connection:
            connection.execute("reindex").close()
    except files.UNREADABLE as error:
        if not _is_of_its_pages(error):
            raise LinkError(f"the indexes of {path} cannot be made anew: {error}", code="search-mend") from error


def _is_of_its_pages(error: Exception) -> bool:
    """A row twice where there may be one is no trouble of the disk either."""
    return files.is_spoilt(error) or not isinstance(error, sqlite3.OperationalError)


def faults_of(path: Path) -> list[str]:
    """What SQLite finds wrong with a file that is open elsewhere; nothing: it is whole. Raises LinkError: not now."""
    try:
        with closing(files.connect(path, role="reader")) as connection:
            rows = connection.execute(f"pragma integrity_check({FAULTS_MAX})").fetchall()
    except files.UNREADABLE as error:
        if not _is_of_its_pages(error):
            raise LinkError(f"{path} cannot be read: {error}", code="search-read") from error
        rows = [(str(error),)]
    except OSError as error:
        raise LinkError(f"{path} cannot be read: {error.strerror}", code="search-read") from error
    found = [f"{path.name}: {' '.join(said.split())}" for (said,) in rows if said != "ok"]
    for fault in found:
        log.error("a file is not as it was written: %s", fault)
    return found
