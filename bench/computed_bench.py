"""What computed tags cost: 5,000 of them each second beside a plain loop over the same expressions, and a start.

The plain loop is what one writes first: a compiled lambda for each tag over a dict of the newest values. It knows no
quality, no time, no late sample and no window; it stands for the least that Python can do for one tag. Both are given
the same values in the same run, and must come to the same. A start finds half a minute that is not computed yet.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from installation import table

from dovetail.app.bootstrap import House, open_house
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.core.quality import GOOD
from dovetail.core.scope import system_scope
from dovetail.ownership.settings import Settings

MACHINES, LINKS, SECONDS, WARM, OWED = 250, 10, 20, 5, 30
STEPS_A_SECOND = 5  # as often as the role looks, so that one step settles many
EVERYTHING = system_scope("bench")
SIGNALS = ("power", "flow", "hot", "cold", "speed", "level")
PLAIN = {
    "specific": "power / flow",
    "gap": "hot - cold",
    "warmest": "max(hot, cold)",
    "low": "speed < 50",
    "busy": "power if speed > 50 else 0",
    "percent": "scale(level, 0, 100, 4, 20)",
    "near": "abs(hot - cold) < 5 and flow > 40",
    "sum": "power * 0.9 + flow * 0.1",
    "bounded": "clamp(level, 20, 80)",
    "whole": "round(speed)",
    "squared": "sqrt(power) + 1",
    "after": "gap * 2 + warmest",  # of computed ones
}
LOOKING_BACK = {
    "standing": "on_delay(speed < 50, '5 s')",
    "mean": "mean(power, '30 s')",
    "rise": "rate(level, '30 s', '1 h')",
    "before": "level - previous(level, '10 s')",
    "pulse": "rising(speed < 50, '2 s')",
    "band": "hysteresis(power, 45, 55, '1 min')",
    "stays": "off_delay(speed > 50, '3 s')",
    "moving": "integral(flow, '30 s')",
}
TRUTHS = {"low", "near", "standing", "pulse", "band", "stays"}


def plant(formulas: dict[str, str]) -> dict[str, bytes]:
    """Machines over a few links, each with the signals and the computed tags."""
    tags: dict[str, Any] = {
        name: {"expression": text, "kind": "bool" if name in TRUTHS else "f64"} for name, text in formulas.items()
    }
    signals = {name: {"kind": "f64", "connection": "${link}", "address": f"i={n}"} for n, name in enumerate(SIGNALS)}
    entries: dict[str, Any] = {
        "acme": {"level": "Enterprise", "timezone": "UTC"},
        "acme/site": {"level": "Site"},
        "acme/site/hall": {"level": "Area"},
        "acme/site/hall/line": {"level": "ProductionLine"},
    }
    for n in range(MACHINES):
        own = {name: {**one, "connection": f"plc{n % LINKS}"} for name, one in signals.items()}
        entries[f"acme/site/hall/line/m{n}"] = {"level": "WorkUnit", "tags": {**own, **tags}}
    security = {"policy": "None", "insecure": True}
    options = {"endpoint": "opc.tcp://127.0.0.1:4840/", "security": security}
    code = {
        "plant": {"format": 1, "name": "Bench"},
        "equipment": entries,
        "connections": {f"plc{n}": {"driver": "opcua", "options": options} for n in range(LINKS)},
    }
    return {"plant.yaml": json.dumps(code).encode()}  # JSON is YAML


class Signals:
    """Each second a sample of every signal, a frame for each link; all of them move."""

    def __init__(self, house: House) -> None:
        self.model = house.rooms.equipment.plant()
        links = sorted(self.model.connections)
        self.tags = {
            link: np.array([tag.id for tag in self.model.tags.values() if tag.connection == link], dtype=np.int64)
            for link in links
        }
        self.walk = {link: np.full(len(tags), 50.0) for link, tags in self.tags.items()}
        self.chance = np.random.default_rng(1)
        self.seq = 0

    def second(self, ts_us: int) -> list[Frame]:
        found: list[Frame] = []
        for link, tags in self.tags.items():
            self.seq += 1
            moved = np.round(np.clip(self.walk[link] + self.chance.normal(0, 3, len(tags)), 1, 99), 2)
            self.walk[link] = moved
            n = len(tags)
            batch = Batch(
                Kind.F64, tags, np.full(n, ts_us), moved, np.ones(n, dtype=np.bool_), np.full(n, GOOD, np.uint16)
            )
            mark = {self.model.connections[link].good_through_tag: ts_us + SECOND_US - 1}
            found.append(Frame("bench", Lane.LIVE, 1, self.seq, (batch,), mark))
        return found


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one plant: how many computed tags; processor s per second of it, ours and the plain loop's; a start."""

    tags: int
    ours_s: float
    plain_s: float
    start_s: float
    owed: int  # samples that were said at that start


