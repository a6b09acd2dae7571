"""A time that somebody entered, with the place in the input to point at when it is none."""

from __future__ import annotations

from dovetail.core.clock import from_rfc3339
from dovetail.core.errors import InvalidError


def moment(text: str, pointer: str) -> int:
    """An RFC 3339 time as µs UTC. Raises InvalidError that points at the field."""
    try:
        return from_rfc3339(text)
    except InvalidError as error:
        raise InvalidError(error.message, pointer=pointer, code=error.code, hint=error.hint) from error


def past_moment(text: str | None, pointer: str, *, now_us: int) -> int:
    """The same, or now where none was given. Raises InvalidError for a time that is still to come."""
    at_us = now_us if text is None else moment(text, pointer)
    if at_us > now_us:
        raise InvalidError(
            f"{text} lies in the future", pointer=pointer, code="time-in-future", hint="leave it out: it is now"
        )
    return at_us
