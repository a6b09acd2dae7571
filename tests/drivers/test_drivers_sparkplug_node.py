"""What an edge node's messages become: births, order, gaps, deaths, aliases, history, every data type.

The names in brackets are the assertions of the specification's compatibility kit (Sparkplug B 3.0) that a case shows.
"""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import Point
from dovetail.drivers.sparkplug import PLUGIN
from dovetail.drivers.sparkplug.address import SparkplugAddress, parse_address
from dovetail.drivers.sparkplug.host import ASKS_PER_TICK, Host
from dovetail.drivers.sparkplug.node import Patience
from dovetail.mqtt.sparkplug import DataType as T
from dovetail.mqtt.sparkplug import Payload, decode, put

MS = 1_700_000_000_000
US = MS * 1000
SECOND = 1_000_000
NODE, DEVICE = "g/e:Speed", "g/e/d:Count"
GONE = (None, q.BAD_NOT_CONNECTED)
STALE = (None, q.BAD_STALE)


def payload(seq: int | None, *metrics: dict[str, Any], bdseq: int | None = None, at_ms: int = MS) -> Any:
    made = Payload(timestamp=at_ms)
    if seq is not None:
        made.seq = seq
    if bdseq is not None:
        made.metrics.add(name="bdSeq", datatype=T.Int64, long_value=bdseq)
    for metric in metrics:
        made.metrics.add(**metric)
    return made


def speed(value: float, **more: Any) -> dict[str, Any]:
    return {"name": "Speed", "datatype": T.Double, "double_value": value, "alias": 7, **more}


def by_alias(value: float, alias: int = 7, **more: Any) -> dict[str, Any]:
    return {"alias": alias, "double_value": value, **more}


def count(value: int, **more: Any) -> dict[str, Any]:
    return {"name": "Count", "datatype": T.UInt32, "int_value": value, "alias": 8, **more}


class Plant:
    """A host with a tag for each address (1, 2, …), told messages at moments; remembers what was handed over."""

    def __init__(self, *addresses: str, kind: Kind = Kind.F64, **patience: Any) -> None:
        self.points = [Point(number, address, kind) for number, address in enumerate(addresses, start=1)]
        self.host = Host(Patience(**patience))
        self.host.add(self.points, "reported", US)
        self.now: list[tuple[int, object, int]] = []
        self.late: list[tuple[int, int, object]] = []

    def hear(self, verb: str, message: Any, device: str = "", *, at_s: float = 0.0, retained: bool = False) -> None:
        topic = f"spBv1.0/g/{verb}/e" + (f"/{device}" if device else "")
        data = message if isinstance(message, bytes) else message.SerializeToString()
        self._keep(self.host.take([(topic.encode(), data, int(retained), 0)], US + round(at_s * SECOND)))

    def born(self, bdseq: int = 0, *, at_s: float = 0.0) -> None:
        self.hear("NBIRTH", payload(0, speed(1.0), bdseq=bdseq), at_s=at_s)
        self.hear("DBIRTH", payload(1, count(10)), "d", at_s=at_s)

    def tick(self, at_s: float) -> int:
        """Time passes; how many nodes are to be asked for a rebirth."""
        news, asked = self.host.tick(US + round(at_s * SECOND))
        self._keep(news)
        return len(asked)

    def _keep(self, news: Any) -> None:
        self.now += [(tag, value, quality) for b in news.now for tag, _, value, quality in b.rows()]
        self.late += [(tag, ts, value) for b in news.late for tag, ts, value, _ in b.rows()]

    def last(self) -> list[tuple[object, int]]:
        """(value, quality) of each tag, as a read finds it."""
        rows = {r[0]: (r[2], r[3]) for b in self.host.last(self.points, US + 10**9) for r in b.rows()}
        return [rows[point.tag_id] for point in self.points]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("g/e:Motor/Speed", SparkplugAddress("g", "e", "", "Motor/Speed")),
        ("g/e/d:a:b", SparkplugAddress("g", "e", "d", "a:b")),
        ("g%3A1/e:x", SparkplugAddress("g:1", "e", "", "x")),
    ],
)
def test_an_address_is_read(written: str, expected: SparkplugAddress) -> None:
    assert parse_address(written) == expected


