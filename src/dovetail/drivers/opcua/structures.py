"""A server's own structures: what it says they look like, asked once a connection, and their bytes read by it.

The description is the DataTypeDefinition attribute (OPC 10000-3 §8.47–8.52), the bytes are those of OPC 10000-6 §5.2.6
and §5.2.7. The library would keep such types for the whole process, by numbers that mean something else on the next
server; here they belong to the link. A server without the attribute (before OPC UA 1.04) leaves a structure as bytes.
"""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, Protocol

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import unpack_uatype, unpack_uatype_array

TYPES_MAX: Final = 1_000  # of one server; a machine has some dozens
DEPTH_MAX: Final = 16  # structures within structures, and types above a type
ITEMS_MAX: Final = 100_000  # array elements of one value in all: those of an empty structure take no bytes
_HAS_ENCODING: Final = ua.NodeId(38)
_HAS_SUBTYPE: Final = ua.NodeId(45)
_INT32: Final = ua.VariantType.Int32
_UINT32: Final = ua.VariantType.UInt32
_ENUMERATION: Final = 29
_PLAIN: Final = (ua.LocalizedText, ua.QualifiedName, ua.NodeId, ua.StatusCode)  # values, though built of parts
_AS_VARIANT: Final = frozenset({24, 26, 27, 28})  # BaseDataType and the abstract numbers travel with their type


