"""The payload of Sparkplug B 3.0 and its data types: what edge nodes send through a broker, and how its bytes are read.

The message is described here by the field numbers of the specification (§6.4), and decoded by protobuf's own C code.
Negative integers travel as two's complement in unsigned fields; arrays are packed little-endian into bytes (§6.4.16).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import partial
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from dovetail.core.errors import PointError

NAMESPACE: Final = "spBv1.0"
REBIRTH: Final = "Node Control/Rebirth"
BDSEQ: Final = "bdSeq"
_PROTO: Final = descriptor_pb2.FieldDescriptorProto
_SCALARS: Final[Mapping[str, descriptor_pb2.FieldDescriptorProto.Type.ValueType]] = {
    "u32": _PROTO.TYPE_UINT32, "u64": _PROTO.TYPE_UINT64, "f32": _PROTO.TYPE_FLOAT, "f64": _PROTO.TYPE_DOUBLE,
    "bool": _PROTO.TYPE_BOOL, "str": _PROTO.TYPE_STRING, "bytes": _PROTO.TYPE_BYTES,
}  # fmt: skip
_PACKAGE: Final = "dovetail.sparkplug"
# message → fields in the order of their numbers from 1; `*` many, `|` one of the values
_MESSAGES: Final[Mapping[str, str]] = {
    "Payload": "timestamp:u64 metrics:*Metric seq:u64 uuid:str body:bytes",
    "Metric": "name:str alias:u64 timestamp:u64 datatype:u32 is_historical:bool is_transient:bool is_null:bool "
    "metadata:MetaData properties:PropertySet int_value:|u32 long_value:|u64 float_value:|f32 double_value:|f64 "
    "boolean_value:|bool string_value:|str bytes_value:|bytes dataset_value:|DataSet template_value:|Template",
    "MetaData": "is_multi_part:bool content_type:str size:u64 seq:u64 file_name:str file_type:str md5:str "
    "description:str",
    "PropertySet": "keys:*str values:*PropertyValue",
    "PropertySetList": "propertyset:*PropertySet",
    "PropertyValue": "type:u32 is_null:bool int_value:|u32 long_value:|u64 float_value:|f32 double_value:|f64 "
    "boolean_value:|bool string_value:|str propertyset_value:|PropertySet propertysets_value:|PropertySetList",
    "DataSet": "num_of_columns:u64 columns:*str types:*u32 rows:*Row",
    "Row": "elements:*DataSetValue",
    "DataSetValue": "int_value:|u32 long_value:|u64 float_value:|f32 double_value:|f64 boolean_value:|bool "
    "string_value:|str",
    "Template": "version:str metrics:*Metric parameters:*Parameter template_ref:str is_definition:bool",
    "Parameter": "name:str type:u32 int_value:|u32 long_value:|u64 float_value:|f32 double_value:|f64 "
    "boolean_value:|bool string_value:|str",
}


class DataType(IntEnum):
    """§6.4.16; the numbers go over the wire."""

    Unknown = 0
    Int8 = 1
    Int16 = 2
    Int32 = 3
    Int64 = 4
    UInt8 = 5
    UInt16 = 6
    UInt32 = 7
    UInt64 = 8
    Float = 9
    Double = 10
    Boolean = 11
    String = 12
    DateTime = 13
    Text = 14
    UUID = 15
    DataSet = 16
    Bytes = 17
    File = 18
    Template = 19
    PropertySet = 20
    PropertySetList = 21
    Int8Array = 22
    Int16Array = 23
    Int32Array = 24
    Int64Array = 25
    UInt8Array = 26
    UInt16Array = 27
    UInt32Array = 28
    UInt64Array = 29
    FloatArray = 30
    DoubleArray = 31
    BooleanArray = 32
    StringArray = 33
    DateTimeArray = 34


def _payload_class() -> Any:
    """The message class, made from the table above."""
    file = descriptor_pb2.FileDescriptorProto(name="dovetail/sparkplug_b.proto", package=_PACKAGE, syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        if "|" in fields:
            message.oneof_decl.add(name="value")
        for number, (field, kind) in enumerate((part.split(":") for part in fields.split()), start=1):
            plain = kind.lstrip("*|")
            made = message.field.add(name=field, number=number)
            made.label = _PROTO.LABEL_REPEATED if kind.startswith("*") else _PROTO.LABEL_OPTIONAL
            if plain in _SCALARS:
                made.type = _SCALARS[plain]
            else:
                made.type, made.type_name = _PROTO.TYPE_MESSAGE, f".{_PACKAGE}.{plain}"
            if kind.startswith("|"):
                made.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


Payload: Final[Any] = _payload_class()


def decode(data: bytes) -> Any | None:
    """The payload; None for bytes that are none."""
    payload = Payload()
    try:
        payload.ParseFromString(data)
    except (DecodeError, UnicodeDecodeError):
        return None
    return payload


def _signed(bits: int) -> Callable[[int], int | None]:
    """Two's complement, whether the sender extended the sign to the whole field or not; None when it cannot be."""
    half, whole, field = 1 << (bits - 1), 1 << bits, 1 << (64 if bits == 64 else 32)

    def convert(raw: int) -> int | None:
        if raw < half:
            return raw
        if raw < whole:
            return raw - whole
        return raw - field if raw >= field - half else None

    return convert


