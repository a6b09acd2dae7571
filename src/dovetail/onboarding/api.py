"""Connect a device from a screen or a program: choose a driver, try the link, look at the change, apply it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydantic import ValidationError

from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope
from dovetail.onboarding.drivers import DriverOut, drivers
from dovetail.onboarding.schema import PutConnection, RemoveConnection
from dovetail.onboarding.service import Onboarding
from dovetail.onboarding.trying import Trying
from dovetail.onboarding.views import (
    BrowseRequest,
    DefinitionOut,
    FoundOut,
    OutlineOut,
    PreviewOut,
    TryOut,
    TryRequest,
    definition_out,
    outline_out,
    preview_out,
    try_out,
)
from dovetail.operations.http import Api, Page
from dovetail.states.schema import StatesEntry

EDIT = "plant.edit"
WAYS = frozenset(("packml", "machinery", "values", "activity", "by_hand"))  # one of them says what a machine does


def routes(api: Api, trying: Trying) -> None:
    """Declare this room's routes."""
    onboarding = trying.onboarding
    _choosing_routes(api, onboarding)
    _trying_routes(api, trying)
    api.change("PUT", "/connections/{connection}", onboarding.put)
    api.change("POST", "/connections/{connection}/remove", onboarding.remove)

    @api.query("POST", "/connections/preview", permission=EDIT, summary="What connecting a device would change")
    def preview(asked: PutConnection, scope: Scope) -> PreviewOut:
        """Changes nothing: the plan's steps, the lines of the files, and each fault at the field it comes from."""
        return preview_out(onboarding.consider(asked, scope=scope))

    @api.query(
        "POST",
        "/connections/{connection}/remove/preview",
        permission=EDIT,
        summary="What removing a connection would change",
    )
    def preview_remove(connection: str, scope: Scope) -> PreviewOut:
        """Changes nothing. Samples of tags that end are kept, and it is said how many there are."""
        try:
            asked = RemoveConnection(connection=connection)
        except ValidationError as error:
            raise InvalidError("this cannot be the name of a connection", pointer="/connection") from error
        return preview_out(onboarding.consider(asked, scope=scope))


def _choosing_routes(api: Api, onboarding: Onboarding) -> None:
    @api.query("GET", "/drivers", permission=EDIT, summary="Drivers, with the form of their options")
    def all_drivers() -> Page[DriverOut]:
        """Every protocol that this installation can speak."""
        return Page(items=drivers())

    @api.query("GET", "/plant/outline", permission=EDIT, summary="What of the plant can be chosen when connecting")
    def outline(scope: Scope) -> OutlineOut:
        """Places for machines, calendars, scan classes and the names that are taken."""
        scope.require(EDIT, None)
        version, _documents, plant = onboarding.standing()
        return outline_out(version, plant)

    @api.query(
        "GET", "/connections/{connection}/definition", permission=EDIT, summary="A connection as it can be edited"
    )
    def definition(connection: str, scope: Scope) -> DefinitionOut:
        """Its options and, for each machine it feeds, the tags, states and counters that are the machine's own."""
        scope.require(EDIT, None)
        version, entry, plant = onboarding.entry(connection)
        model = onboarding.equipment.plant()
        fed = Counter(model.get(tag.equipment_id).path for tag in model.tags_on(connection) if tag.equipment_id)
        return definition_out(connection, version, entry, plant, dict(fed))


def _trying_routes(api: Api, trying: Trying) -> None:
    @api.query("POST", "/connections/try", permission=EDIT, summary="Try a connection that is not saved")
    def look(asked: TryRequest, scope: Scope) -> TryOut:
        """Connects, asks for a proof of life and reads the signals, within seconds; keeps nothing.

        A device that does not answer is an answer too: `ok` false, with the cause and who can mend it.
        """
        states = _states(asked.states)
        outcome = trying.look(asked.link, asked.signals, scope=scope)
        meaning = trying.meaning(outcome, states) if states and outcome.look else None
        return try_out(outcome, meaning, driver=asked.link.driver)

    @api.query("POST", "/connections/browse", permission=EDIT, summary="What a device says it has")
    def browse(asked: BrowseRequest, scope: Scope) -> Page[FoundOut]:
        """The entries under an address of a connection that is not saved."""
        found = trying.browse(asked.link, asked.address, scope=scope)
        return Page(
            items=[
                FoundOut(
                    address=one.address,
                    name=one.name,
                    is_folder=one.is_folder,
                    kind=None if one.kind is None else one.kind.name.lower(),
                    unit=one.unit,
                )
                for one in found
            ]
        )


def _states(states: dict[str, Any] | None) -> dict[str, Any] | None:
    """The mapping when it holds; while somebody writes it, the first thing that does not. None: its class says how."""
    if not states or WAYS.isdisjoint(states):
        return None
    try:
        StatesEntry.model_validate(states)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        pointer = "/".join(["/states", *(str(part) for part in fault["loc"])])
        raise InvalidError(fault["msg"].removeprefix("Value error, "), pointer=pointer, code="states") from error
    return states
