"""Write the pages of the manual that the code itself says best: plant code, API, KPIs, verbs, roles, faults and more.

`python docs/generate.py` writes them; `tests/docs` fails when one of them is not what this would write.
"""

from __future__ import annotations

import importlib
import json
import re
import runpy
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

REFERENCE: Final = Path(__file__).parent / "reference"
HEADS: Final = Path(__file__).parent / "heads"
WALK: Final = Path(__file__).parents[1] / "tests" / "walk"
FUZZ: Final = Path(__file__).parents[1] / "tests" / "fuzz"
GRADES: Final = Path(__file__).parent / "grades.json"  # written by grade.py
MADE: Final = "<!-- Made by docs/generate.py from the code: do not edit. -->\n\n"


def cell(text: object) -> str:
    """Text for one cell of a table."""
    return re.sub(r"\s+", " ", str(text)).replace("|", "\\|").strip()


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def expressions() -> str:
    """Every function of the expression language."""
    from dovetail.expr.functions import FUNCTIONS

    operators = [one for one in FUNCTIONS.values() if one.is_operator]
    others = [one for one in FUNCTIONS.values() if not one.is_operator]
    head = (HEADS / "expressions.md").read_text(encoding="utf-8")
    page = [
        MADE + head,
        "## Operators\n",
        table(("written", "what it gives"), [(f"`{o.example}`", o.what) for o in operators]),
    ]
    rows = [(f"`{one.signature}`", one.what, f"`{one.example}`") for one in others]
    return "\n".join([*page, "## Functions\n", table(("written", "what it gives", "as in"), rows)])


# --- plant code -----------------------------------------------------------------------------------------------


def plant_code() -> str:
    """Every section with its fields, and every code that `dovetail validate` can answer with."""
    from dovetail.core import plugins
    from dovetail.drivers.base import PACKAGE
    from dovetail.equipment.entries import TagEntry
    from dovetail.house.rooms import plant_sections
    from dovetail.jobtexts.plant import JobEntry
    from dovetail.states.schema import CountersEntry, StatesEntry

    page = [MADE + (HEADS / "plant-code.md").read_text(encoding="utf-8")]
    for section in plant_sections():
        what = "one mapping" if section.single else "a mapping of name → entry"
        page.append(f"## `{section.key}`\n\n{first(section.model.__doc__)} It is {what}.\n")
        page += _fields(section.model.model_json_schema())
        parts: dict[str, list[tuple[str, type]]] = {
            "equipment": [("tags", TagEntry), ("states", StatesEntry), ("counters", CountersEntry), ("job", JobEntry)],
            "connections": [(f"options of driver {name}", spec.options) for name, spec in plugins.load_all(PACKAGE)],
        }
        for title, model in parts.get(section.key, []):
            page.append(f"### `{section.key}`: {title}\n\n{first(model.__doc__)}\n")
            page += _fields(model.model_json_schema())  # type: ignore[attr-defined]  # every entry is a pydantic model
        if section.key == "connections":
            page.append("### `connections`: addresses by driver\n")
            rows = [
                (f"`{name}`", spec.title, _code(spec.address), _ways(spec)) for name, spec in plugins.load_all(PACKAGE)
            ]
            page.append(table(("driver", "", "addresses look like", "`mode: subscribe` means"), rows))
    page.append("## Error codes\n\nA code never changes its meaning.\n")
    page.append(table(("code", "what is wrong"), sorted(_meanings().items())))
    return "\n".join(page)


def _code(examples: str) -> str:
    """Examples of addresses, each as code."""
    return " · ".join(f"`{one}`" for one in examples.split(" · "))


def _ways(spec: Any) -> str:
    return "the device reports changes" if spec.listens else "polled at the interval: the protocol has no subscriptions"


def _meanings() -> dict[str, str]:
    from dovetail.equipment import codes as equipment
    from dovetail.forwarding import plant as forwarding
    from dovetail.livekpi import plant as livekpi
    from dovetail.materials import plant as materials
    from dovetail.plantcode import codes
    from dovetail.jobtexts import plant as jobtexts
    from dovetail.retention import plant as retention
    from dovetail.scenariofiles import document as scenarios
    from dovetail.states import plant as states
    from dovetail.virtual import plant as virtual
    from dovetail.workcalendar import plant as workcalendar
    from dovetail.yardsticks import plant as yardsticks

    rooms = (codes, equipment, jobtexts, materials, retention, states, virtual, workcalendar, forwarding, scenarios)
    rooms = (*rooms, yardsticks, livekpi)
    return {code: meaning for room in rooms for code, meaning in room.MEANINGS.items()}


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    """The table of a model's fields, then one per model inside it."""
    inner = schema.get("$defs", {})
    rows = _rows(schema, inner)
    if rows:
        yield table(("field", "what", "default"), rows)
    for name, one in inner.items():
        if "properties" in one:
            yield f"**{name.removesuffix('Entry')}** — {first(one.get('description'))}\n"
            yield table(("field", "what", "default"), _rows(one, inner))


