"""Where rows and times stand in what is posted, and what becomes of rows that do not fit."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from dovetail.drivers.base import spelled
from dovetail.drivers.posts import PostedOptions
from dovetail.drivers.rowtimes import checked_format, checked_zone
from dovetail.drivers.webhook.address import column


class WebhookOptions(PostedOptions):
    """One address to which JSON is posted: POST /api/v1/intake/{connection}."""

    records: str = Field(
        "/", title="Rows in the body", description="a pointer to the list of rows, or to the only one; / is all of it"
    )
    time: str | None = Field(
        None, title="Time", description="where a row says when it was true; without, it is when it was posted"
    )
    time_format: str = Field(
        "iso",
        title="Format of times",
        description="iso, unix (seconds, ms or µs since 1970), or like %d.%m.%Y %H:%M:%S",
    )
    zone: str = Field("UTC", title="Time zone", description="of times without one, e.g. Europe/Prague")
    bad_row: Literal["refuse", "skip"] = Field(
        "refuse", title="A bad row", description="refuses its whole body, or is left out and told to the sender"
    )

    @field_validator("records")
    @classmethod
    def _pointer(cls, value: str) -> str:
        if spelled(column, value).form != "pointer":
            raise ValueError("a pointer begins with /, and / alone is the whole body")
        return value

    @field_validator("time")
    @classmethod
    def _member(cls, value: str | None) -> str | None:
        if value is not None:
            spelled(column, value)
        return value

    @field_validator("time_format")
    @classmethod
    def _format(cls, value: str) -> str:
        return checked_format(value)

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return checked_zone(value)

    def where(self) -> str:
        return "POST /api/v1/intake/…"
