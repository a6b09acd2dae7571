"""Keep every version of every copy that the plant code asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dovetail.db import versioned
from dovetail.db.uow import Reading, UnitOfWork

forwarding_target = versioned.versioned_table("forwarding_target")


def put(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], *, valid_from_us: int) -> None:
    """Make these the definitions of their copies from a moment on; None ends one."""
    versioned.put(uow, forwarding_target, bodies, valid_from_us=valid_from_us)


def at(reading: Reading, at_us: int) -> dict[str, dict[str, Any]]:
    """The copies that are to be kept at a moment, by name."""
    return versioned.at(reading, forwarding_target, at_us=at_us)
