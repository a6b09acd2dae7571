"""How what stands above machines is figured: a line by its constraint or summed over its units, all else summed.

Where it is summed, OEE is Σ PRI·GQ / Σ PBT: pieces of unlike units weigh by their ideal time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from dovetail.equipment.model import Equipment, PlantModel
from dovetail.ledger.timeclass import Settings
from dovetail.performance.model import Kpi

WEIGHED: Final = "quality_ratio"
BY_TIME: Final[Mapping[str, str]] = {"gq": "pri_gq_ns", "pq": "pri_pq_ns"}


def is_summed(node: Equipment) -> bool:
    """Whether the figures of an equipment are those of a line that is summed over its units."""
    return bool(node.flow) and node.line == "aggregate"


def figured(node: Equipment, settings: Settings) -> Settings:
    """The conventions for the figures of an equipment: an area or a site is summed as such a line is."""
    is_above = not (node.states or node.flow)
    return replace(settings, line="aggregate") if is_above or is_summed(node) else settings.of_unit(node.states)


def below_of(plant: PlantModel, node: Equipment) -> list[int]:
    """What the figures of a node are summed over, where they are: of a line the units of its flow."""
    names = {f"{node.path}/{name}" for name in node.flow}
    return [child for child in plant.children(node.id) if not names or plant.get(child).path in names]


def as_counted(kpi: Kpi, settings: Settings, every: Mapping[str, Kpi]) -> Kpi:
    """The KPI in the words that hold under `line`: quality, and what it is a factor of, by ideal time."""
    if settings.line != "aggregate" or not _rests_on_quality(kpi, every):
        return kpi
    inputs = tuple(dict.fromkeys(BY_TIME.get(name, name) for name in kpi.inputs))
    return replace(kpi, inputs=inputs, formula="Σ PRI · GQ / Σ PRI · PQ" if kpi.id == WEIGHED else kpi.formula)


def _rests_on_quality(kpi: Kpi, every: Mapping[str, Kpi]) -> bool:
    return kpi.id == WEIGHED or any(_rests_on_quality(every[name], every) for name in kpi.factors)
