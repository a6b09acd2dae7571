"""What the plant reads a tag for: its machine's state, pieces and jobs, and the figures that follow from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from dovetail.equipment.model import Equipment, PlantModel
from dovetail.jobtexts.plant import JobEntry
from dovetail.performance.facts import Ledgered, ledgered
from dovetail.signals.model import Purpose, Use
from dovetail.states.model import MachineRules, PackmlRule
from dovetail.states.rules import machine_rules, vouching
from dovetail.virtual.model import definitions


def purposes(plant: PlantModel, equipment_id: int) -> Mapping[int, tuple[Purpose, ...]]:
    """By tag id, what the mappings of one equipment read its tags for."""
    node = plant.get(equipment_id)
    found: defaultdict[int, list[Purpose]] = defaultdict(list)
    for tag, purpose in (*_of_states(plant, node), *_of_jobs(plant, node)):
        found[tag].append(purpose)
    return {tag: tuple(listed) for tag, listed in found.items()}


def _of_states(plant: PlantModel, node: Equipment) -> Iterator[tuple[int, Purpose]]:
    rules = machine_rules(plant, node)
    if rules is None:
        return
    if isinstance(rules.state, PackmlRule):
        yield rules.state.state, Purpose("state", node.id)
        if rules.state.mode is not None:
            yield rules.state.mode, Purpose("mode", node.id)
    elif rules.state is not None:
        yield rules.state.tag, Purpose("state", node.id)
    yield from _of_contacts(rules)
    for counter in rules.counters:
        yield counter.tag, Purpose("counter", node.id, counter.name)


def _of_contacts(rules: MachineRules) -> Iterator[tuple[int, Purpose]]:
    if rules.starved is not None:
        yield rules.starved, Purpose("starved", rules.equipment_id)
    if rules.blocked is not None:
        yield rules.blocked, Purpose("blocked", rules.equipment_id)
    if rules.reason is not None:
        yield from ((tag, Purpose("reason", rules.equipment_id)) for tag in rules.reason.tags)


def _of_jobs(plant: PlantModel, node: Equipment) -> Iterator[tuple[int, Purpose]]:
    if node.job is None:
        return
    entry, tags = JobEntry.model_validate(node.job), plant.tags_of(node.id)
    read: tuple[tuple[str | None, Use], ...] = (
        (entry.product_tag, "product"), (entry.order_tag, "order"), (entry.text_tag, "job"),
    )  # fmt: skip
    yield from ((tags[name].id, Purpose(use, node.id)) for name, use in read if name is not None and name in tags)


def evidence(plant: PlantModel, equipment_id: int) -> frozenset[int]:
    """Every tag that the record of an equipment and of all below it rests on: what states, reasons, counts and jobs
    are read from, what of that is computed from, and what says how far each was heard."""
    nodes = [plant.equipment[node] for node in plant.subtree(equipment_id)]
    rules = (machine_rules(plant, node) for node in nodes)
    found = {tag for one in rules if one is not None for tag in one.tags}
    found |= {tag for node in nodes for tag, _ in _of_jobs(plant, node)}
    for one in reversed(definitions(plant).values()):  # those that others follow from stand first
        if one.tag in found:
            found.update(one.inputs.values())
    return frozenset(found) | vouching(plant, found)


def figures(plant: PlantModel, purpose: Purpose) -> list[Equipment]:
    """The equipment whose figures follow, nearest first; a line takes of each unit what it needs (DESIGN §7)."""
    above = (purpose.equipment_id, *plant.ancestors(purpose.equipment_id))
    nodes = [plant.equipment[node] for node in above]
    return [node for node in nodes if _follows(ledgered(plant, node), purpose)]


def _follows(ledger: Ledgered | None, purpose: Purpose) -> bool:
    if ledger is None:
        return False
    match purpose.use:
        case "counter":
            names = ("good", "scrap", "rework", "infeed") if purpose.counter == "total" else (purpose.counter or "",)
            return any(ledger.counts_of(purpose.equipment_id, name) for name in names)
        case _:
            return purpose.equipment_id == ledger.times_of
