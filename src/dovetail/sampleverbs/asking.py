"""Verbs about samples are about an installation that is there: none begins with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dovetail.terminal.asking import house

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from dovetail.ownership.control import Control


def existing_house(data: Path) -> AbstractContextManager[Control]:
    """The installation in a folder that is there: a slip in its name makes no new one, of which all would be well."""
    from dovetail.ownership.datafolder import existing

    return house(existing(data))
