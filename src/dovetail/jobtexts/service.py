"""The texts by which machines name their jobs: read by the plant code of their moment, remembered, held, answered.

What a text was found to name stays, whatever is planned later; one that nobody knew is looked at again when an order is
planned, the plant code changes or a person says what it meant. So a job begins when the text was said, however late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from dovetail.core.clock import Clock
from dovetail.core.ids import uuid7
from dovetail.core.limits import JOB_CATCH_UP_US, JOB_TEXTS_HELD_US
from dovetail.core.scope import Scope
from dovetail.db.events import events_after, handled, mark_handled
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.events.equipment import PlantApplied
from dovetail.events.jobtexts import JobOrderPlanned, JobTextAnswered
from dovetail.jobtexts import store
from dovetail.jobtexts.model import JobText, Meant, Named, Order, Outcome, Why, changes, digest, meant, says
from dovetail.jobtexts.operations import TextOperations
from dovetail.jobtexts.plant import JobEntry
from dovetail.operations.operation import Operation

VIEW: Final = "plant.view"
HANDLER: Final = "jobtexts"
KINDS: Final = (PlantApplied.__name__, JobOrderPlanned.__name__, JobTextAnswered.__name__)

type Said = tuple[int, int, str]  # tag, ts_us, text
type FindOrder = Callable[[Reading, str, int], Order | None]  # (reading, its name, equipment)
type GoneOf = Callable[[int, int, int], Sequence[object]]  # (tag, from, to) → what of its samples there is no more


class Plants(Protocol):
    """What is asked of the equipment room: the plant of a moment (None: of now), and when it became another."""

    def plant(self, *, at_us: int | None = None) -> PlantModel: ...
    def changes_between(self, from_us: int, to_us: int) -> Sequence[int]: ...


class Products(Protocol):
    """What is asked of the materials room."""

    def products(self, at_us: int | None = None) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What the texts of a tag came to: those that stand, by time; of them what is new; and which stand no more."""

    texts: list[JobText] = field(default_factory=list[JobText])
    new: list[JobText] = field(default_factory=list[JobText])
    gone: list[str] = field(default_factory=list[str])


