"""MQTT packets byte for byte as the standards show them, and strangers' bytes that must never do harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.mqtt import packets as p
from dovetail.mqtt.stream import Message, Stream

HELLO_5 = p.Hello("edge", 5, "resume", 15, "u", b"pw", p.Will("gone", b"x", 1, True), {p.SESSION_EXPIRY: 60})
HELLO_4 = p.Hello("edge", 4, "clean", 60)


@pytest.mark.parametrize(
    ("made", "hexadecimal"),
    [
        (p.varint(0), "00"),
        (p.varint(127), "7f"),
        (p.varint(128), "8001"),
        (p.varint(16_383), "ff7f"),
        (p.varint(2_097_151), "ffff7f"),
        (p.varint(268_435_455), "ffffff7f"),
        (p.connect(HELLO_4), "1010 0004 4d515454 04 02 003c 0004 65646765"),
        (p.publish("a/b", b"hi", version=4), "3007 0003 612f62 6869"),
        (p.publish("a/b", b"hi", version=4, packet_id=10, retain=True), "3309 0003 612f62 000a 6869"),
        (p.publish("a/b", b"hi", version=5), "3008 0003 612f62 00 6869"),
        (p.subscribe(1, [("a/b", 1), ("c/#", 0)], 4), "820e 0001 0003612f6201 0003632f2300"),
        (p.acknowledge(p.PUBACK, 258), "4002 0102"),
        (p.disconnect(4), "e000"),
        (p.disconnect(5, 4), "e002 04 00"),
    ],
)
def test_written_as_the_standard_shows(made: bytes, hexadecimal: str) -> None:
    assert made == bytes.fromhex(hexadecimal)


def pieces(data: bytes, size: int, version: p.Version = 4) -> tuple[list[Message], list[tuple[int, bytes]]]:
    """What a stream makes of data that arrives in pieces of that size."""
    messages: list[Message] = []
    controls: list[tuple[int, bytes]] = []
    stream = Stream(
        packet_max=1_000_000,
        on_messages=messages.extend,
        on_control=lambda head, body: controls.append((head, body)),
        version=version,
    )
    for start in range(0, len(data), size):
        stream.feed(data[start : start + size])
    return messages, controls


@pytest.mark.parametrize("hello", [HELLO_4, HELLO_5])
def test_a_greeting_comes_back_as_it_was_said(hello: p.Hello) -> None:
    _, ((head, body),) = pieces(p.connect(hello), 7)
    assert head == p.CONNECT
    assert p.read_connect(p.Body(body)) == hello


def test_a_password_is_never_shown() -> None:
    assert "pw" not in repr(HELLO_5)


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=20), st.binary(max_size=300), st.integers(0, 65_535))),
    st.sampled_from([1, 2, 3, 10, 1000]),
    st.sampled_from([4, 5]),
)
def test_messages_arrive_whole_however_they_are_cut(
    sent: list[tuple[str, bytes, int]], size: int, version: p.Version
) -> None:
    data = b"".join(p.publish(topic, body, version=version, packet_id=number) for topic, body, number in sent)
    messages, controls = pieces(data, size, version)
    assert [(topic.decode(), body, number) for topic, body, _, number in messages] == sent
    assert not controls


def test_an_answer_comes_after_the_messages_before_it() -> None:
    order: list[str] = []
    stream = Stream(
        packet_max=100,
        on_messages=lambda some: order.extend(topic.decode() for topic, *_ in some),
        on_control=lambda head, _: order.append(hex(head)),
    )
    stream.feed(p.publish("a", b"", version=4) + bytes((p.PINGRESP, 0)) + p.publish("b", b"", version=4))
    assert order == ["a", "0xd0", "b"]


@pytest.mark.parametrize(
    ("hexadecimal", "version"),
    [
        ("30ffffffff01", 4),  # a length of five bytes
        ("30ffffff7f", 4),  # longer than we take: refused before it is collected
        ("3003000a61", 4),  # the topic is longer than the packet
        ("30020000", 4),  # no topic
        ("3600036162630001", 4),  # QoS 3
        ("3205000161 0000", 4),  # QoS 1 with the number 0
        ("32040001 6100", 4),  # QoS 1 without a number
        ("3004 0001 61 ff", 5),  # properties without an end
        ("3004 0001 61 7f", 5),  # properties longer than the packet
    ],
)
def test_what_breaks_the_rules_is_refused(hexadecimal: str, version: p.Version) -> None:
    with pytest.raises(p.MalformedError):
        pieces(bytes.fromhex(hexadecimal) + bytes(8), 1000, version)


def test_a_long_packet_in_small_pieces_costs_no_more_than_in_one() -> None:
    """Each byte is looked at once: a quadratic reader would need minutes for this."""
    packet = p.publish("a", bytes(900_000), version=4)
    messages, _ = pieces(packet, 10)
    assert len(messages[0][1]) == 900_000


READERS = [
    lambda body: p.read_connect(body),
    lambda body: p.read_connack(body, 5),
    lambda body: p.read_suback(body, 5),
    lambda body: p.read_subscribe(body, 5),
    lambda body: p.read_unsubscribe(body, 4),
    lambda body: p.read_disconnect(body, 5),
    lambda body: p.read_acknowledged(body, 5),
]


@given(st.binary(max_size=60), st.sampled_from(READERS))
def test_a_strangers_bytes_are_refused_or_read(data: bytes, reader) -> None:
    try:
        reader(p.Body(data))
    except p.MalformedError as error:
        assert error.message


@given(st.lists(st.binary(max_size=40), max_size=6), st.sampled_from([4, 5]))
def test_a_strangers_stream_is_refused_or_read(chunks: list[bytes], version: p.Version) -> None:
    stream = Stream(packet_max=1000, on_messages=lambda _: None, on_control=lambda *_: None, version=version)
    try:
        for chunk in chunks:
            stream.feed(chunk)
    except p.MalformedError as error:
        assert error.message
