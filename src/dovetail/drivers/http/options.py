"""Which web server is asked, and where it says when a value was true."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from dovetail.drivers.base import spelled
from dovetail.drivers.http.address import parse_address
from dovetail.drivers.weblink import WebOptions


class HttpOptions(WebOptions):
    """One web server whose documents are JSON. With http:// anybody on the wire may read and forge values."""

    time: str | None = Field(None, description="where each document says when it was true, e.g. #/time; else: now")
    time_unit: Literal["s", "ms", "us"] = Field("s", description="of a time that is a number since 1970 (UTC)")
    alive_s: float = Field(5.0, ge=1, le=600, description="seconds for which an answer is proof of life")

    @field_validator("time")
    @classmethod
    def _pointer(cls, value: str | None) -> str | None:
        if value is None:
            return None
        found = spelled(parse_address, value)
        if found.document or found.is_text:
            raise ValueError("the time is looked for in the document that holds the value: write #/name")
        return value
