"""Tag lists as plants send them, written by hand from what their makers document."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Notes" sheetId="1" r:id="rId1"/><sheet name="Tags" sheetId="2" r:id="rId2"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="worksheets/sheet2.xml"/>'
    '<Relationship Id="rId9" TargetMode="External" Target="file:///etc/passwd"/></Relationships>'
)
EMPTY_SHEET = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'


def xlsx(sheet: str, texts: str = "", **parts: str) -> bytes:
    """A workbook whose second sheet holds these rows; texts are its shared strings."""
    files = {
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": EMPTY_SHEET,
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        **{name.replace("__", "/"): text for name, text in parts.items()},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in files.items():
            book.writestr(name, text)
    return packed.getvalue()


def cells(row: int, *values: str | float) -> str:
    """One row of a sheet: texts inline, numbers as numbers."""
    made = [
        f'<c r="{chr(65 + at)}{row}" t="inlineStr"><is><t>{value}</t></is></c>'
        if isinstance(value, str)
        else f'<c r="{chr(65 + at)}{row}"><v>{value}</v></c>'
        for at, value in enumerate(values)
    ]
    return f'<row r="{row}">{"".join(made)}</row>'


NODESET = """<?xml version="1.0" encoding="utf-8"?>
<UANodeSet xmlns="http://opcfoundation.org/UA/2011/03/UANodeSet.xsd"
  xmlns:uax="http://opcfoundation.org/UA/2008/02/Types.xsd">
  <NamespaceUris><Uri>urn:maker:line;1</Uri><Uri>urn:maker:base</Uri></NamespaceUris>
  <Aliases><Alias Alias="Double">i=11</Alias><Alias Alias="HasComponent">i=47</Alias>
    <Alias Alias="Mode">ns=2;i=300</Alias></Aliases>
  <UAObject NodeId="ns=1;i=10" BrowseName="1:Filler"><DisplayName>Filler</DisplayName>
    <References><Reference ReferenceType="Organizes" IsForward="false">i=85</Reference></References></UAObject>
  <UAVariable NodeId="ns=1;s=Filler.Pressure" BrowseName="1:Pressure" DataType="Double">
    <DisplayName>Line pressure</DisplayName><Description>behind the filter</Description>
    <References><Reference ReferenceType="HasComponent" IsForward="false">ns=1;i=10</Reference></References>
  </UAVariable>
  <UAVariable NodeId="ns=1;i=12" BrowseName="EngineeringUnits" DataType="i=887" ParentNodeId="ns=1;s=Filler.Pressure">
    <References><Reference ReferenceType="HasProperty" IsForward="false">ns=1;s=Filler.Pressure</Reference></References>
    <Value><uax:ExtensionObject><uax:TypeId><uax:Identifier>i=888</uax:Identifier></uax:TypeId><uax:Body>
      <uax:EUInformation><uax:NamespaceUri>http://www.opcfoundation.org/UA/units/un/cefact</uax:NamespaceUri>
      <uax:UnitId>4408652</uax:UnitId><uax:DisplayName>
        <uax:Locale>en</uax:Locale><uax:Text>°C</uax:Text></uax:DisplayName>
      <uax:Description><uax:Text>degree Celsius</uax:Text></uax:Description></uax:EUInformation></uax:Body>
    </uax:ExtensionObject></Value></UAVariable>
  <UAVariable NodeId="ns=1;i=13" BrowseName="EURange" DataType="i=884">
    <References><Reference ReferenceType="HasProperty" IsForward="false">ns=1;s=Filler.Pressure</Reference></References>
    <Value><uax:ExtensionObject><uax:Body><uax:Range><uax:Low>-10</uax:Low><uax:High>120.5</uax:High></uax:Range>
    </uax:Body></uax:ExtensionObject></Value></UAVariable>
  <UADataType NodeId="ns=2;i=300" BrowseName="2:Mode"><References>
    <Reference ReferenceType="HasSubtype" IsForward="false">i=29</Reference></References></UADataType>
  <UAVariable NodeId="ns=1;i=14" BrowseName="1:Mode" DataType="Mode">
    <References><Reference ReferenceType="i=47" IsForward="false">ns=1;i=10</Reference></References></UAVariable>
  <UAVariable NodeId="ns=1;i=15" BrowseName="1:History" DataType="Double" ValueRank="1">
    <References><Reference ReferenceType="i=47" IsForward="false">ns=1;i=10</Reference></References></UAVariable>
  <UAVariable NodeId="ns=9;i=16" BrowseName="1:Lost" DataType="Double"/>
  <UAObjectType NodeId="ns=1;i=20" BrowseName="1:FillerType"/>
  <UAVariable NodeId="ns=1;i=21" BrowseName="1:OfType" DataType="Double">
    <References><Reference ReferenceType="HasComponent" IsForward="false">ns=1;i=20</Reference></References>
  </UAVariable>
