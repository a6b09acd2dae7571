"""The words that tag lists use, in English and German and in the dialects of their makers: headings, types, units."""

from __future__ import annotations

from typing import Final, NamedTuple


class DataType(NamedTuple):
    """What a word for a data type means: its width where the word tells it, and the kind of value for plant code."""

    width: str | None
    kind: str


def _spread(table: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in table.items() for word in words.split("|")}


# a heading is compared in small letters and without what is no letter or digit
HEADINGS: Final[dict[str, str]] = _spread(
    {
        "name": "name|tagname|tag|signal|signalname|symbol|symbolname|variable|variablename|variablenname|tagid|punkt"
        "|punktname|pointname|point|bezeichner|kurzbezeichnung|itemname|item|property|datenpunkt|datenpunktname",
        "address": "address|adresse|logicaladdress|logischeadresse|register|registeraddress|registeradresse|nodeid"
        "|knotenid|opcitempath|opcaddress|path|plcaddress|spsadresse|source|quelle|absoluteaddress|absoluteadresse"
        "|operand|topic|thema|tagaddress|tagadresse|modbusaddress|modbusadresse|referenz|reference|itemid",
        "type": "type|typ|datatype|datentyp|kind|art|plctype|spstyp|format|datenformat|dataformat|tagtype",
        "unit": "unit|units|einheit|engunits|engunit|engineeringunit|engineeringunits|uom|masseinheit|maßeinheit"
        "|physikalischeeinheit|eu",
        "scale": "scale|faktor|factor|gain|skalierung|scalefactor|skalierungsfaktor|multiplier|multiplikator|slope"
        "|steigung",
        "offset": "offset|versatz|nullpunkt|bias|addend|verschiebung",
        "deadband": "deadband|totband|totzone|hysterese",
        "low": "low|min|minimum|rangelow|bereichvon|engmin|englow|messbereichvon|untergrenze|lowlimit|von"
        "|messbereichmin|rangemin|eulow",
        "high": "high|max|maximum|rangehigh|bereichbis|engmax|enghigh|messbereichbis|obergrenze|highlimit|bis"
        "|messbereichmax|rangemax|euhigh",
        "description": "description|beschreibung|comment|kommentar|bemerkung|remark|remarks|documentation|tooltip"
        "|text|klartext|langtext|bezeichnung|label|note|notes|notiz|desc",
        "mode": "mode|modus|acquisitionmode|erfassungsart|erfassung|readmode|lesart|updatemode",
        "interval": "interval|intervall|scanrate|zyklus|zykluszeit|pollinginterval|cycle|cycletime|period|abtastrate"
        "|abfrageintervall|intervalms|intervallms|updaterate|samplinginterval|erfassungszyklus|zyklusms",
        "equipment": "equipment|anlage|maschine|machine|workunit|aggregat|unitpath|arbeitseinheit|asset",
        "folder": "folder|ordner|group|gruppe|taggroup|device|gerät|geraet|tagtable|tagtabelle|variablentabelle"
        "|channel|kanal|bereich|area|block|baustein|db|datablock|datenbaustein",
        "raw_low": "rawlow|rawmin|rohmin|rohwertmin|rohuntergrenze|rawminimum",
        "raw_high": "rawhigh|rawmax|rohmax|rohwertmax|rohobergrenze|rawmaximum",
        "scaled_low": "scaledlow|scaledmin|skaliertmin|scaleduntergrenze",
        "scaled_high": "scaledhigh|scaledmax|skaliertmax|scaledobergrenze",
        "scaling": "scaling|scalingtype|skalierungsart|scalemode",
        "negate": "negatevalue|negate",
    }
)
NAMES: Final[dict[str, tuple[str, str]]] = {
    "name": ("Name", "Name"),
    "address": ("Address", "Adresse"),
    "type": ("Type", "Typ"),
    "unit": ("Unit", "Einheit"),
    "scale": ("Scale", "Faktor"),
    "offset": ("Offset", "Versatz"),
    "deadband": ("Deadband", "Totband"),
    "low": ("Low", "Untergrenze"),
    "high": ("High", "Obergrenze"),
    "description": ("Description", "Beschreibung"),
    "mode": ("Mode", "Modus"),
    "interval": ("Interval ms", "Intervall ms"),
    "equipment": ("Equipment", "Maschine"),
}  # of the template and of exports: (English, German)

