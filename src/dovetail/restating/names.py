"""By which names a machine was defined: it may have been renamed since, and another may bear its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dovetail.core.errors import RefusedError
from dovetail.equipment.model import PlantModel


def names_then(now: PlantModel, then: Sequence[PlantModel], asked: Iterable[str]) -> dict[str, list[str]]:
    """By its path now each path that an equipment had in the plants of then, the earliest first.

    Raises RefusedError where one of those `asked` for shares a path of then with another equipment: what is laid over a
    path would be laid over both.
    """
    bearers: dict[str, set[int]] = {}
    for plant in then:
        for node in plant.equipment.values():
            bearers.setdefault(node.path, set()).add(node.id)
    found: dict[str, list[str]] = {}
    for node in now.equipment.values():
        paths = (one.equipment[node.id].path for one in then if node.id in one.equipment)
        found[node.path] = list(dict.fromkeys(paths))
    for path in asked:
        if shared := next((name for name in found.get(path, ()) if len(bearers[name]) > 1), None):
            hint = "restate the time before its name changed hands, and the time after, each by itself"
            raise RefusedError(f"in this time {shared} was the name of two machines", code="restate-name", hint=hint)
    return found
