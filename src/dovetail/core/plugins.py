"""A registry is a folder: plug-ins are found by their place, or by the entry point of another package."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from dovetail.core.errors import ConfigError

log = logging.getLogger(__name__)


@cache
def _offered(group: str) -> dict[str, EntryPoint]:
    """By name what other packages offer. Looked up once: it reads every installed package, 20 ms a time.

    A package that is installed later is found after a restart, as `unusable` says.
    """
    return {point.name: point for point in entry_points(group=group)}


_lent: dict[tuple[str, str], Any] = {}


def lend(package: str, name: str, plugin: Any) -> None:
    """From now on this process knows a plug-in that is not installed, as its maker tries it. Hides one of its name."""
    _lent[package, name] = plugin
    load.cache_clear()


def take_back(package: str) -> None:
    """What was lent to a folder is not known any more."""
    for key in [key for key in _lent if key[0] == package]:
        del _lent[key]
    load.cache_clear()


def names(package: str) -> list[str]:
    """The plug-ins a folder holds and those that other packages offer under the group of the same name, sorted."""
    module = importlib.import_module(package)
    own = {found.name for found in pkgutil.iter_modules(module.__path__) if not found.name.startswith("_")}
    return sorted(own | _offered(package).keys() | {name for of, name in _lent if of == package})


@cache
def load(package: str, name: str) -> Any:
    """The `PLUGIN` object of one plug-in; imported only now, and looked up once: every status of a link asks for it.

    Raises ConfigError with the names there are, or with what keeps this one from being imported: the others still are.
    """
    if (package, name) in _lent:
        return _lent[package, name]
    known = names(package)
    if name not in known:
        raise ConfigError(f"{package} has no {name!r}", code="plugin-unknown", hint=f"there are: {', '.join(known)}")
    try:
        offered = _offered(package).get(name)
        if offered is not None:
            return offered.load()
        module = importlib.import_module(f"{package}.{name}")
    except Exception as fault:  # whatever somebody's file does when it is imported
        raise unusable(f"{package}.{name}", fault) from fault
    plugin = getattr(module, "PLUGIN", None)
    if plugin is None:
        raise ConfigError(f"{package}.{name} has no PLUGIN", code="plugin-empty")
    return plugin


def unusable(name: str, fault: Exception) -> ConfigError:
    """A plug-in is installed and cannot be used: who looks after the machine adds what it needs, or its maker helps."""
    if isinstance(fault, ImportError):
        hint = "install what it needs on this machine, then restart Dovetail"
    else:
        hint = "ask whoever made it; the log has the details"
        log.error("%s cannot be used", name, exc_info=fault)
    return ConfigError(f"{name} cannot be used: {fault or type(fault).__name__}", code="plugin-broken", hint=hint)


def load_all(package: str) -> Iterator[tuple[str, Any]]:
    """(name, plug-in) of every file in the folder that declares one (helpers beside them do not).

    One that cannot be used is left out and said in the log: it must not take the others away.
    """
    for name in names(package):
        try:
            yield name, load(package, name)
        except ConfigError as error:
            if error.code == "plugin-broken":
                log.warning("%s (%s)", error.message, error.hint)
            elif error.code != "plugin-empty":
                raise
