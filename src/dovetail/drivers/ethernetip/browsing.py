"""A person looks through a controller: its programs and tags, the members of structures, the elements of arrays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import islice, product
from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import Found
from dovetail.drivers.ethernetip import messages, taglist
from dovetail.drivers.ethernetip.address import ARRAY_MAX, Segment, TagAddress, parse_address
from dovetail.drivers.ethernetip.elementary import BOOL, DWORD, LOGIX_STRING, TYPES
from dovetail.drivers.ethernetip.messages import Answer
from dovetail.drivers.ethernetip.taglist import Kindred, Symbol

TAGS_MAX: Final = 20_000  # of one scope; more is no program that a person looks through
PAGES_MAX: Final = 4_000  # a controller that never says "that was all"
ELEMENTS_MAX: Final = 200  # of an array that are shown one by one
DEFINITION_MAX: Final = 64_000  # bytes
_PROGRAM: Final = "Program:"

type Service = Callable[[bytes], Awaitable[Answer]]


class Browser:
    """Keeps what it has seen of one connection; from the root on it looks anew."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._tags: dict[str | None, list[Symbol]] = {}
        self._members: dict[int, tuple[list[Symbol], int]] = {}  # with the structure's handle

    async def below(self, address: str | None) -> list[Found]:
        """What lies under an address. Raises ConfigError for one that is not there."""
        try:
            return await (self._root() if address is None else self._below(address))
        except ValueError as error:
            raise ConfigError(f"the list of tags is not understood: {error}", code="ethernetip-browse") from error

    async def _root(self) -> list[Found]:
        self._tags.clear()
        self._members.clear()
        tags = await self._list(None)
        programs = [tag for tag in tags if tag.name.startswith(_PROGRAM)]
        found = [Found(one.name, one.name.removeprefix(_PROGRAM), is_folder=True) for one in programs]
        return found + await self._found("", [tag for tag in tags if tag not in programs])

    async def _below(self, address: str) -> list[Found]:
        if address.startswith(_PROGRAM) and "." not in address:
            return await self._found(f"{address}.", await self._list(address))
        parsed = parse_address(address)
        what = await self._what(parsed)
        index = parsed.path[-1].element
        if what.dimensions and not index:
            return await self._elements(parsed, what)
        if not what.is_structure:
            return []
        listed, _ = await self._structure(what.code)
        return await self._found(f"{address}.", listed)

    async def _found(self, before: str, symbols: Sequence[Symbol]) -> list[Found]:
        found: list[Found] = []
        for name, what in sorted(symbols, key=lambda symbol: symbol.name.lower()):
            if what.is_structure or what.code in TYPES:  # what we could not read either is not shown
                found.append(await self._one(f"{before}{name}", name, what))
        return found

    async def _one(self, address: str, name: str, what: Kindred) -> Found:
        if what.dimensions:
            size = " x ".join(map(str, _lengths(what)))
            return Found(address, f"{name}[{size}]", is_folder=True)
        if what.is_structure and not await self._is_string(what.code):
            return Found(address, name, is_folder=True)
        return Found(address, name, is_folder=False, kind=_kind(what))

    async def _elements(self, parsed: TagAddress, what: Kindred) -> list[Found]:
        """An array as a whole, where it can be read so, and its elements."""
        one = what._replace(dimensions=(), code=BOOL if _is_words(what) else what.code)
        lengths = _lengths(what)
        found: list[Found] = []
        is_list = not what.is_structure or await self._is_string(what.code)
        if len(lengths) == 1 and lengths[0] <= ARRAY_MAX and is_list:
            start = ".".join(map(str, parsed.at(0)))
            whole = f"[0] … [{lengths[0] - 1}]"
            found.append(Found(f"{start}{{{lengths[0]}}}", whole, is_folder=False, kind=Kind.JSON))
        for element in islice(product(*map(range, lengths)), ELEMENTS_MAX):
            address = ".".join(map(str, parsed.at(*element)))
            found.append(await self._one(address, str(Segment("", element)), one))
        return found

    async def _what(self, address: TagAddress) -> Kindred:
        """What stands at an address, from tag to member to member."""
        path = list(address.path)
        program = path.pop(0).name if path[0].name.startswith(_PROGRAM) else None
        listed = await self._list(program)
        what = Kindred(0, False)
        for segment in path:
            match = next((one for one in listed if one.name.lower() == segment.name.lower()), None)
            if match is None:
                raise ConfigError(f"there is no {segment.name} in the controller", code="ethernetip-browse")
            what = match.what._replace(dimensions=()) if segment.element else match.what
            listed = (await self._structure(what.code))[0] if what.is_structure else []
        return what

    async def _list(self, program: str | None) -> list[Symbol]:
        if program not in self._tags:
            found: list[Symbol] = []
            after = 0
            for _ in range(PAGES_MAX):
                answer = await self._service(taglist.list_request(program, after))
                if answer.code not in (0, messages.PARTIAL):
                    raise _refused("its tags", answer.code)
                more, last = taglist.page(answer.data)
                found += more
                if answer.code == 0 or len(found) > TAGS_MAX or last < after:
                    break
                after = last + 1
            self._tags[program] = found[:TAGS_MAX]
        return self._tags[program]

    async def _structure(self, number: int) -> tuple[list[Symbol], int]:
        if number not in self._members:
            answer = await self._service(taglist.template_request(number))
            if answer.code:
                raise _refused("a structure", answer.code)
            size = taglist.template_size(answer.data)
            definition = b""
            while len(definition) < min(size.definition, DEFINITION_MAX):
                left = size.definition - len(definition)
                answer = await self._service(taglist.definition_request(number, len(definition), left))
                definition += answer.data
                if answer.code != messages.PARTIAL or not answer.data:
                    break
            if answer.code not in (0, messages.PARTIAL):
                raise _refused("a structure", answer.code)
            self._members[number] = taglist.members(definition, size.members), size.handle
        return self._members[number]

    async def _is_string(self, number: int) -> bool:
        """Logix' own STRING, or a string type of the program's: a length, and characters."""
        listed, handle = await self._structure(number)
        return handle == LOGIX_STRING or [one.name for one in listed] == ["LEN", "DATA"]


def _is_words(what: Kindred) -> bool:
    """Booleans, 32 in a word."""
    return bool(what.dimensions) and not what.is_structure and what.code == DWORD


def _lengths(what: Kindred) -> tuple[int, ...]:
    return (32 * what.dimensions[0],) if _is_words(what) else what.dimensions


def _kind(what: Kindred) -> Kind:
    if what.is_structure:
        return Kind.STR
    found = TYPES[what.code]
    if found.role == "number":
        return Kind.F64 if found.dtype.kind == "f" else Kind.I64 if found.dtype.kind == "i" else Kind.U64
    return Kind.BOOL if found.role == "bool" else Kind.STR


def _refused(what: str, code: int) -> ConfigError:
    hint = "not every device lists its tags: write their names by hand"
    return ConfigError(f"the controller does not list {what}: {messages.said(code)}", code="eip-browse", hint=hint)
