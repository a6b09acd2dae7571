"""What InfluxDB exports: annotated CSV (2.x, `influx query --raw`) and line protocol (`influx_inspect export`).

A series is called `measurement.field`, and with tags `measurement.field{host=a,line=2}`, tags by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from dovetail.pastfiles.model import Row
from dovetail.pastfiles.slabs import Slab, laid, numbered

_OWN: Final = frozenset(("", "result", "table", "_start", "_stop", "_time", "_value", "_field", "_measurement"))
_SPLIT: Final = re.compile(r"(?<!\\),")
_ESCAPED: Final = re.compile(r"\\([,= \\])")
_EQUALS: Final = re.compile(r"(?<!\\)=")
_PARTS: Final = 3
_SIMPLE: Final = re.compile(r"""^([^\s"\\#][^\s"\\]*) ([^\s"\\,=]+)=([^\s"\\,]+) ([^\s"\\]+)\r?$""", re.MULTILINE)
NAMES_MAX: Final = 20_000  # kept in mind; a file of more is refused for them soon


def name_of(measurement: str, field: str, tags: Mapping[str, str]) -> str:
    """What a series is called.

    >>> name_of("press", "speed", {"line": "2", "host": "a"}), name_of("press", "speed", {})
    ('press.speed{host=a,line=2}', 'press.speed')
    """
    said = ",".join(f"{key}={value}" for key, value in sorted(tags.items()))
    return f"{measurement}.{field}" + (f"{{{said}}}" if said else "")


def annotated(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    """Tables below each other, each with annotations (`#datatype` …) and a heading of its own."""
    heads: Sequence[str] = ()
    awaits_head = True
    for line, cells in rows:
        if not any(cells):
            awaits_head = True  # an empty line ends a table
        elif cells[0].startswith("#"):
            awaits_head = True
        elif awaits_head:
            heads, awaits_head = cells, False
        else:
            said = dict(zip(heads, cells, strict=False))
            tags = {key: value for key, value in said.items() if key not in _OWN and value}
            name = name_of(said.get("_measurement", ""), said.get("_field", ""), tags)
            yield Row(line, name, said.get("_time", ""), said.get("_value"))


class _Names(dict[tuple[str, str], str]):
    """What a series is called, by how its measurement with tags, and its field, are written."""

    def __missing__(self, written: tuple[str, str]) -> str:
        measurement, *tags = _SPLIT.split(written[0])
        told = {_plain(key): _plain(value) for key, value in (_pair(one) for one in tags)}
        if len(self) >= NAMES_MAX:
            self.clear()
        found = self[written] = name_of(_plain(measurement), _plain(written[1]), told)
        return found


class Lines:
    """Line protocol: `measurement,tag=a field=1.5,other=2i 1465839830100400200`, times in ns.

    What is no line of it is a row without a time: it is refused like any other, and its number told.
    """

    def __init__(self) -> None:
        self._names = _Names()

    def slab(self, lines: Sequence[str], start: int) -> Slab:
        """Some lines, the first of this number."""
        simple = _SIMPLE.findall("".join(lines))  # of one field each, without quotes
        if len(simple) != len(lines):
            return laid(list(self._rows(lines, start)))
        of, fields, values, times = zip(*simple, strict=True)
        series = numbered(list(map(self._names.__getitem__, zip(of, fields, strict=True))))
        said = [_value(one) if one[-1] in "iu" else one for one in values]
        return Slab(*series, np.arange(start, start + len(lines)), *numbered(times), said)

    def _rows(self, lines: Iterable[str], start: int) -> Iterator[Row]:
        for number, text in enumerate(map(str.strip, lines), start):
            if not text or text.startswith(("#", "CREATE DATABASE")):
                continue
            is_plain = '"' not in text and "\\" not in text
            parts = text.split(" ") if is_plain else _parts(text)
            if len(parts) != _PARTS:
                yield Row(number, "", "", text[:80])
                continue
            of, fields, time = parts
            for one in fields.split(",") if is_plain else _fields(fields):
                field, value = _pair(one)
                yield Row(number, self._names[of, field], time, _value(value))


def _parts(text: str) -> list[str]:
    """The three parts of a line: spaces within quotes, or behind a backslash, do not part it."""
    parts, begin, quoted, at = list[str](), 0, False, 0
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            at += 1
        elif sign == '"' and len(parts) == 1:
            quoted = not quoted
        elif sign == " " and not quoted:
            parts.append(text[begin:at])
            begin = at + 1
        at += 1
    return [*parts, text[begin:]]


def _fields(text: str) -> list[str]:
    found, begin, quoted, at = list[str](), 0, False, 0
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            at += 1
        elif sign == '"':
            quoted = not quoted
        elif sign == "," and not quoted:
            found.append(text[begin:at])
            begin = at + 1
        at += 1
    return [*found, text[begin:]]


def _pair(text: str) -> tuple[str, str]:
    if "\\" not in text:
        key, sign, value = text.partition("=")
        return (key, value) if sign else (text, "")
    found = _EQUALS.split(text, maxsplit=1)
    return (found[0], found[1]) if len(found) == 2 else (text, "")


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _value(text: str) -> str:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if text[-1:] in ("i", "u") and text[:-1].lstrip("+-").isdigit():
        return text[:-1]
    return text
