"""Turn what the plant code says of a machine into the rules the engine reads its signals by, with tag ids in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, Protocol, get_args

from dovetail.core.errors import ConfigError
from dovetail.equipment.model import GOOD_THROUGH, Equipment, PlantModel, Tag
from dovetail.following.news import Watch
from dovetail.reasoning.binding import beside, fault_rule, reason_rules
from dovetail.reasoning.conditions import DOWNSTREAM_STATE, UPSTREAM_STATE
from dovetail.states.model import (
    ActivityRule,
    CounterName,
    CounterRule,
    MachineRules,
    Meaning,
    PackmlRule,
    StateRule,
    ValueRule,
)
from dovetail.states.news import watched
from dovetail.states.schema import CountersEntry, StatesEntry, parsed

CUT_PROPERTIES: Final = ("job", "product")  # what runs: production publishes it as internal tags
SCAN_MS: Final = 250  # of a tag whose scan class says nothing
VERSIONS_MAX: Final = 16  # late samples for mappings older than so many applied plants are kept, not derived
FIRST_US: Final = -(1 << 62)
LAST_US: Final = 1 << 62


def machine_rules(plant: PlantModel, equipment: Equipment) -> MachineRules | None:
    """The rules of one equipment; None for one that has neither states nor counters. Raises ConfigError.

    Tags that are not there are left out: what is read by them is then without data, and never a guess.
    """
    if not equipment.states and not equipment.counters:
        return None
    try:
        states, counters = parsed(equipment.states, equipment.counters)
    except ValueError as error:
        raise ConfigError(f"{equipment.path}: {error}", code="states-mapping") from error
    tags = plant.tags_of(equipment.id)
    ids = {name: tag.id for name, tag in tags.items()}
    rules = MachineRules(
        equipment_id=equipment.id,
        state=_state_rule(states, ids),
        starved=ids.get(states.starved or "") if states else None,
        blocked=ids.get(states.blocked or "") if states else None,
        reason=fault_rule(states.reason if states else None, ids),
        counters=_counters(plant, counters, tags),
        cut_tags=tuple(ids[name] for name in CUT_PROPERTIES if name in ids),
        change=states.changeover.rule(ids) if states and states.changeover else None,
        rules=reason_rules(plant, equipment, states.rules if states else {}),
    )
    return _with_neighbours(plant, equipment, rules) if rules.rules else rules


def _state_rule(states: StatesEntry | None, ids: Mapping[str, int]) -> StateRule | None:
    if states is None:
        return None
    if states.packml and states.packml.state in ids:
        modes = {int(number): mode for number, mode in states.packml.modes.items()}
        return PackmlRule(ids[states.packml.state], ids.get(states.packml.mode or ""), modes)
    if (said := states.machinery) and said.state in ids:
        return PackmlRule(ids[said.state], ids.get(said.mode or ""), words=said.words)
    if states.values and states.values.tag in ids:
        given = states.values.map.items()
        return ValueRule(ids[states.values.tag], {key: Meaning(m.state, m.mode, m.reason) for key, m in given})
    if states.activity and states.activity.tag in ids:
        rule = states.activity
        return ActivityRule(ids[rule.tag], round(rule.timeout_s * 1_000_000), rule.running, rule.otherwise)
    return None


def _with_neighbours(plant: PlantModel, equipment: Equipment, rules: MachineRules) -> MachineRules:
    """What the units beside it in the flow do is read too, where a rule asks for it."""
    asked = {name for rule in rules.rules for name, _ in rule.condition.kinds}
    line = plant.equipment.get(equipment.parent_id or -1)
    above, _, name = equipment.path.rpartition("/")

    def near(said: str) -> tuple[MachineRules, ...]:
        names = beside(line.steps, name, said) if line is not None and said in asked else ()
        units = [plant.by_path(f"{above}/{one}") for one in names]
        states = [(unit.id, StatesEntry.model_validate(unit.states)) for unit in units if unit.states]
        ids = {unit: {name: tag.id for name, tag in plant.tags_of(unit).items()} for unit, _ in states}
        found = [MachineRules(unit, _state_rule(entry, ids[unit])) for unit, entry in states]
        return tuple(unit for unit in found if not isinstance(unit.state, ActivityRule))  # whose memory is its own

    return replace(rules, upstream=near(UPSTREAM_STATE), downstream=near(DOWNSTREAM_STATE))


def _counters(plant: PlantModel, counters: CountersEntry, tags: Mapping[str, Tag]) -> tuple[CounterRule, ...]:
    found: list[CounterRule] = []
    names: tuple[CounterName, ...] = get_args(CounterName)
    for name in names:
        entry = getattr(counters, name)
        if entry is None or entry.tag not in tags:
            continue
        tag = tags[entry.tag]
        scan = plant.scan_classes.get(tag.scan)
        scans_us = 2_000 * (scan.interval_ms if scan else SCAN_MS)
        found.append(CounterRule(name, tag.id, entry.modulus, entry.max_rate_upm, scans_us))
    return tuple(found)


def vouching(plant: PlantModel, tags: Iterable[int]) -> frozenset[int]:
    """The good-through tags that say how far these tags are known: their links', or of computed ones their own."""
    found: set[int] = set()
    for tag in (plant.tags[number] for number in tags if number in plant.tags):
        if tag.connection is not None:
            found.add(plant.connections[tag.connection].good_through_tag)
        elif tag.expression is not None and tag.equipment_id is not None:
            found.add(plant.tags_of(tag.equipment_id)[GOOD_THROUGH].id)
    return frozenset(found)


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel:
        """The plant that holds at a moment."""
        ...

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        """The moments in (from_us, to_us) at which definitions change."""
        ...