@pytest.mark.parametrize("written", ["", "g/e", "g:x", "g/e:", "g//d:x", "g/e/d/f:x", "g/+:x", "g/#:x"])
def test_a_badly_written_address_says_so(written: str) -> None:
    with pytest.raises(ConfigError):
        PLUGIN.accept(written, Kind.F64)


def test_births_tell_names_aliases_and_values() -> None:
    """[payloads-name-birth-data-requirement, payloads-alias-birth-requirement, topics-nbirth-metrics]"""
    plant = Plant(NODE, DEVICE)
    plant.born()
    plant.hear("NDATA", payload(2, by_alias(2.0)))
    plant.hear("DDATA", payload(3, {"alias": 8, "int_value": 11}), "d")
    assert plant.now == [(1, 1.0, q.GOOD), (2, 10.0, q.GOOD), (1, 2.0, q.GOOD), (2, 11.0, q.GOOD)]
    assert plant.tick(60) == 0, "nothing is missing, so nothing is asked"


def test_alias_zero_is_an_alias() -> None:
    plant = Plant(NODE)
    plant.hear("NBIRTH", payload(0, speed(1.0, alias=0)))
    plant.hear("NDATA", payload(1, {"double_value": 2.0, "alias": 0}))
    assert plant.last() == [(2.0, q.GOOD)] and plant.tick(60) == 0


def test_metric_names_are_told_apart_by_case() -> None:
    """[case-sensitivity-metric-names]"""
    plant = Plant("g/e:speed")
    plant.born()
    assert plant.last() == [(None, q.BAD_CONFIG)], "no birth has a metric of that name"


@pytest.mark.parametrize("verb", ["NDATA", "DDATA", "DBIRTH", "DDEATH"])
def test_what_comes_before_any_birth_is_not_guessed_but_asked_for(verb: str) -> None:
    """After a restart of ours nothing is known of aliases until the node is born again."""
    plant = Plant(NODE, DEVICE)
    plant.hear(verb, payload(9, by_alias(5.0)), "d" if verb.startswith("D") else "")
    assert plant.now == [] and plant.last() == [(None, q.BAD_COMM), (None, q.BAD_COMM)]
    assert plant.tick(1) == 1


def test_an_unknown_alias_spoils_only_itself_and_is_asked_for() -> None:
    plant = Plant(NODE, DEVICE)
    plant.born()
    plant.hear("NDATA", payload(2, by_alias(9.0, alias=99), by_alias(2.0)), at_s=1)
    assert plant.last()[0] == (2.0, q.GOOD) and plant.tick(2) == 1


def test_data_of_a_device_that_was_not_born_is_asked_for() -> None:
    plant = Plant(NODE, DEVICE)
    plant.hear("NBIRTH", payload(0, speed(1.0)))
    plant.hear("DDATA", payload(1, {"alias": 8, "int_value": 11}), "d")
    assert [tag for tag, *_ in plant.now] == [1] and plant.tick(1) == 1


def test_a_message_that_comes_out_of_order_waits_and_is_not_lost() -> None:
    """[operational-behavior-host-reordering-start, -success]"""
    plant = Plant(NODE, DEVICE)
    plant.born()
    plant.hear("NDATA", payload(4, by_alias(4.0)))
    plant.hear("NDATA", payload(3, by_alias(3.0)))
    assert [value for tag, value, _ in plant.now if tag == 1] == [1.0]
    plant.hear("NDATA", payload(2, by_alias(2.0)))
    assert [value for tag, value, _ in plant.now if tag == 1] == [1.0, 2.0, 3.0, 4.0]
    assert plant.tick(60) == 0 and plant.host.nodes["g", "e"].counted.reordered == 2


def test_a_message_that_never_comes_is_a_gap_and_the_node_is_asked() -> None:
    """[operational-behavior-host-reordering-param, -rebirth]"""
    plant = Plant(NODE, DEVICE, reorder_us=3 * SECOND)
    plant.born()
    plant.hear("NDATA", payload(3, by_alias(3.0)))
    assert plant.tick(2.9) == 0 and plant.last()[0] == (1.0, q.GOOD)
    assert plant.tick(3.1) == 1
    assert plant.last()[0] == (3.0, q.GOOD), "what came after the gap is true all the same"
    plant.hear("NDATA", payload(4, by_alias(4.0)), at_s=4)
    assert plant.last()[0] == (4.0, q.GOOD) and plant.host.nodes["g", "e"].counted.gaps == 1


