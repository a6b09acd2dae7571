"""Change one thing in the plant's files and leave every other line as its author wrote it: what a click does to them.

A path is (section, entry, field, …) of mapping keys. Block mappings are changed line by line; what is written in
braces is written anew as a whole. Comments beside a changed value go, all others stay.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import Any, Final, cast

import yaml

from dovetail.core.errors import ConfigError
from dovetail.plantcode.reader import LOADER, read
from dovetail.plantcode.report import Report

type Path = tuple[str, ...]

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*\Z")
_WORDS_OF_YAML: Final = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
WIDTH: Final = 110
NOTE_MAX: Final = 100  # characters of a comment behind an entry


def put(documents: Mapping[str, str], path: Path, value: object) -> dict[str, str]:
    """The files with `value` at a path; where its section stands nowhere, in a file of the section's name."""
    name = _file_of(documents, path)
    return {**documents, name: _put(name, documents.get(name, ""), path, value)}


def remove(documents: Mapping[str, str], path: Path) -> dict[str, str]:
    """The files without what stands at a path, nor a mapping that is left empty by that."""
    name = _file_of(documents, path)
    text = documents.get(name, "")
    if _at(_data(name, text), path) is None:
        return dict(documents)
    while len(path) > 2 and len(_at(_data(name, text), path[:-1])) == 1:
        path = path[:-1]
    return {**documents, name: _put(name, text, path, None, act="remove")}


def put_all(
    documents: Mapping[str, str], path: Path, entries: Mapping[str, Mapping[str, Any]], notes: Mapping[str, str]
) -> dict[str, str]:
    """The files with all these entries in the mapping at `path`, each on a line of its own with its note behind it.

    Ten thousand cost little more than one: the file is read and taken apart once.
    """
    name = _file_of(documents, path)
    text = documents.get(name, "")
    if not entries:
        return dict(documents)
    if not _at(_data(name, text), path):
        first = next(iter(entries))
        text = _put(name, text, (*path, first), entries[first])
    mapping: Any = yaml.compose(text, Loader=LOADER)
    for key in path:
        mapping = next((pair[1] for pair in mapping.value if pair[0].value == key), None)
        if mapping is None or not _is_block(mapping):  # written in braces: written anew as a whole
            return {**documents, name: _put(name, text, path, {**_at(_data(name, text), path), **entries})}
    indent = mapping.value[0][0].start_mark.column
    there = {pair[0].value: at for at, pair in enumerate(mapping.value)}
    last = _end_of(text, mapping, len(mapping.value) - 1)
    made = "".join(_line(key, entries[key], notes.get(key, ""), indent) for key in entries if key not in there)
    cuts = [(last, last, made)]
    for key in entries:
        if key in there:
            begin = mapping.value[there[key]][0].start_mark.line
            cuts.append(
                (begin, _end_of(text, mapping, there[key]), _line(key, entries[key], notes.get(key, ""), indent))
            )
    lines = text.splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    for begin, end, new in sorted(cuts, key=lambda cut: cut[:2], reverse=True):
        lines[begin:end] = [new]
    return {**documents, name: "".join(lines)}


