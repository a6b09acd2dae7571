"""What comes through a broker: MQTT, payloads of all kinds, and Sparkplug."""

from __future__ import annotations

import struct
from typing import Any

import orjson
from fuzz_judge import Target
from fuzz_sound import in_pieces, sound, text_of

from dovetail.core.batch import Kind
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import Point
from dovetail.drivers.mqtt.intake import Intake
from dovetail.drivers.mqtt.options import MqttOptions, Presence
from dovetail.drivers.mqtt.presence import statuses
from dovetail.drivers.sparkplug.host import Host
from dovetail.drivers.sparkplug.node import Patience
from dovetail.mqtt import packets, topics
from dovetail.mqtt.sparkplug import FORMS, Payload, decode, value_of
from dovetail.mqtt.stream import Message, Stream

NOW_US = 1_767_225_600_000_000
KINDS = tuple(Kind)
PACKET_MAX = 100_000

# --- MQTT ---------------------------------------------------------------------------------------------------------


def _heard(data: bytes, version: Any, *, cut: bool) -> tuple[list[Message], list[tuple[int, bytes]], bool]:
    messages: list[Message] = []
    control: list[tuple[int, bytes]] = []
    stream = Stream(
        packet_max=PACKET_MAX, on_messages=messages.extend, on_control=lambda *one: control.append(one), version=version
    )
    try:
        if cut:
            in_pieces(stream.feed, data)
        else:
            stream.feed(data[1:])
    except packets.MalformedError:
        return messages, control, True
    return messages, control, False


def mqtt_stream(data: bytes) -> None:
    """However the stream is cut, the same messages come out, and the same fault ends it."""
    version = 5 if data[:1] > b"\x7f" else 4
    assert _heard(data, version, cut=True) == _heard(data, version, cut=False)


def mqtt_packets(data: bytes) -> None:
    """A packet's body as a client and as a broker read it; the first byte says the version."""
    version: Any = 5 if data[:1] > b"\x7f" else 4
    refusals = 0
    for read in (
        packets.read_connect,
        *(
            lambda body, of=of: of(body, version)
            for of in (
                packets.read_connack,
                packets.read_suback,
                packets.read_acknowledged,
                packets.read_subscribe,
                packets.read_unsubscribe,
                packets.read_disconnect,
            )
        ),
    ):
        try:
            read(packets.Body(data[1:]))
        except packets.MalformedError:
            refusals += 1
    assert refusals <= 7


def mqtt_topics(data: bytes) -> None:
    """A filter and a topic, on two lines: what matches is what the standard says of a topic for itself."""
    wanted, _, topic = text_of(data).partition("\n")
    topics.fault_of_name(topic)
    if topics.fault_of_filter(wanted) is None:
        topics.matches(wanted, topic)
        assert topics.is_filter(wanted) or topics.matches(wanted, wanted)


MQTT_POINTS = [
    Point(number, address, kind)
    for number, (address, kind) in enumerate(
        [
            ("line1/speed", Kind.F64),
            ("line1/speed", Kind.STR),
            ("line1/doc#/speed", Kind.F64),
            ("line1/doc#/n@/ts", Kind.I64),
            ("line1/doc#/on", Kind.BOOL),
            ("line1/doc#", Kind.JSON),
            ("line1/+/alarm#/text", Kind.STR),
            ("line1/count", Kind.U64),
            ("gw#/d/[tag=speed]/value", Kind.F64),
            ("plant/##/0/x~1y", Kind.STR),
            ("line1/on", Kind.BOOL),
            ("line1/doc", Kind.JSON),
        ],
        start=1,
    )
]
MQTT_TOPICS = (
    b"line1/speed",
    b"line1/doc",
    b"line1/m/alarm",
    b"line1/count",
    b"gw",
    b"plant/a/b",
    b"line1/on",
    b"line1/status",
)
MQTT_OPTIONS = MqttOptions.model_validate(
    {
        "host": "broker",
        "security": {"tls": False, "insecure": True},
        "presence": [{"topic": "line1/status#/state", "offline": "gone", "covers": "line1/#"}],
    }
)


def mqtt_values(data: bytes) -> None:
    """Messages of one connection: how they are kept, which topic, and the payload; what says that a device is away."""
    intake = Intake(time=("ts",), retained="use")
    intake.add(MQTT_POINTS, "reported")
    for status in statuses(MQTT_OPTIONS.presence, intake.sources.values()):
        intake.watch(status.topic, status)
    for at, part in enumerate(data.split(b"\x1e")[:6]):
        topic = MQTT_TOPICS[part[0] % len(MQTT_TOPICS)] if part else b"\xff"
        message = (topic, part[2:], part[1] & 1 if part[1:] else 0, 0)
        news = intake.take([message], at_us=NOW_US + at * SECOND_US, age="kept" if part[1:2] > b"\x7f" else "now")
        sound([*news.now, *news.late])


