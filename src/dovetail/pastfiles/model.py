"""What a row of a foreign history says, before anybody has judged it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from dovetail.core.errors import InvalidError

type Format = Literal["auto", "csv", "influx-csv", "influx-lines", "xlsx", "parquet"]
type Shape = Literal["long", "wide", "annotated", "lines"]


class Row(NamedTuple):
    """One value as the file writes it. `line` counts from 1; a value of None is an empty cell; quality None: unsaid."""

    line: int
    series: str
    time: str
    value: str | None
    quality: str | None = None


# Headings as they are met in exports, in small letters (docs/how-to/import-history.md says whose they are).
TIMES: Final = frozenset(
    ("time", "timestamp", "ts", "t_stamp", "date", "datetime", "date time", "_time", "zeit", "zeitstempel", "datum")
)
NAMES: Final = frozenset(
    ("tag", "tagname", "tag name", "tagpath", "tag path", "path", "point", "pointname", "signal", "name", "series",
     "metric", "item", "itemid", "kanal", "messstelle")
)  # fmt: skip
VALUES: Final = frozenset(
    ("value", "val", "v", "_value", "floatvalue", "wert", "messwert", "value_f64", "value_i64", "value_u64",
     "value_bool", "value_str", "value_json", "intvalue", "stringvalue")
)  # fmt: skip
QUALITIES: Final = frozenset(
    ("quality", "status", "dataintegrity", "data integrity", "qualität", "opcquality", "quality code")
)


def refused(what: str, *, code: str, hint: str | None = None) -> InvalidError:
    """The error for a file that is not read at all."""
    return InvalidError(what, pointer="/content", code=f"history-{code}", hint=hint)
