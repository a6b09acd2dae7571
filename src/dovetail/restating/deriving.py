"""Which machines' signals are read otherwise by a restatement, and how they come to be derived again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dovetail.core.clock import HOUR_US, to_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.db.events import events_after
from dovetail.db.uow import Reading
from dovetail.equipment.model import PlantModel
from dovetail.events.corrections import SamplesCorrected
from dovetail.events.restating import Restated
from dovetail.performance.facts import Sources
from dovetail.replaying.derived import Engine, Replayed, everything
from dovetail.replaying.service import Counting, Timeline
from dovetail.replaying.shelf import Shelf
from dovetail.restating.imagined import Imagined
from dovetail.restating.model import Change
from dovetail.states.rules import VERSIONS_MAX, Plants, RuleBook
from dovetail.states.service import StatesRoom
from dovetail.virtual.asked import Past
from dovetail.workcalendar.service import CalendarRoom


class Corrections(Protocol):
    """What is asked of the corrections room."""

    def moved_since(self, reading: Reading, known: int) -> Sequence[SamplesCorrected]: ...


@dataclass(frozen=True, slots=True)
class AlsoRestated:
    """Samples that were corrected, and those that are read otherwise since: both are derived again alike."""

    corrections: Corrections

    def moved_since(self, reading: Reading, known: int) -> list[SamplesCorrected]:
        """In the order of knowledge."""
        restated = events_after(reading, known, (Restated.__name__,))
        ours = [
            SamplesCorrected(tag, number, from_us, to_us, event.known)
            for event in restated
            for tag, number, from_us, to_us in event.body.get("derived", ())
        ]
        return sorted([*self.corrections.moved_since(reading, known), *ours], key=lambda one: one.known)


def read_otherwise(
    changes: Sequence[Change], held: Plants, imagined: Imagined, *, gone: Callable[[int], int | None]
) -> dict[int, int]:
    """The equipment whose rules would be others, its own or through a neighbour's, and a tag that each is read by now:
    what is told of that tag is heard by who derives it.

    `gone` says up to when samples of a tag went. Raises InvalidError where they cannot be derived again: samples of
    that time went, or it is long since the equipment was read by any signal.
    """
    if not any(one.section == "states" for one in changes):
        return {}
    was, would = RuleBook(held), RuleBook(imagined)
    read_now = {number: tag for tag, numbers in was.readers().items() for number in numbers}
    inside = held.changes_between(imagined.from_us, imagined.to_us)
    found: dict[int, int] = {}
    for at_us in (imagined.from_us, *inside):
        before, after = was.all_at(at_us), would.all_at(at_us)
        for number in before.keys() | after.keys():
            rules = [one for one in (after.get(number), before.get(number)) if one is not None and one.tags]
            if before.get(number) != after.get(number) and rules:
                _demand_samples([tag for one in rules for tag in one.tags], imagined, gone)
                found[number] = _heard(number, read_now, held.plant(at_us=at_us))
    return found


def _heard(number: int, read_now: Mapping[int, int], plant: PlantModel) -> int:
    if number not in read_now:
        what = f"{plant.get(number).path} has not been read by any signal for {VERSIONS_MAX} changes of the plant code"
        hint = "give it signals again and apply, or leave `states` out with `only`"
        raise InvalidError(what, code="restate-states", pointer="/start", hint=hint)
    return read_now[number]


def _demand_samples(tags: Sequence[int], imagined: Imagined, gone: Callable[[int], int | None]) -> None:
    went_us = max((at_us for tag in tags if (at_us := gone(tag)) is not None), default=None)
    if went_us is not None and -(-went_us // HOUR_US) * HOUR_US >= imagined.from_us:  # of each full hour is remembered
        what = f"samples up to {to_rfc3339(went_us)} were let go, so states of before are not derived again"
        hint = "choose a later time, bring archived samples back in first, or leave `states` out with `only`"
        raise InvalidError(what, code="restate-states", pointer="/start", hint=hint)


def derived_again(
    reading: Reading, sources: Sources, units: Mapping[int, int], *, imagined: Imagined,
    by: tuple[Past, StatesRoom, Shelf], now_us: int, on_step: Callable[[], None],
) -> Sources:  # fmt: skip
    """The sources with what those machines would have done and counted, derived again and kept on the shelf."""
    if not units:
        return sources
    samples, states, shelf = by
    calendar = sources.calendar
    assert isinstance(calendar, CalendarRoom)
    engine = Engine(samples, states, imagined, calendar.cuts, now_us)
    again = {
        unit: everything(engine.again(reading, unit, imagined.from_us, imagined.to_us, shelf), on_step)
        for unit in units
    }
    replayed = Replayed(states, again)
    timeline, counting = Timeline(replayed), Counting(replayed)
    return replace(sources, states=timeline, counting=counting)  # type: ignore[arg-type]  # as much as is asked of them