PLANT_TOPICS = ("line1/filler/speed", "line1/capper/status", "a-b-c/d", "x/" + "m" * 60 + "/y", "line1//speed", "ä/b")


def mqtt_presence(data: bytes) -> None:
    """Which devices a plant's status topics tell of: topic, what it covers and the word, one a line."""
    topic, covers, offline = (text_of(data) + "\n\n").split("\n")[:3]
    rule = Presence(topic=topic, covers=covers, offline=offline)
    intake = Intake(time=None, retained="use")
    intake.add([Point(number, one, Kind.F64) for number, one in enumerate(PLANT_TOPICS, start=1)], "reported")
    for status in statuses([rule], intake.sources.values()):
        assert status.sources
        status.says_away(b'{"state":"gone"}')
        status.says_away(b"\xff")


# --- Sparkplug ----------------------------------------------------------------------------------------------------

SPARKPLUG_POINTS = [
    Point(number, address, kind)
    for number, (address, kind) in enumerate(
        [
            ("g/e:Speed", Kind.F64),
            ("g/e:Speed", Kind.STR),
            ("g/e/d:Count", Kind.U64),
            ("g/e/d:Count", Kind.I64),
            ("g/e/d:Codes", Kind.JSON),
            ("g/e/d:On", Kind.BOOL),
            ("g/e/d:Set", Kind.JSON),
            ("g/e:At", Kind.I64),
        ],
        start=1,
    )
]
VERBS = ("NBIRTH", "NDEATH", "DBIRTH", "DDEATH", "NDATA", "DDATA", "STATE")


