"""The statements of a copy in ClickHouse, as text: the same for a server over HTTP and for the engine in a process.

Rows are replaced by newer ones of the same key, or marked by them as gone, so a statement may be repeated. Rows of a
tag are told apart by (ts, kind, nth): `nth` counts samples of one kind and time in the order of their arrival.
"""

# ruff: noqa: S608 - every name is ours, every value is a number or quoted here

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

VERSION: Final = 1
SAMPLE: Final = "site, tag, ts, kind, nth, f64, i64, u64, text, is_valid, quality, native, device, version, gone"
_REPLACING: Final = "engine = ReplacingMergeTree(version, gone)"
_TIME: Final = "DateTime64(6, 'UTC')"
TABLES: Final = (
    f"""create table if not exists sample (site LowCardinality(String), tag Int64, ts {_TIME} codec(DoubleDelta, ZSTD),
 kind UInt8, nth UInt32, f64 Float64 codec(Gorilla, ZSTD), i64 Int64 codec(Delta, ZSTD), u64 UInt64 codec(Delta, ZSTD),
 text String codec(ZSTD), is_valid Bool, quality UInt16, native UInt32, device {_TIME} codec(DoubleDelta, ZSTD),
 version UInt64 codec(Delta, ZSTD), gone UInt8)
 {_REPLACING} partition by toYYYYMM(ts) order by (site, tag, ts, kind, nth)""",
    f"""create table if not exists tag (site LowCardinality(String), tag Int64, path String, unit String, kind UInt8,
 version UInt64, gone UInt8) {_REPLACING} order by (site, tag)""",
    f"""create table if not exists stretch (site LowCardinality(String), month Int32, tag Int64, from_us Int64,
 end_us Int64, mark String, added UInt8, version UInt64, gone UInt8)
 {_REPLACING} order by (site, month, tag, from_us)""",
    f"""create table if not exists settled (site LowCardinality(String), month Int32, state String, version UInt64,
 gone UInt8) {_REPLACING} order by (site, month)""",
    f"""create table if not exists owner (site String, owner String, format UInt16, version UInt64, gone UInt8)
 {_REPLACING} order by site""",
    """create view if not exists samples as select sample.site as site, tag.path as tag, sample.tag as tag_id,
 tag.unit as unit, sample.ts as ts,
 multiIf(not is_valid, null, sample.kind = 1, f64, sample.kind in (2, 4), toFloat64(sample.i64),
 sample.kind = 3, toFloat64(sample.u64), null) as value,
 if(is_valid and sample.kind in (2, 4), sample.i64, null) as i64, if(is_valid and sample.kind = 3, sample.u64, null)
 as u64, if(is_valid and sample.kind in (5, 6), sample.text, null) as text,
 bitAnd(quality, 192) = 192 as is_good, quality, native, device as ts_device
 from sample final left join (select site, tag, path, unit from tag final) as tag
 on tag.site = sample.site and tag.tag = sample.tag""",
)


def quoted(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def moment(at_us: int) -> str:
    """A moment as a literal, in microseconds."""
    return f"fromUnixTimestamp64Micro(toInt64({at_us}), 'UTC')"


def owner_of(site: str) -> str:
    """(owner, format) of a site."""
    return f"select owner, format from owner final where site = {quoted(site)}"


def own(site: str, owner: str, version: int) -> str:
    """A site is this installation's."""
    return f"insert into owner values ({quoted(site)}, {quoted(owner)}, {VERSION}, {version}, 0)"


def newest_version(site: str) -> str:
    """The newest version of anything ever written of a site."""
    tables = ("owner", "tag", "settled", "stretch")
    every = " union all ".join(f"select max(version) as v from {one} where site = {quoted(site)}" for one in tables)
    return f"select max(v) from ({every})"


def settled(site: str) -> str:
    """(month, state) of a site."""
    return f"select month, state from settled final where site = {quoted(site)}"


def settle(site: str, month: int, state: str, version: int) -> str:
    """A month in a state."""
    return f"insert into settled values ({quoted(site)}, {month}, {quoted(state)}, {version}, 0)"


def held(site: str, month: int, tags: Sequence[int]) -> str:
    """(tag, from_us, end_us, mark, added) of the stretches of a month."""
    some = ", ".join(map(str, tags))
    where = f"site = {quoted(site)} and month = {month} and tag in ({some})"
    return f"select tag, from_us, end_us, mark, added from stretch final where {where} order by tag, from_us"


def stretches(
    site: str, month: int, rows: Iterable[tuple[int, int, int, str, bool]], *, version: int, gone: int
) -> str:
    """Say of (tag, from_us, end_us, mark, added) that they are held, or gone."""
    some = ", ".join(
        f"({quoted(site)}, {month}, {tag}, {from_us}, {end_us}, {quoted(mark)}, {int(added)}, {version}, {gone})"
        for tag, from_us, end_us, mark, added in rows
    )
    return f"insert into stretch values {some}"


def name(site: str, rows: Iterable[tuple[int, str, str, int]], version: int) -> str:
    """Say of (tag, path, unit, kind) what they are called."""
    some = ", ".join(
        f"({quoted(site)}, {tag}, {quoted(path)}, {quoted(unit)}, {kind}, {version}, 0)"
        for tag, path, unit, kind in rows
    )
    return f"insert into tag values {some}"


def bring() -> str:
    """Samples follow, as Native."""
    return f"insert into sample ({SAMPLE}) format Native"


def clear(site: str, spans: Iterable[tuple[int, int, int]], version: int) -> str:
    """Of (tag, from_us, end_us) all rows go that are older than this version: those that it did not bring again."""
    columns = SAMPLE.replace(", version, gone", "")
    some = " or ".join(
        f"(tag = {tag} and ts >= {moment(from_us)} and ts < {moment(end_us)})" for tag, from_us, end_us in spans
    )
    where = f"site = {quoted(site)} and version < {version} and ({some})"
    return f"insert into sample ({SAMPLE}) select {columns}, {version}, 1 from sample final where {where}"


def rows(site: str, from_us: int, to_us: int) -> str:
    """(tag, ts in µs, kind, f64, i64, u64, text, is_valid, quality, native, device in µs), as a reader finds them."""
    where = f"site = {quoted(site)} and ts >= {moment(from_us)} and ts < {moment(to_us)}"
    columns = "tag, toInt64(reinterpretAsInt64(ts)), kind, f64, i64, u64, text, is_valid, quality, native"
    asked = f"{columns}, toInt64(reinterpretAsInt64(device))"
    return f"select {asked} from sample final where {where} order by ts, tag, kind, nth"