class TextsRoom:
    """What machines say that they run. `orders` says which are planned, `gone` of which time samples are no more: the
    house gives both."""

    def __init__(self, *, equipment: Plants, materials: Products, clock: Clock) -> None:
        self._equipment, self._materials, self._clock = equipment, materials, clock
        self.orders: FindOrder = lambda _reading, _order, _equipment_id: None
        self.gone: GoneOf = lambda _tag, _from_us, _to_us: ()
        self._looked: int | None = None  # at the event log, up to here
        self.answering = TextOperations(order=self._order, products=materials.products, clock=clock)

    def plant(self) -> PlantModel:
        """The plant of now, for names."""
        return self._equipment.plant()

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return self.answering.all

    def texts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[JobText]:
        """The texts said in [from_us, to_us), the newest first, of an equipment and of all below it that is seen."""
        scope.require(VIEW, equipment_id)
        plant = self._equipment.plant()
        places = [equipment_id]
        if equipment_id in plant.equipment:
            places = [place for place in plant.subtree(equipment_id) if scope.sees(VIEW, place)]
        return store.of(reading, places, from_us, to_us, as_of=as_of)[::-1]

    # --- for the room that makes jobs of them ----------------------------------------------------------------
    def moved(self, reading: Reading, units: Sequence[int]) -> dict[int, int]:
        """Of these work units, from when on their texts may mean something else since this was last asked."""
        since = handled(reading, HANDLER) if self._looked is None else self._looked
        now_us, until = self._clock.now_us(), reading.known_now()
        events = events_after(reading, since, KINDS)
        self._looked = until
        found: dict[int, int] = {}
        if any(event.kind != JobTextAnswered.__name__ for event in events):
            found |= store.held_since(reading, now_us - JOB_TEXTS_HELD_US)
        for event in events:
            if event.kind == PlantApplied.__name__:
                from_us = max(event.body["valid_from_us"], now_us - JOB_CATCH_UP_US)
                found = {unit: min(from_us, found.get(unit, from_us)) for unit in units}
            elif event.kind == JobTextAnswered.__name__:
                unit, from_us = event.body["equipment_id"], event.body["from_us"]
                found[unit] = min(from_us, found.get(unit, from_us))
        return {unit: from_us for unit, from_us in found.items() if unit in units}

    def forget_looking(self) -> None:
        """What was moved was not recorded: it is told again."""
        self._looked = None

    def mark(self, uow: UnitOfWork) -> None:
        """What was moved is recorded in this very transaction."""
        if self._looked is not None:
            mark_handled(uow, HANDLER, self._looked)

    def since(self, equipment_id: int, from_us: int) -> tuple[int, list[int]]:
        """From when on, not before `from_us`, the plant code says the way it says now: by a text or by a product; and
        the tags whose texts counted since. What another way made before that stands."""
        points = [from_us, *self._versions(from_us)]
        tags: list[int] = []
        now = self._words(equipment_id, points[-1])
        for at_us in reversed(points):
            words = self._words(equipment_id, at_us)
            if (words is None) != (now is None):
                break
            from_us = at_us
            tags += [words[0]] if words is not None and words[0] not in tags else []
        return from_us, tags

    def before(self, reading: Reading, equipment_id: int, at_us: int) -> str | None:
        """The text that stands from before a moment; None: the first one begins a job."""
        return store.last_before(reading, equipment_id, at_us)

    def read(
        self, reading: Reading, equipment_id: int, seen: Sequence[Said], *, before: str | None, from_us: int
    ) -> Taken:
        """What the samples of its text tags from `from_us` on came to, by time; `before`: the text before the first.

        A text whose sample a rule let go, or that cannot be read any more, was said all the same.
        """
        standing = {(one.tag_id, one.ts_us, one.text): one for one in store.of(reading, [equipment_id], from_us, None)}
        told = [*(said for said in standing if self.gone(said[0], said[1], said[1] + 1)), *seen]
        words = {ts_us: self._words(equipment_id, ts_us) for _, ts_us, _ in told}
        counts = [(ts_us, text, found) for tag, ts_us, text in told if (found := words[ts_us]) and found[0] == tag]
        taken = Taken()
        for ts_us, text, (tag, entry) in changes(counts, before):
            old = standing.pop((tag, ts_us, text), None)
            one = self._one(reading, entry, old, (equipment_id, tag, ts_us, text))
            taken.texts.append(one)
            if one != old:
                taken.new.append(one)
        taken.gone.extend(one.id for one in standing.values())
        return taken

    def _versions(self, from_us: int) -> list[int]:
        return list(self._equipment.changes_between(from_us, self._clock.now_us() + 1))

    def _order(self, reading: Reading, name: str, equipment_id: int) -> Order | None:
        return self.orders(reading, name, equipment_id)

    def keep(self, uow: UnitOfWork, taken: Taken) -> None:
        """Know what the texts came to, in the transaction of the jobs that they begin."""
        store.forget(uow, taken.gone)
        store.put(uow, taken.new)

    def _words(self, equipment_id: int, at_us: int) -> tuple[int, JobEntry] | None:
        """The tag whose text counts at a moment, and how it is read; None: the plant code of then has none here.

        What was said before the plant knew the machine is read as when it came to know it.
        """
        plant = self._equipment.plant(at_us=at_us)
        if equipment_id not in plant.equipment:
            later = (self._equipment.plant(at_us=one) for one in self._versions(at_us))
            plant = next((one for one in later if equipment_id in one.equipment), plant)
        node = plant.equipment.get(equipment_id)
        if node is None or node.job is None or "text_tag" not in node.job:
            return None
        entry = JobEntry.model_validate(node.job)
        tag = plant.tags_of(equipment_id).get(entry.text_tag or "")
        return None if tag is None else (tag.id, entry)

    def _one(self, reading: Reading, entry: JobEntry, old: JobText | None, said: tuple[int, int, int, str]) -> JobText:
        """A text as it stands: as a person or these same words read it before, else read anew."""
        mapping = digest(entry)
        if old is not None and (old.by_id is not None or (old.mapping == mapping and old.outcome != "held")):
            return old
        equipment_id, tag_id, ts_us, text = said
        outcome, why, job = self._read(reading, entry, equipment_id, text)
        blank = old or JobText(
            id=uuid7(self._clock), equipment_id=equipment_id, tag_id=tag_id, ts_us=ts_us, text=text, outcome=outcome,
            why=why, job_order=None, product=None, lot=None, standard_rate_upm=None, mapping=mapping, by_id=None,
            by_name=None, note=None, known_from=0, known_to=None,
        )  # fmt: skip
        job = job or Meant("")
        return replace(
            blank, outcome=outcome, why=why, mapping=mapping, job_order=job.job_order, product=job.product or None,
            lot=job.lot, standard_rate_upm=job.standard_rate_upm,
        )  # fmt: skip

    def _read(
        self, reading: Reading, entry: JobEntry, equipment_id: int, text: str
    ) -> tuple[Outcome, Why | None, Meant | None]:
        said = says(entry, text)
        if not isinstance(said, Named):
            return (said, None, None) if said in ("ends", "nothing") else ("held", said, None)
        word = said.order or said.either
        order = None if word is None else self.orders(reading, word, equipment_id)
        job = meant(said, order, self._materials.products())
        return ("names", None, job) if isinstance(job, Meant) else ("held", job, None)
