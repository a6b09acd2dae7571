"""The variables of an OPC UA NodeSet2 file: their addresses by namespace URI, types, units and ranges.

OPC 10000-6 Annex F. What belongs to a type definition is no variable of a machine and is left out; properties of a
variable (its unit, its range) are read into the variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from dovetail.taglists.hostile import count_row, parse_xml, refused
from dovetail.tagwords.meanings import unit_of
from dovetail.tagwords.model import Row, Said, TagList

BUILT_IN: Final = {
    "1": "Boolean", "2": "SByte", "3": "Byte", "4": "Int16", "5": "UInt16", "6": "Int32", "7": "UInt32", "8": "Int64",
    "9": "UInt64", "10": "Float", "11": "Double", "12": "String", "13": "DateTime", "14": "Guid", "21": "LocalizedText",
    "26": "Number", "27": "Int64", "28": "UInt64", "29": "Int32", "290": "Double", "294": "DateTime", "295": "String",
}  # fmt: skip  # OPC 10000-5: the numbers of the standard's own data types; Number is read as it comes
_KEPT: Final = frozenset({"UAVariable", "UAObject", "UADataType", "UAObjectType", "UAVariableType", "UAMethod"})
_PARENTS: Final = {"HasComponent", "HasProperty", "Organizes", "i=47", "i=46", "i=35", "HasOrderedComponent", "i=49"}
_PROPERTY: Final = {"HasProperty", "i=46"}
_SUBTYPE: Final = {"HasSubtype", "i=45"}
_PROPERTIES: Final = frozenset({"EngineeringUnits", "EURange", "InstrumentRange"})
_ROOTS: Final = frozenset({"i=85", "i=84", "i=87", "i=2253"})  # Objects and what stands above it, and Server
_DEEP: Final = 64
_TEXT_MAX: Final = 4_096
_DIGITS_MAX: Final = 5  # of a namespace's number


@dataclass(slots=True)
class _Node:
    kind: str
    id: str
    browse: str
    type: str = ""
    rank: str = "-1"
    parents: list[str] = field(default_factory=list[str])
    children: list[str] = field(default_factory=list[str])
    describes: bool = False  # it is a property of what is above it
    supertype: str = ""
    says: dict[str, str] = field(default_factory=dict[str, str])  # of its value: DisplayName/Text, Low, High
    title: str = ""
    description: str = ""


class _File:
    """The document as it comes by."""

    def __init__(self) -> None:
        self.uris: list[str] = []
        self.aliases: dict[str, str] = {}
        self.nodes: dict[str, _Node] = {}
        self.root = ""
        self._at: list[str] = []
        self._node: _Node | None = None
        self._pieces: list[str] = []
        self._said: dict[str, str] = {}

    def start(self, name: str, said: dict[str, str]) -> None:
        self.root = self.root or name
        if self.root != "UANodeSet":
            raise refused(
                f"this XML is no NodeSet2 file: it begins with {name[:60]}",
                code="no-nodeset",
                hint="of XML only the NodeSet2 files of OPC UA are read",
            )
        self._at.append(name)
        self._pieces, self._said = [], said
        if len(self._at) == 2 and name in _KEPT:
            self._node = _Node(
                name,
                said.get("NodeId", ""),
                said.get("BrowseName", ""),
                type=said.get("DataType", ""),
                rank=said.get("ValueRank", "-1"),
            )
            if parent := said.get("ParentNodeId"):
                self._node.parents.append(parent)

    def text(self, piece: str) -> None:
        if sum(map(len, self._pieces)) < _TEXT_MAX:
            self._pieces.append(piece)

    def end(self, name: str) -> None:
        text, depth = "".join(self._pieces).strip(), len(self._at)
        self._pieces = []
        self._at.pop()
        if name == "Uri" and depth == 3 and self._at[1] == "NamespaceUris":
            self.uris.append(text)
        elif name == "Alias" and depth == 3:
            self.aliases[self._said.get("Alias", "")] = text
        elif self._node is not None:
            self._within(self._node, name, text, depth)

    def _within(self, node: _Node, name: str, text: str, depth: int) -> None:
        if depth == 2:
            self.nodes[node.id] = node
            self._node = None
        elif name == "Reference":
            self._reference(node, text)
        elif depth == 3 and name == "DisplayName":
            node.title = node.title or text
        elif depth == 3 and name == "Description":
            node.description = node.description or text
        elif name in ("Text", "Low", "High") and "Value" in self._at:
            key = "Unit" if name == "Text" and self._at[-1] == "DisplayName" else name
            node.says.setdefault(key, text)

    def _reference(self, node: _Node, other: str) -> None:
        kind, forward = self._said.get("ReferenceType", ""), self._said.get("IsForward", "true") != "false"
        if kind in _PARENTS and forward:
            node.children.append(other)
        elif kind in _PARENTS:
            node.parents.append(other)
            node.describes = node.describes or kind in _PROPERTY
        elif kind in _SUBTYPE and not forward:
            node.supertype = other

    def joined(self) -> None:
        """Some files say the way only from above."""
        for node in self.nodes.values():
            for child in node.children:
                if child in self.nodes and node.id not in self.nodes[child].parents:
                    self.nodes[child].parents.append(node.id)


def read(data: bytes) -> TagList:
    """The variables of a NodeSet2 file. Raises InvalidError."""
    file = _File()
    parse_xml(data, start=file.start, end=file.end, text=file.text)
    file.joined()
    properties = _properties(file)
    described = set(properties.values())
    rows: list[Row] = []
    of_types = 0
    for node in file.nodes.values():
        if node.kind != "UAVariable" or _name(node) in _PROPERTIES or node.id in described:
            continue
        way = _way(file, node)
        if way is None:
            of_types += 1
            continue
        if node.describes and any(_kind(file, parent) == "UAVariable" for parent in node.parents):
            continue  # what describes a value is no signal of its own
        count_row(len(rows) + 1)
        rows.append(_row(file, node, way, properties, line=len(rows) + 1))
    notes = (Said("types-of-server", str(of_types)),) if of_types else ()
    return TagList("nodeset", tuple(rows), says=f"{len(file.uris)} namespaces", notes=notes)


def _properties(file: _File) -> dict[tuple[str, str], str]:
    """(variable, name of its property) → the property's node."""
    return {
        (parent, _name(node)): node.id
        for node in file.nodes.values()
        if node.kind == "UAVariable" and _name(node) in _PROPERTIES
        for parent in node.parents
    }


