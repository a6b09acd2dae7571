"""What a PLC's value becomes in the plant's columns: kind, scale, quality."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_to_binary, variant_from_binary
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.drivers.opcua import publish
from dovetail.drivers.opcua.publish import decode
from dovetail.drivers.opcua.status import overflowed, quality_of
from dovetail.drivers.values import Table, converter, to_raw
from shortcuts import examples

NAN = float("nan")


@pytest.mark.parametrize("kind, scale, offset, raw, value, quality", [
    (Kind.F64, 1.0, 0.0, 12, 12.0, q.GOOD),
    (Kind.F64, 0.1, 0.0, 125, 12.5, q.GOOD),  # a PLC that counts in tenths
    (Kind.F64, 1.0, -273.15, 293.15, 20.0, q.GOOD),
    (Kind.F64, 1.0, 0.0, True, 1.0, q.GOOD),
    (Kind.F64, 1.0, 0.0, math.inf, math.inf, q.UNCERTAIN_RANGE),  # kept, and marked
    (Kind.F64, 1.0, 0.0, "12", None, q.BAD_DEVICE),  # a text is not guessed at
    (Kind.F64, 1.0, 0.0, [1.0], None, q.BAD_DEVICE),
    (Kind.F64, 1.0, 0.0, None, None, q.BAD_DEVICE),  # "Variant is nil" on a status-only update
    (Kind.I64, 1.0, 0.0, -7, -7, q.GOOD),
    (Kind.I64, 1.0, 0.0, 7.0, 7, q.GOOD),
    (Kind.I64, 1.0, 0.0, 7.5, None, q.BAD_DEVICE),
    (Kind.I64, 1.0, 0.0, NAN, None, q.BAD_DEVICE),
    (Kind.I64, 1.0, 0.0, 2**64 - 1, None, q.BAD_DEVICE),  # does not fit
    (Kind.I64, 1.0, 0.0, datetime(2026, 1, 5, 6, tzinfo=UTC), 1_767_592_800_000_000, q.GOOD),
    (Kind.I64, 10.0, 1.0, 3, 31, q.GOOD),
    (Kind.U64, 1.0, 0.0, 2**64 - 1, 2**64 - 1, q.GOOD),
    (Kind.U64, 1.0, 0.0, 2**53 + 1, 2**53 + 1, q.GOOD),  # counters stay exact
    (Kind.U64, 1.0, 0.0, -1, None, q.BAD_DEVICE),
    (Kind.BOOL, 1.0, 0.0, True, True, q.GOOD),
    (Kind.BOOL, 1.0, 0.0, 0, False, q.GOOD),
    (Kind.BOOL, 1.0, 0.0, 2, None, q.BAD_DEVICE),
    (Kind.STR, 1.0, 0.0, "Kolben", "Kolben", q.GOOD),
    (Kind.STR, 1.0, 0.0, ua.LocalizedText("Störung"), "Störung", q.GOOD),
    (Kind.STR, 1.0, 0.0, 5, None, q.BAD_DEVICE),
    (Kind.STR, 1.0, 0.0, "x" * 64_001, None, q.BAD_DEVICE),
    (Kind.JSON, 1.0, 0.0, [1, 2], "[1,2]", q.GOOD),
    (Kind.JSON, 1.0, 0.0, object(), None, q.BAD_DEVICE),
])  # fmt: skip
def test_conversion(kind, scale, offset, raw, value, quality):
    assert converter(Point(1, "", kind, scale, offset))(raw) == (value, quality)


def test_nan_is_a_value_not_an_absence():
    table = Table([Point(1, "", Kind.F64)], quality_of)
    (batch,) = table.batches([(0, NAN, 0, 5)], received_us=9)
    assert batch.valid.tolist() == [True]
    assert batch.quality.tolist() == [q.UNCERTAIN_RANGE]
    assert math.isnan(batch.value.tolist()[0])


@given(st.integers(0, 2**32 - 1))
def test_severity_is_never_lost(status):
    severity = status >> 30
    expected = {0: q.GOOD, 1: q.UNCERTAIN, 2: q.BAD, 3: q.BAD}[severity]
    assert quality_of(status) & q.MAJOR_MASK == expected


def test_overflow_bit():
    assert overflowed(0x0480)
    assert not overflowed(0x0080)  # the same bit means something else without InfoType DataValue
    assert quality_of(0x0480) == q.GOOD


@pytest.mark.parametrize("kind, scale, value, raw", [
    (Kind.F64, 0.1, 12.5, 125.0),
    (Kind.U64, 1.0, 7, 7),
    (Kind.I64, 0.5, 3, 6),
    (Kind.BOOL, 1.0, True, True),
    (Kind.STR, 1.0, "cola", "cola"),
])  # fmt: skip
def test_way_back(kind, scale, value, raw):
    assert to_raw(Point(1, "", kind, scale), value) == raw


# --- the short way through a publish message gives what the general decoder gives ------------------------------

_SCALARS = st.one_of(
    st.tuples(st.just(ua.VariantType.Boolean), st.booleans()),
    st.tuples(st.just(ua.VariantType.SByte), st.integers(-128, 127)),
    st.tuples(st.just(ua.VariantType.Byte), st.integers(0, 255)),
    st.tuples(st.just(ua.VariantType.Int16), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(st.just(ua.VariantType.UInt16), st.integers(0, 2**16 - 1)),
    st.tuples(st.just(ua.VariantType.Int32), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just(ua.VariantType.UInt32), st.integers(0, 2**32 - 1)),
    st.tuples(st.just(ua.VariantType.Int64), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just(ua.VariantType.UInt64), st.integers(0, 2**64 - 1)),
    st.tuples(st.just(ua.VariantType.Float), st.floats(width=32, allow_nan=False)),
    st.tuples(st.just(ua.VariantType.Double), st.floats(allow_nan=False)),
    st.tuples(st.just(ua.VariantType.String), st.text(max_size=20)),
)
_MOMENTS = st.one_of(st.none(), st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
_ITEMS = st.lists(
    st.tuples(_SCALARS, st.sampled_from([0, 0x40900000, 0x80340000, 0x480]), _MOMENTS, _MOMENTS), max_size=20
)


def _message(items, more):
    notification = ua.DataChangeNotification()
    notification.MonitoredItems = [
        ua.MonitoredItemNotification(
            handle,
            ua.DataValue(
                Value=ua.Variant(value, kind),
                StatusCode=ua.StatusCode(status),
                SourceTimestamp=source,
                ServerTimestamp=server,
            ),
        )
        for handle, ((kind, value), status, source, server) in enumerate(items)
    ]
    result = ua.PublishResult(SubscriptionId=3, AvailableSequenceNumbers=[1, 2], MoreNotifications=more)
    result.NotificationMessage = ua.NotificationMessage(SequenceNumber=7, NotificationData=[notification])
    return struct_to_binary(ua.PublishResponse(Parameters=result))


@given(_ITEMS, st.booleans())
@settings(max_examples=examples(60), deadline=None)
def test_short_way_equals_general_decoder(items, more):
    data = _message(items, more)
    short = decode(Buffer(data))
    assert short == publish._by_library(Buffer(data))
    assert len(short.rows) == len(items)


@given(_ITEMS, st.data())
@settings(max_examples=examples(60), deadline=None)
def test_broken_bytes_never_hang_or_pass(items, data):
    """A cut or changed message is decoded, said to be undecoded, or raises; it never invents points."""
    message = bytearray(_message(items, False))
    cut = data.draw(st.integers(0, len(message)))
    for at in data.draw(st.lists(st.integers(0, len(message) - 1), max_size=4)):
        message[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        decoded = decode(Buffer(bytes(message[:cut])))
    except Exception as error:  # the session turns any of them into LinkError
        assert not isinstance(error, (MemoryError, RecursionError))
    else:
        assert len(decoded.rows) <= len(message)


def test_array_takes_the_general_way():
    data = _message([((ua.VariantType.Double, [1.0, 2.0]), 0, None, None)], False)
    assert decode(Buffer(data)).rows[0][1] == [1.0, 2.0]


@pytest.mark.parametrize("value, why", [
    (b"\x80\xff\xff\xff\x7f", "an array of 2147483647 nothings"),
    (b"\x0c\xf9\xff\xff\xff", "a length of -7"),
    (b"\x8c\x01\x00\x00\x00\xfe\xff\xff\xff", "a length of -2"),
])  # fmt: skip
def test_a_servers_lengths_are_believed_as_far_as_its_bytes_go(value, why):
    with pytest.raises(ua.UaError, match=why):
        variant_from_binary(Buffer(value))


def test_no_array_and_an_empty_one_are_no_fault():
    assert variant_from_binary(Buffer(b"\x80\xff\xff\xff\xff")).Value is None
    assert variant_from_binary(Buffer(b"\x80\x00\x00\x00\x00")).Value == []


def test_keep_alive():
    result = ua.PublishResult(SubscriptionId=3, MoreNotifications=False)
    result.NotificationMessage = ua.NotificationMessage(SequenceNumber=9)
    decoded = decode(Buffer(struct_to_binary(ua.PublishResponse(Parameters=result))))
    assert (decoded.is_data, decoded.rows, decoded.sequence) == (False, (), 9)


def test_ended_subscription_says_why():
    result = ua.PublishResult(SubscriptionId=3, MoreNotifications=False)
    notice = ua.StatusChangeNotification(Status=ua.StatusCode(ua.StatusCodes.BadTimeout))
    result.NotificationMessage = ua.NotificationMessage(SequenceNumber=9, NotificationData=[notice])
    assert decode(Buffer(struct_to_binary(ua.PublishResponse(Parameters=result)))).closed == "BadTimeout"
