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
from dovetail.drivers.sparkplug import shapes as shapes_module
from dovetail.drivers.sparkplug.host import Host
from dovetail.drivers.sparkplug.node import Patience
from dovetail.drivers.sparkplug.shapes import FIELDS, METRICS_MIN, Table, read
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
    st.sampled_from(["NDATA/e", "NDATA/e", "DDATA/e/d", "NDATA/f"]),
    st.lists(st.integers(0, len(DECLARED) - 1).flatmap(metric), max_size=20),
    st.lists(odd, max_size=1),
    st.sampled_from([1, 1, 1, 1, 1, 2, 0]),  # what the sequence number grows by
    st.sampled_from([MS, MS, MS + 500, MS - 5_000_000, 0, 1 << 60]),  # when it was sent
)
births = st.tuples(
    st.sampled_from(["NBIRTH/e", "DBIRTH/e/d", "NBIRTH/f"]),
    st.permutations(range(len(DECLARED))),  # which alias each metric gets
    st.just([]),
    st.just(1),
    st.sampled_from([MS, 0]),
)
deaths = st.tuples(st.sampled_from(["NDEATH/e", "DDEATH/e/d"]), st.just([]), st.just([]), st.just(1), st.just(MS))
ORDER = range(len(DECLARED))
BORN = [("NBIRTH/e", ORDER, [], 1, MS), ("DBIRTH/e/d", ORDER, [], 1, MS), ("NBIRTH/f", ORDER, [], 1, MS)]
pieces = st.lists(st.one_of(data, data, data, data, births, deaths), min_size=1, max_size=12)  # of one read
stories = st.lists(pieces, min_size=1, max_size=4)


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
        patch.setattr(host_module, "read", _always if quick else lambda *_: None)
        host = Host(Patience())
        points = [
            Point(start + n, f"g/{place}{n}", kind, scale)
            for start, place in ((0, "e:m"), (50, "e/d:d"), (100, "f:m"))
            for n, (_, _, kind, scale) in enumerate(DECLARED)
            if kind
        ]
        host.add(points, "reported", US)
        news, seq = [], {"e": -1, "f": -1}
        for step, piece in enumerate([BORN, *story]):
            came = []
            for topic, content, strange, grows, sent_ms in piece:
                verb, _, of = topic.partition("/")
                seq[of[0]] = 0 if verb == "NBIRTH" else (seq[of[0]] + grows) % 256
                message = written(topic, content, strange, seq[of[0]], sent_ms)
                came.append((f"spBv1.0/g/{verb}/{of}".encode(), message, 0, 0))
            news.append(host.take(came, US + step * 1000))
        news.append(host.tick(US + 60_000_000)[0])
        return (
            [_by_tag(n.now) for n in news],
            [_by_tag(n.late) for n in news],
            [_by_tag(host.last(points, US + 10**9))],
            [(node.counted, node.clock.offset_us, node.standing, node.devices) for node in host.nodes.values()],
        )


def _always(messages: list[bytes], seen: Any) -> Table | None:
    """The quick way even for a few metrics."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes_module, "METRICS_MIN", 1)
        return read(messages, seen)


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


def steady(seq: int, *more: dict[str, Any], count: int = METRICS_MIN) -> bytes:
    """A message of doubles with their times, and perhaps something else."""
    payload = Payload(timestamp=MS, seq=seq)
    for n in range(count):
        payload.metrics.add(alias=n, timestamp=MS + n, double_value=n / 4)
    for one in more:
        payload.metrics.add(**one)
    return payload.SerializeToString()


def test_steady_messages_are_one_table() -> None:
    table = read([steady(300, count=500), steady(301, count=3)], {})
    assert table is not None and table.heads == [(300, MS, 0, 500), (301, MS, 500, 503)]
    rows = zip(table.alias.tolist(), table.time_ms.tolist(), table.number.view(np.float64).tolist(), strict=True)
    assert [*rows] == [(n, MS + n, n / 4) for n in (*range(500), *range(3))]
    assert {FIELDS[field] for field in table.field.tolist()} == {"double_value"}


@pytest.mark.parametrize("more", [{"name": "x"}, {"is_null": True}, {"string_value": "x"}, {"is_historical": True}])
def test_one_odd_metric_sends_its_message_the_ordinary_way_and_no_other(more: dict) -> None:
    table = read([steady(1), steady(2, {"alias": 99, **more}), steady(3)], {})
    assert table is not None
    assert [head and head.seq for head in table.heads] == [1, None, 3]


def test_whole_numbers_of_every_width_stand_in_their_order() -> None:
    numbers = [(1 << bits) - 1 for bits in range(64)]
    payload = Payload(timestamp=MS, seq=1)
    for number in numbers:
        payload.metrics.add(alias=number, timestamp=number, long_value=number)
    table = read([payload.SerializeToString()], {})
    assert table is not None and table.heads == [(1, MS, 0, 64)]
    assert table.alias.tolist() == table.time_ms.tolist() == table.number.tolist() == numbers


@given(st.lists(st.binary(max_size=100), max_size=3))
def test_a_strangers_bytes_do_no_harm(data: list[bytes]) -> None:
    table = read([steady(1), *data, *(steady(2) + each for each in data), steady(3)], {})
    assert table is not None and table.heads[0] == (1, MS, 0, METRICS_MIN)
    last = table.heads[-1]
    assert last is not None and table.alias[last.first : last.stop].tolist() == [*range(METRICS_MIN)]
