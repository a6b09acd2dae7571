"""The routes of saved views."""

from __future__ import annotations

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page
from dovetail.savedviews.model import VIEW
from dovetail.savedviews.service import SavedViewsRoom


class SavedViewOut(BaseModel):
    """A view under its name; `search` is the query of the screen's address; `yours`: you may forget it."""

    id: str
    name: str
    screen: str
    search: str
    equipment_id: int
    shared: bool
    owner: str
    yours: bool
    saved: str


def routes(api: Api, room: SavedViewsRoom) -> None:
    """Declare them."""

    @api.query("GET", "/views", permission=VIEW, summary="The views of a screen that you keep or share in")
    def views(screen: str, scope: Scope) -> Page[SavedViewOut]:
        """By name; those of others only where they are shared and you see their equipment."""
        return Page(
            items=[
                SavedViewOut(
                    id=view.id,
                    name=view.name,
                    screen=view.screen,
                    search=view.search,
                    equipment_id=view.equipment_id,
                    shared=view.shared,
                    owner=view.owner_name,
                    yours=view.owner_id == scope.actor.id,
                    saved=to_rfc3339(view.saved_us),
                )
                for view in room.views(screen, scope=scope)
            ]
        )

    api.change("POST", "/views", room.save, status=201)
    api.change("POST", "/views/{view_id}/forget", room.forget)
