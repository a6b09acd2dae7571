"""The `products` of the plant code: what may stand there, and how a change becomes a new version."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from dovetail.core.written import not_bool
from dovetail.materials import service
from dovetail.materials.measures import spelled
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Bodies, Changes, Section

NO_EQUIPMENT: Final = "DT-P301"
PRODUCT_ID: Final = "DT-P302"

MEANINGS: Final[dict[str, str]] = {
    NO_EQUIPMENT: "A rate names an equipment that is not in the plant.",
    PRODUCT_ID: "A product's id has blanks around it, or is longer than 120 characters.",
}
PRODUCT_ID_MAX: Final = 120  # characters; the longest material number seen in an ERP is 40


Rate = Annotated[float, BeforeValidator(not_bool), Field(gt=0, le=1_000_000, allow_inf_nan=False)]


Factor = Annotated[float, BeforeValidator(not_bool), Field(gt=0, le=1_000_000_000, allow_inf_nan=False)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class EachEntry(BaseModel):
    """The other way round: how many of the unit one piece is (`kg: {each: 0.33}`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    each: Factor


class ProductEntry(BaseModel):
    """A product (ISA-95 MaterialDefinition)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    unit: str = Field(default="{#}", min_length=1, max_length=60, description="what is counted, UCUM; {#} is pieces")
    rates_upm: dict[str, Rate] = Field(
        default={}, description="pieces per minute by equipment path; a line's holds for its work units too"
    )
    units: dict[Unit, Factor | EachEntry] = Field(
        default={},
        max_length=20,
        description="how many of its unit one of another is (`case: 12`), or how many of that one piece is",
    )

    @model_validator(mode="after")
    def _says_each_unit_once(self) -> Self:
        words = [spelled(unit) for unit in (self.unit, *self.units)]
        if len({*words}) != len(words):
            raise ValueError(f"units: a unit stands there twice, or is the product's own ({self.unit})")
        return self

    def ratios(self) -> dict[str, str]:
        """How many of the product's unit one of each other is, exactly, in the decimals that were written."""
        return {unit: str(_exactly(said)) for unit, said in self.units.items()}


def _exactly(said: float | EachEntry) -> Fraction:
    if isinstance(said, EachEntry):
        return 1 / _exactly(said.each)
    return Fraction(Decimal(repr(said)))


def check(plant: Plant, report: Report) -> None:
    """Every rate names an equipment that is there."""
    equipment = plant.names("equipment")
    for key, entry in plant.entries("products", ProductEntry).items():
        if key != key.strip() or not key or len(key) > PRODUCT_ID_MAX:
            report.error(PRODUCT_ID, ("products", key), f"{key!r} cannot be the id of a product")
        for path in entry.rates_upm:
            if path not in equipment:
                where = ("products", key, "rates_upm", path)
                report.error(NO_EQUIPMENT, where, f"there is no equipment {path!r}", candidates=equipment, given=path)


def bodies(plant: Plant) -> Bodies:
    """Every product with its defaults filled in, as plain data."""
    entries = plant.entries("products", ProductEntry)
    return {key: _body(key, entry) for key, entry in entries.items()}


def _body(key: str, entry: ProductEntry) -> dict[str, Any]:
    """A product without other units is what it was before there were any."""
    units = {"units": entry.ratios()} if entry.units else {}
    return {**entry.model_dump(mode="json", exclude={"units"}), "name": entry.name or key, **units}


def apply(uow: Any, changes: Changes, valid_from_us: int) -> None:
    """New, changed and ended products from a moment on."""
    service.apply(uow, changes.put(), valid_from_us)


SECTIONS: tuple[Section, ...] = (
    Section(
        key="products",
        model=ProductEntry,
        check=check,
        bodies=bodies,
        current=service.current,
        apply=apply,
    ),
)