class Caller(Protocol):
    """What is asked of the open session."""

    async def call(self, request: Any, answer: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A member: its name, what it is (a structure, or a type that every server knows), and how many dimensions."""

    name: str
    of: Shape | ua.VariantType
    dimensions: int
    is_optional: bool


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A structure as its server describes it; `form` says whether members may be missing or exclude each other."""

    form: ua.StructureType
    parts: tuple[Part, ...]


@dataclass(slots=True)
class _Body:
    """What is left to read of a value's bytes, and how many more elements of arrays it may have."""

    data: Buffer
    elements: int = ITEMS_MAX

    def count(self, elements: int) -> int:
        if not 0 <= elements <= self.elements:
            raise ValueError(f"{elements} elements")
        self.elements -= elements
        return elements


class Structures:
    """What the structures of one server look like, by the node of their encoding. Made anew with every connection."""

    def __init__(self) -> None:
        self.by_encoding: dict[ua.NodeId, Shape | None] = {}
        self._by_type: dict[ua.NodeId, Shape | ua.VariantType | None] = {}

    async def learn(self, caller: Caller, values: Iterable[Any]) -> None:
        """Ask the server what the structures among some values look like, where that is not known yet."""
        for encoding in {one.TypeId for value in values for one in _folded(value)} - self.by_encoding.keys():
            types = await _sources(caller, encoding, _HAS_ENCODING)
            found = await self._type(caller, types[0], 0) if types else None
            self.by_encoding[encoding] = found if isinstance(found, Shape) else None

    def unfolded(self, value: Any) -> Any:
        """The value with each structure that is known as a mapping of its members; others stay as they are."""
        if isinstance(value, list):
            return [self.unfolded(one) for one in value]
        if not isinstance(value, ua.ExtensionObject):
            return _mapping(value) if is_dataclass(value) and not isinstance(value, _PLAIN) else value
        if not isinstance(value.Body, bytes):
            return value
        shape = self.by_encoding.get(value.TypeId)
        if shape is None:
            return value
        try:
            return self._members(shape, _Body(Buffer(value.Body)), 0)
        except Exception:  # the library's readers raise anything from struct.error to IndexError on bytes that end
            return value

    # --- what it looks like -----------------------------------------------------------------------------------
    async def _type(self, caller: Caller, node: ua.NodeId, depth: int) -> Shape | ua.VariantType | None:
        if node.NamespaceIndex == 0 and isinstance(node.Identifier, int):
            if node.Identifier in _AS_VARIANT:
                return ua.VariantType.Variant
            if node.Identifier == _ENUMERATION:
                return _INT32
            if 1 <= node.Identifier <= 23 or node.Identifier == 25:
                return ua.VariantType(node.Identifier)
        if node not in self._by_type:
            if depth >= DEPTH_MAX or len(self._by_type) >= TYPES_MAX:
                return None
            self._by_type[node] = None  # a structure within itself ends here
            self._by_type[node] = await self._described(caller, node, depth)
        return self._by_type[node]

    async def _described(self, caller: Caller, node: ua.NodeId, depth: int) -> Shape | ua.VariantType | None:
        definition = await _definition(caller, node)
        if isinstance(definition, ua.EnumDefinition):
            return _INT32
        if isinstance(definition, ua.StructureDefinition):
            return await self._shape(caller, definition, depth)
        above = await _sources(caller, node, _HAS_SUBTYPE)  # a plain type under another name, as Duration is a Double
        return await self._type(caller, above[0], depth + 1) if above else None

    async def _shape(self, caller: Caller, definition: ua.StructureDefinition, depth: int) -> Shape | None:
        form = definition.StructureType
        if form not in (
            ua.StructureType.Structure,
            ua.StructureType.StructureWithOptionalFields,
            ua.StructureType.Union,
        ):
            return None
        parts: list[Part] = []
        for member in definition.Fields or ():
            of = await self._type(caller, member.DataType, depth + 1)
            if of is None:
                return None
            optional = bool(member.IsOptional) and form is ua.StructureType.StructureWithOptionalFields
            parts.append(Part(str(member.Name), of, max(member.ValueRank, 0), optional))
        return Shape(form, tuple(parts))

    # --- its bytes ----------------------------------------------------------------------------------------------
    def _members(self, shape: Shape, body: _Body, depth: int) -> dict[str, Any]:
        if depth > DEPTH_MAX:
            raise ValueError("structures within structures without end")
        if shape.form is ua.StructureType.Union:
            chosen = unpack_uatype(_UINT32, body.data)
            return {part.name: self._value(part, body, depth) for part in shape.parts[chosen - 1 : chosen] if chosen}
        mask = unpack_uatype(_UINT32, body.data) if shape.form is ua.StructureType.StructureWithOptionalFields else 0
        found: dict[str, Any] = {}
        bit = 1
        for part in shape.parts:
            is_there = not part.is_optional or bool(mask & bit)
            bit <<= int(part.is_optional)
            found[part.name] = self._value(part, body, depth) if is_there else None
        return found

    def _value(self, part: Part, body: _Body, depth: int) -> Any:
        if part.dimensions == 0:
            return self._one(part, body, depth)
        if part.dimensions == 1:
            length = unpack_uatype(_INT32, body.data)
            return None if length < 0 else self._many(part, body, length, depth)
        sizes = unpack_uatype_array(_INT32, body.data) or []
        return _nested(self._many(part, body, math.prod(sizes), depth), sizes)

    def _many(self, part: Part, body: _Body, length: int, depth: int) -> list[Any]:
        return [self._one(part, body, depth) for _ in range(body.count(length))]

    def _one(self, part: Part, body: _Body, depth: int) -> Any:
        if isinstance(part.of, Shape):
            return self._members(part.of, body, depth + 1)
        found = unpack_uatype(part.of, body.data)
        return found.Value if isinstance(found, ua.Variant) else self.unfolded(found)


def _mapping(value: Any) -> dict[str, Any]:
    """One of the standard's own structures, which the library has read."""
    return {one.name: getattr(value, one.name) for one in fields(value)}


def _folded(value: Any) -> list[ua.ExtensionObject]:
    """The structures in a value that are still bytes."""
    ones = value if isinstance(value, list) else [value]
    return [one for one in ones if isinstance(one, ua.ExtensionObject) and isinstance(one.Body, bytes)]


def _nested(flat: list[Any], sizes: Sequence[int]) -> list[Any]:
    """A matrix as lists of its rows."""
    if len(sizes) <= 1:
        return flat
    width = math.prod(sizes[1:])
    return [_nested(flat[at : at + width], sizes[1:]) for at in range(0, len(flat), width or 1)]


async def _sources(caller: Caller, node: ua.NodeId, reference: ua.NodeId) -> list[ua.NodeId]:
    """The nodes from which a reference of one kind leads to `node`."""
    wanted = ua.BrowseDescription(
        NodeId=node,
        BrowseDirection=ua.BrowseDirection.Inverse,
        ReferenceTypeId=reference,
        IncludeSubtypes=False,
        NodeClassMask=0,
        ResultMask=0,
    )
    request = ua.BrowseRequest(Parameters=ua.BrowseParameters(NodesToBrowse=[wanted]))
    (result,) = (await caller.call(request, ua.BrowseResponse)).Results
    found = [one.NodeId for one in result.References or ()]
    return [ua.NodeId(one.Identifier, one.NamespaceIndex, one.NodeIdType) for one in found]


async def _definition(caller: Caller, node: ua.NodeId) -> Any:
    """What the server says of a data type; None where it says nothing."""
    attribute = ua.AttributeIds.DataTypeDefinition
    parameters = ua.ReadParameters(TimestampsToReturn=ua.TimestampsToReturn.Neither)
    parameters.NodesToRead = [ua.ReadValueId(NodeId=node, AttributeId=attribute)]
    (answer,) = (await caller.call(ua.ReadRequest(Parameters=parameters), ua.ReadResponse)).Results
    return None if answer.Value is None else answer.Value.Value
