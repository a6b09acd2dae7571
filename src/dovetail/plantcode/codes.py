"""What can be wrong with a plant as YAML: every code of the plant code itself, stable for ever, with its meaning.

Rooms keep the codes of their own sections in their `plant.py` (1xx equipment, 2xx connections and tags, …).
"""

from __future__ import annotations

from typing import Final

NOT_UTF8: Final = "DT-P001"
BYTE_ORDER_MARK: Final = "DT-P002"
CONTROL_CHARACTER: Final = "DT-P003"
TOO_LARGE: Final = "DT-P004"
NOT_YAML: Final = "DT-P005"
TAB: Final = "DT-P006"
DUPLICATE_KEY: Final = "DT-P007"
DUPLICATE_ENTRY: Final = "DT-P008"
TOO_DEEP: Final = "DT-P009"
ANCHOR: Final = "DT-P010"
YAML_TAG: Final = "DT-P011"
SEVERAL_DOCUMENTS: Final = "DT-P012"
KEY_NOT_TEXT: Final = "DT-P013"
YES_NO: Final = "DT-P014"
ODD_NUMBER: Final = "DT-P015"
CLOCK_TIME: Final = "DT-P016"
DATE: Final = "DT-P017"
NUMBER_RANGE: Final = "DT-P018"
NOT_A_MAPPING: Final = "DT-P019"
UNKNOWN_SECTION: Final = "DT-P020"
UNKNOWN_FIELD: Final = "DT-P021"
MISSING_FIELD: Final = "DT-P022"
WRONG_VALUE: Final = "DT-P023"
SECRET_IN_CLEAR: Final = "DT-P024"  # noqa: S105  # the code of a fault, not a secret
NO_FILES: Final = "DT-P025"
FILE_NAME: Final = "DT-P026"

MEANINGS: Final[dict[str, str]] = {
    NOT_UTF8: "The file is not UTF-8 text.",
    BYTE_ORDER_MARK: "The file begins with a byte order mark.",
    CONTROL_CHARACTER: "The file holds a character that cannot be seen and has no place in text.",
    TOO_LARGE: "The file, or all files together, are larger than a plant can be.",
    NOT_YAML: "The text is not YAML.",
    TAB: "A tab stands where YAML wants spaces.",
    DUPLICATE_KEY: "The same key stands twice in one mapping; YAML would silently keep the last.",
    DUPLICATE_ENTRY: "The same entry stands in two files.",
    TOO_DEEP: "Mappings or lists are nested deeper than any plant.",
    ANCHOR: "Anchors, aliases and merge keys are not used: equipment classes say what is common.",
    YAML_TAG: "YAML tags (!…) are not used.",
    SEVERAL_DOCUMENTS: "One file holds one YAML document.",
    KEY_NOT_TEXT: "A key must be a plain word or number.",
    YES_NO: "yes, no, on and off are booleans to some YAML readers and text to others.",
    ODD_NUMBER: "This number reads differently in YAML 1.1 and 1.2 (octal, binary, underscores).",
    CLOCK_TIME: "A time of day without quotes is a base-60 number to some YAML readers.",
    DATE: "A date without quotes is a date to some YAML readers and text to others.",
    NUMBER_RANGE: "The number is not finite, or larger than any counter.",
    NOT_A_MAPPING: "Here must stand a mapping (key: value).",
    UNKNOWN_SECTION: "There is no such section.",
    UNKNOWN_FIELD: "There is no such field here.",
    MISSING_FIELD: "A field is missing.",
    WRONG_VALUE: "The value does not fit.",
    SECRET_IN_CLEAR: "A secret stands in the file; plant code only names secrets (secret://…).",
    NO_FILES: "There is no plant code to read.",
    FILE_NAME: "A file of the plant has a name that cannot be kept.",
}
