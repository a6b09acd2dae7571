"""Long work that people wait for: what it is, how far it is, and how it ended; kept while the process lives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, Literal

from pydantic import BaseModel

from dovetail.core.clock import SECOND_US, Clock, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.ids import uuid7
from dovetail.operations.http import Api, Page

KEPT_MAX: Final = 100  # of ended work; the audit keeps what matters for ever
UNTOLD_US: Final = SECOND_US  # who waits for less needs no bar

State = Literal["running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of long work. `done` of `total`, counted in `unit`."""

    id: str
    title: str
    done: int
    total: int
    unit: str
    state: State
    started_us: int
    detail: str = ""


class WorkView(BaseModel):
    """Long work as the API shows it."""

    id: str
    title: str
    done: int
    total: int
    unit: str
    state: State
    started: str
    detail: str


class LongWork:
    """Registers long work and tells a listener of every step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._work: dict[str, Work] = {}
        self.on_change: Callable[[], None] = lambda: None

    def begin(self, title: str, *, total: int, unit: str, work_id: str | None = None) -> str:
        """Announce work of `total` units, known by `work_id` where it has a name already; answers its id."""
        work = Work(work_id or uuid7(self._clock), title, 0, total, unit, "running", self._clock.now_us())
        with self._lock:
            self._work[work.id] = work
            ended = [found.id for found in self._work.values() if found.state != "running"]
            for old in ended[:-KEPT_MAX]:
                del self._work[old]
        self.on_change()
        return work.id

    def step(self, work_id: str, done: int, *, total: int | None = None) -> None:
        """Say how far it is; `total` where it is only known now."""
        self._put(work_id, done=done, **({} if total is None else {"total": total}))

    def end(self, work_id: str, *, state: Literal["done", "failed", "cancelled"] = "done", detail: str = "") -> None:
        """Say how it ended; `detail` tells who can mend a failure."""
        self._put(work_id, state=state, detail=detail)

    @contextmanager
    def watched(self, title: str, unit: str, total: int) -> Iterator[Callable[[int], None]]:
        """Work of `total` steps that a caller waits for: what is yielded takes how many are done. Told once it has
        taken a second: what is quicker is no work that anybody looks at."""
        began_us, work_id = self._clock.monotonic_us(), ""

        def stepped(done: int) -> None:
            nonlocal work_id
            if not work_id and self._clock.monotonic_us() - began_us >= UNTOLD_US:
                work_id = self.begin(title, total=total, unit=unit)
            if work_id:
                self.step(work_id, done)

        try:
            yield stepped
        except BaseException:
            if work_id:
                self.end(work_id, state="failed", detail="see the answer to who asked")
            raise
        if work_id:
            self.end(work_id)

    def _put(self, work_id: str, **changes: object) -> None:
        with self._lock:
            self._work[work_id] = replace(self._work[work_id], **changes)  # type: ignore[arg-type]  # own call sites
        self.on_change()

    def views(self) -> list[WorkView]:
        """Everything known, newest first."""
        with self._lock:
            listed = sorted(self._work.values(), key=lambda work: work.started_us, reverse=True)
        return [_view(work) for work in listed]

    def view(self, work_id: str) -> WorkView:
        """One piece of work. Raises NotFoundError."""
        with self._lock:
            found = self._work.get(work_id)
        if found is None:
            raise NotFoundError("there is no such work")
        return _view(found)


def _view(work: Work) -> WorkView:
    return WorkView(
        id=work.id,
        title=work.title,
        done=work.done,
        total=work.total,
        unit=work.unit,
        state=work.state,
        started=to_rfc3339(work.started_us),
        detail=work.detail,
    )


def routes(api: Api, work: LongWork) -> None:
    """Declare the routes by which a screen shows progress; the titles name no equipment, so everyone may see them."""

    @api.query("GET", "/jobs", permission="self", summary="Long work and its progress")
    def get_jobs() -> Page[WorkView]:
        return Page(items=work.views())

    @api.query("GET", "/jobs/{work_id}", permission="self", summary="One piece of long work")
    def get_job(work_id: str) -> WorkView:
        return work.view(work_id)
