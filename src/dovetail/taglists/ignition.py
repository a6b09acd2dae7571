"""The tags of an Ignition export: folders, OPC tags, and instances of UDTs with their parameters filled in.

Memory, expression, query and reference tags have no device behind them; they are shown and left out. Bindings to
parameters (`{"bindType": "parameter", "binding": "[{Device}]Speed"}`) are filled in where the export holds the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from dovetail.core.limits import TAG_LIST_DEPTH_MAX
from dovetail.taglists.hostile import count_row, refused
from dovetail.tagwords.meanings import number_of, unit_of, with_range
from dovetail.tagwords.model import Row, Said, TagList

type Node = Mapping[str, Any]

TAG_TYPES: Final = frozenset({"Provider", "Folder", "AtomicTag", "UdtInstance", "UdtType"})
_NO_DEVICE: Final = frozenset({"memory", "expr", "expression", "db", "query", "reference", "derived"})
_PARAMETER: Final = re.compile(r"\{([^{}]{1,100})\}")
_EXTRAS: Final = ("alarms", "historyEnabled", "eventScripts")
_UDT_DEEP: Final = 8  # types that extend or hold each other
_LINEAR: Final = {"Linear": True, "Off": False, "": False, "0": False, "1": True}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: the folders above, the parameters that hold, what instances say of members by name."""

    folder: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    depth: int = 0
    udts: int = 0


def is_ignition(document: Any) -> bool:
    """Whether this JSON is an export of tags."""
    first = document[0] if isinstance(document, list) and document else document
    return isinstance(first, dict) and ("tagType" in first or isinstance(cast(Node, first).get("tags"), list))


def read(document: Any) -> TagList:
    """The tags of an export. Raises InvalidError for one that is nested without an end."""
    roots = cast("list[Any]", document if isinstance(document, list) else [document])
    walk = _Walk()
    for root in roots:
        walk.collect(root, (), 0)
    rows: list[Row] = []
    for root in roots:
        for row in walk.tags(root, _Place()):
            count_row(len(rows) + 1)
            rows.append(replace(row, line=len(rows) + 1))
    notes = [Said("tag-groups")] if walk.groups else []
    notes += [Said("types-left", str(len(walk.types)))] if walk.types else []
    notes += [Said("alarms-left", str(walk.extras))] if walk.extras else []
    return TagList("ignition", tuple(rows), says=f"{len(rows)} tags", notes=tuple(notes))


class _Walk:
    """Through the folders, with the types at hand."""

    def __init__(self) -> None:
        self.types: dict[str, Node] = {}
        self.extras = 0
        self.groups: set[str] = set()

    def collect(self, node: Any, above: tuple[str, ...], depth: int) -> None:
        """The UDT definitions, by their path below `_types_`."""
        if not isinstance(node, dict):
            raise refused("this JSON holds something that is no tag", code="json")
        if depth > TAG_LIST_DEPTH_MAX:
            raise refused(f"folders are nested deeper than {TAG_LIST_DEPTH_MAX}", code="deep")
        said = cast(Node, node)
        name = str(said.get("name", ""))
        kind = said.get("tagType")
        path = () if name == "_types_" or kind == "Provider" else (*above, name)
        if kind == "UdtType":
            self.types.setdefault("/".join(path), said)
            self.types.setdefault(name, said)
            return
        for one in _below(said):
            self.collect(one, path, depth + 1)

    def tags(self, node: Node, place: _Place) -> Iterator[Row]:
        """Every tag at and below a node."""
        kind = str(node.get("tagType", "Folder" if "tags" in node else "AtomicTag"))
        name = str(node.get("name", ""))
        if kind == "UdtType" or name == "_types_":
            return
        if kind == "UdtInstance":
            yield from self._instance(node, name, place)
        elif kind in ("Folder", "Provider"):
            folder = place.folder if kind == "Provider" or not name else (*place.folder, name)
            for one in _below(node):
                yield from self.tags(one, replace(place, folder=folder, depth=place.depth + 1))
        else:
            yield self._row(node, name, place)

    def _instance(self, node: Node, name: str, place: _Place) -> Iterator[Row]:
        at = replace(place, folder=(*place.folder, name), udts=place.udts + 1)
        told = _parameters(node, place.parameters)
        type_id = _text(node.get("typeId"), told)
        if at.udts > _UDT_DEEP:
            yield Row(0, name, "", folder=place.folder, faults=(Said("udt-deep", type_id or ""),))
            return
        merged, missing = self._members(type_id or "", 0)
        if missing is not None:
            yield Row(0, name, "", folder=place.folder, faults=(Said("udt-missing", missing[:100]),))
            return
        members, defaults = merged
        base = {"InstanceName": name, "PathToParentFolder": "/".join(place.folder)}
        parameters = {**base, **defaults, **told}
        for member in _overlaid(members, list(_below(node))):
            yield from self.tags(member, replace(at, parameters=parameters, depth=place.depth + 1))

    def _members(self, type_id: str, deep: int) -> tuple[tuple[list[Node], dict[str, str]], str | None]:
        """(members and default parameters of a type and of what it extends, the type that is missing)."""
        found = self.types.get(type_id.split("_types_/")[-1])
        if found is None or deep > _UDT_DEEP:
            return ([], {}), type_id or "–"
        own, parameters = list(_below(found)), _parameters(found, {})
        parent = _text(found.get("typeId"), parameters)
        if not parent:
            return (own, parameters), None
        (members, defaults), missing = self._members(parent, deep + 1)
        return (_overlaid(members, own), {**defaults, **parameters}), missing

    def _row(self, node: Node, name: str, place: _Place) -> Row:
        self.extras += any(node.get(extra) for extra in _EXTRAS)
        self.groups |= {str(node["tagGroup"])} if node.get("tagGroup") else set()
        faults: list[Said] = []
        source = str(_text(node.get("valueSource"), place.parameters) or "")
        if source in _NO_DEVICE or (not source and "opcItemPath" not in node):
            faults.append(Said("not-from-device", source or "memory"))
        if node.get("enabled") is False:
            faults.append(Said("switched-off"))
        address = ""
        if not faults:
            address, fault = _filled(node.get("opcItemPath"), place.parameters)
            faults += [fault] if fault else []
            faults += [] if address or fault else [Said("no-address")]
        row = Row(
            0,
            name,
            address,
            type=str(_text(node.get("dataType"), place.parameters) or "Int4"),  # Ignition's own default
            folder=place.folder,
            unit=unit_of(str(_text(node.get("engUnit"), place.parameters) or "")[:100]),
            low=_number(node.get("engLow")),
            high=_number(node.get("engHigh")),
            description=str(_text(node.get("documentation"), place.parameters) or node.get("tooltip") or "")[:1_000],
            faults=tuple(faults) if name else (Said("no-name"), *faults),
        )
        return _scaled(row, node)


