"""What one caller may see and do, compiled from grants to sets of equipment: a mandatory argument of every query.

A node the scope does not hold is answered as if it did not exist (DESIGN §10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

from dovetail.core.errors import NotFoundError, RefusedError

_NOTHING: Mapping[str, frozenset[int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the audit names them. `id` is stable; `name` is what people read."""

    id: str
    name: str
    kind: Literal["person", "token", "system"] = "person"
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Permissions of one actor: per permission the equipment ids it covers, and those that cover the installation.

    `everything` is for the system's own work (engines, migrations) and never reaches a person.
    """

    actor: Actor
    at: Mapping[str, frozenset[int]] = field(default_factory=lambda: _NOTHING)
    system: frozenset[str] = frozenset()
    everything: bool = False
    policy_epoch: int = 0

    def sees(self, permission: str, equipment_id: int) -> bool:
        """Whether `permission` is held on this equipment."""
        return self.everything or equipment_id in self.at.get(permission, frozenset())

    def equipment(self, permission: str) -> frozenset[int] | None:
        """The equipment on which `permission` is held; None means all of it."""
        return None if self.everything else self.at.get(permission, frozenset())

    def holds(self, permission: str) -> bool:
        """Whether `permission` is held for the installation as a whole."""
        return self.everything or permission in self.system

    def holds_somewhere(self, permission: str) -> bool:
        """Whether `permission` is held at all: for the installation, or on equipment (though there may be none yet)."""
        return self.everything or permission in self.system or permission in self.at

    def covers(self, other: Scope) -> bool:
        """Whether this scope may do, and where, everything that the other may: who gives rights must have them."""
        if self.everything or other.everything:
            return self.everything
        there = all(nodes <= self.at.get(name, frozenset()) and name in self.at for name, nodes in other.at.items())
        return there and other.system <= self.system

    def require_somewhere(self, permission: str) -> None:
        """Raise RefusedError when `permission` is held nowhere: asked before anything else is looked at."""
        if not self.holds_somewhere(permission):
            self.require(permission, None)

    def require(self, permission: str, equipment_id: int | None) -> None:
        """Raise NotFoundError out of scope, RefusedError for an installation-wide permission that is missing."""
        if equipment_id is None:
            if not self.holds(permission):
                raise RefusedError(
                    f"this needs the permission {permission}", code="permission", hint="ask an administrator"
                )
        elif not self.sees(permission, equipment_id):
            if not self.sees("plant.view", equipment_id):
                raise NotFoundError("there is no such equipment")
            raise RefusedError(
                f"this needs the permission {permission} here", code="permission", hint="ask an administrator"
            )


def system_scope(name: str = "dovetail") -> Scope:
    """The scope of the installation's own work; audit rows made with it name it."""
    return Scope(actor=Actor(id=f"system:{name}", name=name, kind="system"), everything=True)


class EquipmentTree(Protocol):
    """Port upward: what `security/` must know of the tree without importing the room above it."""

    def subtree(self, equipment_id: int) -> frozenset[int]:
        """The node and everything below it."""
        ...

    def roots(self) -> frozenset[int]:
        """The enterprises of this installation."""
        ...


class Authorizer(Protocol):
    """Port upward: who compiles a scope. `operations/` asks it; `security/` answers."""

    def scope_of(self, actor: Actor) -> Scope:
        """The actor's scope by the grants that stand now."""
        ...
