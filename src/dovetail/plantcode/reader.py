"""Read one YAML file of a plant into plain data that remembers where everything stood.

Works on the events of the C parser (about 0.7 s for 20,000 written-out tags), so that depth, aliases and tags are
refused before anything is built. Map keys are always text: `11:` and `"11":` are the same key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import yaml

from dovetail.core.limits import PLANT_DEPTH_MAX
from dovetail.plantcode import codes
from dovetail.plantcode.report import Place, Report
from dovetail.plantcode.scalars import Trap, plain

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # without libyaml the same events, ten times slower

_QUOTE: Final = "indent alike, and quote texts that hold : # , or brackets"

type Mark = tuple[int, int, int, int]  # line and column of the key, line and column of the value; from 0

# what YAML calls non-printable, and U+FEFF, which is a byte order mark gone astray; NEL, LS and PS would move lines
_UNSEEN: Final = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class Map(dict[str, Any]):
    """A mapping that knows where each key and value stood: `marks[key]`."""

    __slots__ = ("marks",)
    marks: dict[str, Mark]

    def __init__(self) -> None:
        super().__init__()
        self.marks = {}


class Seq(list[Any]):
    """A list that knows where each item stood: `marks[index]`, line and column twice."""

    __slots__ = ("marks",)
    marks: list[Mark]

    def __init__(self) -> None:
        super().__init__()
        self.marks = []


class _Stop(Exception):
    """The rest of this file cannot be understood; what is wrong has been reported."""


def read(file: str, content: bytes, report: Report) -> Map | None:
    """The top mapping of a file, or None when it is empty or cannot be understood. Never raises; reports."""
    text = _decode(file, content, report)
    if text is None:
        return None
    report.show_lines_of(file, text)
    unseen = _UNSEEN.search(text)
    if unseen is not None:
        place = _place_of_offset(file, text, unseen.start())
        what = f"U+{ord(unseen.group()):04X} has no place in a text file"
        report.at(place, codes.CONTROL_CHARACTER, what, hint="remove it, or write it as an escape inside double quotes")
        return None
    try:
        return _Builder(file, report).build(yaml.parse(text, Loader=LOADER))
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        _report_syntax(error, file, text, report)
        return None


def _decode(file: str, content: bytes, report: Report) -> str | None:
    start = Place(file, 1, 1)
    if content.startswith(b"\xef\xbb\xbf"):
        report.at(
            start, codes.BYTE_ORDER_MARK, "the file begins with a byte order mark", hint="save it as UTF-8 without BOM"
        )
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        place = _place_of_offset(file, before, len(before))
        what = f"byte 0x{content[error.start]:02X} is not UTF-8"
        report.at(place, codes.NOT_UTF8, what, hint="save the file with the encoding UTF-8")
        return None


def _place_of_offset(file: str, text: str, offset: int) -> Place:
    line_start = text.rfind("\n", 0, offset) + 1
    return Place(file, text.count("\n", 0, offset) + 1, offset - line_start + 1)


def _report_syntax(error: yaml.MarkedYAMLError, file: str, text: str, report: Report) -> None:
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines() or [""]
    line = min(mark.line if mark else 0, len(lines) - 1)
    column = mark.column if mark and mark.line == line else len(lines[line])
    indent = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
    if "\t" in indent:
        place = Place(file, line + 1, indent.index("\t") + 1)
        report.at(place, codes.TAB, "a tab stands where YAML wants spaces", hint="indent with spaces")
        return
    words = [str(part) for part in (error.context, error.problem) if part]
    began = error.context_mark
    hint = f"it began on line {began.line + 1}" if began and began.line != line else _QUOTE
    report.at(Place(file, line + 1, column + 1), codes.NOT_YAML, ", ".join(words), hint=hint)


class _Builder:
    """Turns the events of one file into nested `Map` and `Seq`; the depth limit makes recursion safe."""

    def __init__(self, file: str, report: Report) -> None:
        self.file = file
        self.report = report
        self.events: Iterator[Any] = iter(())

    def build(self, events: Iterator[Any]) -> Map | None:
        """The top mapping; None for an empty file. Raises _Stop when the rest cannot be understood."""
        self.events = events
        top: Any = None
        documents = 0
        for event in events:
            kind = type(event)
            if kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._stop(event, codes.SEVERAL_DOCUMENTS, "a second document begins here", "use a file for each")
            elif kind not in (yaml.StreamStartEvent, yaml.DocumentEndEvent, yaml.StreamEndEvent):
                top = self._value(event, 1)
                if top is not None and type(top) is not Map:
                    self._stop(event, codes.NOT_A_MAPPING, "a file of a plant begins with a section", "equipment:")
        return top

    def _value(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        if kind is yaml.AliasEvent:
            self._stop(event, codes.ANCHOR, "aliases (*…) are not used", "let an equipment class say what is common")
        self._refuse_marks(event)
        if depth > PLANT_DEPTH_MAX:
            self._stop(event, codes.TOO_DEEP, f"nested deeper than {PLANT_DEPTH_MAX} levels", "no plant needs that")
        return self._map(depth) if kind is yaml.MappingStartEvent else self._seq(depth)

    def _map(self, depth: int) -> Map:
        made = Map()
        marks = made.marks
        for event in self.events:
            if type(event) is yaml.MappingEndEvent:
                break
            key = self._key(event)
            at = event.start_mark
            value_event = next(self.events)
            value = self._value(value_event, depth + 1)
            if key in marks:
                first = marks[key][0] + 1
                where = Place(self.file, at.line + 1, at.column + 1)
                self.report.at(where, codes.DUPLICATE_KEY, f"{key} stands here twice", hint=f"first on line {first}")
                continue
            value_at = value_event.start_mark
            marks[key] = (at.line, at.column, value_at.line, value_at.column)
            made[key] = value
        return made

    def _seq(self, depth: int) -> Seq:
        made = Seq()
        for event in self.events:
            if type(event) is yaml.SequenceEndEvent:
                break
            at = event.start_mark
            made.append(self._value(event, depth + 1))
            made.marks.append((at.line, at.column, at.line, at.column))
        return made

    def _key(self, event: Any) -> str:
        if type(event) is not yaml.ScalarEvent:
            self._stop(event, codes.KEY_NOT_TEXT, "a key must be a word, not a mapping, list or alias", "quote it")
        value = self._scalar(event)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, bool | int):
            return str(value).lower()
        if value is None or value == "":
            self._stop(event, codes.KEY_NOT_TEXT, "a key is missing here")
        return str(event.value)

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None or event.anchor is not None:
            self._refuse_marks(event)
        if not event.implicit[0]:
            if "\0" in event.value:
                self._stop(event, codes.CONTROL_CHARACTER, "a text cannot hold the character 0", "remove \\0")
            return event.value
        value = plain(event.value)
        if type(value) is Trap:
            at = event.start_mark
            self.report.at(Place(self.file, at.line + 1, at.column + 1), value.code, value.message, hint=value.hint)
            return event.value
        return value

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor is not None:
            self._stop(
                event,
                codes.ANCHOR,
                f"anchors (&{event.anchor}) are not used",
                "let an equipment class say what is common",
            )
        if event.tag is not None:
            self._stop(
                event,
                codes.YAML_TAG,
                f"YAML tags ({event.tag}) are not used",
                "remove it; quote the value if it is text",
            )

    def _stop(self, event: Any, code: str, message: str, hint: str | None = None) -> NoReturn:
        mark = event.start_mark
        self.report.at(Place(self.file, mark.line + 1, mark.column + 1), code, message, hint=hint)
        raise _Stop
