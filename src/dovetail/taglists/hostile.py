"""What a tag list may not be: larger than any plant, a bomb, or a file that reaches out for others."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Final
from xml.parsers import expat

from dovetail.core.errors import InvalidError
from dovetail.core.limits import TAG_LIST_BYTES_MAX, TAG_LIST_CELL_MAX, TAG_LIST_DEPTH_MAX, TAG_LIST_ROWS_MAX

GZIP: Final = b"\x1f\x8b"


def refused(what: str, *, code: str, hint: str | None = None) -> InvalidError:
    """The error for a file that is not read at all."""
    return InvalidError(what, pointer="/content", code=f"tag-list-{code}", hint=hint)


def unpacked(data: bytes) -> bytes:
    """The file itself, where it came packed by gzip. Raises InvalidError for one that is too large either way."""
    if data[:2] == GZIP:
        opening = zlib.decompressobj(wbits=31)
        try:
            data = opening.decompress(data, TAG_LIST_BYTES_MAX + 1)
        except zlib.error as error:
            raise refused("this file is packed, and damaged", code="damaged") from error
        if len(data) <= TAG_LIST_BYTES_MAX and not opening.eof:
            raise refused("this file is packed, and cut off", code="damaged")
    if len(data) > TAG_LIST_BYTES_MAX:
        raise too_large()
    if not data.strip():
        raise refused("this file is empty", code="empty")
    return data


def too_large() -> InvalidError:
    """The error for a file with more bytes than any list of tags has."""
    return refused(f"this file is larger than {TAG_LIST_BYTES_MAX:,} bytes", code="large", hint="export fewer tags")


def count_row(number: int) -> None:
    """Raise InvalidError for more rows than a plant is brought in with at once."""
    if number > TAG_LIST_ROWS_MAX:
        raise refused(
            f"this list has more than {TAG_LIST_ROWS_MAX:,} rows", code="rows", hint="split it, or export fewer tags"
        )


def parse_xml(
    data: bytes,
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Walk an XML document; names come without their prefixes. Raises InvalidError for what no export contains.

    A document type is refused where it begins: there are no entities, so nothing grows and nothing is fetched.
    """
    depth = 0
    parser = expat.ParserCreate(namespace_separator=" ")

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > TAG_LIST_DEPTH_MAX:
            raise refused(f"this XML is nested deeper than {TAG_LIST_DEPTH_MAX}", code="deep")
        start(name.rpartition(" ")[2], attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(" ")[2])

    def no_doctype(*_: Any) -> Any:
        raise refused("this XML declares a document type; no export of tags does", code="doctype")

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = no_doctype
    parser.EntityDeclHandler = no_doctype
    parser.ExternalEntityRefHandler = no_doctype
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise refused(f"this is no XML: line {error.lineno}, {expat.ErrorString(error.code)}", code="xml") from error
    except (LookupError, ValueError) as error:
        raise refused("this XML names an encoding that is not known", code="xml") from error


def cell(text: str) -> str:
    """A cell's text without what surrounds it. Raises InvalidError for one that is no cell of a tag list."""
    if len(text) > TAG_LIST_CELL_MAX:
        raise refused(f"a cell of this list has more than {TAG_LIST_CELL_MAX:,} characters", code="cell")
    return text.strip().lstrip("\ufeff")