def said(verb: int, seq: int, *metrics: dict[str, Any], at_ms: int = NOW_US // 1000) -> bytes:
    made = Payload(timestamp=at_ms, seq=seq)
    for metric in metrics:
        made.metrics.add(**metric)
    return bytes((verb,)) + made.SerializeToString()


BIRTH = said(
    0,
    0,
    {"name": "bdSeq", "datatype": 4, "long_value": 3},
    {"name": "Speed", "alias": 1, "datatype": 10, "double_value": 1.5},
    {"name": "At", "alias": 9, "datatype": 13, "long_value": NOW_US // 1000},
)
DEVICE = said(
    2,
    1,
    {"name": "Count", "alias": 2, "datatype": 7, "int_value": 7},
    {"name": "On", "alias": 4, "datatype": 11, "boolean_value": True},
    {"name": "Codes", "alias": 3, "datatype": 24, "bytes_value": struct.pack("<2i", 5, -6)},
    {"name": "Set", "alias": 5, "datatype": 16},
)
ALL_TYPES = said(
    4,
    2,
    *(
        {"name": f"T{kind}", "datatype": int(kind), form[0]: b"\x02\0\0\0\x80" if form[0] == "bytes_value" else 1}
        for kind, form in FORMS.items()
        if form[0] in ("int_value", "long_value", "bytes_value")
    ),
)


def _node() -> Host:
    host = Host(Patience())
    host.add(SPARKPLUG_POINTS, "reported", NOW_US)
    for at, message in enumerate((BIRTH, DEVICE)):
        _tell(host, message, NOW_US + at)
    return host


def _tell(host: Host, message: bytes, at_us: int) -> None:
    verb = VERBS[message[0] % len(VERBS)] if message else "NDATA"
    topic = f"spBv1.0/g/{verb}/e" + ("/d" if verb.startswith("D") else "")
    news = host.take([(topic.encode(), message[1:], 0, 0)], at_us)
    sound([*news.now, *news.late])


def sparkplug_node(data: bytes) -> None:
    """An edge node's messages after its birth, in whatever order: every tag has an answer all the same."""
    host = _node()
    for at, message in enumerate(data.split(b"\x1e\x1e")[:6]):
        _tell(host, message, NOW_US + (at + 1) * SECOND_US)
    news, _ = host.tick(NOW_US + 60 * SECOND_US)
    sound([*news.now, *news.late])
    last = host.last(SPARKPLUG_POINTS, NOW_US + 61 * SECOND_US)
    sound(last)
    assert sum(map(len, last)) == len(SPARKPLUG_POINTS)


def sparkplug_payload(data: bytes) -> None:
    """Any payload as a mapping of values, each in its declared type."""
    payload = decode(data[1:])
    for metric in payload.metrics if payload is not None else ():
        value = value_of(metric, metric.datatype)
        orjson.dumps(value, default=str)
        assert metric.datatype in FORMS or value is None


TARGETS = [
    Target(
        "mqtt-stream",
        "the stream of an MQTT broker or client, 3.1.1 and 5",
        tuple(
            version + made
            for version, number in ((b"\x05", 4), (b"\x85", 5))
            for made in (
                packets.packet(packets.PUBLISH, packets.text("line1/speed"), packets.properties(number), b"1.5") * 2,  # type: ignore[arg-type]
                packets.packet(
                    packets.PUBLISH | 2, packets.text("a"), packets.u16(7), packets.properties(number), b"x" * 150
                ),  # type: ignore[arg-type]
                packets.suback(7, [0, 1, 0x80], number) + packets.disconnect(number, 4),  # type: ignore[arg-type]
            )
        ),
        mqtt_stream,
    ),
    Target(
        "mqtt-packets",
        "the bodies of MQTT packets, as client and as broker",
        tuple(
            version + body
            for version, number in ((b"\x05", 4), (b"\x85", 5))
            for body in (
                packets.text("MQTT")
                + bytes((number, 0xEE, 0, 60))
                + packets.properties(number)
                + packets.text("id")  # type: ignore[arg-type]
                + packets.properties(number)
                + packets.text("will")
                + packets.text("gone")
                + packets.text("me")
                + packets.text("pw"),  # type: ignore[arg-type]
                b"\x01\x00",
                packets.u16(7) + packets.properties(number) + packets.text("a/+") + b"\x01",  # type: ignore[arg-type]
                b"\x04\x07\x1f\x00\x04gone",
                packets.u16(7) + b"\x00\x01\x80",
            )
        ),
        mqtt_packets,
        words=(b"\x26\0\x01k\0\x01v", b"\x11\0\0\0\x05", b"\x21\0\x05", b"\x1f\0\x02no", b"\x0b\x80\x01"),
    ),
    Target(
        "mqtt-topics",
        "topics and filters",
        (b"a/+/c\na/b/c", b"a/#\na", b"#\n$SYS/up", b"+/+\n/"),
        mqtt_topics,
        words=(b"#", b"+", b"/", b"$SYS", b"\n"),
    ),
    Target(
        "mqtt-values",
        "payloads of MQTT topics: texts, JSON, last wills",
        (
            b"\x00\x001.5\x1e\x03\x0042",
            b'\x01\x00{"speed":1.5,"n":7,"on":true,"ts":1767225600000}',
            b'\x01\x81{"n":null,"ts":"2026-01-01T00:00:00Z"}',
            b'\x04\x00{"d":[{"tag":"speed","value":3},{"tag":"x"}]}',
            b'\x05\x00[{"x/y":"t"}]',
            b'\x07\x01{"state":"gone"}\x1e\x06\x00on\x1e\x07\x00{"state":"up"}',
            b'\x02\x00{"text":"jam"}',
        ),
        mqtt_values,
        words=(b"\x1e\x01\x00", b"\x1e\x07\x00", b'"ts":', b'{"speed":', b"1767225600", b"on", b"[tag=speed]"),
        slow=True,
    ),
    Target(
        "mqtt-presence",
        "status topics of devices, with names in braces",
        (
            b"line1/{device}/status#/state\nline1/{device}/#\ngone",
            b"{a}-{b}/is\n{a}-{b}-c/#\noffline",
            b"x/{m}/y\nx/{m}/y",
        ),
        mqtt_presence,
        (ValueError, ConfigError),
        (b"{a}", b"{b}", b"{device}", b"/#", b"#/", b"+", b"/", b"\n", b"{", b"}"),
        slow=True,
    ),
    Target(
        "sparkplug-payload", "payloads of Sparkplug B in all data types", (BIRTH, DEVICE, ALL_TYPES), sparkplug_payload
    ),
    Target(
        "sparkplug-node",
        "what Sparkplug edge nodes say after their birth",
        (
            BIRTH + b"\x1e\x1e" + DEVICE,
            said(5, 2, {"alias": 2, "int_value": 9}) + b"\x1e\x1e" + said(4, 3, {"alias": 1, "double_value": 2.5}),
            said(4, 5, {"alias": 1, "double_value": 2.5, "is_historical": True, "timestamp": 1767225590000}),
            said(3, 2),
            said(1, 0, {"name": "bdSeq", "datatype": 4, "long_value": 3}),
        ),
        sparkplug_node,
        slow=True,
    ),
]
