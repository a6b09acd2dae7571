"""Tell an editor what may be written in a plant's files: one JSON Schema (2020-12) of all sections together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dovetail.plantcode.section import Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plant_schema(sections: Sequence[Section]) -> dict[str, Any]:
    """The schema of one file of a plant: any of the sections, each with its entries."""
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for section in sections:
        entry = section.model.model_json_schema(ref_template=f"#/$defs/{section.key}.{{model}}")
        if section.schema is not None:
            entry = section.schema(entry)
        for name, inner in entry.pop("$defs", {}).items():
            definitions[name if name.startswith("driver.") else f"{section.key}.{name}"] = inner
        definitions[section.key] = entry
        one = {"$ref": f"#/$defs/{section.key}"}
        properties[section.key] = one if section.single else {"type": "object", "additionalProperties": one}
    return {
        "$schema": DIALECT,
        "title": "Dovetail plant code",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": definitions,
    }