def _unsigned(bits: int) -> Callable[[int], int | None]:
    return lambda raw: raw if raw < 1 << bits else None


def _numbers(code: str) -> Callable[[bytes], list[Any] | None]:
    size = struct.calcsize(f"<{code}")

    def convert(raw: bytes) -> list[Any] | None:
        return None if len(raw) % size else [one for (one,) in struct.iter_unpack(f"<{code}", raw)]

    return convert


def _booleans(raw: bytes) -> list[bool] | None:
    """A count of four bytes, then eight values a byte, the highest bit first."""
    count = int.from_bytes(raw[:4], "little")
    if len(raw) < 4 or len(raw) - 4 != (count + 7) // 8:
        return None
    return [bool(raw[4 + at // 8] >> (7 - at % 8) & 1) for at in range(count)]


def _strings(raw: bytes) -> list[str] | None:
    """Each ended by a NUL."""
    if raw and raw[-1]:
        return None
    try:
        return raw.decode().split("\0")[:-1]
    except UnicodeDecodeError:
        return None


def _dataset(raw: Any) -> dict[str, Any] | None:
    types, columns = list(raw.types), list(raw.columns)
    if len(types) != len(columns) or any(len(row.elements) != len(columns) for row in raw.rows):
        return None
    rows = [[value_of(cell, kind) for cell, kind in zip(row.elements, types, strict=True)] for row in raw.rows]
    return {"columns": columns, "rows": rows}


def _template(raw: Any) -> dict[str, Any]:
    metrics = {metric.name: value_of(metric, metric.datatype) for metric in raw.metrics}
    parameters = {one.name: value_of(one, one.type) for one in raw.parameters}
    return {"ref": raw.template_ref, "metrics": metrics, "parameters": parameters}


# data type → (field, how its content becomes a value; None where it is one)
FORMS: Final[dict[int, tuple[str, Callable[[Any], Any] | None]]] = {
    DataType.Int8: ("int_value", _signed(8)),
    DataType.Int16: ("int_value", _signed(16)),
    DataType.Int32: ("int_value", _signed(32)),
    DataType.Int64: ("long_value", _signed(64)),
    DataType.UInt8: ("int_value", _unsigned(8)),
    DataType.UInt16: ("int_value", _unsigned(16)),
    DataType.UInt32: ("int_value", None),
    DataType.UInt64: ("long_value", None),
    DataType.Float: ("float_value", None),
    DataType.Double: ("double_value", None),
    DataType.Boolean: ("boolean_value", None),
    DataType.String: ("string_value", None),
    DataType.DateTime: ("long_value", None),
    DataType.Text: ("string_value", None),
    DataType.UUID: ("string_value", None),
    DataType.DataSet: ("dataset_value", _dataset),
    DataType.Bytes: ("bytes_value", bytes.hex),
    DataType.File: ("bytes_value", bytes.hex),
    DataType.Template: ("template_value", _template),
    DataType.Int8Array: ("bytes_value", _numbers("b")),
    DataType.Int16Array: ("bytes_value", _numbers("h")),
    DataType.Int32Array: ("bytes_value", _numbers("i")),
    DataType.Int64Array: ("bytes_value", _numbers("q")),
    DataType.UInt8Array: ("bytes_value", _numbers("B")),
    DataType.UInt16Array: ("bytes_value", _numbers("H")),
    DataType.UInt32Array: ("bytes_value", _numbers("I")),
    DataType.UInt64Array: ("bytes_value", _numbers("Q")),
    DataType.FloatArray: ("bytes_value", _numbers("f")),
    DataType.DoubleArray: ("bytes_value", _numbers("d")),
    DataType.BooleanArray: ("bytes_value", _booleans),
    DataType.StringArray: ("bytes_value", _strings),
    DataType.DateTimeArray: ("bytes_value", _numbers("Q")),
}
_INTEGER_FIELDS: Final = ("int_value", "long_value")


def form_of(datatype: int, present: str | None) -> tuple[str, Callable[[Any], Any] | None]:
    """The field and conversion of a type, by the field in which a sender puts it; "" for a type that has no value.

    Senders differ in where they put an UInt32: the specification says the narrow field, its own libraries the wide one.
    """
    field, convert = FORMS.get(datatype, ("", None))
    if field in _INTEGER_FIELDS and present in _INTEGER_FIELDS and present != field:
        return present, partial(_other_width, datatype=datatype)
    return field, convert


def value_of(holder: Any, datatype: int) -> Any:
    """The value a metric, property or cell holds as that type; None where it holds none, or one that cannot be it.

    A sender that puts an integer into the wider or narrower of the two integer fields is understood.
    """
    form = FORMS.get(datatype)
    if form is None:
        return None
    field, convert = form
    present = holder.WhichOneof("value")
    if present == field:
        raw = getattr(holder, field)
        return raw if convert is None else convert(raw)
    if field in _INTEGER_FIELDS and present in _INTEGER_FIELDS:
        return _other_width(getattr(holder, present), datatype)
    return None


def _other_width(raw: int, datatype: int) -> int | None:
    """An integer in the other field: an Int32 in 64 bits, an Int64 in 32."""
    if datatype in (DataType.Int8, DataType.Int16, DataType.Int32) and raw >= 1 << 63:
        raw -= (1 << 64) - (1 << 32)
    if raw < 0:
        return None
    convert = FORMS[datatype][1]
    limit = 1 << (64 if datatype in (DataType.UInt64, DataType.Int64, DataType.DateTime) else 32)
    return None if raw >= limit else raw if convert is None else convert(raw)


def put(holder: Any, datatype: int, value: object, field: str | None = None) -> None:
    """Set the value of a metric that is to be sent, in the field its node uses. Raises PointError for a misfit."""
    field = FORMS.get(datatype, ("", None))[0] if field is None else field
    try:
        if field in _INTEGER_FIELDS and isinstance(value, int):
            _check_range(datatype, value)
            setattr(holder, field, value % (1 << (64 if field == "long_value" else 32)))
        elif field in ("float_value", "double_value", "boolean_value", "string_value"):
            setattr(holder, field, value)
        else:
            raise TypeError
    except (TypeError, ValueError) as error:
        name = DataType(datatype).name if datatype in FORMS else f"type {datatype}"
        raise PointError(f"{value!r} cannot be sent as {name}") from error


def _check_range(datatype: int, value: int) -> None:
    name = DataType(datatype).name
    bits = 64 if name == "DateTime" else int(name.lstrip("UInt"))
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if name.startswith("Int") else (0, (1 << bits) - 1)
    if not low <= value <= high:
        raise ValueError(f"{value} is out of range")
