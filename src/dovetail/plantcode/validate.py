"""From the files of a plant to a checked plant: read, merge, hold against the schemas, then let every room check."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from dovetail.core.limits import PLANT_FILE_BYTES_MAX
from dovetail.plantcode import codes
from dovetail.plantcode.fit import fit
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.reader import Map, read
from dovetail.plantcode.report import Place, Report, did_you_mean
from dovetail.plantcode.secret_words import check_secrets
from dovetail.plantcode.section import Section

type Documents = Mapping[str, bytes]

_FILE_NAME: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.ya?ml\Z")


def validate(documents: Documents, sections: Sequence[Section]) -> tuple[Plant, Report]:
    """The plant in these files ({name: content}) and what is wrong with it. Never raises for what stands in them."""
    plant, report = Plant(), Report()
    report.use(plant.locate)
    by_key = {section.key: section for section in sections}
    tops = _read_all(documents, plant, report)
    for file, top in tops.items():
        for key in top:
            _merge(plant, report, top=top, key=key, file=file, section=by_key.get(key), known=list(by_key))
    for section in sections:
        _fit_entries(plant, report, section)
    check_secrets(plant, list(by_key), report)
    if tops or report.ok:
        for section in sections:
            section.check(plant, report)
    return plant, report


def _read_all(documents: Documents, plant: Plant, report: Report) -> dict[str, Map]:
    names = sorted(documents)
    plant.first_file = names[0] if names else "plant"
    total = sum(len(content) for content in documents.values())
    if not names:
        report.at(Place("plant", 1, 1), codes.NO_FILES, "there are no .yaml files", hint="dovetail init DIR makes some")
        return {}
    if total > PLANT_FILE_BYTES_MAX:
        message = f"the files hold {total:,} bytes; a plant has at most {PLANT_FILE_BYTES_MAX:,}"
        report.at(Place(max(names, key=lambda name: len(documents[name])), 1, 1), codes.TOO_LARGE, message)
        return {}
    tops: dict[str, Map] = {}
    for name in names:
        if not _FILE_NAME.match(name) or len(name) > 200:
            hint = "letters, digits, . _ - and /, ending in .yaml"
            report.at(Place(name, 1, 1), codes.FILE_NAME, f"{name!r} cannot be the name of a plant's file", hint=hint)
            continue
        top = read(name, documents[name], report)
        if top is not None:
            tops[name] = top
    return tops


def _merge(
    plant: Plant, report: Report, *, top: Map, key: str, file: str, section: Section | None, known: list[str]
) -> None:
    line, col, value_line, value_col = top.marks[key]
    head = Place(file, line + 1, col + 1)
    if section is None:
        hint = did_you_mean(key, known)
        report.at(head, codes.UNKNOWN_SECTION, f"there is no section {key}", hint=hint)
        return
    plant.add_section(key, head)
    entries = top[key]
    if entries is None:
        return
    if not isinstance(entries, Map):
        place = Place(file, value_line + 1, value_col + 1)
        report.at(place, codes.NOT_A_MAPPING, f"{key} must be a mapping", hint="name: {…}")
        return
    for entry, value in entries.items():
        mark = entries.marks[entry]
        first = plant.place_of_entry(key, entry)
        if first is None:
            plant.add_entry(key, entry, value=value, mark=mark, file=file)
            continue
        place = Place(file, mark[0] + 1, mark[1] + 1)
        report.at(place, codes.DUPLICATE_ENTRY, f"{key} has {entry} already", hint=f"first at {first}")


def _fit_entries(plant: Plant, report: Report, section: Section) -> None:
    raw = plant.raw(section.key)
    if raw is None:
        return
    if section.single:
        model = fit(section.model, raw, (section.key,), report)
        if model is not None:
            plant.accept(section.key, "", model)
        return
    for entry, value in raw.items():
        model = fit(section.model, Map() if value is None else value, (section.key, entry), report)
        if model is not None:
            plant.accept(section.key, entry, model)
