"""Show which texts machines sent to say what they run, and let people say what one meant."""

from __future__ import annotations

from typing import Final, Literal

from dovetail.core.clock import DAY_US
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.equipment.model import PlantModel
from dovetail.jobtexts.model import JobText
from dovetail.jobtexts.operations import JobTextOut, told
from dovetail.jobtexts.service import VIEW, TextsRoom
from dovetail.operations.http import Api, Page, as_known, decode_cursor, encode_cursor, period

LONGEST_US: Final = 400 * DAY_US  # a year and its comparison month; the page is what is limited


def routes(api: Api, service: TextsRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/job-texts", permission=VIEW, summary="Texts that name what runs")
    def job_texts(
        equipment_id: int, start: str, end: str, scope: Scope, only: Literal["held"] | None = None,
        as_of: str | None = None, cursor: str | None = None,
    ) -> Page[JobTextOut]:  # fmt: skip
        """The texts that machines said in [start, end) to name what they run, the newest first, with what became of
        each; for a line also those of its work units."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            found = service.texts(reading, equipment_id, from_us, to_us, scope=scope, as_of=as_known(reading, as_of))
        found = [one for one in found if only in (None, one.outcome)]
        more = encode_cursor(offset + PAGE_MAX) if len(found) > offset + PAGE_MAX else None
        plant = service.plant()
        return Page(items=[_out(one, plant) for one in found[offset : offset + PAGE_MAX]], next=more)

    api.change("POST", "/job-texts/{text_id}/answer", service.answering.answer)


def _out(one: JobText, plant: PlantModel) -> JobTextOut:
    tag = plant.tags.get(one.tag_id)
    return told(one).model_copy(update={"tag": tag and tag.path, "address": tag and tag.address})
