"""Who is to be examined: a driver by its name or, not installed, by its place; and the devices it is tried with.

A package that brings a driver offers its bench beside it, under the same name:

    [project.entry-points."dovetail.benches"]
    mydevice = "my_driver_bench:MyBench"
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from dovetail.core import plugins
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import PACKAGE, DriverSpec
from dovetail.testing.bench import Bench
from dovetail.testing.benches import BENCHES

GROUP: Final = "dovetail.benches"


def candidate(driver: str, bench: str | None = None) -> tuple[str, tuple[type[Bench], ...]]:
    """The driver's name and its benches. `driver` is a name, or `module:PLUGIN`; `bench` is `module:Class`.

    Raises ConfigError where there is no such thing, or nothing that it could be tried with.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does: its maker stands beside it
    made = None if bench is None else _found(bench, "bench")
    if ":" not in driver:
        plugins.load(PACKAGE, driver)
        return driver, (made,) if made is not None else _offered(driver)
    spec = _found(driver, "driver")
    if not isinstance(spec, DriverSpec):
        raise ConfigError(f"{driver} is no DriverSpec", code="driver-spec", hint="name the module and its PLUGIN")
    if made is None:
        raise ConfigError(f"{driver} is tried with a bench", code="driver-bench", hint="name it: --bench module:Class")
    plugins.lend(PACKAGE, made.driver, spec)
    return made.driver, (made,)


def _offered(driver: str) -> tuple[type[Bench], ...]:
    house = tuple(make for make in BENCHES.values() if make.driver == driver)
    others = tuple(point.load() for point in entry_points(group=GROUP) if point.name == driver)
    if not house + others:
        hint = f"name one: --bench module:Class; or let its package offer it under {GROUP}"
        raise ConfigError(f"there is nothing that {driver} could be tried with", code="driver-bench", hint=hint)
    return house + others


def _found(place: str, what: str) -> Any:
    """What stands at `module:name`."""
    module, _, name = place.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        hint = f"a {what} is named like my_module:Name, and is looked for in this folder too"
        raise ConfigError(f"{place} cannot be imported: {error}", code="driver-import", hint=hint) from error
