"""The corrections room: what people say the samples of a tag were, for every reader, now and as it was known then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from dovetail.core.bus import Bus
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.corrections import store
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.model import Correction
from dovetail.corrections.operations import Beneath, CorrectionOperations
from dovetail.corrections.preview import AskedPreview, PreviewOut
from dovetail.corrections.shown import CorrectionOut, correction_out
from dovetail.db.events import events_after
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import PlantModel
from dovetail.events.corrections import SamplesCorrected

VIEW: Final = "plant.view"
EVENT: Final = SamplesCorrected.__name__


class CorrectionsRoom:
    """Keeps corrections, and keeps `index`, which the historian reads, equal to them. All methods are thread-safe."""

    def __init__(
        self,
        database: Database,
        index: CorrectionIndex,
        *,
        samples: Beneath,
        plant: Callable[[], PlantModel],
        bus: Bus,
    ) -> None:
        self._database, self._index, self._plant = database, index, plant
        self.operations = CorrectionOperations(plant=plant, index=index, samples=samples)
        with database.read() as reading:
            self._refresh(reading)
        bus.subscribe(SamplesCorrected, self._corrected)

    def _corrected(self, _event: SamplesCorrected) -> None:
        with self._database.read() as reading:
            self._refresh(reading)

    def _refresh(self, reading: Reading) -> None:
        news = store.since(reading, self._index.known)
        self._index.take(news.corrections, news.undone, known=news.known)

    @property
    def known(self) -> int:
        """Up to here in the order of knowledge it is known what was corrected."""
        return self._index.known

    def moved_since(self, reading: Reading, known: int) -> list[SamplesCorrected]:
        """What was corrected or taken back after `known`, in that order; whoever reads samples then reads them so."""
        self._refresh(reading)
        events = events_after(reading, known, (EVENT,))
        return [SamplesCorrected(**one.body) for one in events]

    def standing(self) -> dict[int, list[Correction]]:
        """The corrections that count now, by tag: for who brings samples elsewhere as they count."""
        return self._index.standing()

    # --- questions -------------------------------------------------------------------------------------------
    def over(self, tag: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None) -> list[Correction]:
        """The corrections that stand and speak of [from_us, to_us), as known at `as_of`, the newest first."""
        self._require(tag, scope)
        found = [one for one in self._index.every(tag) if one.stands(as_of) and one.touches(from_us, to_us)]
        return found[::-1]

    def shown(self, tag: int, *, before: int | None, limit: int, scope: Scope) -> list[CorrectionOut]:
        """Every correction ever made of a tag, those taken back too, the newest first; `before`: older than this."""
        self._require(tag, scope)
        found = [one for one in self._index.every(tag)[::-1] if before is None or one.id < before]
        return [correction_out(one, beneath=self.operations.beneath(one)) for one in found[:limit]]

    def one(self, correction_id: int, *, scope: Scope) -> CorrectionOut:
        """A correction. Raises NotFoundError out of scope."""
        with self._database.read() as reading:
            tag = store.tag_of(reading, correction_id)
        every: Sequence[Correction] = () if tag is None else self._index.every(tag)
        found = next((one for one in every if one.id == correction_id), None)
        if found is None or not scope.sees(VIEW, found.equipment_id):
            raise NotFoundError("there is no such correction")
        return correction_out(found, beneath=self.operations.beneath(found))

    def preview(self, tag_id: int, asked: AskedPreview, *, scope: Scope) -> PreviewOut:
        """What a correction would do. Raises as its operation would; of rights only that the tag must be in sight."""
        self._require(tag_id, scope)
        return self.operations.preview(tag_id, asked, now_us=self._database.clock.now_us())

    def _require(self, tag_id: int, scope: Scope) -> None:
        tag = self._plant().tags.get(tag_id)
        if tag is None or tag.equipment_id is None:
            raise NotFoundError("there is no such tag")
        scope.require(VIEW, tag.equipment_id)
