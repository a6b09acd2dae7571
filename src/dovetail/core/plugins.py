"""A registry is a folder: plug-ins are found by their place, or by the entry point of another package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

from dovetail.core.errors import ConfigError


def names(package: str) -> list[str]:
    """The plug-ins a folder holds and those that other packages offer under the group of the same name, sorted."""
    module = importlib.import_module(package)
    own = {found.name for found in pkgutil.iter_modules(module.__path__) if not found.name.startswith("_")}
    return sorted(own | {point.name for point in entry_points(group=package)})


def load(package: str, name: str) -> Any:
    """The `PLUGIN` object of one plug-in; imported only now. Raises ConfigError with the names there are."""
    for point in entry_points(group=package):
        if point.name == name:
            return point.load()
    known = names(package)
    if name not in known:
        raise ConfigError(f"{package} has no {name!r}", code="plugin-unknown", hint=f"there are: {', '.join(known)}")
    module = importlib.import_module(f"{package}.{name}")
    plugin = getattr(module, "PLUGIN", None)
    if plugin is None:
        raise ConfigError(f"{package}.{name} has no PLUGIN", code="plugin-empty")
    return plugin


def load_all(package: str) -> Iterator[tuple[str, Any]]:
    """(name, plug-in) of every file in the folder that declares one (helpers beside them do not)."""
    for name in names(package):
        try:
            yield name, load(package, name)
        except ConfigError as error:
            if error.code != "plugin-empty":
                raise
