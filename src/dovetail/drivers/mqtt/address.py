"""Where a value stands on a broker: a topic, and where its payload is JSON, the way to the value inside it.

    line1/filler/speed                     the payload is the value itself, as text
    line1/filler#/speed                    JSON: the member `speed`
    line1/filler#/motor/temp@/ts           with the device's time in the member `ts`
    line1/+/alarm#/text                    whichever machine says it: the newest counts
    gateway#/d/[tag=speed]/value           of a list, the entry whose `tag` is `speed`; elsewhere only such messages
    plant/##/speed                         any topic below `plant`: the first `#` is the wildcard

The part after `#` is a JSON pointer (RFC 6901: `~1` is a slash, `~0` a tilde); a bare `#` means the whole document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.mqtt import topics

EXAMPLES: Final = "line1/filler/speed · line1/filler#/speed · line1/+/state#/text@/ts · gateway#/d/[tag=speed]/value"
STEPS_MAX: Final = 32  # a document nested deeper is no signal
INDEX_DIGITS: Final = 10  # of a place in a list
MISSING: Final = object()  # the document does not have it


@dataclass(frozen=True, slots=True)
class Only:
    """A step that keeps an object only where a member has this value."""

    member: str
    value: str


type Step = str | Only
type Pointer = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """One value. `pointer` None: the payload is the value; `time` None: as the connection says."""

    topic: str
    pointer: Pointer | None = None
    time: Pointer | None = None

    @property
    def is_filter(self) -> bool:
        return topics.is_filter(self.topic)


def parse_address(text: str) -> MqttAddress:
    """Pure. Raises ConfigError that says what is wrong with it."""
    topic, inside = _cut(text)
    fault = topics.fault_of_filter(topic)
    if fault is not None:
        raise ConfigError(f"{text!r}: the topic {fault}", code="address", hint=f"write it like {EXAMPLES}")
    if inside is None:
        return MqttAddress(topic)
    pointer, at, time = inside.rpartition("@/")
    if not at:
        return MqttAddress(topic, parse_pointer(inside))
    return MqttAddress(topic, parse_pointer(pointer), parse_pointer(f"/{time}"))


def _cut(text: str) -> tuple[str, str | None]:
    """Topic and what stands after it; a `#` that makes up a whole level is a wildcard."""
    at = text.find("#")
    if at < 0:
        return text, None
    is_wildcard = (at == 0 or text[at - 1] == "/") and text[at + 1 : at + 2] in ("", "#")
    if not is_wildcard:
        if text[:at].endswith("/"):
            raise ConfigError(
                f"{text!r}: the wildcard `#` stands at the end of a topic",
                code="address",
                hint="`+` is any one level; `plant/##/speed` is the member `speed` of any topic below `plant`",
            )
        return text[:at], text[at + 1 :]
    rest = text[at + 1 :]
    return text[: at + 1], rest[1:] if rest else None


def parse_pointer(text: str) -> Pointer:
    """The steps of a JSON pointer; "" is the whole document. Raises ConfigError."""
    if not text:
        return ()
    if not text.startswith("/"):
        raise ConfigError(
            f"{text!r} is no way into a JSON document", code="address", hint="it begins with a slash: #/member"
        )
    steps = tuple(_step(part) for part in _parts(text[1:]))
    if len(steps) > STEPS_MAX:
        raise ConfigError(f"{text!r} has more than {STEPS_MAX} steps", code="address")
    return steps


def _parts(text: str) -> list[str]:
    """Split at slashes, but not inside brackets."""
    parts, inside = [""], False
    for letter in text:
        if letter == "/" and not inside:
            parts.append("")
            continue
        inside = letter == "[" if not inside and not parts[-1] else inside and letter != "]"
        parts[-1] += letter
    return parts


def _step(part: str) -> Step:
    if not part.startswith("["):
        return part.replace("~1", "/").replace("~0", "~")
    member, equals, value = part[1:-1].partition("=")
    if not (part.endswith("]") and equals and member):
        raise ConfigError(f"{part!r} does not say which entry", code="address", hint="write it like [tag=speed]")
    return Only(member, value)


def find(document: Any, pointer: Sequence[Step]) -> Any:
    """What the document has there, or MISSING."""
    for step in pointer:
        if isinstance(step, Only):
            document = _only(document, step)
        elif isinstance(document, dict):
            document = document.get(step, MISSING)
        elif isinstance(document, list):
            at = int(step) if step.isdecimal() and len(step) < INDEX_DIGITS else len(document)
            document = document[at] if at < len(document) else MISSING
        else:
            return MISSING
        if document is MISSING:
            return MISSING
    return document


def _only(document: Any, step: Only) -> Any:
    listed = document if isinstance(document, list) else [document]
    return next((one for one in listed if isinstance(one, dict) and _says(one, step)), MISSING)


def _says(entry: Mapping[str, Any], step: Only) -> bool:
    value = entry.get(step.member, MISSING)
    if isinstance(value, bool):
        return step.value == ("true" if value else "false")
    return isinstance(value, (str, int, float)) and str(value) == step.value


def fits(_address: str, _kind: Kind) -> None:
    """Only the device knows what it will send."""
