"""Ask the drivers, before anything is applied, whether they accept a connection's options and its tags' addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import BaseModel

from dovetail.core import batch, plugins

PACKAGE: Final = "dovetail.drivers"


@dataclass(frozen=True, slots=True)
class Driver:
    """What validation needs of a driver: the schema of its options, which addresses it accepts, an example of one."""

    options: type[BaseModel]
    accept: Callable[[str, batch.Kind], None]
    example: str


class Drivers(Protocol):
    """Which drivers there are. The installation's own are `PluginDrivers`; tests bring a table."""

    def names(self) -> list[str]:
        """The names that may stand under `driver:`."""
        ...

    def find(self, name: str) -> Driver:
        """One of `names`. Raises ConfigError for another."""
        ...


class PluginDrivers:
    """The drivers in the folder `drivers/` and in other packages, imported only when a connection names them."""

    def __init__(self) -> None:
        self._found: dict[str, Driver] = {}

    def names(self) -> list[str]:
        """The names of all drivers that declare themselves; the files beside them are no drivers."""
        return sorted(name for name, _ in plugins.load_all(PACKAGE))

    def find(self, name: str) -> Driver:
        """The driver of that name. Raises ConfigError with the names there are."""
        if name not in self._found:
            spec = plugins.load(PACKAGE, name)
            self._found[name] = Driver(spec.options, spec.accept, spec.address)
        return self._found[name]
