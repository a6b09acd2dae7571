"""What an editor should know beyond the entries' own schemas: the fields of tags, and each driver's options."""

from __future__ import annotations

from typing import Any

from dovetail.core.errors import DovetailError
from dovetail.equipment.drivers import Drivers
from dovetail.equipment.entries import TagEntry

type Schema = dict[str, Any]


def tags_schema(found: Schema) -> Schema:
    """The same schema with the fields of a tag spelt out, each of which may also hold a `{parameter}`."""
    tag = TagEntry.model_json_schema()
    loose = {name: {"anyOf": [one, {"type": "string", "pattern": "\\{"}]} for name, one in tag["properties"].items()}
    one_tag = {"anyOf": [{"type": "object", "properties": loose, "additionalProperties": False}, {"type": "null"}]}
    properties = {**found["properties"], "tags": {"type": "object", "additionalProperties": one_tag, "default": {}}}
    return {**found, "properties": properties}


def connections_schema(found: Schema, drivers: Drivers) -> Schema:
    """The same schema with, for each driver, the options that it takes."""
    names: list[str] = []
    rules: list[Schema] = []
    for name in drivers.names():
        try:
            options = drivers.find(name).options.model_json_schema(ref_template=f"#/$defs/driver.{name}.{{model}}")
        except DovetailError:
            continue  # a driver of another package that cannot be loaded here is not offered
        names.append(name)
        for inner, schema in options.pop("$defs", {}).items():
            found.setdefault("$defs", {})[f"driver.{name}.{inner}"] = schema
        when = {"properties": {"driver": {"const": name}}, "required": ["driver"]}
        rules.append({"if": when, "then": {"properties": {"options": options}}})
    properties = {**found["properties"], "driver": {"type": "string", "enum": names}}
    return {**found, "properties": properties, "allOf": rules}