_WIDTHS: Final = {
    "bit": ("bool", "bool|boolean|bit|bin|binary|digital|discrete|binär|binaer|boolesch|x"),
    "int8": ("i64", "sint|int8|sbyte|int1|i1|char"),
    "uint8": ("i64", "usint|uint8|byte|ui1"),
    "int16": ("i64", "int|int16|short|int2|i2|integer16|sword|ganzzahl16"),
    "uint16": ("i64", "uint|uint16|word|ushort|ui2|unsigned16|wort"),
    "int32": ("i64", "dint|int32|long|int4|i4|integer|integer32|sdword|ganzzahl|ganzzahl32"),
    "uint32": ("i64", "udint|uint32|dword|ulong|ui4|unsigned32|doppelwort"),
    "int64": ("i64", "lint|int64|llong|longlong|int8byte|integer64|i8"),
    "uint64": ("u64", "ulint|uint64|lword|qword|ulonglong|ui8"),
    "float32": ("f64", "real|float|float32|float4|single|r4|gleitkomma|gleitpunkt|gleitkommazahl|fließkomma"),
    "float64": ("f64", "lreal|double|float64|float8|r8|gleitkomma64"),
    "string": ("str", "string|text|str|wstring|localizedtext|zeichenkette|zeichenfolge|guid|unicode|bstr"),
    "time": ("i64", "time|dauer|timespan|duration"),
    "date": ("str", "date|datetime|dateandtime|dt|datum|zeitstempel|timestamp|dtl|ldt|utctime"),
}
DATA_TYPES: Final[dict[str, DataType]] = {
    word: DataType(width, kind) for width, (kind, words) in _WIDTHS.items() for word in words.split("|")
} | {kind: DataType(None, kind) for kind in ("f64", "i64", "u64", "json")}
DATA_TYPES["analog"] = DATA_TYPES["number"] = DATA_TYPES["zahl"] = DataType(None, "f64")
DATA_TYPES["enumeration"] = DataType("int32", "i64")
NOT_ONE_VALUE: Final = {
    "bcd", "lbcd", "bytearray", "document", "dataset", "struct", "structure", "struktur", "udt", "array", "byteblock",
    "extensionobject", "variant", "diagnosticinfo", "xmlelement", "counter", "timer",
}  # fmt: skip

# what plants write for a unit, in UCUM (which the expressions calculate with)
UNITS: Final[dict[str, str]] = _spread(
    {
        "Cel": "°C|℃|degC|deg C|Grad C|Grad Celsius|degrees C|degree Celsius|C°|º C|ºC|Celsius",
        "[degF]": "°F|℉|degF|deg F|degree Fahrenheit|Fahrenheit",
        "K": "Kelvin|kelvin",
        "{rev}/min": "rpm|RPM|1/min|U/min|min-1|min⁻¹|Upm|UPM|r/min|rev/min",
        "{#}": "pcs|pc|Stk|Stück|Stk.|St.|pieces|ea|each|one|count|counts",
        "{#}/min": "pcs/min|ppm/min|Stk/min|Stück/min|upm|bpm|cpm|1/Minute|parts/min",
        "{#}/h": "pcs/h|Stk/h|Stück/h|parts/h|bph|cph",
        "%": "percent|Prozent|pct|v.H.",
        "m3": "m³|m^3|cbm|cubic metre",
        "m3/h": "m³/h|m^3/h|cbm/h",
        "m3/min": "m³/min",
        "m3/s": "m³/s",
        "m2": "m²|m^2|qm",
        "mm2": "mm²",
        "m/s2": "m/s²|m/s^2",
        "kg/m3": "kg/m³",
        "L": "ltr|Liter|litre|litres|l",
        "L/min": "l/min|ltr/min|lpm|LPM",
        "L/h": "l/h|ltr/h",
        "L/s": "l/s",
        "kW.h": "kWh|kilowatt hour|KWH",
        "MW.h": "MWh",
        "W.h": "Wh",
        "kV.A": "kVA",
        "V.A": "VA",
        "kvar": "kVAr|kVar|kvar",
        "A.h": "Ah",
        "Ohm": "Ω|Ω|ohm",
        "kOhm": "kΩ",
        "um": "µm|μm",
        "us": "µs|μs",
        "uA": "µA|μA",
        "s": "sec|Sek|Sekunden|seconds|Sek.",
        "min": "Min|Minuten|minutes|Min.",
        "h": "hr|hrs|Std|Std.|Stunden|hours",
        "ms": "msec|Millisekunden",
        "deg": "°|Grad|degree|degrees",
        "[psi]": "psi|PSI",
        "[in_i]": "in|inch|Zoll|inches",
        "[ft_i]": "ft|feet|foot",
        "[lb_av]": "lb|lbs|pound",
        "bar": "Bar|BAR|barg|bar(g)|bar (g)",
        "mbar": "mBar",
        "N.m": "Nm|N·m|newton metre",
        "t": "to|Tonnen|tonne",
        "kg": "Kg|KG|kilogram",
        "g": "gr|gram",
        "m": "metre|meter|Meter",
        "mm": "millimetre",
        "V": "Volt|volt",
        "A": "Amp|Ampere|amps|ampere",
        "mA": "milliampere",
        "Hz": "hertz|Hertz",
        "kW": "KW|kilowatt",
        "[ppm]": "ppm|PPM",
    }
)
