"""How a find would be connected: its entry in plant code, and what a person has to add before it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from dovetail.core import plugins
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import PACKAGE, DriverSpec
from dovetail.finding.model import Find


@dataclass(frozen=True, slots=True)
class Proposal:
    """A connection to be. `missing`: what the driver still wants, in its own words; None when it holds as it is."""

    name: str
    driver: str
    options: dict[str, Any]
    plant_code: str
    missing: str | None


def proposal(find: Find) -> Proposal:
    """The entry under `connections:` that reaches this find, with the driver's own defaults left out."""
    spec: DriverSpec = plugins.load(PACKAGE, find.driver)
    options = dict(find.options)
    entry = {"connections": {find.name: {"driver": find.driver, "options": options}}}
    text = yaml.safe_dump(entry, sort_keys=False, default_flow_style=False, allow_unicode=True)
    try:
        spec.check(options)
    except ConfigError as error:
        return Proposal(find.name, find.driver, options, text, error.message)
    return Proposal(find.name, find.driver, options, text, None)