def _scaled(row: Row, node: Node) -> Row:
    mode = node.get("scaleMode", "")
    linear = _LINEAR.get(str(mode))
    if linear is None:
        return replace(row, faults=(*row.faults, Said("scaling", str(mode)[:40])))
    if not linear:
        return row
    raw = (_number(node.get("rawLow", 0)), _number(node.get("rawHigh", 10)))  # Ignition's own defaults
    return with_range(row, raw, (_number(node.get("scaledLow", 0)), _number(node.get("scaledHigh", 10))))


def _below(node: Node) -> Iterator[Node]:
    inside = node.get("tags", [])
    if not isinstance(inside, list):
        raise refused("this JSON holds something that is no list of tags", code="json")
    for one in cast("list[Any]", inside):
        if not isinstance(one, dict):
            raise refused("this JSON holds something that is no tag", code="json")
        yield cast(Node, one)


def _overlaid(members: list[Node], said: list[Node]) -> list[Node]:
    """Members of a type with what an instance, or a type that extends it, says of them; its own come after."""
    over = {str(one.get("name")): one for one in said}
    names = {str(one.get("name")) for one in members}
    kept: list[Node] = []
    for member in members:
        own = over.get(str(member.get("name")), {})
        both = {**member, **own}
        if "tags" in member and "tags" in own:
            both["tags"] = _overlaid(list(_below(member)), list(_below(own)))
        kept.append(both)
    return kept + [one for one in said if str(one.get("name")) not in names and "tagType" in one]


def _parameters(node: Node, outside: Mapping[str, str]) -> dict[str, str]:
    """The parameters a node gives, those of what holds it filled in."""
    given = node.get("parameters", {})
    if not isinstance(given, dict):
        return {}
    found: dict[str, str] = {}
    for name, said in cast("dict[str, Any]", given).items():
        value = cast(Node, said).get("value") if isinstance(said, dict) and "bindType" not in said else said
        text = _text(value, outside)
        if text is not None:
            found[name] = text
    return found


def _text(value: Any, parameters: Mapping[str, str]) -> str | None:
    """A property as text; where a parameter is missing, as it stands."""
    if value is None or isinstance(value, list | bool):
        return None
    return _filled(value, parameters)[0]


def _filled(value: Any, parameters: Mapping[str, str]) -> tuple[str, Said | None]:
    """A property with its parameters filled in, or what is missing."""
    fault: list[Said] = []
    if isinstance(value, dict):
        said = cast(Node, value)
        if said.get("bindType") != "parameter":
            return "", Said("bound", str(said.get("bindType", "value"))[:40])
        value = said.get("binding", "")

    def put(found: re.Match[str]) -> str:
        if found[1] not in parameters:
            fault.append(Said("parameter", found[1]))
            return found[0]
        return parameters[found[1]]

    text = _PARAMETER.sub(put, str(value))[:4_000] if value is not None else ""
    return text, fault[0] if fault else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return number_of(str(value))
    except ValueError:
        return None
