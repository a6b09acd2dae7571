"""A machine is told again by the names that it had; where two bore one, nobody is told what the other was."""

from __future__ import annotations

import pytest

from dovetail.core.errors import RefusedError
from dovetail.equipment.model import Equipment, PlantModel
from dovetail.restating.names import names_then


def plant(**paths: int) -> PlantModel:
    """Machines by their paths."""
    nodes = [
        Equipment(number, path, path, "WorkUnit", None, None, "UTC", None, None, (), None, None, {}, {}, {}, {})
        for path, number in paths.items()
    ]
    return PlantModel(version=1, equipment=nodes)


def test_every_name_of_a_time_leads_to_the_machine() -> None:
    then = [plant(press=1, saw=2), plant(mill=1, saw=2)]
    assert names_then(plant(lathe=1, saw=2, new=3), then, ["lathe"]) == {
        "lathe": ["press", "mill"],
        "saw": ["saw"],
        "new": [],
    }


def test_a_name_that_changed_hands_is_refused_to_both_and_to_nobody_else() -> None:
    then, now = [plant(press=1, saw=2), plant(mill=1, press=3, saw=2)], plant(mill=1, press=3, saw=2)
    for path in ("mill", "press"):
        with pytest.raises(RefusedError, match="press was the name of two machines"):
            names_then(now, then, [path])
    assert names_then(now, then, ["saw"])["saw"] == ["saw"]
    assert names_then(now, then[1:], ["press"])["press"] == ["press"]  # the time after, by itself
