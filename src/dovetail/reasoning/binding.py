"""Turn what the plant code says of faults and rules into what is asked of signals, with tag ids in it."""

from __future__ import annotations

from collections.abc import Mapping

from dovetail.core.clock import SECOND_US
from dovetail.core.errors import NotFoundError
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.expr.evaluate import KINDS
from dovetail.expr.naming import full_path, names_in
from dovetail.lineflow.model import next_to
from dovetail.lineflow.written import Steps, flat, lanes, named
from dovetail.reasoning.conditions import STATES, UPSTREAM_STATE
from dovetail.reasoning.model import Condition, FaultRule, ReasonRule
from dovetail.reasoning.written import FaultsEntry, RuleEntry
from dovetail.tracks.columns import Kind


def fault_rule(entry: FaultsEntry | None, ids: Mapping[str, int]) -> FaultRule | None:
    """The machine's own faults, of those tags that are there; None where there are none."""
    signals = () if entry is None else entry.signals(ids)
    return FaultRule(signals, entry.first_out_us) if signals and entry is not None else None


def reason_rules(plant: PlantModel, equipment: Equipment, rules: Mapping[str, RuleEntry]) -> tuple[ReasonRule, ...]:
    """The rules of one equipment in their order. What a rule names and is not there, nobody knows."""
    found: list[ReasonRule] = []
    for name, entry in rules.items():
        names = names_in(entry.when)
        tags = {said: _tag(plant, full_path(equipment.path, said)) for said in names if said not in STATES}
        known = {said: tag for said, tag in tags.items() if tag is not None and tag.kind in KINDS}
        named: list[tuple[str, Kind]] = [(said, KINDS[tag.kind]) for said, tag in known.items()]
        asked: list[tuple[str, Kind]] = [(said, "text") for said in STATES if said in names]
        condition = Condition(entry.when, {said: tag.id for said, tag in known.items()}, (*named, *asked))
        found.append(ReasonRule(name, condition, entry.reason, round(entry.for_s * SECOND_US), frozenset(entry.states)))
    return tuple(found)


def beside(steps: Steps, name: str, said: str) -> tuple[str, ...]:
    """The names of the units that UPSTREAM_STATE or DOWNSTREAM_STATE means at a unit of a flow.

    >>> beside([["filler"], ["capper-a", ("capper-b", "labeller-b")]], "labeller-b", "upstream_state")
    ('capper-b',)
    """
    if name not in named(steps):
        return ()
    return next_to(name, -1 if said == UPSTREAM_STATE else 1, steps=flat(steps), lanes=lanes(steps))


def _tag(plant: PlantModel, path: str) -> Tag | None:
    try:
        return plant.tag_by_path(path)
    except NotFoundError:
        return None
