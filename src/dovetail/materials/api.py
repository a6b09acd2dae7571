"""Show the products of the plant: what can be chosen when a job starts."""

from __future__ import annotations

from pydantic import BaseModel

from dovetail.core.clock import from_rfc3339
from dovetail.core.scope import Scope
from dovetail.materials.service import MaterialsRoom
from dovetail.operations.http import Api, Page


class ProductOut(BaseModel):
    """A product and its standard rates, pieces per minute by equipment path.

    `units`: how many of its unit one of another is, exactly (`12`, `100/33`).
    """

    id: str
    name: str
    unit: str
    rates_upm: dict[str, float]
    units: dict[str, str]


def routes(api: Api, service: MaterialsRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/products", permission="plant.view", summary="Products and their standard rates")
    def products(scope: Scope, at: str | None = None) -> Page[ProductOut]:
        """The products valid now, or `at` a moment. Seen by everyone who sees some equipment."""
        if scope.equipment("plant.view") == frozenset():
            return Page(items=[])
        found = service.products(from_rfc3339(at) if at else None)
        return Page(
            items=[
                ProductOut(
                    id=product.id,
                    name=product.name,
                    unit=product.unit,
                    rates_upm=dict(product.rates_upm),
                    units=dict(product.units),
                )
                for product in found.values()
            ]
        )
