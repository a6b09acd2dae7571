"""Definitions of the past that are said otherwise: what a plant's history may look like, for tests of what is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, insert, update

from dovetail.db import versioned
from dovetail.db.uow import UnitOfWork


def restate(
    uow: UnitOfWork, table: Table, bodies: Mapping[str, dict[str, Any] | None], *, from_us: int, to_us: int | None
) -> None:
    """Let these bodies have been the definitions of their keys in [from_us, to_us); None: from then on, for good.

    What holds from `to_us` on is what held there before; what was known before stays known as it was.
    """
    for key, body in bodies.items():
        held = versioned.history(uow, table, key)
        after = [one for one in held if to_us is not None and one[0] <= to_us]
        rows = [(from_us, body)] if to_us is None else [(from_us, body), (to_us, after[-1][1] if after else None)]
        inside = [table.c.key == key, table.c.valid_from_us >= from_us, table.c.known_to.is_(None)]
        if to_us is not None:
            inside.append(table.c.valid_from_us <= to_us)
        uow.connection.execute(update(table).where(*inside).values(known_to=uow.known))
        said = [{"key": key, "valid_from_us": at_us, "body": said, "known_from": uow.known} for at_us, said in rows]
        uow.connection.execute(insert(table), said)