def test_numbers_go_round_at_256() -> None:
    """[payloads-sequence-num-incrementing]"""
    plant = Plant(NODE)
    plant.hear("NBIRTH", payload(0, speed(0.0)))
    for number in range(1, 600):
        plant.hear("NDATA", payload(number % 256, by_alias(float(number))))
    assert [value for _, value, _ in plant.now] == [float(number) for number in range(600)] and plant.tick(60) == 0


def test_a_dead_node_takes_all_its_devices_with_it() -> None:
    """[operational-behavior-edge-node-termination-host-action-ndeath-node-offline, -node-tags-stale,
    -devices-offline, -devices-tags-stale]"""
    plant = Plant(NODE, DEVICE)
    plant.born(bdseq=5)
    plant.hear("NDEATH", payload(None, bdseq=5))
    assert plant.now[-2:] == [(1, *GONE), (2, *GONE)] and plant.last() == [GONE, GONE]
    plant.hear("NDEATH", payload(None, bdseq=5))
    assert len(plant.now) == 4, "said once"
    assert plant.tick(60) == 0, "the dead are not asked"
    plant.born(bdseq=6)
    assert plant.last() == [(1.0, q.GOOD), (10.0, q.GOOD)]


def test_the_death_of_an_older_session_says_nothing() -> None:
    """[payloads-ndeath-bdseq, topics-nbirth-bdseq-matching]: a will that the broker said late."""
    plant = Plant(NODE, DEVICE)
    plant.born(bdseq=6)
    plant.hear("NDEATH", payload(None, bdseq=5))
    assert plant.last() == [(1.0, q.GOOD), (10.0, q.GOOD)]


def test_a_dead_device_is_dead_alone() -> None:
    """[operational-behavior-edge-node-termination-host-action-ddeath-devices-offline, -devices-tags-stale]"""
    plant = Plant(NODE, DEVICE)
    plant.born()
    plant.hear("DDEATH", payload(2), "d")
    assert plant.last() == [(1.0, q.GOOD), GONE]
    plant.hear("DBIRTH", payload(3, count(12)), "d")
    assert plant.last() == [(1.0, q.GOOD), (12.0, q.GOOD)]


def test_a_device_that_is_not_born_again_is_gone() -> None:
    plant = Plant(NODE, DEVICE, reorder_us=5 * SECOND)
    plant.born()
    plant.hear("NBIRTH", payload(0, speed(2.0), bdseq=1), at_s=10)
    plant.tick(14)
    assert plant.last() == [(2.0, q.GOOD), (10.0, q.GOOD)], "it gets a moment to be born again"
    plant.tick(15.1)
    assert plant.last() == [(2.0, q.GOOD), GONE]


def test_a_metric_that_a_new_birth_does_not_have_is_bad_alone() -> None:
    plant = Plant(NODE, "g/e:Other")
    plant.hear("NBIRTH", payload(0, speed(1.0), {"name": "Other", "datatype": T.Double, "double_value": 3.0}))
    plant.hear("NBIRTH", payload(0, speed(1.0)))
    assert plant.last() == [(1.0, q.GOOD), (None, q.BAD_CONFIG)]


def test_a_metric_that_a_device_no_longer_declares_has_no_alias_either() -> None:
    plant = Plant(NODE, DEVICE)
    plant.born()
    plant.hear("DBIRTH", payload(2), "d")
    plant.hear("DDATA", payload(3, {"alias": 8, "int_value": 9}), "d")
    assert plant.last() == [(1.0, q.GOOD), (None, q.BAD_CONFIG)]
    assert plant.tick(20) == 1, "it speaks of what it did not declare, and is asked for a birth"


def test_what_a_birth_says_of_a_metric_the_second_time_is_not_believed() -> None:
    plant = Plant(NODE)
    plant.hear("NBIRTH", payload(0, speed(1.0), {"name": "Speed", "datatype": T.Bytes, "alias": 9}))
    plant.hear("NDATA", payload(1, by_alias(2.0)))
    assert plant.last() == [(2.0, q.GOOD)]


def test_a_node_is_never_asked_in_a_storm() -> None:
    """[operational-behavior-data-commands-ncmd-rebirth-verb]: 10 s, then twice as long each time, at most 5 min."""
    plant = Plant(NODE)
    asked = []
    for tenth in range(0, 36_000):
        if tenth % 5 == 0:
            plant.hear("NDATA", payload(tenth % 256, by_alias(1.0)), at_s=tenth / 10)
        asked += [tenth / 10] * plant.tick(tenth / 10)
    assert asked[:6] == [pytest.approx(0.3 + sum(10 * 2**n for n in range(k)), abs=1) for k in range(6)]
    assert len(asked) <= 17, "once more each five minutes of the hour"


