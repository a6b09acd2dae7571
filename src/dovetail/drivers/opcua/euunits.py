"""The unit in which a server says a measurement is: EngineeringUnits of an AnalogItem, OPC 10000-8 §5.6.3."""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from asyncua import ua

from dovetail.expr.units import is_known
from dovetail.tagwords.meanings import unit_of

_HAS_PROPERTY: Final = ua.NodeId(46)
_NAME: Final = ua.QualifiedName("EngineeringUnits", 0)
NODES_PER_CALL: Final = 100  # a server walks to the property of each


class Asker(Protocol):
    """What is asked of the open session."""

    async def call(self, request: Any, answer: Any) -> Any: ...

    async def values(self, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]: ...


async def units(asker: Asker, nodes: Sequence[ua.NodeId]) -> Mapping[ua.NodeId, str]:
    """The units, as plants write them, of those nodes whose server tells one that we know."""
    found: dict[ua.NodeId, str] = {}
    for start in range(0, len(nodes), NODES_PER_CALL):
        part = nodes[start : start + NODES_PER_CALL]
        request = ua.TranslateBrowsePathsToNodeIdsRequest()
        request.Parameters.BrowsePaths = [_path(node) for node in part]
        answer = await asker.call(request, ua.TranslateBrowsePathsToNodeIdsResponse)
        told = [
            (node, ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType))
            for node, result in zip(part, answer.Results, strict=True)
            if result.StatusCode.is_good() and result.Targets
            for target in [result.Targets[0].TargetId]
        ]
        values = await asker.values([place for _, place in told]) if told else []
        for (node, _), value in zip(told, values, strict=True):
            unit = _unit(value)
            if unit is not None:
                found[node] = unit
    return found


def _path(node: ua.NodeId) -> ua.BrowsePath:
    step = ua.RelativePathElement(
        ReferenceTypeId=_HAS_PROPERTY, IsInverse=False, IncludeSubtypes=True, TargetName=_NAME
    )
    return ua.BrowsePath(StartingNode=node, RelativePath=ua.RelativePath(Elements=[step]))


def _unit(value: ua.DataValue) -> str | None:
    """What people read on it, in UCUM; what nobody here could calculate with is left open rather than guessed."""
    said = None if value.Value is None else value.Value.Value
    if not isinstance(said, ua.EUInformation):
        return None
    texts = [text.Text for text in (said.DisplayName, said.Description) if text.Text]
    return next((unit for text in texts if (unit := unit_of(text[:60])) is not None and is_known(unit)), None)
