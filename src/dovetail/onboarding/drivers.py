"""Which protocols there are, as an engineer chooses among them: in words, with a form, and with addresses to copy."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from dovetail.core import plugins
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import PACKAGE, DriverSpec
from dovetail.plantcode.secret_words import is_secret


class AddressExampleOut(BaseModel):
    """One way in which an address may be written, and what stands there."""

    address: str
    means: str


class DriverOut(BaseModel):
    """A driver. `options` is the JSON Schema of its form, where `x-secret` marks what is typed and never shown.

    `first` are the options asked for at once, `start` is what the form begins with; `listens`: the device reports
    changes by itself; `browses`: it tells what it has.
    """

    name: str
    title: str
    says: str
    needs: str
    addresses: str
    examples: list[AddressExampleOut]
    options: dict[str, Any]
    first: list[str]
    start: dict[str, Any]
    listens: bool
    browses: bool


def drivers() -> list[DriverOut]:
    """Every driver that can be loaded here, by title."""
    found: list[DriverOut] = []
    for name in plugins.names(PACKAGE):
        try:
            found.append(_driver(name, plugins.load(PACKAGE, name)))
        except ConfigError:
            continue  # a file beside the drivers, or a driver of another package that cannot be used here
    return sorted(found, key=lambda one: one.title)


def _driver(name: str, spec: DriverSpec) -> DriverOut:
    schema = spec.options.model_json_schema()
    for model in (schema, *schema.get("$defs", {}).values()):
        for field, said in model.get("properties", {}).items():
            if is_secret(field):
                said["x-secret"] = True
    about = spec.about
    return DriverOut(
        name=name,
        title=spec.title,
        says=about.says,
        needs=about.needs,
        addresses=spec.address,
        examples=[AddressExampleOut(address=one.address, means=one.means) for one in about.examples],
        options=schema,
        first=list(about.first or schema.get("required", [])),
        start=dict(about.start),
        listens=spec.listens,
        browses=about.browses,
    )