class RuleBook:
    """The rules of every equipment at every moment, read when first asked for."""

    def __init__(self, plants: Plants) -> None:
        self._plants = plants
        self._of_plant = lru_cache(maxsize=VERSIONS_MAX)(self._read)
        self._moments: list[int] | None = None

    def refresh(self) -> None:
        """A plant was applied: read anew."""
        self._moments = None
        self._of_plant.cache_clear()

    def _read(self, at_us: int) -> dict[int, MachineRules]:
        plant = self._plants.plant(at_us=at_us)
        found = ((node.id, machine_rules(plant, node)) for node in plant.equipment.values())
        return {number: rules for number, rules in found if rules is not None}

    def _starts(self) -> list[int]:
        if self._moments is None:
            self._moments = sorted(set(self._plants.changes_between(FIRST_US, LAST_US)))
        return self._moments

    def tags_of(self, equipment_id: int, from_us: int, to_us: int) -> tuple[int, ...]:
        """Every tag that an equipment is read by in [from_us, to_us]."""
        found = (rules for _, _, rules in self.periods(equipment_id, from_us, to_us))
        return tuple(dict.fromkeys(tag for rules in found if rules is not None for tag in rules.tags))

    def readers(self) -> dict[int, tuple[int, ...]]:
        """The equipment for which each tag is or was read: its own, and those whose rules ask for it."""
        found: dict[int, dict[int, None]] = {}
        for rules in self._newest():
            for tag in rules.tags:
                found.setdefault(tag, {})[rules.equipment_id] = None
        return {tag: tuple(numbers) for tag, numbers in found.items()}

    def watched(self) -> dict[int, Watch]:
        """What in the signals may change what an equipment does or did, over the newest plant versions."""
        return watched(self._newest())

    def counted(self) -> set[int]:
        """The tags that were read as counters by any of these rules: of them every reading says something."""
        return {counter.tag for rules in self._newest() for counter in rules.counters}

    def _newest(self) -> Iterator[MachineRules]:
        for start in self._starts()[-VERSIONS_MAX:]:
            yield from self.all_at(start).values()

    def all_at(self, at_us: int) -> dict[int, MachineRules]:
        """The rules of every equipment at a moment; empty before the first plant."""
        before = [start for start in self._starts() if start <= at_us]
        return self._of_plant(before[-1]) if before else {}

    def periods(self, equipment_id: int, from_us: int, to_us: int) -> list[tuple[int, int, MachineRules | None]]:
        """[from_us, to_us] in pieces (first, last inclusive, rules), each with other rules than the one before."""
        inside = [start for start in self._starts() if from_us < start <= to_us]
        found: list[tuple[int, int, MachineRules | None]] = []
        for first, then in pairwise([from_us, *inside, to_us + 1]):
            rules = self.all_at(first).get(equipment_id)
            if found and found[-1][2] == rules:
                found[-1] = (found[-1][0], then - 1, rules)
            else:
                found.append((first, then - 1, rules))
        return found
