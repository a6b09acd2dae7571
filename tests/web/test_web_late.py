"""A route is analysed when somebody first asks for it, and from then on it is as any other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from dovetail.operations.late import LateRoute


class Shop:
    """Makes the function that answers, and counts how often it was asked to."""

    def __init__(self, *, faults: int = 0) -> None:
        self.made = 0
        self.faults = faults

    def __call__(self) -> Callable[..., Any]:
        self.made += 1
        if self.made <= self.faults:
            raise TypeError("a signature that cannot be read")

        def pallet(pallet_id: int) -> dict[str, int]:
            return {"id": pallet_id}

        return pallet


def test_path_and_method_are_known_without_the_function() -> None:
    shop = Shop()
    route = LateRoute("/pallets/{pallet_id}", shop, "GET", summary="One pallet")
    assert (route.path, route.methods, route.path_format) == ("/pallets/{pallet_id}", {"GET"}, "/pallets/{pallet_id}")
    assert not hasattr(route, "original_router"), "what no route has is not looked for by analysing it"
    assert shop.made == 0


def test_what_the_analysis_finds_is_there_when_asked_for() -> None:
    route = LateRoute("/pallets/{pallet_id}", Shop(), "GET", summary="One pallet", status_code=202)
    assert [one.name for one in route.dependant.path_params] == ["pallet_id"]
    assert (route.summary, route.status_code, route.name) == ("One pallet", 202, "pallet")


def test_asked_by_many_at_once_it_is_analysed_once() -> None:
    shop = Shop()
    route = LateRoute("/pallets/{pallet_id}", shop, "GET")
    together = Barrier(8)

    def ask() -> object:
        together.wait()
        return route.app

    with ThreadPoolExecutor(8) as threads:
        answers = {id(one.result()) for one in [threads.submit(ask) for _ in range(8)]}
    assert (len(answers), shop.made) == (1, 1)


def test_a_fault_is_told_to_everybody_who_asks() -> None:
    route = LateRoute("/pallets/{pallet_id}", Shop(faults=2), "GET")
    for _ in range(2):
        with pytest.raises(TypeError, match="cannot be read"):
            _ = route.app
    assert callable(route.app), "and once the fault is gone, it serves"
