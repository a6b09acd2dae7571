"""How a value of a Logix controller is named: `Speed`, `Program:Main.Line.Motors[3].Speed`, `Flags.5`, `Temps[0]{10}`.

Names are those of the program, as Studio 5000 shows them; upper and lower case are the same to the controller. A number
after the last point is one bit of a whole number, `[n]` an element, `{n}` that many elements from there on. The type
is not written: the controller says it with every value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError

EXAMPLES: Final = "Speed · Program:Main.Speed · Line.Motors[3].Speed · Flags.5 · Name · Temps[0]{10}"
NAME_MAX: Final = 80  # characters: Logix allows 40, Micro800 more
DEPTH_MAX: Final = 16  # members within members
BIT_MAX: Final = 63  # of a LINT
INDEX_MAX: Final = 2**31 - 1
ARRAY_MAX: Final = 1_000  # elements; an array is one value of the plant, not a way to read a block
_SHAPE: Final = re.compile(
    r"(?P<names>[A-Za-z_][^{}\s]*?)(?:\.(?P<bit>[0-9]{1,3}))?(?:\{(?P<count>[0-9]{1,9})\})?", re.ASCII
)
_SEGMENT: Final = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_:]*)(?:\[(?P<index>[0-9]+(?:,[0-9]+){0,2})\])?", re.ASCII)
_OLD_FILE: Final = re.compile(r"[A-Z]{1,2}[0-9]{1,3}:[0-9]+.*", re.IGNORECASE)


class Segment(NamedTuple):
    """One name on the way to a value, and which element of it."""

    name: str
    element: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.element))}]" if self.element else self.name


@dataclass(frozen=True, slots=True)
class TagAddress:
    """One value in a controller; `bit` of a whole number, None for all of it; `count` of an array, 0 for none."""

    path: tuple[Segment, ...]
    bit: int | None = None
    count: int = 0

    @property
    def base(self) -> tuple[Segment, ...]:
        """The path to the whole array that the last element is of."""
        return (*self.path[:-1], Segment(self.path[-1].name))

    def at(self, *index: int) -> tuple[Segment, ...]:
        """The path to another element of the same array."""
        return (*self.path[:-1], Segment(self.path[-1].name, index))

    def __str__(self) -> str:
        whole = ".".join(map(str, self.path))
        return whole + (f".{self.bit}" if self.bit is not None else "") + (f"{{{self.count}}}" if self.count else "")


def parse_address(text: str) -> TagAddress:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> str(parse_address("Program:Main.Motors[3].Status.5"))
    'Program:Main.Motors[3].Status.5'
    """
    whole = text.strip()
    found = _SHAPE.fullmatch(whole)
    if found is None or _OLD_FILE.fullmatch(whole):
        raise _wrong(text, *_misspelt(whole))
    parts = found["names"].split(".")
    if len(parts) > DEPTH_MAX:
        raise _wrong(text, f"it goes deeper than {DEPTH_MAX} names")
    path = tuple(_segment(text, part, first=at == 0) for at, part in enumerate(parts))
    bit = None if found["bit"] is None else int(found["bit"])
    if bit is not None and bit > BIT_MAX:
        raise _wrong(text, f"a whole number has bits .0 to .{BIT_MAX}", "an element of an array is written [70]")
    address = TagAddress(path, bit)
    if path[0].name.lower().startswith("program:") and len(path) == 1:
        raise _wrong(text, "it names a program and no tag of it", f"write it like {path[0].name}.Speed")
    if found["count"] is None:
        return address
    count = int(found["count"])
    if not 1 <= count <= ARRAY_MAX:
        raise _wrong(text, f"an array has 1 to {ARRAY_MAX} elements")
    if bit is not None:
        raise _wrong(text, "several elements and one bit do not go together", f"did you mean {whole.split('{')[0]}?")
    return replace(address, count=count)


def _segment(text: str, part: str, *, first: bool) -> Segment:
    found = _SEGMENT.fullmatch(part)
    if found is None or (":" in found["name"] and not first):
        raise _wrong(text, *_misspelt_part(part))
    name = found["name"]
    if len(name) > NAME_MAX:
        raise _wrong(text, f"a name has at most {NAME_MAX} characters")
    if name.endswith(":") or "::" in name:
        raise _wrong(text, "a name is missing beside a colon", "a program's tag is written Program:Main.Speed")
    index = tuple(int(number) for number in found["index"].split(",")) if found["index"] else ()
    if any(number > INDEX_MAX for number in index):
        raise _wrong(text, f"an element is at most number {INDEX_MAX}")
    return Segment(name, index)


def fits(text: str, kind: Kind) -> None:
    """Raise ConfigError when the address brings no values of this kind; the rest only the controller knows."""
    address = parse_address(text)
    if address.count and kind is not Kind.JSON:
        what, hint = "several elements", "kind: json brings an array as a list"
    elif address.bit is not None and kind is not Kind.BOOL:
        what, hint = "one bit", "kind: bool"
    elif kind is Kind.JSON and not address.count:
        what, hint = "one value", f"an array is written {text.strip()}{{10}}; of a structure, name its members"
    else:
        return
    raise ConfigError(f"{text!r} is {what} and not {kind.name.lower()}", code="ethernetip-kind", hint=hint)


def _misspelt(text: str) -> tuple[str, str]:
    """What is wrong with an address that has another shape, and what was perhaps meant."""
    hint = f"write it like {EXAMPLES}"
    if _OLD_FILE.fullmatch(text):
        return "it is a file of an SLC, PLC-5 or MicroLogix", "those speak PCCC, which is not spoken here"
    if text.startswith("\\"):
        return "a program's tag begins with Program:", f"did you mean Program:{text[1:]}?"
    if any(letter.isspace() for letter in text):
        return "names have no spaces", f"did you mean {''.join(text.split())}?"
    if "{" in text or "}" in text:
        return "a number of elements stands in braces at its end", "write it like Temps[0]{10}"
    return "an address is a name of the program", hint


def _misspelt_part(part: str) -> tuple[str, str]:
    if "/" in part:
        return "a bit follows a point", f"did you mean {part.replace('/', '.')}?"
    if not part:
        return "a name is missing beside a point", f"write it like {EXAMPLES}"
    if "[" in part or "]" in part:
        return f"{part!r} is no element of an array", "write it like Temps[3] or Matrix[1,2]"
    if ":" in part:
        return "only the first name has a colon", "a program's tag is written Program:Main.Speed"
    return f"{part!r} is no name", "names have letters, digits and _"


def _wrong(text: str, what: str, hint: str | None = None) -> ConfigError:
    return ConfigError(
        f"{text!r} is no Logix tag: {what}", code="ethernetip-address", hint=hint or f"write it like {EXAMPLES}"
    )