def _line(key: str, entry: Mapping[str, Any], note: str, indent: int) -> str:
    """One entry in braces on one line; what is not plainly printable is left to the YAML writer."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in note).split())
    behind = f"  # {words[:NOTE_MAX]}" if words else ""
    fields = [(_scalar(name), _scalar(value)) for name, value in entry.items()]
    if None in (_scalar(key), *(part for pair in fields for part in pair)):
        return _emit({key: dict(entry)}, indent)
    inside = ", ".join(f"{name}: {value}" for name, value in fields)
    return f"{' ' * indent}{_scalar(key)}: {{{inside}}}{behind}\n"


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if not isinstance(value, str) or not value.isprintable():
        return None
    return (
        value if _PLAIN.match(value) and value.lower() not in _WORDS_OF_YAML else json.dumps(value, ensure_ascii=False)
    )


def _file_of(documents: Mapping[str, str], path: Path) -> str:
    """The file that holds the entry, else the first with its section, else a new one."""
    with_section = [name for name, text in documents.items() if path[0] in _data(name, text)]
    holding = (name for name in with_section if _at(_data(name, documents[name]), path[:2]) is not None)
    fresh = f"{path[0]}.yaml"
    return next(holding, with_section[0] if with_section else fresh)


def _put(name: str, text: str, path: Path, value: object, *, act: str = "put") -> str:
    data = _data(name, text)
    mapping: Any = yaml.compose(text, Loader=LOADER)
    if mapping is None:
        return text + ("" if text.endswith("\n") or not text else "\n") + _emit(_nested(path, value), 0)
    if not _is_block(mapping):
        return _emit(_changed(data, path, value, act), 0)
    for depth, key in enumerate(path):
        place, pair = next(
            ((n, pair) for n, pair in enumerate(mapping.value) if pair[0].value == key), (len(mapping.value), None)
        )
        indent = mapping.value[0][0].start_mark.column
        if pair is None:
            return _spliced(text, _end_of(text, mapping, place - 1), None, _emit(_nested(path[depth:], value), indent))
        last = depth == len(path) - 1
        if last or not _is_block(pair[1]):
            begin, end = pair[0].start_mark.line, _end_of(text, mapping, place)
            if last and act == "remove":
                return _spliced(text, begin, end, "")
            own = value if last else _changed(_at(data, path[: depth + 1]), path[depth + 1 :], value, act)
            return _spliced(text, begin, end, _emit({key: own}, indent))
        mapping = pair[1]
    return text


def _is_block(node: Any) -> bool:
    return isinstance(node, yaml.MappingNode) and not node.flow_style and bool(node.value)


def _end_of(text: str, mapping: Any, place: int) -> int:
    """The line after a pair of a block mapping; blank lines and comments before the next belong to the next."""
    lines = text.splitlines()
    key, value = mapping.value[place]
    if place + 1 < len(mapping.value):
        end = mapping.value[place + 1][0].start_mark.line
    else:
        end = mapping.end_mark.line if mapping.end_mark.index < len(text) else len(lines)
    first = max(key.start_mark.line, value.start_mark.line) + 1
    while end > first and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _spliced(text: str, begin: int, end: int | None, made: str) -> str:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return "".join([*lines[:begin], made, *lines[begin if end is None else end :]])


def _nested(path: Path, value: object) -> dict[str, Any]:
    made: Any = value
    for key in reversed(path):
        made = {key: made}
    return cast(dict[str, Any], made)


def _changed(data: Any, path: Path, value: object, act: str) -> dict[str, Any]:
    """A copy of plain data with one thing put or removed."""
    key, rest = path[0], path[1:]
    copy = dict(cast(dict[str, Any], data)) if isinstance(data, dict) else {}
    if rest:
        copy[key] = _changed(copy.get(key), rest, value, act)
    elif act == "remove":
        copy.pop(key, None)
    else:
        copy[key] = value
    return copy


def _data(name: str, text: str) -> dict[str, Any]:
    """What a file says. Raises ConfigError for one that cannot be read: nothing is changed in it."""
    report = Report()
    found = read(name, text.encode(), report)
    if not report.ok:
        raise ConfigError(f"{name} cannot be read: {report.problems[0].message}", code="plant-file")
    return found if found is not None else {}


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


class _Dumper(yaml.SafeDumper):
    """Writes as people do: small things on one line, texts in double quotes where they need any."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # yaml's own
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.match(text) and text.lower() not in _WORDS_OF_YAML
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def _emit(value: Mapping[str, Any], indent: int) -> str:
    node: Any = _Dumper(io.StringIO(), sort_keys=False).represent_data(_plain(value))
    _lay_out(node)
    node.flow_style = False
    made = yaml.serialize(node, Dumper=_Dumper, allow_unicode=True, width=WIDTH)
    return "".join(" " * indent + line for line in made.splitlines(keepends=True))


def _lay_out(node: Any) -> None:
    """In braces where nothing but plain values stands inside."""
    if isinstance(node, yaml.ScalarNode):
        return
    inner = [one[1] if isinstance(node, yaml.MappingNode) else one for one in node.value]
    for one in inner:
        _lay_out(one)
    node.flow_style = all(isinstance(one, yaml.ScalarNode) for one in inner)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in cast(dict[str, Any], value).items()}
    return [_plain(one) for one in cast(list[Any], value)] if isinstance(value, list | tuple) else value
