"""What is asked of an export, what became of it, and how large one may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any, Final, Literal

from dovetail.aggregates.names import Aggregate, Config, unit_of
from dovetail.core.batch import Kind
from dovetail.core.clock import to_datetime
from dovetail.core.errors import InvalidError
from dovetail.core.limits import EXPORT_ROWS_MAX, EXPORT_WIDE_CELLS_MAX
from dovetail.core.scope import Actor
from dovetail.forms.model import Named
from dovetail.gone.model import Went
from dovetail.recaps.model import Over

type Shape = Literal["long", "wide"]
type Format = Literal["csv", "parquet", "xlsx"]
type State = Literal["running", "done", "failed", "cancelled", "lost"]
type Language = Literal["en", "de"]

MEDIA: Final[Mapping[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
XLSX_ROWS_MAX: Final = 1_048_575  # what a spreadsheet opens, less the head


@dataclass(frozen=True, slots=True)
class OverWhat:
    """Sums instead of samples: which, and how worked out; over intervals of `every_us`, or over occasions of a unit."""

    names: tuple[Aggregate, ...]
    config: Config
    every_us: int
    occasions: tuple[Over, int] | None = None  # which, and of which equipment

    def told(self, name: Aggregate, unit: str | None) -> tuple[str, str | None]:
        """An aggregate of a signal in `unit`, and its own."""
        return name, unit_of(name, unit)

    @property
    def word(self) -> str:
        """For the name of a file."""
        return "aggregates" if self.occasions is None else f"by-{self.occasions[0]}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """[from, to) of some tags. Long: one row a sample, tag by tag; wide: one row every `every_us` with what held then.

    `over`: sums of them instead; long: a row for each stretch, tag and aggregate; wide: one for each stretch.

    `zone` is an IANA name: in whose wall time the times are told. `language` separates and heads a sheet. `as_of` is
    the `known` from which on corrections do not count; None: those that are known while the file is written do.
    `dropped`: what had gone by a retention rule when it was asked for, by tag id, up to the end of the period.
    """

    tags: tuple[Named, ...]
    from_us: int
    to_us: int
    shape: Shape
    format: Format
    every_us: int
    zone: str
    language: Language
    as_of: int | None = None
    dropped: tuple[tuple[int, Went], ...] = ()
    over: OverWhat | None = None

    def gone(self, tag: int) -> list[Went]:
        """What of a tag went up to the end of the period, the oldest first."""
        return [one for of, one in self.dropped if of == tag]

    @property
    def missing(self) -> list[tuple[int, Went]]:
        """What went in the period, tag by tag."""
        return [(tag, one) for tag, one in self.dropped if one.t1 >= self.from_us]

    def check(self) -> None:
        """Raises InvalidError for what would be too large, as far as that is known beforehand."""
        if self.shape == "long" and self.over is None:
            return
        if self.every_us < 1_000:
            raise InvalidError("a row every millisecond is the most", pointer="/every_s", code="export-interval")
        rows = self.rows
        if self.format == "xlsx" and rows > XLSX_ROWS_MAX:
            raise InvalidError(
                f"these are {rows:,} rows, and a spreadsheet holds {XLSX_ROWS_MAX:,}",
                pointer="/every_s", code="export-too-long", hint="a longer interval, or CSV or Parquet",
            )  # fmt: skip
        cells = rows * len(self.tags) * (1 if self.over is None else len(self.over.names))
        if cells > EXPORT_WIDE_CELLS_MAX:
            raise InvalidError(
                f"these are {cells:,} cells, and {EXPORT_WIDE_CELLS_MAX:,} are the most",
                pointer="/every_s", code="export-too-long", hint="a longer interval, a shorter period or fewer tags",
            )  # fmt: skip

    @property
    def rows(self) -> int:
        """How many rows a wide export has; of one over occasions nobody knows before it is written."""
        if self.over is not None and self.over.occasions is not None:
            return 0
        return -(-(self.to_us - self.from_us) // self.every_us)

    @property
    def rows_max(self) -> int:
        """How many rows the file may get."""
        return XLSX_ROWS_MAX if self.format == "xlsx" else EXPORT_ROWS_MAX

    def file_name(self) -> str:
        """As it is offered to whoever fetches it: `press.speed-and-2-more_2026-01-05.csv`."""
        first = re.sub(r"[^A-Za-z0-9._-]+", "-", self.tags[0].path.rpartition("/")[2]).strip("-.") or "signal"
        more = f"-and-{len(self.tags) - 1}-more" if len(self.tags) > 1 else ""
        more += "" if self.over is None else f"_{self.over.word}"
        return f"{first[:60]}{more}_{to_datetime(self.from_us):%Y-%m-%d}.{self.format}"

    def kept(self) -> dict[str, Any]:
        """As the records keep it."""
        return {
            "tags": [tag.said() for tag in self.tags],
            "from_us": self.from_us,
            "to_us": self.to_us,
            "shape": self.shape,
            "format": self.format,
            "every_us": self.every_us,
            "zone": self.zone,
            "language": self.language,
            "as_of": self.as_of,
            "dropped": [[tag, *astuple(one)] for tag, one in self.dropped],
            "over": None if self.over is None else asdict(self.over),
        }


def wanted_of(kept: Mapping[str, Any]) -> Wanted:
    """What the records kept."""
    tags: Sequence[Mapping[str, Any]] = kept["tags"]
    return Wanted(
        tags=tuple(
            Named(one["id"], one["path"], one["unit"], None if one["kind"] is None else Kind[one["kind"].upper()])
            for one in tags
        ),
        **{key: kept[key] for key in ("from_us", "to_us", "shape", "format", "every_us", "zone", "language")},
        as_of=kept.get("as_of"),  # asked for by a release that did not know it: none
        dropped=tuple((tag, Went(*one)) for tag, *one in kept.get("dropped", ())),
        over=_over_of(kept.get("over")),
    )


def _over_of(kept: Mapping[str, Any] | None) -> OverWhat | None:
    if kept is None:
        return None
    occasions = None if kept["occasions"] is None else tuple(kept["occasions"])
    return OverWhat(tuple(kept["names"]), Config(**kept["config"]), kept["every_us"], occasions)


@dataclass(frozen=True, slots=True)
class Export:
    """One export as the records have it; its long work has the same id, while the process lives that began it."""

    id: str
    actor: Actor
    wanted: Wanted
    state: State
    begun_us: int
    until_us: int  # then the file goes
    rows: int = 0
    bytes: int = 0
    detail: str = ""