def _rows(schema: dict[str, Any], inner: dict[str, Any]) -> list[tuple[str, str, str]]:
    required = set(schema.get("required", ()))
    rows: list[tuple[str, str, str]] = []
    for name, field in schema.get("properties", {}).items():
        said = re.sub("^a number:? ", "", field.get("description") or "")
        what = _type(field, inner) + (f" — {said}" if said else "")
        default = "**needed**" if name in required else _default(field)
        rows.append((f"`{name}`", what, default))
    return rows


def _default(field: dict[str, Any]) -> str:
    default = field.get("default")
    return "" if default in (None, {}, [], "") else f"`{json.dumps(default, ensure_ascii=False)}`"


def _type(field: dict[str, Any], inner: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return _type(inner[name], inner) if "properties" not in inner[name] else name.removesuffix("Entry")
    if "enum" in field:
        return " · ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in field:
            kinds = [_type(one, inner) for one in field[choice] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}), inner)}"
    if field.get("type") == "object":
        values = field.get("additionalProperties")
        return f"mapping of name → {_type(values, inner)}" if isinstance(values, dict) else "mapping"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true/false"}
    return words.get(field.get("type", ""), "anything") + _limits(field)


def _limits(field: dict[str, Any]) -> str:
    found = [f"{sign} {field[name]:,}" for name, sign in LIMITS.items() if name in field]
    return f" ({', '.join(found)})" if found else ""


LIMITS: Final = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def first(text: str | None) -> str:
    """The first paragraph of a docstring."""
    return re.sub(r"\s+", " ", (text or "").strip().split("\n\n")[0])


# --- API ------------------------------------------------------------------------------------------------------


def api() -> str:
    """Every route with its permission, parameters and summary, by the first word of its path."""
    from dovetail.app.bootstrap import open_house
    from dovetail.ownership.settings import Settings

    with tempfile.TemporaryDirectory(prefix="dt-docs-") as folder, open_house(Settings(data=Path(folder))) as house:
        described = house.app.openapi()
    page = [MADE + (HEADS / "api.md").read_text(encoding="utf-8")]
    groups: dict[str, list[tuple[str, str, str, str]]] = {}
    for path, methods in described["paths"].items():
        short = path.removeprefix("/api/v1")
        for method, route in methods.items():
            asked = [one["name"] for one in route.get("parameters", ()) if one["in"] == "query"]
            query = f" ?{'&'.join(asked)}" if asked else ""
            row = (f"`{method.upper()} {short}`{query}", route["x-permission"], route.get("x-operation", ""))
            groups.setdefault(short.split("/")[1], []).append((*row, route["summary"]))
    for name in sorted(groups):
        page.append(f"## {name}\n")
        page.append(table(("route", "permission", "operation", "what"), groups[name]))
    return "\n".join(page)


# --- KPIs -----------------------------------------------------------------------------------------------------


TAG_FIGURES = (
    "A tag with a `figure` carries how the running shift does ([how](../how-to/live-figures.md)): each KPI above by its id\n"
    "(`kind: f64`), and\n"
)


def kpis() -> str:
    """Every KPI found in the folder, in its own words."""
    from dovetail.core.plugins import load_all
    from dovetail.ledger.timeclass import Settings
    from dovetail.livekpi.model import OWN
    from dovetail.performance.kpis._listed import waiting

    page = [MADE + (HEADS / "kpis.md").read_text(encoding="utf-8")]
    settings = Settings()
    for _name, kpi in load_all("dovetail.performance.kpis"):
        module = sys.modules[kpi.compute.__module__]
        page.append(f"## {kpi.name}\n\n{first(module.__doc__)}\n")
        rows = [
            ("id", f"`{kpi.id}`"),
            ("formula", kpi.formula),
            ("unit, range", f"{kpi.unit}; {kpi.range}"),
            ("standard", kpi.standard),
            ("conventions", settings.say(kpi.convention)),
            ("sums it is made of", ", ".join(f"`{name}`" for name in kpi.inputs)),
            ("opens into", ", ".join(f"`{name}`" for name in kpi.factors) or "time and pieces"),
        ]
        page.append(table(("", ""), rows))
    page.append("## On tags\n\n" + TAG_FIGURES)
    rows = [(f"`{name}`", one.words, one.kind.name.lower(), one.unit) for name, one in OWN.items()]
    page.append(table(("figure", "of the shift so far", "kind", "unit"), rows))
    page.append("## Waiting\n\nThe rest of ISO 22400-2: nothing in Dovetail can feed them yet, and nothing is faked.\n")
    rows = [(one.standard, one.name, f"`{one.formula}`", one.waits_for, one.missing or "") for one in waiting()]
    page.append(table(("", "KPI", "formula", "waits for", "to know"), rows))
    return "\n".join(page)


