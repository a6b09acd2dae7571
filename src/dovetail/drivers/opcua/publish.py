"""What a publish message says, decoded from its bytes: the plant's busiest message, so scalars take a short way.

Written from OPC 10000-6 §5.2 (binary encoding) and OPC 10000-4 §5.14.5, §7.25. Everything that is not a scalar of a
common type falls back to the library's general decoder, for the whole message.
"""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import Any, Final

from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from dovetail.core.clock import from_datetime
from dovetail.drivers.base import NO_DEVICE_TIME
from dovetail.drivers.opcua import lengths
from dovetail.drivers.values import Row

lengths.keep()  # this page decodes what comes first

EPOCH_US: Final = 11_644_473_600_000_000  # from 1601-01-01, where DateTime begins, to 1970-01-01
_PUBLISH_RESPONSE: Final = b"\x01\x00" + struct.pack("<H", 829)  # FourByte node id, namespace 0
_DATA_CHANGE: Final = b"\x01\x00" + struct.pack("<H", 811) + b"\x01"  # and "a body in bytes follows"
_EMPTY_HEADER_END: Final = b"\x00\x00\x00"  # AdditionalHeader: null node id, no body

_I32 = struct.Struct("<i")
_U32 = struct.Struct("<I")
_I64 = struct.Struct("<q")
_HEADER = struct.Struct("<qIIB")  # Timestamp, RequestHandle, ServiceResult, encoding of ServiceDiagnostics
_MESSAGE = struct.Struct("<Iqi")  # SequenceNumber, PublishTime, number of NotificationData
_ITEM = struct.Struct("<IBB")  # ClientHandle, DataValue mask, Variant encoding
_ITEM_NO_VALUE = struct.Struct("<IB")
_ITEM_BYTES_MIN: Final = 5
_SCALARS: Final[dict[int, struct.Struct]] = {
    1: struct.Struct("<?"),
    2: struct.Struct("<b"),
    3: struct.Struct("<B"),
    4: struct.Struct("<h"),
    5: struct.Struct("<H"),
    6: struct.Struct("<i"),
    7: struct.Struct("<I"),
    8: struct.Struct("<q"),
    9: struct.Struct("<Q"),
    10: struct.Struct("<f"),
    11: struct.Struct("<d"),
}
_STRING: Final = 12


@dataclass(frozen=True, slots=True)
class Published:
    """One publish message. `is_data` False is a keep-alive; `closed` names why the server ended the subscription."""

    sequence: int
    published_us: int | None
    more: bool
    is_data: bool
    rows: tuple[Row, ...] = ()
    closed: str = ""
    undecoded: bool = False
    is_plain: bool = field(default=False, compare=False)  # nothing but scalars: no array and no structure is in it


class _UnusualError(Exception):
    """Not a message of plain scalars: the general decoder takes it."""


def decode(body: Any) -> Published:
    """A publish response (the library's Buffer after the channel's headers). Raises UaError when its head is broken."""
    data = bytes(body)
    try:
        head, position = _head(data)
    except (_UnusualError, struct.error, IndexError):
        return _by_library(body)
    if not head.is_data:
        return head
    try:
        return replace(head, rows=tuple(_data_changes(data, position)), is_plain=True)
    except (_UnusualError, struct.error, IndexError, UnicodeDecodeError):
        return _or_undecoded(body, head)


def _or_undecoded(body: Any, head: Published) -> Published:
    """The general decoder's answer; a message that it cannot decode either is said to be so, not dropped."""
    try:
        return _by_library(body)
    except ua.UaStatusCodeError:
        raise
    except Exception:  # the library raises anything from struct.error to KeyError on a structure it does not know
        return replace(head, undecoded=True)


