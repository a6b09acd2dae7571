"""One file, from its bytes to what is kept of it, or to the note that says why it was not taken and who can mend it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from dovetail.core.clock import to_rfc3339
from dovetail.drivers.base import Point
from dovetail.drivers.filedrop.options import FORMS, FileDropOptions
from dovetail.drivers.filedrop.sheets import BadFileError, sheet, times, wants
from dovetail.drivers.rowplaces import Place
from dovetail.drivers.rowtaking import FAULTS_MAX, Fault, RowTaker, Taken

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Moment:
    """When a file is taken: what rows must not lie ahead of, and where rows without a time stand, µs UTC."""

    now_us: int
    arrived_us: int


def take(data: bytes, points: Sequence[tuple[Point, Place]], options: FileDropOptions, at: Moment) -> Taken:
    """The samples of a whole file. Raises BadFileError: then nothing of it is taken."""
    found = sheet(data, options)
    written = " ".join(one for one in (options.time, options.time_of_day) if one is not None)
    taker = RowTaker(wants(points, found, options), times(found, options), time_column=written)
    taken = taker.take(found.rows, now_us=at.now_us, arrived_us=at.arrived_us)
    if taken.faults and options.bad_row == "file":
        raise BadFileError(taken.faults)
    return taken


def misplaced(place: Place, options: FileDropOptions) -> bool:
    """Whether a tag looks for what files of this format do not have: that is its fault, not a file's."""
    forms = ("number",) if options.format == "csv" and options.header == "none" else FORMS[options.format]
    return any(column.form not in forms for column in place.columns)


def plain(name: str) -> str:
    """A file's name that can be stored and shown; bytes in it that are no UTF-8 stay as their numbers."""
    return name.encode("utf-8", "backslashreplace").decode()


def identity(name: str, data: bytes, options: FileDropOptions) -> str:
    """Under what a file is remembered as taken."""
    name = plain(name)
    content = hashlib.sha256(data).hexdigest()
    return {"content": f"content:{content}", "name": f"name:{name}", "both": f"both:{content}:{name}"}[options.known_by]


def receipt(name: str, taken: Taken, at: Moment) -> str:
    """What is remembered of a file that was taken."""
    said = {"name": plain(name), "rows": taken.rows, "left_out": taken.skipped, "at": to_rfc3339(at.arrived_us)}
    return orjson.dumps(said).decode()


def note(name: str, faults: Sequence[Fault], options: FileDropOptions, *, at_us: int, whole: bool) -> str:
    """What is wrong with a file, line by line, who can mend it, and what to do then."""
    what = "was not taken" if whole else "was taken without the rows below"
    shown = [_said(fault) for fault in faults[:FAULTS_MAX]]
    more = [f"and {len(faults) - FAULTS_MAX} more"] if len(faults) > FAULTS_MAX else []
    mend = [
        "Who can mend it: whoever makes the file; where columns, formats, zones or kinds do not agree with it,",
        "whoever wrote the connection and its tags in plant code.",
        f"Mended, put {'it' if whole else 'the rows, in a file of their own,'} into {options.folder} again.",
    ]
    return "\n".join([f"{plain(name)} {what} at {to_rfc3339(at_us)}.", "", *shown, *more, "", *mend, ""])


def _said(fault: Fault) -> str:
    place = [f"line {fault.line}"] if fault.line else []
    place += [f"column {fault.column}"] if fault.column else []
    return f"{', '.join(place) or 'the file'}: {fault.what}"
