"""What is claimed of machines of which everything is known: what is called sure is never wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from worlds import Machine, cut, seen

from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.meanings.model import Meanings, Seen
from dovetail.meanings.propose import propose
from dovetail.tracks.columns import joined, unknown

SEEDS = range(3)
SPEAKING = {"7": "RUN", "true": "RUN", "RUN": "RUN"}


def looked(machine: Machine, *tags: Seen) -> Meanings:
    return propose(tags, machine.from_us, machine.to_us)


def roles(found: Meanings, confidence: str | None = None) -> dict[str, str | None]:
    return {one.tag: one.role for one in found.counters if confidence in (None, one.confidence)}


def told(found: Meanings) -> dict[str, str | None]:
    assert found.state is not None
    return {one.value: one.state for one in found.state.values}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plain_machine_is_understood_whole(seed: int) -> None:
    machine = Machine(seed)
    tags = (
        machine.word(), machine.total("a", start=1200), machine.rejects("b"), machine.noise(), machine.chatter(),
        machine.whole_noise(),
    )  # fmt: skip
    found = looked(machine, *tags)
    assert found.state is not None
    assert (found.state.tag, found.state.confidence) == ("state", "sure")
    assert told(found) == {"7": "RUN", "2": "Stopped", "3": "Stopped", "9": "Stopped"}
    assert roles(found, "sure") == {"a": "total", "b": "scrap"}
    assert found.rate is not None and found.rate.confidence == "sure"
    assert found.rate.rate_upm == pytest.approx(58, rel=0.01)
    assert {one.tag for one in found.silent} == {"temperature", "door", "level"}
    assert found.is_enough


@pytest.mark.parametrize("seed", SEEDS)
def test_a_machine_that_is_faster_than_it_is_read_is_understood_too(seed: int) -> None:
    machine = Machine(seed, rates=(240.0,))  # pieces come with the reading that shows that it runs again
    found = looked(machine, machine.total(), machine.word())
    assert found.state is not None
    assert (found.state.tag, found.state.confidence) == ("state", "sure")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_good_counter_is_told_from_one_of_all_pieces(seed: int) -> None:
    machine = Machine(seed, rates=(100.0,), scrap=0.03)
    assert roles(looked(machine, machine.good("a"), machine.rejects("b")), "sure") == {"a": "good", "b": "scrap"}
    assert roles(looked(machine, machine.total("a"), machine.rejects("b")), "sure") == {"a": "total", "b": "scrap"}
    late = looked(machine, machine.good("a", lag_s=2), machine.rejects("b"))  # rejected before it is counted
    assert roles(late, "sure") in ({}, {"a": "good", "b": "scrap"})


@pytest.mark.parametrize("seed", SEEDS)
def test_three_counters_that_say_one_thing_twice_are_known_by_their_sum(seed: int) -> None:
    machine = Machine(seed, scrap=0.05)
    found = looked(machine, machine.rejects("a"), machine.good("b"), machine.total("c"))
    assert roles(found, "sure") == {"a": "scrap", "b": "good", "c": "total"}


@pytest.mark.parametrize("seed", SEEDS)
def test_names_that_say_otherwise_take_the_certainty_away(seed: int) -> None:
    machine = Machine(seed, scrap=0.05)
    found = looked(machine, machine.rejects("good"), machine.total("scrap"), machine.running("mode"))
    assert roles(found, "sure") == {}
    assert roles(found) == {"good": "scrap", "scrap": "total"}
    assert {one.tag for one in found.counters if one.against_name} == {"good", "scrap"}
    assert found.state is not None and found.state.tag == "mode"  # what it is called proves nothing


@pytest.mark.parametrize(("rates", "jitter"), [((60.0, 100.0), 0.02), ((40.0, 44.0), 0.01), ((12.0, 20.0), 0.05)])
@pytest.mark.parametrize("seed", SEEDS)
def test_two_products_have_two_rates(seed: int, rates: tuple[float, float], jitter: float) -> None:
    machine = Machine(seed, rates=rates, jitter=jitter)
    found = looked(machine, machine.total())
    assert found.rate is not None
    assert found.rate.rate_upm == pytest.approx(max(rates), rel=0.02)
    assert [pace.rate_upm for pace in found.rate.paces] == pytest.approx(sorted(rates, reverse=True), rel=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_of_a_machine_that_idled_all_day_nothing_is_claimed(seed: int) -> None:
    machine = Machine(seed, idle_all_day=True)
    tags = (machine.total(), machine.rejects(), machine.running(), machine.word(), machine.chatter(), machine.noise())
    found = looked(machine, *tags)
    assert (found.state, found.counters, found.rate, found.stops, found.is_enough) == (None, (), None, 0, False)
    assert {one.tag: one.because.code for one in found.silent}["total"] == "never-moved"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_counter_that_is_reset_or_begins_anew_is_counted_on(seed: int) -> None:
    machine = Machine(seed)
    reset = looked(machine, machine.reset(machine.total(start=5000), 0.5)).counters[0]
    assert (len(reset.resets), reset.rollovers, reset.modulus) == (1, (), None)
    assert reset.pieces == pytest.approx(len(machine.pieces), abs=3)
    rolled = looked(machine, machine.total(start=65_000, top=65_536)).counters[0]
    assert (rolled.resets, len(rolled.rollovers), rolled.modulus) == ((), 1, 65_536)
    assert rolled.pieces == pytest.approx(len(machine.pieces), abs=1)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda machine: machine.energy(), "other-unit"),
        (lambda machine: machine.seconds(), "clock"),
        (lambda machine: machine.seconds(only_running=True), "clock"),
        (lambda machine: machine.noise(), "other-unit"),
        (lambda machine: machine.noise(unit=None), "measurement"),
        (lambda machine: machine.whole_noise(), "measurement"),
        (
            lambda machine: seen(
                "tenths", machine.scans, machine.chance.integers(409, 416, len(machine.scans)), "number"
            ),
            "no-relation",
        ),
        (lambda machine: machine.count("in_box", machine.pieces, top=12), "same-top"),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_what_only_looks_like_a_counter_is_none(seed: int, make: Callable[[Machine], Seen], code: str) -> None:
    machine = Machine(seed, rates=(47.0,))
    odd = make(machine)
    found = looked(machine, odd, machine.total())
    assert odd.name not in roles(found)
    assert {one.tag: one.because.code for one in found.silent}[odd.name] == code


@pytest.mark.parametrize(
    "other",
    [lambda machine: machine.boxes(), lambda machine: machine.energy(unit=None), lambda machine: machine.starts()],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_what_counts_something_else_is_never_surely_scrap(seed: int, other: Callable[[Machine], Seen]) -> None:
    machine = Machine(seed, hours=10)
    found = looked(machine, machine.total("a"), other(machine))
    assert roles(found, "sure") == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_speaking_text_says_how_it_stands(seed: int) -> None:
    machine = Machine(seed)
    found = looked(machine, machine.total(), machine.text())
    assert told(found) == {"RUN": "RUN", "IDLE": "Idle", "FAULT": "Aborted", "SETUP": "CHANGEOVER"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_contact_upside_down_is_seen_and_doubted(seed: int) -> None:
    machine = Machine(seed)
    found = looked(machine, machine.total(), machine.running("contact", upside_down=True))
    assert found.state is not None and found.state.confidence == "likely"
    assert told(found) == {"false": "RUN", "true": "Stopped"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cut_cable_is_not_taken_for_a_stop(seed: int) -> None:
    machine = Machine(seed, stop_s=0.001, run_s=40_000)  # it never stops
    gone = [machine.from_us + hour * 3_600_000_000 for hour in (1, 2, 3, 4)]
    tag = machine.total()
    for at in gone:
        tag = cut(tag, at, at + 600_000_000)
    found = looked(machine, tag)
    assert found.stops == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_only_a_clamp_has_levels(seed: int) -> None:
    machine = Machine(seed)
    found = looked(machine, machine.clamp(), machine.noise())
    assert [one.tag for one in found.levels] == ["current"]
    low, high = found.levels[0].levels.thresholds[-1].low, found.levels[0].levels.thresholds[-1].high
    assert 1.8 < low < high < 9.2
    assert found.state is None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clamp_that_was_heard_for_minutes_of_a_long_stretch_has_its_levels(seed: int) -> None:
    machine = Machine(seed, hours=0.5, run_s=60, stop_s=60)
    clamp = machine.clamp()
    since_us = machine.from_us - 8 * HOUR_US
    clamp = replace(clamp, track=joined(unknown(since_us, "number"), clamp.track))
    found = propose([clamp], since_us, machine.to_us)
    assert [one.tag for one in found.levels] == ["current"]
    assert propose([cut(clamp, machine.from_us + 120 * SECOND_US, machine.to_us)], since_us, machine.to_us).levels == ()


def worlds(seed: int) -> tuple[Machine, dict[str, Seen], dict[str, str]]:
    """A machine drawn by lot, its signals under names that mean nothing, and what each of them truly is."""
    draw = Machine(seed)
    chance = draw.chance
    machine = Machine(
        seed, hours=float(chance.uniform(0.5, 6)), rates=tuple(chance.uniform(4, 150, int(chance.integers(1, 3)))),
        jitter=float(chance.choice([0.01, 0.05, 0.3])), scrap=float(chance.choice([0.0, 0.01, 0.05, 0.2])),
        run_s=float(chance.choice([60, 600, 3000])), stop_s=float(chance.choice([10, 120, 900])),
        scan_s=float(chance.choice([0.25, 1, 5])),
    )  # fmt: skip
    makes = {
        "total": machine.total, "good": machine.good, "scrap": machine.rejects, "running": machine.running,
        "word": machine.word, "text": machine.text, "noise": machine.noise, "whole": machine.whole_noise,
        "door": machine.chatter, "clamp": machine.clamp, "uptime": machine.seconds, "boxes": machine.boxes,
        "energy": lambda name: machine.energy(name, unit=None), "starts": machine.starts,
    }  # fmt: skip
    chosen = [name for name in makes if chance.random() < 0.5]
    truth = {f"x{n}": name for n, name in enumerate(chosen)}
    return machine, {alias: replace(makes[name](name), name=alias) for alias, name in truth.items()}, truth


def claims_of(seed: int) -> list[tuple[str, bool]]:
    """Everything that is called sure of a drawn machine, and whether it is so."""
    machine, tags, truth = worlds(seed)
    found = propose(list(tags.values()), machine.from_us, machine.to_us)
    claims: list[tuple[str, bool]] = [
        (f"{truth[one.tag]} is {one.role}", truth[one.tag] == one.role)
        for one in found.counters
        if one.confidence == "sure"
    ]
    claims += [
        (f"{truth[state.tag]} says it", truth[state.tag] in ("running", "word", "text"))
        for state in (found.state,)
        if state is not None and state.confidence == "sure"
    ]
    claims += [
        (f"{value.value} means {value.state}", (SPEAKING.get(value.value) == "RUN") == (value.state == "RUN"))
        for state in (found.state,)
        if state is not None and state.confidence == "sure"
        for value in state.values
        if value.state is not None
    ]
    return claims + [
        (f"the rate is {rate.rate_upm}", any(abs(rate.rate_upm / one - 1) < 0.05 for one in machine.rates))
        for rate in (found.rate,)
        if rate is not None and rate.confidence == "sure"
        if any(one.confidence == "sure" or truth[one.tag] in ("total", "good") for one in found.counters if one.role)
    ]


@pytest.mark.parametrize(
    "seeds", [range(60), pytest.param(range(60, 760), marks=pytest.mark.soak)], ids=["a few", "many"]
)
def test_what_is_called_sure_is_never_wrong(seeds: range) -> None:
    claims = [(seed, what, right) for seed in seeds for what, right in claims_of(seed)]
    assert [(seed, what) for seed, what, right in claims if not right] == []
    assert len(claims) > len(seeds)  # and it is said often enough to be of use
