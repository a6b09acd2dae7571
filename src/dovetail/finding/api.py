"""Looking for devices over the API: begin a search, see how far it is and what it found, end it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.finding.model import Find
from dovetail.finding.proposal import proposal
from dovetail.finding.ranges import ASKS_ABOVE, HOSTS_MAX
from dovetail.finding.service import MANAGE, Finder, Search, State
from dovetail.operations.http import Api


class WayOut(BaseModel):
    """One way to ask, and the ports at which it usually does."""

    name: str
    title: str
    ports: list[int]


class ConnectOut(BaseModel):
    """How a find would be connected; `missing`: what a person has to add, null when it holds as it is."""

    name: str
    driver: str
    options: dict[str, Any]
    missing: str | None
    plant_code: str


class FindOut(BaseModel):
    """One device, or one part of it that is connected by itself, in its own words."""

    host: str
    port: int
    driver: str
    says: str
    details: list[str]
    notes: list[str]
    connect: ConnectOut


class StrangerOut(BaseModel):
    """Somebody listens there, and answers in none of these ways: there is no driver for it here."""

    host: str
    port: int
    tried: list[str]


class LeftOut(BaseModel):
    """A host of which nothing more was asked, and why."""

    host: str
    why: str


class SearchOut(BaseModel):
    """A search: how far it is, and what it has found until now. `unasked`: hosts whose turn did not come."""

    id: str
    by: str
    ranges: list[str]
    state: State
    started: str
    ended: str | None
    hosts: int
    asked: int
    connections: int
    finds: list[FindOut]
    strangers: list[StrangerOut]
    left: list[LeftOut]
    unasked: int


class FindingOut(BaseModel):
    """What can be asked, from how many hosts on one has to agree, and the search that goes on or was the last."""

    ways: list[WayOut]
    agrees_above: int
    hosts_max: int
    search: SearchOut | None


def routes(api: Api, finder: Finder) -> None:
    """Declare this room's routes."""
    api.change("POST", "/device-search", finder.find, status=202)
    api.change("POST", "/device-search/end", finder.end)

    @api.query("GET", "/device-search", permission=MANAGE, summary="The search for devices, and what it found")
    def device_search(scope: Scope) -> FindingOut:
        """Ask again while `search.state` is `running`. Nothing of it is kept over a restart."""
        search = finder.last(scope=scope)
        ways = [WayOut(name=name, title=way.title, ports=list(way.ports)) for name, way in finder.ways().items()]
        shown = None if search is None else search_out(search)
        return FindingOut(ways=ways, agrees_above=ASKS_ABOVE, hosts_max=HOSTS_MAX, search=shown)


def search_out(search: Search) -> SearchOut:
    """A search as it goes out, while it may still grow."""
    found = search.survey
    return SearchOut(
        id=search.id,
        by=search.by,
        ranges=list(search.given.ranges),
        state=search.state,
        started=to_rfc3339(search.started_us),
        ended=None if search.ended_us is None else to_rfc3339(search.ended_us),
        hosts=len(search.hosts),
        asked=found.asked,
        connections=found.connections,
        finds=[_find(one) for one in list(found.finds)],
        strangers=[StrangerOut(host=one.host, port=one.port, tried=list(one.tried)) for one in list(found.strangers)],
        left=[LeftOut(host=one.host, why=one.why) for one in list(found.left)],
        unasked=len(found.unasked),
    )


def _find(find: Find) -> FindOut:
    said = proposal(find)
    return FindOut(
        host=find.host,
        port=find.port,
        driver=find.driver,
        says=find.says,
        details=list(find.details),
        notes=list(find.notes),
        connect=ConnectOut(
            name=said.name, driver=said.driver, options=said.options, missing=said.missing, plant_code=said.plant_code
        ),
    )
