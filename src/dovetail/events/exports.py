"""What the exports tell: one was asked for and is to be written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """The export of this id is in the records, and nobody writes it yet."""

    export_id: str
