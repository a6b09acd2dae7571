"""What can be watched live: each topic is the document of a GET, rendered once for all who may see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from dovetail.core.bus import Bus
from dovetail.core.errors import NotFoundError
from dovetail.core.limits import LIVE_TEXT_MAX
from dovetail.core.scope import Scope, system_scope
from dovetail.equipment.model import PlantModel
from dovetail.events.corrections import SamplesCorrected
from dovetail.events.counting import CountsChanged
from dovetail.events.historian import FramesStored
from dovetail.events.performance import LedgerSettled
from dovetail.events.states import RecordsChanged, StateNow
from dovetail.events.timeline import TimelineEdited
from dovetail.historian.model import Latest
from dovetail.web.live import LiveHub, TopicKind, columns, document

VIEW = "plant.view"
EVERYTHING = system_scope("live")
_NOTHING = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Sources:
    """The functions behind the GETs. `state`, `stops`, `kpi` and `live_kpi` take an equipment id."""

    plant: Callable[[], PlantModel]
    state: Callable[[int], BaseModel]
    stops: Callable[[int], BaseModel]
    kpi: Callable[[int], BaseModel]
    live_kpi: Callable[[int], BaseModel]
    newest: Callable[[list[int]], Latest]
    jobs: Callable[[], list[BaseModel]]
    connections: Callable[[], list[BaseModel]]
    require_connections: Callable[[Scope], None]


def kinds(sources: Sources) -> list[TopicKind]:
    """Every family of topics."""

    def see(scope: Scope, match: re.Match[str]) -> None:
        scope.require(VIEW, int(match[1]))

    def see_all_below(scope: Scope, match: re.Match[str]) -> None:
        """A figure over equipment seen only in part is asked for by GET, which says *partial*."""
        node = int(match[1])
        scope.require(VIEW, node)
        if not all(scope.sees(VIEW, below) for below in sources.plant().subtree(node)):
            raise NotFoundError("you see only a part of this equipment; ask for the figures instead")

    def anyone(_scope: Scope, _match: re.Match[str]) -> None: ...

    def of(find: Callable[[int], BaseModel]) -> Callable[[re.Match[str]], tuple[int, bytes]]:
        return lambda match: document(find(int(match[1])).model_dump(mode="json"))

    return [
        TopicKind(re.compile(r"equipment/(\d{1,18})/state"), see, of(sources.state)),
        TopicKind(re.compile(r"equipment/(\d{1,18})/stops"), see_all_below, of(sources.stops), "in turn"),
        TopicKind(re.compile(r"equipment/(\d{1,18})/kpi"), see_all_below, of(sources.kpi), "in turn"),
        TopicKind(re.compile(r"equipment/(\d{1,18})/live-kpi"), see_all_below, of(sources.live_kpi), "in turn"),
        TopicKind(re.compile(r"tags/(\d{1,18})"), see, lambda match: _values(sources, int(match[1]))),
        TopicKind(re.compile("jobs"), anyone, lambda _match: _list(sources.jobs())),
        TopicKind(
            re.compile("connections"),
            lambda scope, _match: sources.require_connections(scope),
            lambda _match: _list(sources.connections()),
        ),
    ]


def _list(items: list[BaseModel]) -> tuple[int, bytes]:
    return document({"items": [item.model_dump(mode="json") for item in items], "next": None})


def _values(sources: Sources, equipment_id: int) -> tuple[int, bytes]:
    found = sources.newest([tag.id for tag in sources.plant().tags_of(equipment_id).values()])
    found = found.take(found.heard)
    with_text = np.flatnonzero(found.text != "").tolist()
    return columns(
        found.tag,
        found.ts,
        found.number,
        found.quality,
        device_us=found.device,
        text={int(found.tag[at]): str(found.text[at])[:LIVE_TEXT_MAX] for at in with_text},
    )


def touch_on_events(bus: Bus, hub: LiveHub, plant: Callable[[], PlantModel]) -> None:
    """Touch the topics that an event concerns; a node's figures and stops move with those below it."""

    def up(equipment_id: int, *topics: str) -> None:
        model = plant()
        above = model.ancestors(equipment_id) if equipment_id in model.equipment else ()
        for node in (equipment_id, *above):
            for topic in topics:
                hub.touch(f"equipment/{node}/{topic}")

    def states(event: StateNow | RecordsChanged | TimelineEdited) -> None:
        hub.touch(f"equipment/{event.equipment_id}/state")
        up(event.equipment_id, "stops")

    def stored(event: FramesStored) -> None:
        shown = [int(name.removeprefix("tags/")) for name in hub.watched() if name.startswith("tags/")]
        if not shown:
            return
        model = plant()
        seen = np.concatenate([_NOTHING, *(batch.tag for frame in event.frames for batch in frame.batches)])
        for node in shown:
            if np.isin(seen, [tag.id for tag in model.tags_of(node).values()]).any():
                hub.touch(f"tags/{node}")

    for changed in (StateNow, RecordsChanged, TimelineEdited):
        bus.subscribe(changed, states)
    bus.subscribe(CountsChanged, lambda event: up(event.equipment_id, "kpi", "live-kpi"))
    bus.subscribe(LedgerSettled, lambda event: up(event.equipment_id, "kpi", "live-kpi"))
    bus.subscribe(FramesStored, stored)
    bus.subscribe(SamplesCorrected, lambda event: hub.touch(f"tags/{event.equipment_id}"))
