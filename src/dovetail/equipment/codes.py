"""What can be wrong with equipment, connections and tags in a plant's files: stable codes with their meaning."""

from __future__ import annotations

from typing import Final

from dovetail.lineflow import written as lineflow

PATH: Final = "DT-P101"
NO_PARENT: Final = "DT-P102"
LEVEL_ORDER: Final = "DT-P103"
NO_CLASS: Final = "DT-P104"
CLASS_CIRCLE: Final = "DT-P105"
UNKNOWN_PARAMETER: Final = "DT-P106"
MISSING_PARAMETER: Final = "DT-P107"
PARAMETER_VALUE: Final = "DT-P108"
UNKNOWN_PLACEHOLDER: Final = "DT-P109"
TIMEZONE: Final = "DT-P112"
NO_TIMEZONE: Final = "DT-P113"
MOVED: Final = "DT-P114"
RESERVED: Final = "DT-P115"
NO_CALENDAR: Final = "DT-P116"
NO_HEAD: Final = "DT-P117"
NAME: Final = "DT-P118"
NO_CONNECTION: Final = "DT-P201"
NO_DRIVER: Final = "DT-P202"
ADDRESS: Final = "DT-P203"
NO_SCAN_CLASS: Final = "DT-P204"
HALF_ADDRESS: Final = "DT-P205"
SCALING: Final = "DT-P206"

MEANINGS: Final[dict[str, str]] = {
    PATH: "A path is lower-case words joined by /, as in acme/brno/pack/line1/filler.",
    NO_PARENT: "The equipment above this one is not in the plant.",
    LEVEL_ORDER: "The level cannot stand below its parent's (ISA-95).",
    NO_CLASS: "There is no such equipment class.",
    CLASS_CIRCLE: "An equipment class extends itself.",
    UNKNOWN_PARAMETER: "The class has no such parameter.",
    MISSING_PARAMETER: "The class needs this parameter.",
    PARAMETER_VALUE: "The parameter's value is not of its type.",
    UNKNOWN_PLACEHOLDER: "{…} names a parameter that the class does not have.",
    **lineflow.MEANINGS,
    TIMEZONE: "There is no such time zone.",
    NO_TIMEZONE: "The topmost equipment says in which time zone it stands.",
    MOVED: "This cannot have moved from there.",
    RESERVED: "Dovetail itself keeps this property.",
    NO_CALENDAR: "There is no such calendar.",
    NO_HEAD: "The plant does not say which format it is written in.",
    NAME: "A name is a lower-case word.",
    NO_CONNECTION: "There is no such connection.",
    NO_DRIVER: "There is no such driver.",
    ADDRESS: "The driver does not understand this address, or it brings no values of this kind.",
    NO_SCAN_CLASS: "There is no such scan class.",
    HALF_ADDRESS: "A tag that is read needs a connection and an address.",
    SCALING: "Scale, offset and deadband are for numbers, and a scale of 0 keeps nothing.",
}
