"""What InfluxDB exports: annotated CSV (2.x, `influx query --raw`) and line protocol (`influx_inspect export`).

A series is called `measurement.field`, and with tags `measurement.field{host=a,line=2}`, tags by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from dovetail.pastfiles.model import Row

_OWN: Final = frozenset(("", "result", "table", "_start", "_stop", "_time", "_value", "_field", "_measurement"))
_SPLIT: Final = re.compile(r"(?<!\\),")
_ESCAPED: Final = re.compile(r"\\([,= \\])")
_EQUALS: Final = re.compile(r"(?<!\\)=")
_PARTS: Final = 3


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


def lines_of(lines: Iterable[str]) -> Iterator[Row]:
    """Line protocol: `measurement,tag=a field=1.5,other=2i 1465839830100400200`, times in ns.

    What is no line of it is a row without a time: it is refused like any other, and its number told.
    """
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith(("#", "CREATE DATABASE")):
            continue
        parts = _parts(text)
        if len(parts) != _PARTS:
            yield Row(number, "", "", text[:80])
            continue
        measurement, *tags = _SPLIT.split(parts[0])
        told = {_plain(key): _plain(value) for key, value in (_pair(one) for one in tags)}
        for one in _fields(parts[1]):
            key, value = _pair(one)
            yield Row(number, name_of(_plain(measurement), _plain(key), told), parts[2], _value(value))


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
