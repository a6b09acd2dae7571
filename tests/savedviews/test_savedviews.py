"""A view is kept for its owner and shown to those it is shared with, while they see what it shows."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dovetail.core.errors import DovetailError, NotFoundError, RefusedError
from dovetail.core.limits import SAVED_VIEWS_MAX
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.savedviews.service import OneView, SavedViewsRoom, SaveView

FILLER, CAPPER = 1, 2


def person(name: str, *equipment: int) -> Scope:
    return Scope(actor=Actor(id=name, name=name.title()), at={"plant.view": frozenset(equipment)})


ADA, EVE, BOB = person("ada", FILLER, CAPPER), person("eve", FILLER), person("bob", CAPPER)


class Desk:
    """The room as people use it."""

    def __init__(self, database: Database) -> None:
        self.database, self.room = database, SavedViewsRoom(database)

    def save(
        self, who: Scope, name: str, equipment: int = FILLER, *, shared: bool = False, search: str = "pens=1"
    ) -> Done[Any]:
        given = SaveView(name=name, screen="trends", search=search, equipment_id=equipment, shared=shared)
        return execute(self.room.save, given, database=self.database, scope=who)

    def forget(self, who: Scope, view_id: str) -> Done[Any]:
        return execute(self.room.forget, OneView(view_id=view_id), database=self.database, scope=who)

    def shown(self, who: Scope) -> list[tuple[str, str]]:
        return [(view.name, view.search) for view in self.room.views("trends", scope=who)]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_view_is_shown_to_its_owner_and_where_it_is_shared_to_those_who_see_its_equipment(desk: Desk) -> None:
    desk.save(ADA, "mine")
    desk.save(ADA, "filler", shared=True)
    desk.save(ADA, "capper", CAPPER, shared=True)
    shown = {who.actor.id: [name for name, _ in desk.shown(who)] for who in (ADA, EVE, BOB)}
    assert shown == {"ada": ["capper", "filler", "mine"], "eve": ["filler"], "bob": ["capper"]}
    assert desk.room.views("stops", scope=ADA) == []


def test_who_no_longer_sees_the_equipment_no_longer_sees_the_own_view(desk: Desk) -> None:
    desk.save(ADA, "capper", CAPPER)
    assert desk.shown(person("ada", FILLER)) == []


def test_the_same_name_again_replaces_ones_own_and_nobody_elses(desk: Desk) -> None:
    first = desk.save(EVE, "speeds", search="pens=1")
    desk.save(ADA, "speeds", search="pens=2")
    again = desk.save(EVE, " speeds ", search="pens=3")
    assert again.output.id == first.output.id
    assert desk.shown(EVE) == [("speeds", "pens=3")]
    assert desk.shown(ADA) == [("speeds", "pens=2")]


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (EVE, RefusedError),  # she is shown it, but it is not hers
        (BOB, NotFoundError),  # he does not see what it shows
    ],
)
def test_somebody_elses_view_is_not_forgotten(desk: Desk, who: Scope, error: type[DovetailError]) -> None:
    view_id = desk.save(ADA, "filler", shared=True).output.id
    with pytest.raises(error):
        desk.forget(who, view_id)
    assert desk.shown(ADA) == [("filler", "pens=1")]


def test_forgetting_and_saving_are_taken_back(desk: Desk) -> None:
    catalogue = Catalogue(list(desk.room.operations))
    desk.save(ADA, "speeds", search="pens=1")
    changed = desk.save(ADA, "speeds", search="pens=2")
    catalogue.undo(changed.audit_id, database=desk.database, scope=ADA)
    assert desk.shown(ADA) == [("speeds", "pens=1")]
    gone = desk.forget(ADA, changed.output.id)
    assert desk.shown(ADA) == []
    catalogue.undo(gone.audit_id, database=desk.database, scope=ADA)
    assert desk.shown(ADA) == [("speeds", "pens=1")]


def test_a_view_of_equipment_out_of_sight_cannot_be_kept(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.save(BOB, "filler", FILLER)


def test_a_person_keeps_only_so_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.savedviews.service.SAVED_VIEWS_MAX", 2)
    assert SAVED_VIEWS_MAX > 2
    for name in ("a", "b", "b"):
        desk.save(ADA, name)
    with pytest.raises(RefusedError):
        desk.save(ADA, "c")
    desk.save(EVE, "c")


@pytest.mark.parametrize("wrong", [{"name": "  "}, {"name": "x" * 121}, {"screen": "../x"}, {"search": "x" * 4_001}])
def test_what_is_no_view_is_refused(wrong: dict[str, str]) -> None:
    right = {"name": "speeds", "screen": "trends", "search": "pens=1", "equipment_id": FILLER}
    SaveView.model_validate(right)
    with pytest.raises(ValidationError):
        SaveView.model_validate(right | wrong)
