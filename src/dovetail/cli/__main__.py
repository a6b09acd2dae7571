"""`python -m dovetail.cli`: the same as the console script, for places that have no scripts on the path."""

from dovetail.cli.main import run

run()
