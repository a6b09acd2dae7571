"""Messages that are read together say what they say one by one, whatever came and in whatever order."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core.batch import Batch, Kind
from dovetail.drivers.base import Point
from dovetail.drivers.mqtt import intake as intake_module
from dovetail.drivers.mqtt.address import parse_pointer
from dovetail.drivers.mqtt.intake import Intake
from dovetail.drivers.mqtt.options import Presence
from dovetail.drivers.mqtt.presence import statuses

NOW = 1_700_000_000_000_000
MACHINES = range(5)
POINTS = [
    Point(10 * machine + at, address.format(machine), kind, scale)
    for machine in MACHINES
    for at, (address, kind, scale) in enumerate(
        (
            ("m{}#/speed", Kind.F64, 0.5),
            ("m{}#/count", Kind.I64, 1.0),
            ("m{}#/inner/state", Kind.STR, 1.0),
            ("m{}#/inner/data", Kind.JSON, 1.0),
            ("t{}", Kind.F64, 1.0),
            ("m{}", Kind.JSON, 1.0),
        )
    )
]
values = st.sampled_from([0, 1, 2.5, -7, 1e300, True, None, "3.5", "1_0", "word", [1], {"a": 1}, 2**64 - 1, ""])
documents = st.fixed_dictionaries(
    {},
    optional={
        "speed": values,
        "count": values,
        "inner": st.one_of(values, st.fixed_dictionaries({}, optional={"state": values, "data": values})),
        "ts": st.sampled_from([NOW / 1e6, NOW / 1e6 - 10_000, NOW / 1e6 + 0.5, "never", 5]),
    },
)
steady = st.fixed_dictionaries(
    {
        "speed": st.floats(-1e6, 1e6),
        "count": st.integers(0, 100),
        "inner": st.fixed_dictionaries({"state": st.sampled_from(["on", "off"]), "data": st.integers(0, 3)}),
    },
    optional={"ts": st.sampled_from([NOW / 1e6, NOW / 1e6 + 0.5])},
)
payloads = st.one_of(
    steady.map(orjson.dumps),
    steady.map(orjson.dumps),
    documents.map(orjson.dumps),
    st.sampled_from([b"", b"{", b"7", b"[]", b"null", b"\xff"]),
)
machines = st.sampled_from(MACHINES)
messages = st.one_of(
    st.tuples(machines.map(lambda m: b"m%d" % m), payloads, st.sampled_from([0, 0, 0, 0, 1]), st.just(0)),
    st.tuples(
        machines.map(lambda m: b"t%d" % m), st.sampled_from([b"1", b"2.5", b"x", b"nan"]), st.just(0), st.just(0)
    ),
    st.tuples(machines.map(lambda m: b"m%d/is" % m), st.sampled_from([b"away", b"here"]), st.just(0), st.just(0)),
)


def hear(turns: list[list[Any]], least: int, time: str | None, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What an intake makes of these, when so many of a kind are read together."""
    monkeypatch.setattr(intake_module, "TOGETHER_MIN", least)
    intake = Intake(time=None if time is None else parse_pointer(time), retained="use")
    new = intake.add(POINTS, "reported")
    for status in statuses([Presence(topic="{device}/is", covers="{device}", offline="away")], new):
        intake.watch(status.topic, status)
    news = [intake.take(turn, at_us=NOW + 1_000_000 * at) for at, turn in enumerate(turns)]
    news.append(intake.silent(NOW + 1_500_000, NOW + 10**8))
    said = [(_by_tag(one.now), _by_tag(one.late)) for one in news]
    clocks = [source.clock.offset_us for source in intake.sources.values()]
    return [said, clocks, _by_tag(tuple(intake.last(POINTS, NOW + 10**9)))]


def _by_tag(batches: tuple[Batch, ...]) -> dict[int, list[Any]]:
    """What each tag got, as the historian sees it: by time; a number that is none compares as its word."""
    found: dict[int, list[Any]] = {}
    for batch in batches:
        device = [0] * len(batch) if batch.ts_device is None else batch.ts_device.tolist()
        for (tag, ts, value, quality), device_us in zip(batch.rows(), device, strict=True):
            found.setdefault(tag, []).append((ts, repr(value), quality, device_us))
    return {tag: sorted(rows) for tag, rows in found.items()}


@settings(max_examples=60, deadline=None)
@given(turns=st.lists(st.lists(messages, max_size=30), min_size=1, max_size=4), time=st.sampled_from([None, "/ts"]))
def test_together_and_one_by_one_say_the_same(turns: list[list[Any]], time: str | None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert hear(turns, 1, time, patch) == hear(turns, 10**9, time, patch)


def test_what_comes_for_machines_of_a_kind_is_read_together() -> None:
    intake = Intake(time=None, retained="use")
    intake.add([Point(n, f"m{n}#/v", Kind.F64) for n in range(20)], "reported")
    (batch,) = intake.take([(b"m%d" % n, b'{"v": %d}' % n, 0, 0) for n in range(20)], at_us=NOW).now
    assert batch.rows() == [(n, NOW + 1 + n, float(n), 0xC0) for n in range(20)]


def test_a_machine_that_leaves_members_out_does_not_hold_up_the_others() -> None:
    intake = Intake(time=None, retained="use")
    intake.add(
        [Point(2 * n + at, f"m{n}#/{name}", Kind.F64) for n in range(20) for at, name in enumerate("vw")], "reported"
    )
    sent = [(b"m%d" % n, b'{"v": %d, "w": 1}' % n, 0, 0) for n in range(1, 20)]
    intake.take([(b"m0", b'{"v": 7}', 0, 0), *sent], at_us=NOW)
    batches = intake.take([(b"m0", b'{"v": 7}', 0, 0), *sent], at_us=NOW).now
    assert [len(batch) for batch in batches] == [1, 38]