def _head(data: bytes) -> tuple[Published, int]:
    """Everything before the notification data, and where that begins. Raises _UnusualError with diagnostics in it."""
    if not data.startswith(_PUBLISH_RESPONSE):
        raise _UnusualError
    _, _, result, diagnostics = _HEADER.unpack_from(data, 4)
    position = 4 + _HEADER.size
    (strings,) = _I32.unpack_from(data, position)
    position += 4
    if result or diagnostics or strings > 0 or data[position : position + 3] != _EMPTY_HEADER_END:
        raise _UnusualError
    position += 3 + 4  # and SubscriptionId: a link has one
    (available,) = _I32.unpack_from(data, position)
    position += 4 + 4 * max(available, 0)
    more = data[position] != 0
    sequence, published, parts = _MESSAGE.unpack_from(data, position + 1)
    head = Published(sequence, from_filetime(published) or None, more, is_data=parts > 0)
    if parts > 1:
        raise _UnusualError
    return head, position + 1 + _MESSAGE.size


def _data_changes(data: bytes, position: int) -> list[Row]:
    """The rows of one DataChangeNotification."""
    if data[position : position + 5] != _DATA_CHANGE:
        raise _UnusualError
    (count,) = _I32.unpack_from(data, position + 9)
    position += 13
    if count > (len(data) - position) // _ITEM_BYTES_MIN:
        raise _UnusualError  # claims more items than it has bytes
    rows: list[Row] = []
    for _ in range(count):
        row, position = _item(data, position)
        rows.append(row)
    return rows


def _item(data: bytes, position: int) -> tuple[Row, int]:
    """One MonitoredItemNotification: handle and DataValue (OPC 10000-6 §5.2.2.17)."""
    value: Any = None
    handle, mask = _ITEM_NO_VALUE.unpack_from(data, position)
    position += 5
    if mask & 0x01:
        value, position = _scalar(data, position)
    status = 0
    if mask & 0x02:
        (status,) = _U32.unpack_from(data, position)
        position += 4
    moment = 0
    if mask & 0x04:
        (moment,) = _I64.unpack_from(data, position)
        position += 8
    position += 2 if mask & 0x10 else 0
    if mask & 0x08:
        moment = moment or _I64.unpack_from(data, position)[0]
        position += 8
    position += 2 if mask & 0x20 else 0
    return (handle, value, status, from_filetime(moment)), position


def _scalar(data: bytes, position: int) -> tuple[Any, int]:
    """A Variant that is a scalar of a common type."""
    encoding = data[position]
    form = _SCALARS.get(encoding)
    if form is not None:
        return form.unpack_from(data, position + 1)[0], position + 1 + form.size
    if encoding == _STRING:
        (length,) = _I32.unpack_from(data, position + 1)
        end = position + 5 + max(length, 0)
        if end > len(data):
            raise _UnusualError
        return (None if length < 0 else data[position + 5 : end].decode()), end
    if encoding == 0:
        return None, position + 1
    raise _UnusualError


def from_filetime(ticks: int) -> int:
    """A DateTime (100 ns since 1601) as µs since 1970; 0 and what lies before 1970 is NO_DEVICE_TIME."""
    return max(ticks // 10 - EPOCH_US, NO_DEVICE_TIME)


def row_of(index: int, answer: ua.DataValue) -> Row:
    """One decoded DataValue as a row."""
    moment = answer.SourceTimestamp or answer.ServerTimestamp
    raw = None if answer.Value is None else answer.Value.Value
    return index, raw, status_of(answer), NO_DEVICE_TIME if moment is None else from_datetime(moment)


def status_of(answer: ua.DataValue) -> int:
    return 0 if answer.StatusCode is None else int(answer.StatusCode.value)


def _by_library(body: Any) -> Published:
    """The same by the general decoder."""
    response = struct_from_binary(ua.PublishResponse, body.copy())
    response.ResponseHeader.ServiceResult.check()
    result = response.Parameters
    message = result.NotificationMessage
    rows: list[Row] = []
    closed = ""
    for part in message.NotificationData or ():
        if isinstance(part, ua.DataChangeNotification):
            rows += [row_of(item.ClientHandle, item.Value) for item in part.MonitoredItems]
        elif isinstance(part, ua.StatusChangeNotification):
            closed = part.Status.name
    return Published(
        sequence=int(message.SequenceNumber),
        published_us=from_datetime(message.PublishTime) if message.PublishTime else None,
        more=bool(result.MoreNotifications),
        is_data=bool(message.NotificationData),
        rows=tuple(rows),
        closed=closed,
    )