def test_a_node_is_not_asked_where_that_is_forbidden() -> None:
    plant = Plant(NODE, asks=False)
    assert [plant.tick(second) for second in range(0, 600, 10)] == [0] * 60


def test_a_plant_that_comes_back_is_not_asked_all_at_once() -> None:
    host = Host(Patience())
    host.add([Point(n, f"g/e{n}:Speed", Kind.F64) for n in range(100)], "reported", US)
    asked = [len(host.tick(US + round(tick * SECOND / 10))[1]) for tick in range(20)]
    assert max(asked) == ASKS_PER_TICK and sum(asked) == 100


def test_history_is_of_then_and_the_present_stays() -> None:
    """[is_historical]"""
    plant = Plant(NODE)
    plant.hear("NBIRTH", payload(0, speed(1.0)))
    then = by_alias(7.0, is_historical=True, timestamp=MS - 60_000)
    plant.hear("NDATA", payload(1, then, by_alias(2.0)))
    assert plant.late == [(1, US - 60 * SECOND, 7.0)]
    assert plant.last() == [(2.0, q.GOOD)] and [value for _, value, _ in plant.now] == [1.0, 2.0]


def test_history_of_a_node_whose_clock_is_an_hour_ahead_stands_where_it_was() -> None:
    plant = Plant(NODE)
    ahead = MS + 3_600_000
    plant.hear("NBIRTH", payload(0, speed(1.0), at_ms=ahead))
    plant.hear("NDATA", payload(1, by_alias(7.0, is_historical=True, timestamp=ahead - 60_000), at_ms=ahead))
    assert plant.late == [(1, pytest.approx(US - 60 * SECOND, abs=10), 7.0)]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ({"alias": 7, "is_null": True}, (None, q.BAD_DEVICE)),
        ({"alias": 7}, (None, q.BAD_DEVICE)),  # neither a value nor null
        ({"alias": 7, "float_value": 2.0}, (None, q.BAD_DEVICE)),  # another type than its birth said: never guessed
        ({"alias": 7, "string_value": "2"}, (None, q.BAD_DEVICE)),
        ({"alias": 7, "double_value": float("nan")}, (pytest.approx(float("nan"), nan_ok=True), q.UNCERTAIN_RANGE)),
        ({"alias": 7, "double_value": 2.0, "is_transient": True}, (2.0, q.GOOD)),
        ({"name": "Speed", "datatype": T.Double, "double_value": 2.0}, (2.0, q.GOOD)),
    ],
)
def test_a_value_that_is_not_what_it_should_be_is_bad_alone(metric: dict, expected: tuple) -> None:
    plant = Plant(NODE, DEVICE)
    plant.born()
    plant.hear("NDATA", payload(2, metric))
    assert plant.last() == [expected, (10.0, q.GOOD)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [(192, (2.0, q.GOOD)), (0, (None, q.BAD)), (24, (None, q.BAD_COMM)), (9, (None, q.BAD_DEVICE)), (500, STALE)],
)
def test_a_senders_own_quality_counts(code: int, expected: tuple) -> None:
    """[payloads-propertyset-quality-value-type, -value]"""
    plant = Plant(NODE)
    plant.hear("NBIRTH", payload(0, speed(1.0)))
    message = payload(1, by_alias(2.0))
    properties = message.metrics[0].properties
    properties.keys.append("Quality")
    properties.values.add(type=T.Int32, int_value=code)
    plant.hear("NDATA", message)
    assert plant.last() == [expected]


