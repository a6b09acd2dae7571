"""A driver that cannot be used takes its own link down and no other, and the connections page says who can mend it."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from edge_world import MARK, OFFSET, Device, Store

from dovetail.core import plugins
from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import DriverOptions, DriverSpec, Point
from dovetail.edge.model import LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint
from dovetail.testing.clock import ManualClock


def raises(fault: Exception) -> Callable[..., Any]:
    def act(*_: object) -> Any:
        raise fault

    return act


def opens(device: Device) -> DriverSpec:
    return DriverSpec("test", DriverOptions, "", str, lambda _options, _around: device)


def spec(*, prepare: Exception | None = None, open: Exception | None = None) -> DriverSpec:
    """A driver of somebody else's; both raise what they are given."""
    fault = prepare or open
    assert fault is not None
    return DriverSpec("other", DriverOptions, "", str, raises(fault), prepare=raises(fault) if prepare else str)


NO_LIBRARY = ModuleNotFoundError("No module named 'snap7'")
INSTALL = "install what it needs on this machine"


@pytest.mark.parametrize(
    "load, cause",
    [
        (raises(ConfigError("there is no 's7'", hint="there are: opcua")), "there is no 's7' (there are: opcua)"),
        (raises(plugins.unusable("s7", NO_LIBRARY)), INSTALL),
        (lambda: spec(prepare=NO_LIBRARY), INSTALL),
        (lambda: spec(open=NO_LIBRARY), INSTALL),
        (lambda: spec(prepare=OSError("libsnap7.so is missing")), "the driver failed: OSError: libsnap7.so is missing"),
        (lambda: spec(open=ZeroDivisionError("a bug")), "the driver failed: ZeroDivisionError: a bug"),
        (raises(ZeroDivisionError("a bug")), "the driver failed: ZeroDivisionError: a bug"),
    ],
)
async def test_a_driver_that_cannot_be_used_takes_only_its_own_link(
    clock: ManualClock, device: Device, load: Callable[[], DriverSpec], cause: str
) -> None:
    def loaded(name: str) -> DriverSpec:
        return {"good": lambda: opens(device), "broken": load}[name]()

    def link(name: str, n: int) -> LinkPlan:
        return LinkPlan(name, name, {}, MARK + n, OFFSET + n, "auto", (ScanPoint(Point(n, "a", Kind.F64)),))

    plan = [link("broken", 10), link("good", 20)]
    edge = EdgeRuntime(plan, Store(), clock=clock, rng=random.Random(1), drivers=loaded)
    await edge.start()
    await clock.advance(20.0)
    broken, good = edge.status()
    assert good.up
    assert not broken.up
    assert cause in broken.cause
    await edge.reconfigure(plan[1:])
    await edge.reconfigure(plan)  # and it does not hinder a change of the plant
    await clock.advance(20.0)
    assert [status.up for status in edge.status()] == [False, True]
    await edge.stop()


async def test_a_goodbye_that_fails_does_not_end_the_trying(clock: ManualClock, device: Device) -> None:
    device.close = raises(RuntimeError("already gone"))  # type: ignore[method-assign]
    plan = [LinkPlan("plc", "test", {}, MARK, OFFSET, "auto", (ScanPoint(Point(1, "a", Kind.F64)),))]
    edge = EdgeRuntime(plan, Store(), clock=clock, rng=random.Random(1), drivers=lambda _name: opens(device))
    await edge.start()
    await clock.advance(5.0)
    device.switch_off()
    await clock.advance(5.0)
    device.switch_on()
    await clock.advance(20.0)
    assert edge.status()[0].up
    await edge.stop()


@pytest.mark.parametrize(
    "text, said",
    [
        ("import a_library_that_nobody_installed", INSTALL),
        ("raise RuntimeError('wrong version')", "ask whoever made it"),
        ("this is no Python", "ask whoever made it"),
    ],
)
def test_a_file_that_cannot_be_imported_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    package = f"drivers_of_{tmp_path.name}".replace("-", "_")
    (tmp_path / package).mkdir()
    for name, content in {"__init__": "", "good": "PLUGIN = 'good'", "broken": text, "helper": ""}.items():
        (tmp_path / package / f"{name}.py").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    assert list(plugins.load_all(package)) == [("good", "good")]
    with pytest.raises(ConfigError, match="broken cannot be used") as told:
        plugins.load(package, "broken")
    assert told.value.code == "plugin-broken"
    assert said in (told.value.hint or "")
    assert f"{package}.broken" not in sys.modules


def test_another_package_offers_a_driver_under_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = f"drivers_at_{tmp_path.name}".replace("-", "_")
    files = {
        f"{package}/__init__.py": "",
        f"{package}/ours.py": "PLUGIN = 'ours'",
        "acme_presses.py": "PRESS = 'theirs'",
        "acme_presses-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-presses\nVersion: 1.0\n",
        "acme_presses-1.0.dist-info/entry_points.txt": f"[{package}]\npress = acme_presses:PRESS\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    assert dict(plugins.load_all(package)) == {"ours": "ours", "press": "theirs"}
    with pytest.raises(ConfigError, match="no 'drill'") as told:
        plugins.load(package, "drill")
    assert told.value.hint == "there are: ours, press"