</UANodeSet>""".encode()

MOTOR: dict[str, Any] = {
    "name": "Motor",
    "tagType": "UdtType",
    "parameters": {"Device": {"dataType": "String", "value": "PLC1"}, "Base": {"dataType": "String"}},
    "tags": [
        {
            "name": "Speed",
            "tagType": "AtomicTag",
            "valueSource": "opc",
            "dataType": "Float4",
            "opcServer": "Ignition OPC UA Server",
            "opcItemPath": {"bindType": "parameter", "binding": "ns=1;s=[{Device}]{Base}.Speed"},
            "engUnit": "rpm",
        },
        {"name": "Hours", "tagType": "AtomicTag", "valueSource": "memory", "dataType": "Int4"},
    ],
}
IGNITION = json.dumps(
    {
        "name": "",
        "tagType": "Provider",
        "tags": [
            {"name": "_types_", "tagType": "Folder", "tags": [MOTOR]},
            {
                "name": "Line 1",
                "tagType": "Folder",
                "tags": [
                    {
                        "name": "Level",
                        "tagType": "AtomicTag",
                        "valueSource": "opc",
                        "dataType": "Int2",
                        "opcServer": "Ignition OPC UA Server",
                        "opcItemPath": "ns=1;s=[PLC1]Line.Level",
                        "scaleMode": "Linear",
                        "rawLow": 0,
                        "rawHigh": 27648,
                        "scaledLow": 0.0,
                        "scaledHigh": 100.0,
                        "engUnit": "%",
                        "documentation": "of the buffer",
                        "alarms": [{"name": "High", "setpointA": 90.0}],
                        "tagGroup": "Default",
                    },
                    {
                        "name": "M1",
                        "tagType": "UdtInstance",
                        "typeId": "Motor",
                        "parameters": {"Base": {"value": "M[1]"}},
                    },
                    {"name": "M2", "tagType": "UdtInstance", "typeId": "Motor"},
                    {"name": "V1", "tagType": "UdtInstance", "typeId": "Valves/Valve"},
                    {"name": "Old", "tagType": "AtomicTag", "valueSource": "opc", "opcItemPath": "x", "enabled": False},
                ],
            },
        ],
    }
).encode()  # fmt: skip


def kepware_tag(name: str, address: str, data_type: int, **more: Any) -> dict[str, Any]:
    """One tag of a project."""
    said = {f"servermain.TAG_{key.upper()}": value for key, value in more.items()}
    return {
        "common.ALLTYPES_NAME": name,
        "servermain.TAG_ADDRESS": address,
        "servermain.TAG_DATA_TYPE": data_type,
        "servermain.TAG_SCAN_RATE_MILLISECONDS": 100,
        "servermain.TAG_SCALING_TYPE": 0,
        **said,
    }


KEPWARE = json.dumps(
    {
        "project": {
            "channels": [
                {
                    "common.ALLTYPES_NAME": "Hall",
                    "servermain.MULTIPLE_TYPES_DEVICE_DRIVER": "Modbus TCP/IP Ethernet",
                    "devices": [
                        {
                            "common.ALLTYPES_NAME": "Labeller",
                            "modbus_ethernet.DEVICE_FIRST_WORD_LOW": True,
                            "tags": [kepware_tag("Speed", "400011", 8), kepware_tag("Lid", "400013.3", 1)],
                            "tag_groups": [
                                {
                                    "common.ALLTYPES_NAME": "Counts",
                                    "tags": [
                                        kepware_tag("Good", "400021", 7),
                                        kepware_tag("Coded", "400031", 10),
                                        kepware_tag("Many", "400041 [10]", 25),
                                        kepware_tag(
                                            "Level", "300051", 5, scaling_type=1, scaling_raw_low=0,
                                            scaling_raw_high=1000, scaling_scaled_low=-10, scaling_scaled_high=90,
                                            scaling_units="°C",
                                        ),
                                        kepware_tag("Root", "300052", 5, scaling_type=2),
                                    ],
                                }
                            ],
                        },
                        {"common.ALLTYPES_NAME": "Other", "tags": [kepware_tag("Speed", "400001", 5)]},
                    ],
                }
            ]
        }
    }
).encode()  # fmt: skip

KEPWARE_CSV = (
    b"Tag Name,Address,Data Type,Respect Data Type,Client Access,Scan Rate,Scaling,Raw Low,Raw High,Scaled Low,"
    b"Scaled High,Scaled Data Type,Clamp Low,Clamp High,Eng Units,Description,Negate Value\r\n"
    b'"Line1.Speed",400011,Float,1,R/W,100,,,,,,,,,,"of the belt",\r\n'
    b'"Line1.Level",300012,Word,1,RO,100,Linear,0,1000,0,100,Double,0,0,"%","",0\r\n'
    b'"Text",400021.20H,String,1,RO,100,,,,,,,,,,"",\r\n'
)