TYPES = [
    # type, field, as it travels, kind here, value here
    (T.Int8, "int_value", 0xFFFF_FFFE, Kind.I64, -2),
    (T.Int8, "int_value", 0xFE, Kind.I64, -2),  # without the sign extended
    (T.Int8, "int_value", 300, Kind.I64, None),  # cannot be an Int8
    (T.Int16, "int_value", 0xFFFF_8000, Kind.I64, -32_768),
    (T.Int32, "int_value", 0x8000_0000, Kind.I64, -2_147_483_648),
    (T.Int32, "long_value", 0xFFFF_FFFF_FFFF_FFFE, Kind.I64, -2),  # in the wider field
    (T.Int64, "long_value", 1 << 63, Kind.I64, -(1 << 63)),
    (T.UInt8, "int_value", 255, Kind.U64, 255),
    (T.UInt8, "int_value", 256, Kind.U64, None),
    (T.UInt16, "int_value", 65_535, Kind.U64, 65_535),
    (T.UInt32, "int_value", 4_294_967_295, Kind.U64, 4_294_967_295),
    (T.UInt32, "long_value", 4_294_967_295, Kind.U64, 4_294_967_295),
    (T.UInt64, "long_value", (1 << 64) - 1, Kind.U64, (1 << 64) - 1),
    (T.Float, "float_value", 0.5, Kind.F64, 0.5),
    (T.Double, "double_value", 1e308, Kind.F64, 1e308),
    (T.Boolean, "boolean_value", True, Kind.BOOL, True),
    (T.String, "string_value", "žluť", Kind.STR, "žluť"),
    (T.Text, "string_value", "", Kind.STR, ""),
    (T.UUID, "string_value", "6f2d", Kind.STR, "6f2d"),
    (T.DateTime, "long_value", MS, Kind.U64, MS),
    (T.Bytes, "bytes_value", b"\x01\xff", Kind.STR, "01ff"),
    (T.File, "bytes_value", b"\x00", Kind.STR, "00"),
    (T.Int8Array, "bytes_value", b"\xfe\x01", Kind.JSON, "[-2,1]"),
    (T.Int16Array, "bytes_value", struct.pack("<2h", -2, 300), Kind.JSON, "[-2,300]"),
    (T.Int32Array, "bytes_value", struct.pack("<i", -70_000), Kind.JSON, "[-70000]"),
    (T.Int64Array, "bytes_value", struct.pack("<q", -5), Kind.JSON, "[-5]"),
    (T.UInt8Array, "bytes_value", b"\xff", Kind.JSON, "[255]"),
    (T.UInt16Array, "bytes_value", b"\xff\xff", Kind.JSON, "[65535]"),
    (T.UInt32Array, "bytes_value", b"\x01\x00\x00\x00", Kind.JSON, "[1]"),
    (T.UInt64Array, "bytes_value", struct.pack("<Q", 1 << 40), Kind.JSON, "[1099511627776]"),
    (T.FloatArray, "bytes_value", struct.pack("<f", 0.5), Kind.JSON, "[0.5]"),
    (T.DoubleArray, "bytes_value", struct.pack("<d", 0.25), Kind.JSON, "[0.25]"),
    (T.BooleanArray, "bytes_value", b"\x0a\x00\x00\x00\xa0\x40", Kind.JSON,
     "[true,false,true,false,false,false,false,false,false,true]"),
    (T.StringArray, "bytes_value", b"a\x00\x00b\x00", Kind.JSON, '["a","","b"]'),
    (T.DateTimeArray, "bytes_value", struct.pack("<Q", MS), Kind.JSON, f"[{MS}]"),
    (T.Int32Array, "bytes_value", b"\x01\x02", Kind.JSON, None),  # not a whole number of values
    (T.BooleanArray, "bytes_value", b"\xff\xff\xff\xff\x00", Kind.JSON, None),
    (T.StringArray, "bytes_value", b"a", Kind.JSON, None),
    (T.DoubleArray, "bytes_value", bytes(8), Kind.F64, None),  # a list where a number was promised
]  # fmt: skip


@pytest.mark.parametrize(("datatype", "field", "raw", "kind", "value"), TYPES)
def test_every_data_type(datatype: int, field: str, raw: object, kind: Kind, value: object) -> None:
    """[payloads-metric-datatype-value-type]; with and without conversion on the fast way."""
    plant = Plant("g/e:X", kind=kind)
    plant.hear("NBIRTH", payload(0, {"name": "X", "datatype": datatype, field: raw, "alias": 1}))
    plant.hear("NDATA", payload(1, {"alias": 1, field: raw}))
    assert [found for _, found, _ in plant.now] == [value, value]


