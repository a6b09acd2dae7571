"""What a plan must say of secrets: a connection that names one nobody has put will stay down until somebody does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dovetail.plantcode.section import Changes, Section
from dovetail.vault.model import named_in

type Missing = Callable[[Any, set[str]], Sequence[str]]  # a reading of the records, names → those not kept


def with_secret_hints(sections: Sequence[Section], missing: Missing) -> tuple[Section, ...]:
    """The same sections, where planning the connections also says which secrets they name and nobody has put."""

    def hinting(section: Section) -> Section:
        def impact(reading: Any, changes: Changes) -> list[str]:
            return [*section.impact(reading, changes), *_hints(reading, changes, missing)]

        return replace(section, impact=impact)

    return tuple(hinting(section) if section.key == "connections" else section for section in sections)


def _hints(reading: Any, changes: Changes, missing: Missing) -> list[str]:
    bodies = {**changes.added, **changes.changed}
    named = {name: set(named_in(body.get("options"))) for name, body in bodies.items()}
    unknown = missing(reading, set[str]().union(*named.values()))
    return [
        f"there is no secret {secret}: {connection} stays down until `dovetail secret put {secret}`"
        for secret in unknown
        for connection, names in sorted(named.items())
        if secret in names
    ]
