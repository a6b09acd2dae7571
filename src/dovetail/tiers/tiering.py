"""Keeps the plant's whole days as Parquet beside it, when it is told to: for analysts who bring their own tools."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from dovetail.core.clock import DAY_US, Clock, from_rfc3339
from dovetail.core.errors import ConfigError, DovetailError, InvalidError, LinkError, RefusedError
from dovetail.core.limits import TIER_DAYS
from dovetail.core.scope import system_scope
from dovetail.forms import arrow
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.operations.operation import Call, Input, Operation
from dovetail.tiers.tier import Tier, Written
from dovetail.web.longwork import LongWork

log = logging.getLogger(__name__)

STOP_S: Final = 5.0  # a stop of the server does not wait longer for the day at hand


class WriteTier(Input):
    """Bring whole days up to date in a folder: those of UTC in [start, end); default the last month up to today."""

    folder: str = Field(max_length=1_000)
    start: str | None = None
    end: str | None = None


class TierBegun(BaseModel):
    """The long work that writes it (`/jobs/{job_id}`)."""

    job_id: str


class Tiers:
    """Writes one tier at a time. `sites` are the tags of each site as the plant stands."""

    def __init__(
        self,
        data: Path,
        historian: Historian,
        work: LongWork,
        *,
        clock: Clock,
        sites: Callable[[], Mapping[str, Sequence[Named]]],
    ) -> None:
        self._data, self._historian, self._work, self._clock, self._sites = data, historian, work, clock, sites
        self._busy = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.write = Operation(
            name="tier.write",
            summary="Write whole days of all samples to Parquet",
            permission="system.manage",
            input=WriteTier,
            output=TierBegun,
            handler=self._begin,
        )

    def _begin(self, call: Call, given: WriteTier) -> TierBegun:
        """Over the network nobody chooses where on the server files are written."""
        if not call.scope.everything:
            raise RefusedError(
                "only the command line on the server itself writes this", code="tier-folder",
                hint="dovetail samples tier FOLDER",
            )  # fmt: skip
        from_us, to_us = self._days(given)
        folder = Path(given.folder).resolve()
        if folder.is_relative_to(self._data.resolve()):
            raise ConfigError(
                f"{folder} lies in the data folder itself", code="tier-folder", hint="better on another disk"
            )
        arrow.parquet()
        if not self._busy.acquire(blocking=False):
            raise RefusedError("a tier is being written already", code="tier-busy", hint="see it in the list of jobs")
        work_id = self._work.begin("Parquet", total=max(1, (to_us - from_us) // DAY_US), unit="d")
        tier = Tier(folder, self._historian, system_scope("tier"), self._sites())
        self._thread = threading.Thread(
            target=self._run, args=(tier, from_us, to_us, work_id), name="dovetail-tier", daemon=True
        )
        self._thread.start()
        return TierBegun(job_id=work_id)

    def _days(self, given: WriteTier) -> tuple[int, int]:
        today_us = self._clock.now_us() // DAY_US * DAY_US
        to_us = today_us if given.end is None else min(from_rfc3339(given.end), today_us)
        from_us = to_us - TIER_DAYS * DAY_US if given.start is None else from_rfc3339(given.start)
        if from_us >= to_us:
            raise InvalidError("there is no whole day in this period", pointer="/end", code="period")
        return from_us, to_us

    def _run(self, tier: Tier, from_us: int, to_us: int, work_id: str) -> None:
        def step(done: int, total: int) -> None:
            if self._ending.is_set():
                raise LinkError("the server was stopped", code="tier-stopped", hint="begin again: what is done stays")
            self._work.step(work_id, done, total=total)

        try:
            self._work.end(work_id, detail=said(tier.write(from_us, to_us, step)))
        except DovetailError as error:
            log.error("the tier failed: %s", error.message)
            self._work.end(work_id, state="failed", detail=error.message + (f" ({error.hint})" if error.hint else ""))
        except OSError as error:
            log.error("the tier failed: %s", error)
            self._work.end(work_id, state="failed", detail=f"{error.strerror}: {error.filename or tier.folder}")
        except Exception:
            log.exception("the tier failed")
            self._work.end(work_id, state="failed", detail="something went wrong on our side; the log has it")
        finally:
            self._busy.release()

    def stop(self) -> None:
        """Give up what is being written, between two files."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(STOP_S)


def said(done: Written) -> str:
    """What became of it, in a line."""
    gone = f", {done.removed} removed" if done.removed else ""
    return f"{done.written} files written ({done.rows:,} rows), {done.same} as they were{gone}"
