"""The KPIs of ISO 22400-2 that nothing in the plant can feed yet: named, with what each waits for, and not faked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Waiting:
    """A KPI without its inputs. `waits_for`: the part that will know them, `inputs`: what that is."""

    iso: int
    id: str
    name: str
    formula: str
    unit: str
    waits_for: str
    inputs: str

    @property
    def standard(self) -> str:
        """Where it is defined."""
        return f"ISO 22400-2:2014 no. {self.iso}"


_CM: Final = "consumed material (CM)"
WAITING: Final[tuple[Waiting, ...]] = (
    Waiting(1, "worker_efficiency", "Worker efficiency", "APWT / APAT", "1", "labor", "hours of work and attendance"),
    Waiting(
        14, "actual_to_planned_scrap_ratio", "Actual to planned scrap ratio", "SQ / PSQ", "1", "orders",
        "the scrap that an order plans (PSQ)",
    ),
    Waiting(
        18, "fall_off_ratio", "Fall-off ratio", "SQ / PQ of the first operation", "1", "routings",
        "which operation of an order came first",
    ),
    Waiting(
        19, "machine_capability", "Machine capability index", "(USL − LSL) / (6 s)", "1",
        "quality", "measurements",
    ),
    Waiting(
        20, "critical_machine_capability", "Critical machine capability index", "min(USL − x̄, x̄ − LSL) / (3 s)", "1",
        "quality", "measurements",
    ),
    Waiting(
        21, "process_capability", "Process capability index", "(USL − LSL) / (6 σ̂)", "1",
        "quality", "measurements",
    ),
    Waiting(
        22, "critical_process_capability", "Critical process capability index", "min(USL − x̿, x̿ − LSL) / (3 σ̂)", "1",
        "quality", "measurements",
    ),
    Waiting(
        23, "energy_consumption", "Comprehensive energy consumption", "(Σ Mi · Ri + Q) / PQ", "kW.h/{#}", "energy",
        "what the media came to in energy",
    ),
    Waiting(24, "inventory_turns", "Inventory turns", "TH / average inventory", "1", "inventory", "stock"),
    Waiting(25, "finished_goods_ratio", "Finished goods ratio", "GQ / CM", "1", "materials", _CM),
    Waiting(26, "integrated_goods_ratio", "Integrated goods ratio", "IGQ / CM", "1", "materials", _CM),
    Waiting(27, "production_loss_ratio", "Production loss ratio", "PL / CM", "1", "materials", _CM),
    Waiting(
        28, "storage_and_transportation_loss_ratio", "Storage and transportation loss ratio", "STL / CM", "1",
        "materials", _CM,
    ),
    Waiting(29, "other_loss_ratio", "Other loss ratio", "OL / CM", "1", "materials", _CM),
    Waiting(
        30, "equipment_load_ratio", "Equipment load ratio", "PQ / EPC", "1", "equipment",
        "the rated capacity of an equipment (EPC)",
    ),
    Waiting(
        34, "corrective_maintenance_ratio", "Corrective maintenance ratio", "CMT / (CMT + PMT)", "1", "maintenance",
        "time of corrective and of planned maintenance",
    ),
)  # fmt: skip
