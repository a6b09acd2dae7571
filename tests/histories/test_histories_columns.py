"""A file judged in columns comes to what it comes to row by row: the same samples in the same frames, and refusals."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.clock import from_rfc3339
from dovetail.forms.model import Named
from dovetail.historian.ingest import FUTURE_MAX_US, TS_MIN_US
from dovetail.histories import model
from dovetail.histories.model import Judge, Report, Series
from dovetail.pastfiles import blocks
from dovetail.pastfiles.model import Row
from dovetail.pastfiles.moments import Moments
from dovetail.pastfiles.reading import opened
from dovetail.pastfiles.slabs import slabs_of
from dovetail.pastfiles.tables import Table
from dovetail.pastfiles.values import quality_of, value_of
from shortcuts import examples

PRAGUE = ZoneInfo("Europe/Prague")
NOW_US = from_rfc3339("2026-11-27T12:00:00Z")
TAGS = {  # by what a series is called; the fields of lines are called `tag.v`
    name: Named(number, name, None, kind)
    for number, (name, kind) in enumerate(
        {
            "f": Kind.F64,
            "g": None,
            "i": Kind.I64,
            "u": Kind.U64,
            "b": Kind.BOOL,
            "s": Kind.STR,
            "f.v": Kind.F64,
            "i.v": Kind.I64,
            "m.w": Kind.U64,
        }.items(),
        start=1,
    )
}
NAMES = [*TAGS, "nobody", ""]
TIMES = [
    "2026-01-05T06:00:00Z", "2026-01-05 06:00:00", "2026-01-05T06:00:00.5", "2026-01-05T06:00:00.123456789+01:00",
    "2026-01-05T06:00:00-11:30", "2026-01-05", "2026-02-29T06:00:00Z", "2024-02-29T06:00:00.1Z", "2026-13-01 00:00:00",
    "2026-01-05T24:00:00", "2026-01-05T06:00:60", "2026-01-05T06:00:00.", "2026-01-05T06:00:00.Z", "2026-01-05 06:00",
    "2026-01-05T06:00:00+24:00", "0000-01-01T00:00:00Z", "1989-12-31T23:59:59Z", "2100-01-01T00:00:00Z",
    "2026-10-25 01:59:00", "2026-10-25 02:00:00", "2026-10-25 02:30:00", "2026-10-25 02:10:00", "2026-10-25 03:00:00",
    "2026-03-29 02:30:00", "2026-03-29 03:00:00", "05.01.2026 06:00:00", "05-Jan-2026 06:00:00.5", "01/02/2026 06:00",
    "1767592800", "1767592800000", "1767592800000000", "1767592800000000000", "1767592800.25", "46027.25", "46027",
    "-5", "80001", "9" * 19, "9" * 30, "12", "yesterday", "", "٢٠٢٦", "2026-01-05T06:00:00\u0660",
]  # fmt: skip
VALUES = [
    "1", "1.5", "-0", "-0.0", "0", "1e3", "-7.25", "1,5", "1_000", "9007199254740993", "18446744073709551615", "-1",
    "9223372036854775808", "1.0", "1.5e400", "inf", "nan", "NULL", "", "Bad Input", "Shutdown", "fast", "true", "off",
    "'=1", "'-5", " 7 ", "0x10", "+5", "--5", "1" * 400, "0" * 5_000, "٣", "1e-400", "0.1", "123456789.123456789",
]  # fmt: skip
QUALITIES = ["", "Good", "192", "0", "Bad", "64", "Uncertain", "splendid", "2147483648", "GOOD+HELD", "99999999999"]
USUAL = st.integers(0, 400).map(lambda at: f"2026-01-05T06:{at // 60:02}:{at % 60:02}.{at % 7}Z")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.one_of(USUAL, st.sampled_from(TIMES)),
        st.one_of(st.floats(-1e6, 1e6).map(str), st.integers(-5, 99).map(str), st.sampled_from(VALUES)),
        st.one_of(st.just("Good"), st.sampled_from(QUALITIES)),
    ),
    max_size=40,
)  # fmt: skip


class RowByRow:
    """What a file comes to, as one reads it with a finger on the line."""

    def __init__(self, moments: Moments, *, comma: bool) -> None:
        self.report, self._moments, self._comma = Report(), moments, comma

    def frames(self, rows: Iterable[Row]) -> Iterator[tuple[Batch, ...]]:
        some, size = list[Row](), 0
        for row in rows:
            some.append(row)
            size += len(row.series) + len(row.time) + len(row.value or "")
            if len(some) >= model.HISTORY_FRAME_ROWS or size >= model.HISTORY_FRAME_CHARS:
                yield self._frame(some)
                some, size = [], 0
        if some:
            yield self._frame(some)

    def _frame(self, rows: list[Row]) -> tuple[Batch, ...]:
        by_kind: dict[Kind, list[tuple[int, int, object, int]]] = {}
        for row in rows:
            self.report.rows += 1
            series = self.report.series.setdefault(row.series, Series(row.series, TAGS.get(row.series)))
            series.rows += 1
            try:
                kind, sample = self._sample(series, row)
            except LookupError as said:
                self.report.refuse(row, *said.args)
                continue
            by_kind.setdefault(kind, []).append(sample)
            self.report.samples += 1
            series.samples += 1
            at_us = sample[1]
            series.first_us = at_us if series.first_us is None else min(series.first_us, at_us)
            series.last_us = at_us if series.last_us is None else max(series.last_us, at_us)
        return tuple(Batch.of(kind, listed) for kind, listed in sorted(by_kind.items()))

    def _sample(self, series: Series, row: Row) -> tuple[Kind, tuple[int, int, object, int]]:
        if series.tag is None:
            raise LookupError("no-tag", f"no tag is named for {row.series!r}")
        kind = series.tag.kind or Kind.F64
        at_us = told("time", self._moments.us, row.series, row.time)
        if not TS_MIN_US <= at_us <= NOW_US + FUTURE_MAX_US:
            raise LookupError("time-range", f"{row.time[:40]} is before 1990 or to come: no signal of a plant is")
        value, said = told("value", lambda: value_of(row.value, kind, comma=self._comma))
        quality = told("quality", quality_of, row.quality)
        whole = said if quality is None or (value is None and not q.is_bad(quality)) else quality
        return kind, (series.tag.id, at_us, value, whole)


def told(code, how, *given):
    try:
        return how(*given)
    except (ValueError, OverflowError) as error:
        raise LookupError(code, str(error)) from error


def listed(frames: Iterable[tuple[Batch, ...]]) -> list[list[tuple[object, ...]]]:
    """Sample by sample, with the bits of each value: zero is not zero with a sign."""
    return [[_columns(batch) for batch in frame] for frame in frames]


def _columns(batch: Batch) -> tuple[object, ...]:
    values = list(map(repr, batch.value.tolist()))
    return batch.kind, batch.tag.tolist(), batch.ts.tolist(), values, batch.valid.tolist(), batch.quality.tolist()


def same(slabs, rows: Iterable[Row], *, comma: bool = False, pattern: str | None = None) -> None:
    """In frames of a few rows, and of fewer where they are long."""
    moments = [Moments(PRAGUE, pattern=pattern) for _ in range(2)]
    columns = Judge(TAGS.get, moments[0], comma=comma, now_us=NOW_US)
    plain = RowByRow(moments[1], comma=comma)
    with patch.object(model, "HISTORY_FRAME_ROWS", 7), patch.object(model, "HISTORY_FRAME_CHARS", 500):
        assert listed(columns.frames(slabs)) == listed(plain.frames(rows))
    assert columns.report == plain.report
    assert list(columns.report.series) == list(plain.report.series)


@settings(max_examples=examples(200), deadline=None)
@given(ROWS, st.booleans(), st.sampled_from([None, None, "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S%z"]))
@example([("f", one, "1", "Good") for one in TIMES], False, None)
@example([(name, "1767592800", one, "") for name in TAGS for one in VALUES], True, None)
@example([("f", "1767592800", "1", one) for one in QUALITIES], False, None)
def test_rows_side_by_side_come_to_what_they_come_to_one_by_one(rows, comma, pattern) -> None:
    laid = [Row(line, *row) for line, row in enumerate(rows, start=2)]
    same(slabs_of(laid), laid, comma=comma, pattern=pattern)


@settings(max_examples=examples(60), deadline=None)
@given(ROWS, st.sampled_from(["long", "wide"]), st.sampled_from([40, 400, 250_000]))
def test_a_file_comes_to_what_its_rows_come_to(rows, shape, block) -> None:
    """However many of its letters are read at once."""
    with TemporaryDirectory() as folder, patch.object(blocks, "CHARS", block):
        path, text = Path(folder) / "history", SHAPES[shape](rows)
        path.write_text(text, encoding="utf-8")
        same(opened(path, "csv").slabs, read(shape, text))


def read(shape: str, text: str) -> list[Row]:
    """All of it at once, by nothing but the rule."""
    cells = csv.reader(io.StringIO(text, newline=""), delimiter={"long": ",", "wide": "\t"}[shape])
    numbered = [(cells.line_num, row) for row in cells if any(cell.strip() for cell in row)]
    return list(Table(numbered[0][1]).rows(iter(numbered[1:])))


def _long(rows) -> str:
    said = (f'{time},"{tag}",{value[:40]},{quality}\n' for tag, time, value, quality in rows)
    return "time,tag,value,quality\n" + "".join(said)


def _wide(rows) -> str:
    heads = ["time", *TAGS]
    cells = [[time, *((value[:40] if name == tag else "") for name in TAGS)] for tag, time, value, _ in rows]
    return "".join("\t".join(one) + "\n" for one in [heads, *cells])


SHAPES = {"long": _long, "wide": _wide}


@settings(max_examples=examples(40), deadline=None)
@given(ROWS, st.sampled_from([40, 250_000]))
def test_line_protocol_comes_to_what_its_rows_come_to(rows, block) -> None:
    """Each line has two fields; one of them is a whole number with its sign."""
    some = [(tag or "m", when, value.strip()[:40]) for tag, when, value, _ in rows]
    some = [
        (tag, when, value)
        for tag, when, value in some
        if re.fullmatch(r"[\w.+'-]+", value) and re.fullmatch(r"\S+", when)
    ]
    laid = [
        Row(line, f"{tag}.{field}", when, said)
        for line, (tag, when, value) in enumerate(some, start=1)
        for field, said in (("v", value), ("w", "1"))
    ]
    with TemporaryDirectory() as folder, patch.object(blocks, "CHARS", block):
        path = Path(folder) / "history"
        path.write_text(
            "".join(f"{tag} v={value},w=1i {when}\n" for tag, when, value in some) or "\n#", encoding="utf-8"
        )
        same(opened(path, "influx-lines").slabs, laid)


@pytest.mark.parametrize("columns", [["ts", "path", "value"], ["ts", "f", "i"]])
def test_parquet_comes_to_what_its_rows_come_to(tmp_path: Path, columns: list[str]) -> None:
    """Numbers, holes, NaN and what is no whole number."""
    ts = [from_rfc3339("2026-01-05T06:00:00Z") + at * 1_000_000 for at in range(6)]
    numbers = [1.5, None, float("nan"), float("inf"), 7.0, -0.0]
    table = pl.DataFrame(
        {
            "ts": ts,
            "path": ["f", "i", "f", "f", "i", "f"],
            "value": numbers,
            "f": numbers,
            "i": [1, 2, None, 1 << 62, 5, 6],
        }
    ).with_columns(pl.col("ts").cast(pl.Datetime("us", "UTC")))
    table.select(columns).write_parquet(tmp_path / "history")
    same(opened(tmp_path / "history").slabs, list(opened(tmp_path / "history").rows))