def _kind(file: _File, node_id: str) -> str:
    return file.nodes[node_id].kind if node_id in file.nodes else ""


def _way(file: _File, node: _Node) -> tuple[str, ...] | None:
    """The names of the folders above it; None for what belongs to a type or hangs in the air below one."""
    names: list[str] = []
    seen = {node.id}
    at = node
    for _ in range(_DEEP):
        above = next((one for one in at.parents if one not in seen), None)
        if above is None or above in _ROOTS or above not in file.nodes:
            return tuple(reversed(names))
        at = file.nodes[above]
        seen.add(above)
        if at.kind in ("UAObjectType", "UAVariableType", "UADataType", "UAMethod"):
            return None
        names.append(_name(at))
    return tuple(reversed(names))


def _name(node: _Node) -> str:
    """The browse name without its namespace's number."""
    number, colon, name = node.browse.partition(":")
    return name if colon and number.isdecimal() else node.browse


def _row(file: _File, node: _Node, way: tuple[str, ...], properties: dict[tuple[str, str], str], *, line: int) -> Row:
    faults: list[Said] = []
    address = _address(file, node.id)
    if address is None:
        faults.append(Said("namespace", node.id.partition(";")[0][:40]))
    data_type = _type(file, node.type)
    if node.rank not in ("-1", ""):
        faults.append(Said("array", f"ValueRank {node.rank[:10]}"))
    elif data_type is None:
        faults.append(Said("type-not-read", node.type[:60]))
    unit = file.nodes.get(properties.get((node.id, "EngineeringUnits"), ""))
    extent = file.nodes.get(properties.get((node.id, "EURange"), ""))
    low, high = (None, None) if extent is None else (_number(extent.says.get("Low")), _number(extent.says.get("High")))
    return Row(
        line=line,
        name=_name(node),
        address=address or node.id,
        type=data_type or "",
        folder=way,
        unit=None if unit is None else unit_of(unit.says.get("Unit", "")),
        low=low,
        high=high,
        description=node.description or (node.title if node.title != _name(node) else ""),
        faults=tuple(faults),
    )


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _address(file: _File, node_id: str) -> str | None:
    """`ns=1;s=X` of the file is the first of its own URIs: the number is the file's and no server's."""
    if not node_id.startswith("ns="):
        return node_id
    index, _, rest = node_id[3:].partition(";")
    if not index.isdecimal() or len(index) > _DIGITS_MAX or not 0 < int(index) <= len(file.uris):
        return node_id.partition(";")[2] if index == "0" else None
    uri = file.uris[int(index) - 1].replace("%", "%25").replace(";", "%3B")
    return f"nsu={uri};{rest}"


def _type(file: _File, word: str) -> str | None:
    """The built-in type behind a name or a number: enumerations are Int32, types of their own what they derive from."""
    for at, _ in zip(_supertypes(file, word), range(_DEEP), strict=False):
        number = at.removeprefix("i=")
        if number == "24" or not at:
            return ""  # BaseDataType: only the server knows
        if number in BUILT_IN:
            return BUILT_IN[number]
    return None


def _supertypes(file: _File, word: str) -> Iterator[str]:
    at = file.aliases.get(word, word)
    while True:
        yield at
        node = file.nodes.get(at)
        if node is None or not node.supertype:
            return
        at = file.aliases.get(node.supertype, node.supertype)
