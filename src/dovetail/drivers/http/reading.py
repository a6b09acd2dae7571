"""From a web server's answer to rows: each document is decoded once, and a member that is not there spoils nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import from_datetime
from dovetail.drivers.base import NO_DEVICE_TIME, Point
from dovetail.drivers.http.address import WebAddress
from dovetail.drivers.jsonrows import MISSING, NotJsonError, decoded, walk
from dovetail.drivers.values import Row

# Native status: an HTTP status of the document, or one of ours below 100.
NO_MEMBER: Final = 1
NOT_JSON: Final = 2
NULL: Final = 3
_QUALITY: Final[dict[int, int]] = {
    NO_MEMBER: q.BAD_CONFIG,
    NOT_JSON: q.BAD_DEVICE,
    NULL: q.BAD_NOT_CONNECTED,
    429: q.BAD_COMM,
    502: q.BAD_COMM,
    503: q.BAD_OUT_OF_SERVICE,
    504: q.BAD_COMM,
}
_UNIT_US: Final = {"s": 1_000_000, "ms": 1_000, "us": 1}
_YEAR_9999_US: Final = 253_402_300_799_000_000


def quality_of(status: int) -> int:
    """Our quality for a native status; 3xx and 4xx are for a person to mend, 5xx for the device.

    >>> quality_of(404) == q.BAD_CONFIG
    True
    """
    return _QUALITY.get(status, q.BAD_CONFIG if status < 500 else q.BAD_DEVICE)


def time_of(document: Any, steps: Sequence[str] | None, unit: str) -> int:
    """When the document says it was true, µs UTC; NO_DEVICE_TIME where it does not say, or nothing to believe."""
    said = MISSING if steps is None else walk(document, steps)
    try:
        if isinstance(said, str):
            moment = datetime.fromisoformat(said)
            return NO_DEVICE_TIME if moment.tzinfo is None else max(from_datetime(moment), NO_DEVICE_TIME)
        if isinstance(said, (int, float)) and not isinstance(said, bool):
            at_us = round(said * _UNIT_US[unit])
            return at_us if 0 < at_us <= _YEAR_9999_US else NO_DEVICE_TIME
    except (ValueError, OverflowError):  # NaN, infinity, the year 10000
        return NO_DEVICE_TIME
    return NO_DEVICE_TIME


def rows(
    points: Sequence[tuple[int, Point, WebAddress]], status: int, body: bytes, *, time: Sequence[str] | None, unit: str
) -> list[Row]:
    """One row for each point that stands in this document."""
    if not 200 <= status < 300:
        return [(index, None, status, NO_DEVICE_TIME) for index, _, _ in points]
    document = _decoded(body) if any(not address.is_text for _, _, address in points) else MISSING
    at_us = time_of(document, time, unit)
    found: list[Row] = []
    for index, point, address in points:
        if address.is_text:
            found.append((index, body.decode("utf-8", "replace").strip(), 0, NO_DEVICE_TIME))
        elif document is MISSING:
            found.append((index, None, NOT_JSON, NO_DEVICE_TIME))
        else:
            found.append(_row(index, point, walk(document, address.steps), at_us))
    return found


def _decoded(body: bytes) -> Any:
    try:
        return decoded(body)
    except NotJsonError:
        return MISSING


def _row(index: int, point: Point, value: Any, at_us: int) -> Row:
    if value is MISSING:
        return (index, None, NO_MEMBER, at_us)
    if value is None and point.kind is not Kind.JSON:
        return (index, None, NULL, at_us)
    return (index, number(value) if point.kind in (Kind.F64, Kind.I64, Kind.U64) else value, 0, at_us)


def number(value: Any) -> Any:
    """A number that is written as text is one; anything else stays as it is, and truth is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return int(value) if value.strip().lstrip("+-").isdigit() else float(value)
        except ValueError:
            return value
    return value