@pytest.mark.parametrize("field", ["int_value", "long_value"])
def test_a_command_goes_where_the_node_itself_puts_the_value(field: str) -> None:
    """The npm edge node reads an UInt32 only in the field for 64 bits, others only in that for 32."""
    plant = Plant("g/e:X", kind=Kind.U64)
    plant.hear("NBIRTH", payload(0, {"name": "X", "datatype": T.UInt32, field: 7}))
    wanted = plant.host.nodes["g", "e"].wanted[""]["X"]
    metric = Payload().metrics.add()
    put(metric, wanted.datatype, 9, wanted.slot)
    assert metric.WhichOneof("value") == field and plant.last() == [(7, q.GOOD)]


def test_data_sets_and_templates_come_whole_and_break_nothing() -> None:
    plant = Plant("g/e:Set", "g/e:Motor", kind=Kind.JSON)
    birth = payload(0)
    data = birth.metrics.add(name="Set", datatype=T.DataSet).dataset_value
    data.num_of_columns = 2
    data.columns.extend(["a", "b"])
    data.types.extend([T.Int32, T.String])
    row = data.rows.add()
    row.elements.add(int_value=0xFFFF_FFFF)
    row.elements.add(string_value="x")
    template = birth.metrics.add(name="Motor", datatype=T.Template).template_value
    template.template_ref = "motor"
    template.metrics.add(name="rpm", datatype=T.Double, double_value=5.0)
    template.parameters.add(name="size", type=T.Int32, int_value=3)
    definition = birth.metrics.add(name="motor", datatype=T.Template).template_value
    definition.is_definition = True
    plant.hear("NBIRTH", birth)
    assert [value for value, _ in plant.last()] == [
        '{"columns":["a","b"],"rows":[[-1,"x"]]}',
        '{"ref":"motor","metrics":{"rpm":5.0},"parameters":{"size":3}}',
    ]


def test_bytes_that_are_no_payload_leave_a_hole_that_is_noticed() -> None:
    plant = Plant(NODE, reorder_us=SECOND)
    plant.hear("NBIRTH", payload(0, speed(1.0)))
    plant.hear("NDATA", b"\xff\xff\xff")
    plant.hear("NDATA", payload(2, by_alias(2.0)))
    assert plant.host.undecodable == 1 and plant.tick(1.5) == 1
    assert plant.last() == [(2.0, q.GOOD)]


def test_what_a_broker_remembers_is_no_birth() -> None:
    """[topics-nbirth-mqtt]: births are never retained, so one that is was put there by a stranger."""
    plant = Plant(NODE)
    plant.hear("NBIRTH", payload(0, speed(1.0)), retained=True)
    assert plant.last() == [(None, q.BAD_COMM)]


@pytest.mark.parametrize(
    "topic", ["spBv1.0/g/NDATA/other", "spBv1.0/g/NCMD/e", "spBv1.0/g/NBIRTH/e/d", "x", "STATE/a", "\xff"]
)
def test_messages_of_others_are_passed_over(topic: str) -> None:
    host = Host(Patience())
    host.add([Point(1, NODE, Kind.F64)], "reported", US)
    assert not host.take([(topic.encode("latin-1"), payload(0, speed(1.0)).SerializeToString(), 0, 0)], US)


@given(st.binary(max_size=200))
def test_a_strangers_payload_is_refused_or_read(data: bytes) -> None:
    plant = Plant(NODE, DEVICE)
    plant.born()
    for verb, device in (("NDATA", ""), ("DBIRTH", "d"), ("NBIRTH", ""), ("NDEATH", "")):
        plant.hear(verb, data, device)
    assert (decode(data) is None) == (plant.host.undecodable == 4)


_metrics = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Speed", "Count", "bdSeq", ""]),
        "alias": st.integers(0, 9),
        "datatype": st.integers(0, 40),
        "timestamp": st.integers(0, (1 << 64) - 1),
        "is_historical": st.booleans(),
        "is_null": st.booleans(),
        "int_value": st.integers(0, (1 << 32) - 1),
    },
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"]),
            st.integers(0, 300),
            st.lists(_metrics, max_size=4),
        ),
        max_size=12,
    )
)
def test_whatever_nodes_say_every_tag_has_an_answer(said: list) -> None:
    """No order of messages breaks the host, and a read always has one sample for each tag."""
    plant = Plant(NODE, DEVICE)
    for step, (verb, seq, metrics) in enumerate(said):
        plant.hear(verb, payload(seq, *metrics), "d" if verb.startswith("D") else "", at_s=step)
        plant.tick(step + 0.5)
    assert len(plant.last()) == 2
