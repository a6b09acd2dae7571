"""Try a driver before a plant relies on it: one of the house, an installed one, or one that is being written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from dovetail.grading.grades import Report

BELOW: Final = 3  # exit code: tried, and its grade is lower than what was asked for
driver_app = typer.Typer(name="driver", help="Drivers: try one, and see what it is worth.", no_args_is_help=True)


@driver_app.command("check")
def check(
    driver: Annotated[str, typer.Argument(help="Its name, or where its PLUGIN is: my_driver:PLUGIN.")],
    bench: Annotated[
        str | None,
        typer.Option(help="The device it is tried with: my_bench:MyBench. Default: what is offered with it."),
    ] = None,
    at_least: Annotated[str, typer.Option(help="Exit code 3 below: bronze, silver, gold or platinum.")] = "bronze",
    hour: Annotated[bool, typer.Option("--hour", help="Hold 10,000 points for an hour, too: takes minutes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Play the trials that count for a driver's grade, with a device on loopback. Takes half a minute."""
    import asyncio
    import logging

    from dovetail.core.errors import InvalidError
    from dovetail.grading.candidates import candidate
    from dovetail.grading.examining import examine
    from dovetail.grading.grades import CRITERIA

    grades = ("none", *CRITERIA)
    if at_least not in grades:
        raise InvalidError(f"{at_least!r} is no grade", code="driver-grade", hint=f"there are: {', '.join(CRITERIA)}")
    logging.disable(logging.WARNING)  # links are lost here on purpose
    name, benches = candidate(driver, bench)
    report = asyncio.run(examine(name, benches, lasts="an hour" if hour else "half a minute"))
    print(json.dumps(_as_json(report), indent=2, ensure_ascii=False) if as_json else "\n".join(_told(report)))
    if grades.index(report.grade) < grades.index(at_least):
        raise typer.Exit(BELOW)


def _as_json(report: Report) -> dict[str, object]:
    found = [{"criterion": one.criterion, "verdict": one.verdict, "evidence": one.evidence} for one in report.found]
    return {"driver": report.driver, "grade": report.grade, "criteria": found}


def _told(report: Report) -> list[str]:
    from dovetail.grading.grades import CRITERIA

    by_name = {one.criterion: one for one in report.found}
    lines = [f"{report.driver}: {report.grade}"]
    for grade, names in CRITERIA.items():
        lines += ["", grade]
        lines += [f"  {by_name[name].verdict:14}  {name}: {by_name[name].evidence}" for name in names]
    return lines


def register(app: typer.Typer) -> None:
    """Declare the verbs."""
    app.add_typer(driver_app)
