"""`dovetail`: start the installation, and do from a terminal what the screens do. Heavy imports wait for their verb."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Annotated

import typer

from dovetail import __version__
from dovetail.cli import (
    assisting,
    causing,
    copying,
    drivers,
    figures,
    operate,
    plant,
    reporting,
    run_server,
    summing,
    taglists,
    upkeep,
)
from dovetail.offsite import forwarding
from dovetail.operating import replaying, restating, verbs
from dovetail.sampleverbs import correcting, damaged, importing, keeping, samples
from dovetail.scenarios import verb as scenarios
from dovetail.shiftverbs import (
    alarming,
    answering,
    boarding,
    counted,
    cycling,
    explaining,
    figuring,
    freezing,
    holding,
    metering,
    ordering,
    pacing,
    scanning,
    slowing,
    stopping,
)
from dovetail.terminal import calendar, discovering, formulas, outward, people, shopfloor, stops, tags

app = typer.Typer(
    name="dovetail",
    help="Dovetail joins a factory's machines to its business.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts in half the time
)

Data = Annotated[Path | None, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"dovetail {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Dovetail joins a factory's machines to its business."""


run_server.register(app)
verbs.register(app)
plant.register(app)
scenarios.register(app)
replaying.register(app)
restating.register(app)
calendar.register(app)
operate.register(app)
shopfloor.register(app)
stops.register(app)
for verbs_of_a_shift in (
    pacing, stopping, boarding, cycling, slowing, causing, figuring, explaining, freezing, ordering, holding, metering,
    scanning, answering, alarming,
):  # fmt: skip
    verbs_of_a_shift.register(app)
counted.register(shopfloor.count_app)
outward.register(app)
tags.register(app)
formulas.register(tags.tag_app)
summing.register(tags.tag_app)
taglists.register(tags.tag_app)
samples.register(app)
correcting.register(samples.samples_app)
keeping.register(samples.samples_app)
damaged.register(samples.samples_app)
importing.register(app)
discovering.register(app)
assisting.register(app)
drivers.register(app)
people.register(app)
reporting.register(app)
figures.register(app)
upkeep.register(app)
copying.register(app)
forwarding.register(app)


def run() -> None:
    """The console script: an error of ours is a sentence and an exit code, never a traceback.

    So is a path that was given and cannot be read or written: who typed it can mend it.
    """
    from dovetail.core.errors import DovetailError

    try:
        app()
    except DovetailError as error:
        print(f"error[{error.code}]: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  hint: {error.hint}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.filename is None and error.errno != errno.ENOSPC:
            raise
        named = f": {error.filename}" if error.filename is not None else ""
        print(f"error[file]: {error.strerror}{named}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
