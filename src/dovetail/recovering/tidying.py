"""Let go of files that were set aside as spoilt, once they are read and nothing is missing any more that they held."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel

from dovetail.chunkstore.files import Files
from dovetail.core.scope import Scope
from dovetail.damage.wholes import Kept, kept_aside
from dovetail.historian.service import Historian
from dovetail.operations.operation import Call, Input, Operation

MANAGE = "system.manage"


class Tidy(Input):
    """Let go of every file that is set aside and needed for nothing."""


class SpoiltView(BaseModel):
    """A file, or bytes, as they lay. `needed`: it is not read yet, or its time is a hole that may still be filled."""

    name: str
    bytes: int
    needed: Literal["unread", "hole"] | None


class TidiedView(BaseModel):
    """What went, and what stays because it is needed."""

    files: int
    bytes: int
    left: int


class Tidying:
    """All methods are thread-safe."""

    def __init__(self, historian: Historian) -> None:
        self._historian = historian
        self.tidy = Operation(
            name="samples.tidy",
            summary="Let go of spoilt files that are needed for nothing",
            permission=MANAGE,
            input=Tidy,
            output=TidiedView,
            handler=self._tidy,
        )

    def view(self, scope: Scope) -> list[SpoiltView]:
        """What is set aside, by name; of samples in PostgreSQL nothing."""
        scope.require(MANAGE, None)
        return [SpoiltView(name=one.path.name, bytes=one.bytes, needed=needed) for one, needed in self._each()]

    def _each(self) -> Iterator[tuple[Kept, Literal["unread", "hole"] | None]]:
        storage = self._historian.storage
        holes = [one.of.why for one in self._historian.damage.all()]
        for one in kept_aside(storage.folder) if isinstance(storage, Files) else ():
            stands = any(f"{one.path}/" in why for why in holes)  # where the file is kept is told with the hole
            yield one, "hole" if stands else None if one.is_told else "unread"

    def _tidy(self, call: Call, given: Tidy) -> TidiedView:
        every = list(self._each())
        gone = [one for one, needed in every if needed is None]
        for one in gone:
            if one.path.is_dir():
                shutil.rmtree(one.path)
            else:
                one.path.unlink()
        return TidiedView(files=len(gone), bytes=sum(one.bytes for one in gone), left=len(every) - len(gone))
