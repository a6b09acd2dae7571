"""What is sent to bring in a tag list: the file as it is, what its columns mean, and the choices."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from dovetail.core.errors import InvalidError
from dovetail.core.limits import TAG_LIST_COLUMNS_MAX, TAG_LIST_ROWS_MAX
from dovetail.equipment.entries import Name
from dovetail.onboarding.schema import ConnectionName
from dovetail.operations.operation import Input
from dovetail.tagimport.model import Choices


class ImportTags(Input):
    """Make tags of a connection from a list.

    `content`: the file in base64, packed by gzip or not. `columns`: what each column means, by its place from 0; null:
    what the headings say. `device`: of a project with several, only the tags of this one. `scan`: the scan class of all
    tags; null: what the list says. `faulty`: whether rows with faults stop the import or are left out. `left_out` are
    rows, by `line`.
    """

    connection: ConnectionName
    name: Annotated[str, Field(max_length=255)] = ""
    content: Annotated[str, Field(min_length=1)]
    columns: Annotated[dict[int, str | None], Field(max_length=TAG_LIST_COLUMNS_MAX)] | None = None
    device: Annotated[str, Field(max_length=500)] | None = None
    equipment: Name | None = None
    folders: bool = True
    scan: Name | None = None
    existing: Literal["keep", "change"] = "keep"
    taken: Literal["leave", "add"] = "leave"
    faulty: Literal["refuse", "leave"] = "refuse"
    left_out: Annotated[tuple[int, ...], Field(max_length=TAG_LIST_ROWS_MAX)] = ()
    seen: int | None = Field(
        default=None, description="the plant version that was looked at; refused when another holds"
    )

    def data(self) -> bytes:
        """The file. Raises InvalidError."""
        try:
            return base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidError("the file is not in base64", pointer="/content", code="tag-list-damaged") from error

    def choices(self) -> Choices:
        """What a person chose."""
        return Choices(
            equipment=self.equipment,
            folders=self.folders,
            scan=self.scan,
            existing=self.existing,
            taken=self.taken,
            left_out=frozenset(self.left_out),
        )


class TagsImported(BaseModel):
    """What came of it: how many tags came and changed, and the versions that hold now and held before."""

    connection: str
    version: int
    previous: int
    added: int
    changed: int
    left_out: int
