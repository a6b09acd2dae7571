"""The samples beneath a record: what was read, what people corrected of it, and the address in the controller."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dovetail.core import quality
from dovetail.core.batch import Value
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.corrections.model import Correction
from dovetail.drivers.base import where
from dovetail.equipment.model import PlantModel, Tag
from dovetail.proof.tree import Node, Place


class SampleLike(Protocol):
    """A sample as the historian answers it."""

    @property
    def ts_us(self) -> int: ...
    @property
    def value(self) -> Value: ...
    @property
    def quality(self) -> int: ...
    @property
    def ts_device_us(self) -> int | None: ...


class Samples(Protocol):
    """What is asked of the historian."""

    def last(
        self, tags: list[int], *, scope: Scope, at_us: int | None = None, as_of: int | None = None
    ) -> Mapping[int, SampleLike]: ...


class Corrections(Protocol):
    """What is asked of the corrections room."""

    def over(
        self, tag: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[Correction]: ...


class Signals:
    """Samples as they counted at `as_of`, each with the corrections that speak of it."""

    def __init__(self, samples: Samples, plant: Callable[[], PlantModel], corrections: Corrections | None) -> None:
        self._samples, self._plant, self._corrections = samples, plant, corrections

    def nodes(self, place: Place, tags: list[Tag], at_us: int) -> list[Node]:
        """What each tag said at a moment."""
        held = self._samples.last([tag.id for tag in tags], scope=place.scope, at_us=at_us, as_of=place.as_of)
        return [self._node(place, tag, held[tag.id], at_us) for tag in tags if tag.id in held]

    def _node(self, place: Place, tag: Tag, sample: SampleLike, at_us: int) -> Node:
        """`at_us` stands in the key where a correction speaks of the time since the sample: it left out newer ones."""
        since = self._said_of(place, tag, sample.ts_us, at_us)
        step = f"sample:{tag.id}:{sample.ts_us}" + (f":{at_us}" if since else "")
        return self._sample_node(place.down(step), tag, sample, since)

    def _said_of(self, place: Place, tag: Tag, from_us: int, at_us: int) -> list[Correction]:
        if self._corrections is None:
            return []
        return list(self._corrections.over(tag.id, from_us, at_us + 1, scope=place.scope, as_of=place.as_of))

    def _sample_node(self, place: Place, tag: Tag, sample: SampleLike, corrections: list[Correction]) -> Node:
        device_us = sample.ts_us if sample.ts_device_us is None else sample.ts_device_us
        detail: dict[str, Any] = {
            "tag_id": tag.id,
            "tag": tag.path,
            "ts": to_rfc3339(sample.ts_us),
            "quality": sample.quality,
            "quality_name": quality.name(sample.quality),
            "ts_device": to_rfc3339(device_us),
        }
        if corrections:
            detail["corrections"] = [
                {"id": one.id, "what": one.what, "by": one.by_name, "at": to_rfc3339(one.at_us), "why": one.reason}
                for one in corrections
            ]
        return Node(
            key=place.path, label=tag.path, value=sample.value, unit=tag.unit or "", kind="sample", detail=detail,
            more=tag.connection is not None,
        )  # fmt: skip

    def _tag(self, place: Place) -> Tag:
        tag = self._plant().tags.get(place.tag)
        if tag is None or tag.equipment_id is None:
            raise NotFoundError("there is no such tag", code="explain-path")
        place.scope.require("plant.view", tag.equipment_id)
        return tag

    def sample(self, place: Place, _cursor: str | None) -> Node:
        """One sample, and where it was read."""
        tag = self._tag(place)
        held = self._samples.last([tag.id], scope=place.scope, at_us=place.ts_us, as_of=place.as_of)
        if tag.id not in held:
            raise NotFoundError("there is no such sample", code="explain-path")
        said = self._said_of(place, tag, held[tag.id].ts_us, place.ts_us)
        node = self._sample_node(place, tag, held[tag.id], said)
        node.children = [self.address(place.down(f"address:{tag.id}"), None)] if tag.connection else []
        return node

    def address(self, place: Place, _cursor: str | None) -> Node:
        """The address in the controller, and the scaling."""
        tag = self._tag(place)
        connection = self._plant().connections.get(tag.connection or "")
        detail = {
            "connection": tag.connection,
            "driver": connection.driver if connection else None,
            "endpoint": where(connection.driver, connection.options) if connection else None,
            "address": tag.address,
            "scale": tag.scale,
            "offset": tag.offset,
        }
        return Node(key=place.path, label=tag.address or "", value=tag.address, kind="address", detail=detail)
