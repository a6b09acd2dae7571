"""What came as Arrow becomes a table that says its signals by their paths, for the library somebody works with."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute

_compute: Any = pyarrow.compute  # its functions are made when it is loaded: no checker knows them

META: Final = b"dovetail"
DROPPED: Final = "dropped"
_VALUE: Final = "value_"


def read_page(content: bytes) -> pa.Table:
    """One page as the server sent it. Raises ValueError where it is cut off or changed: pyarrow would trust it."""
    try:
        with pa.ipc.open_stream(content) as stream:
            page = stream.read_all()
        page.validate(full=True)
        return _told(page)
    except (pa.ArrowException, OSError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"what came is no table of ours: {error}") from error


class Answer:
    """Samples, trends or sums, page by page. Iterate over it to hold one page (a pyarrow.Table) at a time.

    Columns of samples: tag, path, unit, ts, `value_f64`, `value_i64`, … for each kind there is (a whole table of one
    kind alone says `value`), quality, ts_device, native. Of trends: tag, path, unit, t0, min, max, first, last, n,
    n_good and what else the server says of a bucket. Of sums: start, end, what happened then (of occasions), tag, path,
    aggregate, unit, ts, value, quality, status, status_code, dropped. Times are UTC.

    A time of which a retention rule let samples go is in no row: `dropped` says it, and so does the metadata of every
    page and table, and `attrs` of what pandas gets.
    """

    def __init__(self, pages: Callable[[], Iterator[pa.Table]]) -> None:
        self._pages = pages
        self._dropped: list[dict[str, Any]] | None = None

    def __iter__(self) -> Iterator[pa.Table]:
        """Each page as it is asked for; asked anew each time."""
        for page in self._pages():
            self._dropped = dropped_of(page)
            yield page

    @property
    def dropped(self) -> list[dict[str, Any]]:
        """What rules let go of the time asked for: tag, act, rule, start, end, samples, at; asked for with a page."""
        if self._dropped is None:
            self._dropped = dropped_of(next(self._pages()))
        return self._dropped

    def to_arrow(self) -> pa.Table:
        """All of it as one table."""
        whole = pa.concat_tables(self, promote_options="default")
        kinds = [name for name in whole.column_names if name.startswith(_VALUE)]
        if len(kinds) == 1:
            whole = whole.rename_columns(["value" if name == kinds[0] else name for name in whole.column_names])
        return whole

    def to_polars(self) -> Any:
        """All of it as a polars.DataFrame, which holds rows alone: see `dropped`. Needs polars."""
        return _library("polars").from_arrow(self.to_arrow())

    def to_pandas(self) -> Any:
        """All of it as a pandas.DataFrame; needs pandas."""
        _library("pandas")
        made = self.to_arrow().to_pandas()
        made.attrs[DROPPED] = self.dropped
        return made


def dropped_of(table: pa.Table) -> list[dict[str, Any]]:
    """What a table of ours says that rules let go of its time."""
    return json.loads((table.schema.metadata or {}).get(DROPPED.encode(), b"[]"))


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"this needs the package {name}: pip install {name}") from error


def _told(page: pa.Table) -> pa.Table:
    """Beside each tag's id its path and unit, which the metadata says once for all rows; what went stays in it."""
    said: dict[str, Any] = json.loads((page.schema.metadata or {}).get(META, b"{}"))
    tags: list[dict[str, Any]] = said.get("tags", [])
    place = pa.array([tag["id"] for tag in tags], pa.int64())
    which = _compute.index_in(page.column("tag").combine_chunks(), place)
    for at, key in ((1, "path"), (2, "unit")):
        words = pa.array([tag[key] for tag in tags], pa.string())
        if key not in page.column_names:  # sums say their own: a variance is in another unit than its signal
            page = page.add_column(at, key, words.take(which))
    return page.replace_schema_metadata({DROPPED: json.dumps(said.get(DROPPED, []))})
