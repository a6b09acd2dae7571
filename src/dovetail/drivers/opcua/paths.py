"""Nodes known by their names only: asked of the server at each connection, for it may have numbered them anew.

TranslateBrowsePathsToNodeIds from the Objects folder down, OPC 10000-4 §5.9.4.
"""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol, cast

from asyncua import ua

from dovetail.core.errors import ConfigError
from dovetail.drivers.opcua.address import NodeAddress, Step, parse_address

OBJECTS: Final = ua.NodeId(85)
_HIERARCHICAL: Final = ua.NodeId(33)
PATHS_PER_CALL: Final = 100  # a server answers each by walking its tree


class Caller(Protocol):
    """What is asked of the open session."""

    async def call(self, request: Any, answer: Any) -> Any: ...


class Paths:
    """What each path address means on this server now. Made anew with every connection."""

    def __init__(self, namespaces: Sequence[str]) -> None:
        self._namespaces = list(namespaces)
        self._found: dict[str, ua.NodeId] = {}

    def node(self, address: str) -> ua.NodeId | None:
        """The node of a path that has been learnt; None when the server knows no such path."""
        return self._found.get(address)

    def forget(self, address: str) -> None:
        """The node that stood there is gone: ask again before the next use."""
        self._found.pop(address, None)

    async def learn(self, caller: Caller, addresses: Iterable[str]) -> None:
        """Ask the server for the paths among `addresses` that are not known yet."""
        asked = [(address, path) for address in addresses if (path := self._browse_path(address)) is not None]
        for start in range(0, len(asked), PATHS_PER_CALL):
            part = asked[start : start + PATHS_PER_CALL]
            request = ua.TranslateBrowsePathsToNodeIdsRequest()
            request.Parameters.BrowsePaths = [path for _, path in part]
            answer = await caller.call(request, ua.TranslateBrowsePathsToNodeIdsResponse)
            for (address, _), result in zip(part, answer.Results, strict=True):
                if result.StatusCode.is_good() and result.Targets:
                    self._found[address] = _plain(result.Targets[0].TargetId)

    def _browse_path(self, address: str) -> ua.BrowsePath | None:
        if "path=" not in address or address in self._found:
            return None
        try:
            parsed = parse_address(address)
        except ConfigError:
            return None
        index = self._index(parsed)
        if parsed.form != "path" or index is None:
            return None
        steps = cast("tuple[Step, ...]", parsed.identifier)
        elements = [
            ua.RelativePathElement(
                ReferenceTypeId=_HIERARCHICAL,
                IsInverse=False,
                IncludeSubtypes=True,
                TargetName=ua.QualifiedName(name, 0 if is_standard else index),
            )
            for is_standard, name in steps
        ]
        return ua.BrowsePath(StartingNode=OBJECTS, RelativePath=ua.RelativePath(Elements=elements))

    def _index(self, parsed: NodeAddress) -> int | None:
        if isinstance(parsed.namespace, int):
            return parsed.namespace
        return self._namespaces.index(parsed.namespace) if parsed.namespace in self._namespaces else None


def _plain(target: ua.NodeId) -> ua.NodeId:
    """A target in this server, without what an expanded node id may carry besides."""
    return ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType)