# --- command line -----------------------------------------------------------------------------------------------


def cli() -> str:
    """Every verb with its arguments and options, as `--help` says them."""
    import typer

    from dovetail.cli.main import app

    page = [MADE + (HEADS / "cli.md").read_text(encoding="utf-8")]
    for words, verb in verbs(typer.main.get_command(app)):
        arguments = [p for p in verb.params if p.param_type_name == "argument"]
        usage = " ".join(["dovetail", *words, *(str(p.name).upper() for p in arguments)])
        page.append(f"## `{usage}`\n\n{first(verb.help)}\n")
        rows = [_parameter(p) for p in verb.params if p.name != "help"]
        if rows:
            page.append(table(("", "what", "default"), rows))
    return "\n".join(page)


def verbs(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(words, command) of every verb that does something, groups opened."""
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            yield from verbs(inner, (*words, name))
        else:
            yield (*words, name), inner


def _parameter(parameter: Any) -> tuple[str, str, str]:
    argument = parameter.param_type_name == "argument"
    names = str(parameter.name).upper() if argument else ", ".join([*parameter.opts, *parameter.secondary_opts])
    variable = f" (or `{parameter.envvar}`)" if parameter.envvar else ""
    plain = parameter.default is None or parameter.default is False or parameter.required
    return f"`{names}`", f"{parameter.help or ''}{variable}", "" if plain else f"`{parameter.default}`"


# --- roles ------------------------------------------------------------------------------------------------------


def roles() -> str:
    """Every permission, what it allows, and which roles hold it."""
    from dovetail.security.roles import PERMISSIONS, ROLES

    rows = [
        (f"`{one.name}`", one.allows, one.covers, *("yes" if role in one.roles else "" for role in ROLES))
        for one in PERMISSIONS
    ]
    head = ("permission", "allows to", "asked for at", *(f"`{role}`" for role in ROLES))
    return MADE + (HEADS / "roles.md").read_text(encoding="utf-8") + table(head, rows)


def bi_views() -> str:
    """Every view for reports with its columns."""
    from dovetail.bi.views import VIEWS

    page = MADE + (HEADS / "bi-views.md").read_text(encoding="utf-8")
    for name, view in VIEWS.items():
        columns = [(f"`{column}`", meaning) for column, meaning in view.columns.items()]
        page += f"## {name}\n\n{view.row}.\n\n{table(('Column', 'What it says'), columns)}\n"
    return page.rstrip("\n") + "\n"


# --- faults -----------------------------------------------------------------------------------------------------


def faults() -> str:
    """What is expected of every fault that the tests play: their own table."""
    sys.path.insert(0, str(WALK))  # the tables stand in the folder of the tests
    try:
        played, killed = (importlib.import_module(name) for name in ("test_walk_faults", "test_walk_killed"))
    finally:
        sys.path.remove(str(WALK))
    rows = [
        (
            one.name,
            " → ".join(["Execute", *(f"{state} at {second:.0f} s" for second, state in one.timeline)]),
            " → ".join(one.neighbour and ("Execute", *one.neighbour)),
            one.uncounted or "",
            ", ".join(one.held),
        )
        for one in played.CASES
    ]
    page = MADE + (HEADS / "faults.md").read_text(encoding="utf-8")
    page += table(("what happens", "timeline", "neighbour", "pieces not seen", "review"), rows)
    page += "\n## The night the clock on the wall is changed\n\n"
    page += "Execute all along: no microsecond is lost or counted twice, and no piece. Played: " + "; ".join(
        f"{name} ({begins} in {zone})" for name, begins, zone in played.NIGHTS
    )
    page += ".\n\n## The server is killed in a shift change\n\n"
    page += (
        "NO_DATA from the last good moment until the new server has read the machines again; both shifts have their "
    )
    page += "whole time, every piece is counted once and nothing waits for review. "
    return page + "Played: " + "; ".join(name for name, *_ in killed.KILLS) + ".\n"


# --- chaos ------------------------------------------------------------------------------------------------------


def chaos() -> str:
    """Every driver with every trial: what is shown meanwhile, or why it cannot happen to this protocol."""
    from dovetail.testing.benches import BENCHES, WITH_SERVER
    from dovetail.testing.matrix import EXPECTED, expected
    from dovetail.testing.reconnects import TIMES

    rows: list[list[str]] = []
    whys: list[tuple[str, str, str]] = []
    for driver, bench in (BENCHES | WITH_SERVER).items():
        rows.append([driver, *("–" if trial in bench.cannot else expected(bench, trial) for trial in EXPECTED)])
        rows[-1].append("–" if "reconnects" in bench.cannot or driver in WITH_SERVER else "stands")
        whys += [(driver, trial, why) for trial, why in bench.cannot.items()]
    whys += [(driver, "reconnects", "not played: real servers are tried in real time") for driver in WITH_SERVER]
    page = MADE + (HEADS / "chaos.md").read_text(encoding="utf-8") + "## The matrix\n\n"
    page += table(("driver", *EXPECTED, f"{TIMES:,} reconnects"), rows)
    played = sum(cell != "–" for row in rows for cell in row[1:])
    page += f"\n{played} cells are played. The others are not, and why:\n\n"
    return page + table(("driver", "trial", "why"), whys)


def fuzzing() -> str:
    """Every parser with what its long run brought."""
    sys.path.insert(0, str(FUZZ))  # the tables stand in the folder of the tests
    try:
        targets = importlib.import_module("fuzz_targets").TARGETS
    finally:
        sys.path.remove(str(FUZZ))
    ran = json.loads((FUZZ / "record.json").read_text(encoding="utf-8"))
    rows: list[Sequence[object]] = []
    for one in targets:
        said = ran.get(one.name, {"executions": 0})
        n = said["executions"]
        more = (f"{said['seconds']:,.0f}", f"{said['refused'] / n:.0%}", said["kept"]) if n else ("", "", "")
        refuses = ", ".join(f"`{error.__name__}`" for error in one.refuses)
        rows.append((f"`{one.name}`", one.what, refuses, f"{n:,}" if n else "short form only", *more))
    whole = sum(said["executions"] for said in ran.values())
    page = MADE + (HEADS / "fuzzing.md").read_text(encoding="utf-8") + "## The parsers\n\n"
    page += "As far as the long form has been run of each; seconds are the processor's, on a slow virtual machine.\n\n"
    head = ("parser", "reads", "refuses by", "executions", "s", "refused", "kept")
    return page + table(head, rows) + f"\n{len(targets)} parsers, {whole:,} executions.\n"


# --- drivers ----------------------------------------------------------------------------------------------------


def drivers() -> str:
    """Every driver and what it can, as its plug-in says."""
    from dovetail.core import plugins
    from dovetail.drivers.base import PACKAGE

    found = set(plugins.names("dovetail.finding.ways"))
    kept = json.loads(GRADES.read_text(encoding="utf-8"))
    rows: list[list[str]] = []
    for name, spec in plugins.load_all(PACKAGE):
        can = (
            not spec.keeps,
            spec.listens,
            spec.writes,
            spec.about.browses,
            name in found,
            spec.tells_time,
            spec.keeps,
        )
        options = f"[options](plant-code.md#connections-options-of-driver-{name})"
        grade = _grade(kept[name]) if name in kept else "–"
        rows.append([f"`{name}`", spec.title, *("yes" if one else "–" for one in can), grade, options])
    head = ("driver", "", "read", "told", "write", "browse", "found", "device time", "kept", "grade", "")
    page = MADE + (HEADS / "drivers.md").read_text(encoding="utf-8") + table(head, rows)
    page += "\n" + (HEADS / "grades.md").read_text(encoding="utf-8")
    return page + table(("driver", "grade", "open for the next"), list(_open(kept)))


def _grade(kept: Mapping[str, Mapping[str, Any]]) -> str:
    from dovetail.grading.grades import grade_of

    return grade_of({name: one["verdict"] for name, one in kept.items()})


def _open(kept: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[tuple[str, str, str]]:
    """What each driver lacks of the next grade, and why."""
    from dovetail.grading.grades import CRITERIA

    grades, criteria = ["none", *CRITERIA], [*CRITERIA.values(), ()]
    for name, found in kept.items():
        grade = _grade(found)
        wanted = criteria[grades.index(grade)]  # of the one above
        lacks = [f"{one}: {found[one]['why']}" for one in wanted if found[one]["verdict"] in ("fails", "not tried")]
        yield f"`{name}`", grade, "; ".join(lacks)


def sizes() -> str:
    """Tags × rate × bytes, for a site and for an enterprise."""
    arithmetic = runpy.run_path(str(Path(__file__).with_name("sizes.py")))
    return arithmetic["page"](MADE + (HEADS / "sizes.md").read_text(encoding="utf-8"), table)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "plant-code.md": plant_code,
    "expressions.md": expressions,
    "api.md": api,
    "kpis.md": kpis,
    "cli.md": cli,
    "roles.md": roles,
    "bi-views.md": bi_views,
    "faults.md": faults,
    "chaos.md": chaos,
    "fuzzing.md": fuzzing,
    "drivers.md": drivers,
    "sizes.md": sizes,
}


def main() -> int:
    """Write every page, or those that are named."""
    for name in sys.argv[1:] or PAGES:
        (REFERENCE / name).write_text(PAGES[name](), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
