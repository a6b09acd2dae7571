"""The quick way through a data message and the ordinary one say the same, whatever the message holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.drivers.sparkplug import host as host_module
from dovetail.drivers.sparkplug.host import Host
from dovetail.drivers.sparkplug.node import Patience
from dovetail.drivers.sparkplug.shapes import METRICS_MIN, columns
from dovetail.mqtt.sparkplug import DataType as T
from dovetail.mqtt.sparkplug import Payload

MS = 1_700_000_000_000
US = MS * 1000
# what the node declares, by alias: type, the field it uses, and how the plant reads it
DECLARED = [
    (T.Double, "double_value", Kind.F64, 1.0),
    (T.Float, "float_value", Kind.F64, 0.5),
    (T.Int32, "int_value", Kind.I64, 1.0),
    (T.UInt32, "long_value", Kind.U64, 1.0),
    (T.UInt8, "int_value", Kind.F64, 2.0),
    (T.Boolean, "boolean_value", Kind.BOOL, 1.0),
    (T.Int64, "long_value", Kind.I64, 1.0),
    (T.Int32, "int_value", Kind.I64, 0.1),  # scaled integers go the ordinary way
    (T.Double, "double_value", None, 1.0),  # no tag wants it
]
VALUES = {
    "double_value": st.floats(allow_nan=True),
    "float_value": st.floats(width=32),
    "int_value": st.sampled_from([0, 1, 100, 127, 255, 256, (1 << 31) - 1, (1 << 32) - 1]),
    "long_value": st.sampled_from([0, 7, (1 << 32) - 1, 1 << 40, (1 << 64) - 5]),
    "boolean_value": st.booleans(),
}


def metric(alias: int) -> st.SearchStrategy[dict[str, Any]]:
    field = DECLARED[alias][1]
    common = {"alias": st.just(alias), field: VALUES[field]}
    extra = {"timestamp": st.sampled_from([MS, MS - 5, MS + 400]), "datatype": st.just(int(DECLARED[alias][0]))}
    return st.fixed_dictionaries(common, optional=extra)


odd = st.sampled_from(
    [
        {"alias": 0, "is_null": True},
        {"alias": 77, "double_value": 1.0},  # unknown
        {"alias": 0, "double_value": 3.0, "is_historical": True, "timestamp": MS - 60_000},
        {"name": "m0", "double_value": 4.0},
        {"alias": 2, "double_value": 5.0},  # another field than its birth used
    ]
)
data = st.tuples(
    st.sampled_from(["NDATA/e", "NDATA/e", "DDATA/e/d"]),
    st.lists(st.integers(0, len(DECLARED) - 1).flatmap(metric), min_size=METRICS_MIN, max_size=30),
    st.lists(odd, max_size=1),
    st.sampled_from([1, 1, 1, 1, 1, 2, 0]),  # what the sequence number grows by
    st.sampled_from([MS, MS, MS + 500, MS - 5_000_000, 0, 1 << 60]),  # when it was sent
)
births = st.tuples(
    st.sampled_from(["NBIRTH/e", "DBIRTH/e/d"]),
    st.permutations(range(len(DECLARED))),  # which alias each metric gets
    st.just([]),
    st.just(1),
    st.sampled_from([MS, 0]),
)
deaths = st.tuples(st.sampled_from(["NDEATH/e", "DDEATH/e/d"]), st.just([]), st.just([]), st.just(1), st.just(MS))
ORDER = range(len(DECLARED))
BORN = [("NBIRTH/e", ORDER, [], 1, MS), ("DBIRTH/e/d", ORDER, [], 1, MS)]
stories = st.lists(st.one_of(data, data, data, data, births, deaths), min_size=1, max_size=8)


def written(topic: str, content: Any, strange: list[dict[str, Any]], seq: int, sent_ms: int) -> bytes:
    """A message as a node sends it."""
    payload = Payload(timestamp=sent_ms, seq=seq)
    declared = zip(DECLARED, content, strict=True) if "BIRTH" in topic else ()
    for at, ((datatype, field, _, _), alias) in enumerate(declared):
        name, number = (f"d{at}", 50 + alias) if "/d" in topic else (f"m{at}", alias)
        payload.metrics.add(name=name, alias=number, datatype=datatype, **{field: 0})
    for one in (*content, *strange) if "DATA" in topic else ():
        payload.metrics.add(**{**one, "alias": one["alias"] + 50 * topic.startswith("D")} if "alias" in one else one)
    return payload.SerializeToString()


def hear(story: list[Any], *, quick: bool) -> tuple[list, list, list, Any]:
    """(now, late, last, counters) that a host makes of these messages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(host_module, "columns", columns if quick else lambda *_: None)
        host = Host(Patience())
        points = [Point(n, f"g/e:m{n}", kind, scale) for n, (_, _, kind, scale) in enumerate(DECLARED) if kind]
        points += [Point(50 + n, f"g/e/d:d{n}", kind, scale) for n, (_, _, kind, scale) in enumerate(DECLARED) if kind]
        host.add(points, "reported", US)
        news, seq = [], -1
        for step, (topic, content, strange, grows, sent_ms) in enumerate([*BORN, *story]):
            seq = 0 if topic == "NBIRTH/e" else (seq + grows) % 256
            message = written(topic, content, strange, seq, sent_ms)
            verb, _, of = topic.partition("/")
            news.append(host.take([(f"spBv1.0/g/{verb}/{of}".encode(), message, 0, 0)], US + step * 1000))
        news.append(host.tick(US + 60_000_000)[0])
        node = host.nodes["g", "e"]
        return (
            [_by_tag(n.now) for n in news],
            [_by_tag(n.late) for n in news],
            [_by_tag(host.last(points, US + 10**9))],
            (node.counted, node.clock.offset_us, node.standing, node.devices),
        )


