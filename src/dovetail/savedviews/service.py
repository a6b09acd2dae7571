"""Keeps views under a name, shows each person theirs and those shared with them, and forgets them again."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.errors import NotFoundError, RefusedError
from dovetail.core.ids import uuid7
from dovetail.core.limits import SAVED_VIEWS_MAX
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, UnitOfWork
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.savedviews import store
from dovetail.savedviews.model import VIEW, SavedView, shown_to

SEARCH_MAX: Final = 4_000  # characters: sixteen pens, two cursors and all else are five hundred

type Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class SaveView(Input):
    """Keep a view; what the person had on this screen under this name is replaced."""

    name: Name
    screen: str = Field(pattern=r"^[a-z][a-z-]{0,39}$", description="trends")
    search: str = Field(max_length=SEARCH_MAX, description="pens=12.0,15.1o&span=3600")
    equipment_id: int = Field(description="what it shows; who sees it may be shown the view")
    shared: bool = False


class OneView(Input):
    view_id: str


class Saved(BaseModel):
    """The view's id, and what stood under its name before."""

    id: str
    before: SaveView | None = None


class Forgotten(BaseModel):
    """What the view was."""

    was: SaveView


class SavedViewsRoom:
    """Views of all screens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.save = Operation(
            name="view.save", summary="Keep a view of a screen under a name", permission=VIEW, input=SaveView,
            output=Saved, handler=self._save, node=lambda _uow, given: given.equipment_id, undo=_unsaved,
        )  # fmt: skip
        self.forget = Operation(
            name="view.forget", summary="Forget a view of one's own", permission=VIEW, input=OneView,
            output=Forgotten, handler=self._forget, node=_equipment_of, undo=_kept_again,
        )  # fmt: skip

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (self.save, self.forget)

    def views(self, screen: str, *, scope: Scope) -> list[SavedView]:
        """Those that the person may be shown, by name."""
        with self._database.read() as reading:
            found = store.of_screen(reading, screen, owner_id=scope.actor.id)
        return [view for view in found if shown_to(view, scope)]

    def _save(self, call: Call, given: SaveView) -> Saved:
        who = call.scope.actor
        before = store.named(call.uow, given.screen, given.name, owner_id=who.id)
        if before is None and store.count(call.uow, who.id) >= SAVED_VIEWS_MAX:
            raise RefusedError(
                f"you keep {SAVED_VIEWS_MAX} views, which is all there may be", code="views-many", hint="forget some"
            )
        kept = SavedView(
            id=before.id if before else uuid7(call.clock),
            owner_id=who.id,
            owner_name=who.name,
            saved_us=call.clock.now_us(),
            **given.model_dump(),
        )
        store.put(call.uow, kept)
        return Saved(id=kept.id, before=before and _said(before))

    def _forget(self, call: Call, given: OneView) -> Forgotten:
        found = _own(call.uow, given.view_id, call.scope)
        store.remove(call.uow, found.id)
        return Forgotten(was=_said(found))


def _said(view: SavedView) -> SaveView:
    return SaveView(
        name=view.name, screen=view.screen, search=view.search, equipment_id=view.equipment_id, shared=view.shared
    )


def _unsaved(given: SaveView, done: Saved) -> Undo:
    return Undo("view.forget", OneView(view_id=done.id)) if done.before is None else Undo("view.save", done.before)


def _kept_again(_given: OneView, done: Forgotten) -> Undo:
    return Undo("view.save", done.was)


def _equipment_of(uow: UnitOfWork, given: OneView) -> int | None:
    found = store.find(uow, given.view_id)
    if found is None:
        raise NotFoundError("there is no such view")
    return found.equipment_id


def _own(uow: UnitOfWork, view_id: str, scope: Scope) -> SavedView:
    """Somebody else's is not there for them, or not theirs to forget."""
    found = store.find(uow, view_id)
    if found is None or not shown_to(found, scope):
        raise NotFoundError("there is no such view")
    if found.owner_id != scope.actor.id:
        raise RefusedError(f"this view belongs to {found.owner_name}", code="not-yours", hint="save it under your name")
    return found
