"""What is asked of an import of a foreign history, and what came of it, as the disk keeps both."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from dovetail.core.clock import to_rfc3339
from dovetail.histories.model import Report
from dovetail.operations.operation import Input
from dovetail.pastfiles.model import Format

type State = Literal["running", "done", "failed", "cancelled"]


class ImportHistory(Input):
    """Samples from a file of another historian: `file`, one that was sent (`POST /history-files`), or `content`; `path`
    is one on the server, for its own command line.

    `tags`: which series of the file is which tag (by path or id); a series that is called as a tag is needs none, and
    neither does one that is so behind `prefix`. `zone`: whose wall time the times are that have no offset: `plant`,
    `UTC` or an IANA name; `time_pattern`: how times are written (strptime), where day and month could be either.
    `dry_run`: look, and store nothing. `faulty`: rows that become no sample stop it all, or are left out and told.
    `again`: bring it in anew though the same file came in before under these choices, because samples of it went since.
    `equipment`: the node that all of it lies below (default: the plant).
    """

    path: str | None = Field(default=None, max_length=1_000)
    name: str = Field(default="history", max_length=200)
    file: str | None = Field(default=None, max_length=64)
    content: str | None = Field(default=None, description="the file in base64, packed by gzip or not")
    format: Format = "auto"
    tags: dict[str, str | int] = Field(default_factory=dict[str, str | int])
    prefix: str = Field(default="", max_length=300)
    zone: str = Field(default="plant", max_length=60)
    time_pattern: str | None = Field(default=None, max_length=60)
    time_unit: Literal["s", "ms", "us", "ns"] | None = None
    faulty: Literal["refuse", "leave-out"] = "refuse"
    dry_run: bool = False
    again: bool = False
    equipment: int | None = None


class OfHistory(Input):
    """An import of one's own."""

    import_id: str


class OfFile(Input):
    """A file that one has sent."""

    file_id: str


class HistoryBegun(BaseModel):
    """The import, and the long work of the same id (`/jobs/{job_id}`)."""

    import_id: str
    job_id: str


class SeriesOut(BaseModel):
    """A series of the file: `tag` null: none is named for it; `first`, `last`: of what becomes samples."""

    name: str
    tag: str | None
    rows: int
    samples: int
    first: str | None
    last: str | None


class RefusedOut(BaseModel):
    """A row that becomes no sample: where it is in the file, and why."""

    line: int
    series: str
    code: str
    reason: str


class HistoryOut(BaseModel):
    """An import. `says`: how the file was understood. `there`: of `samples`, those that the plant had already, or that
    come twice. `went`: of `samples`, those that came in with this file before and are not there any more: they are not
    stored a second time without `again`. `refused`: rows by reason, of which the first are named here and more in
    `/history-imports/{id}/refused`; `stored_as`: the source in the account of delivery.
    """

    id: str
    name: str
    state: State
    dry_run: bool
    begun: str
    detail: str = ""
    says: str = ""
    rows: int = 0
    samples: int = 0
    there: int = 0
    went: int = 0
    refused: dict[str, int] = Field(default_factory=dict[str, int])
    some_refused: list[RefusedOut] = Field(default_factory=list[RefusedOut])
    series: list[SeriesOut] = Field(default_factory=list[SeriesOut])
    stored_as: str | None = None


class Kept(BaseModel):
    """An import as the disk keeps it. `begun`: what asked for it is committed, so a restart goes on with it."""

    id: str
    actor: dict[str, Any]
    asked: ImportHistory
    begun_us: int
    begun: bool = False
    outcome: HistoryOut | None = None


def told(report: Report) -> dict[str, Any]:
    """What a file comes to, as it is shown."""
    return {
        "rows": report.rows,
        "samples": report.samples,
        "there": report.there,
        "refused": dict(report.refused),
        "some_refused": [
            RefusedOut(line=one.line, series=one.series, code=one.code, reason=one.reason)
            for one in report.some_refused
        ],
        "series": [
            SeriesOut(
                name=one.name, tag=None if one.tag is None else one.tag.path, rows=one.rows, samples=one.samples,
                first=None if one.first_us is None else to_rfc3339(one.first_us),
                last=None if one.last_us is None else to_rfc3339(one.last_us),
            )
            for one in report.series.values()
        ],
    }  # fmt: skip