def _by_tag(batches) -> dict[int, list[tuple]]:
    """What each tag got, in its own order; a number that is none compares as its word, and the two noughts alike."""
    found: dict[int, list[tuple]] = {}
    for batch in batches:
        device = [0] * len(batch) if batch.ts_device is None else batch.ts_device.tolist()
        for (tag, ts, value, quality), device_us in zip(batch.rows(), device, strict=True):
            said = value + 0.0 if isinstance(value, float) else value
            found.setdefault(tag, []).append((ts, repr(said), quality, device_us))
    return found


@settings(max_examples=60, deadline=None)
@given(stories)
def test_both_ways_say_the_same(story: list[Any]) -> None:
    assert hear(story, quick=True) == hear(story, quick=False)


def test_a_steady_message_goes_the_quick_way() -> None:
    payload = Payload(timestamp=MS, seq=300)
    for n in range(500):
        payload.metrics.add(alias=n, timestamp=MS + n, double_value=n / 4)
    message = columns(payload.SerializeToString())
    assert message is not None and (message.seq, message.sent_ms) == (300, MS)
    found = sorted(
        (int(a), int(t), float(v))
        for part in message.parts
        for a, t, v in zip(part.alias, part.time_ms, part.value, strict=True)
    )
    assert found == [(n, MS + n, n / 4) for n in range(500)]


@pytest.mark.parametrize("more", [{"name": "x"}, {"is_null": True}, {"string_value": "x"}, {"is_historical": True}])
def test_one_odd_metric_sends_the_message_the_ordinary_way(more: dict) -> None:
    payload = Payload(timestamp=MS, seq=1)
    for n in range(METRICS_MIN):
        payload.metrics.add(alias=n, double_value=1.0)
    payload.metrics.add(alias=99, **more)
    assert columns(payload.SerializeToString()) is None


@given(st.binary(max_size=300))
def test_a_strangers_bytes_do_no_harm(data: bytes) -> None:
    steady = b"\x12\x0b\x10\x01\x69" + bytes(8)
    for given_bytes in (data, steady * 20 + data, b"\x18\x01" + steady * 20 + data):
        message = columns(given_bytes)
        assert message is None or all(np.isfinite(part.alias).all() for part in message.parts)
