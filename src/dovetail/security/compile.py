"""From grants on the equipment tree to a scope: permissions as sets of equipment, and those of the installation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from dovetail.core.scope import Actor, EquipmentTree, Scope
from dovetail.security.model import Grant
from dovetail.security.roles import ROLES


def compile_scope(tree: EquipmentTree, actor: Actor, grants: Iterable[Grant]) -> Scope:
    """What the grants come to on the tree as it stands now. Everybody may look after their own account."""
    at: defaultdict[str, set[int]] = defaultdict(set)
    system: set[str] = {"self"}
    for grant in grants:
        role = ROLES[grant.role]
        nodes = tree.roots() if grant.equipment_id is None else frozenset({grant.equipment_id})
        below = frozenset[int]().union(*(tree.subtree(node) for node in nodes))
        for permission in role.at:
            at[permission] |= below
        if grant.equipment_id is None:
            system |= role.system
    return Scope(actor, {name: frozenset(held) for name, held in at.items()}, frozenset(system))


def only_self(actor: Actor) -> Scope:
    """The scope of somebody who has still to choose a password: their own account and nothing else."""
    return Scope(actor, {}, frozenset({"self"}))