def cost(formulas: dict[str, str]) -> Cost:
    """Medians over the seconds of a plant; then it is stopped, half a minute comes, and it is started."""
    with tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder:
        settings = Settings(data=Path(folder))
        with open_house(settings) as house:
            start_us = house.clock.now_us() - (SECONDS + WARM + OWED + 1) * SECOND_US
            house.rooms.equipment.apply(plant(formulas), scope=EVERYTHING, valid_from_us=start_us - MINUTE_US)
            signals, plain = Signals(house), Plain(house, formulas)
            ours: list[float] = []
            theirs: list[float] = []
            for second in range(SECONDS + WARM):
                frames = signals.second(start_us + second * SECOND_US)
                spent = 0.0
                for step in range(STEPS_A_SECOND):
                    house.rooms.historian.put(frames[step::STEPS_A_SECOND])
                    spent += timed(lambda: house.rooms.virtual.step(500))
                ours.append(spent)
                theirs.append(timed(lambda frames=frames: plain.second(frames)))
            made = [tag.id for tag in signals.model.tags.values() if tag.expression is not None]
            agree(house, plain, made)
            for second in range(SECONDS + WARM, SECONDS + WARM + OWED):
                house.rooms.historian.put(signals.second(start_us + second * SECOND_US))
        with open_house(settings) as house:
            said: list[int] = []
            start_s = timed(lambda: said.extend(iter(lambda: house.rooms.virtual.step(500), 0)))
        return Cost(len(made), statistics.median(ours[WARM:]), statistics.median(theirs[WARM:]), start_s, sum(said))


def agree(house: House, plain: Plain, made: Sequence[int]) -> None:
    """What both say last is the same, where the plain loop says anything."""
    last = house.rooms.historian.last(made, scope=EVERYTHING)
    for tag, value in plain.said.items():
        assert last[tag].value == value, (tag, last[tag], value)


def timed(job: Callable[[], object]) -> float:
    """Processor seconds of this process."""
    began = time.process_time()
    job()
    return time.process_time() - began


class Plain:
    """A lambda for each tag over the newest values, in the order in which they follow."""

    def __init__(self, house: House, formulas: dict[str, str]) -> None:
        model = house.rooms.equipment.plant()
        helpers = {"clamp": lambda x, low, high: min(max(x, low), high), "sqrt": lambda x: x**0.5, "scale": _scale}
        texts = {name: text for name, text in formulas.items() if "'" not in text}
        self.newest: dict[str, float] = {}
        self.tags = {tag.id: tag.path for tag in model.tags.values()}
        self.jobs: list[tuple[int, str, list[str], Callable[..., float]]] = []
        for node in model.equipment.values():
            own = model.tags_of(node.id)
            for name, text in texts.items() if node.level == "WorkUnit" else ():
                paths = {one: own[one].path for one in (*SIGNALS, *texts)}
                names = compile(text, name, "eval").co_names
                given = ", ".join(one for one in names if one in paths)
                compute = eval(f"lambda {given}: {text}", helpers)
                self.jobs.append((own[name].id, own[name].path, [paths[one] for one in names if one in paths], compute))
        self.said: dict[int, float] = {}

    def second(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            for batch in frame.batches:
                for tag, value in zip(batch.tag.tolist(), batch.value.tolist(), strict=True):
                    self.newest[self.tags[tag]] = value
        for tag, path, wanted, compute in self.jobs:
            value = compute(*[self.newest[other] for other in wanted])
            self.newest[path] = self.said[tag] = value


def _scale(x: float, from_low: float, from_high: float, to_low: float, to_high: float) -> float:
    return to_low + (x - from_low) * ((to_high - to_low) / (from_high - from_low))


def main() -> None:
    rows: list[tuple[str, ...]] = []
    for words, formulas in (("that look at a moment", PLAIN), ("all, 2 of 5 looking back", PLAIN | LOOKING_BACK)):
        found = cost(formulas)
        core = found.ours_s
        rows.append(
            (
                words,
                f"{found.tags:,}",
                f"{core:.2f} of a core",
                f"{core * 1e6 / found.tags:.0f} µs",
                f"{found.plain_s * 1e6 / sum(name in PLAIN for name in formulas) / MACHINES:.1f} µs",
                f"{found.start_s:.1f} s",
            )
        )
    head = ("expressions", "computed tags", "at 1 s", "each", "a plain loop's each", "a start")
    print(table(head, rows))
    print(
        f"\n{LINKS} links, {len(SIGNALS) * MACHINES:,} signals all of which change each second, {STEPS_A_SECOND} steps"
        f" a second. The plain loop knows neither quality, time, windows nor late samples, and keeps nothing."
        f" A start finds {OWED} s not computed yet. Limit: 5,000 at 1 s for half a core; a start in seconds."
    )


if __name__ == "__main__":
    main()
