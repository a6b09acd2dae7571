"""The dashboard that we ship asks what the views answer, and a role that reads them reads nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bi_world import World
from counting_plant import at
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from typer.testing import CliRunner

from dovetail.bi.roles import grants
from dovetail.bi.views import VIEWS
from dovetail.cli.main import app
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import InvalidError

pytestmark = pytest.mark.postgres
DASHBOARD = json.loads((Path(__file__).parents[2] / "deploy" / "grafana" / "dovetail-production.json").read_text())
PANELS = {panel["title"]: panel["targets"][0] for panel in DASHBOARD["panels"]}
ALL = "'acme/line', 'acme/line/filler', 'acme/line/table'"


def as_grafana_asks(sql: str) -> str:
    """With what Grafana puts in the places of its macros and variables."""
    for macro, value in (
        ("$__unixEpochFrom()", str(at(0) // SECOND_US)),
        ("$__unixEpochTo()", str(at(60) // SECOND_US)),
        ("${equipment:sqlstring}", ALL),
    ):
        sql = sql.replace(macro, value)
    assert "$" not in sql
    return sql


@pytest.mark.parametrize("title", PANELS)
def test_every_panel_has_an_answer(postgres_world: World, title: str) -> None:
    target = PANELS[title]
    with postgres_world.database.read() as reading:
        found = reading.connection.execute(text(as_grafana_asks(target["rawSql"]).replace(":", r"\:")))
        columns, rows = list(found.keys()), list(found)
    assert rows
    needed = {"time_series": {"time", "metric", "value"}, "table": set[str]()}[target["format"]]
    assert needed <= set(columns)
    assert any(all(value is not None for value in row[:2]) for row in rows)


def test_the_equipment_to_choose_from_is_what_has_a_ledger(postgres_world: World) -> None:
    (variable,) = [one for one in DASHBOARD["templating"]["list"] if one["name"] == "equipment"]
    found = [row.equipment for row in postgres_world.rows(variable["query"])]
    assert found == re.findall(r"'([^']+)'", ALL)


@contextmanager
def reading_as(world: World, role: str, *paths: str) -> Iterator[Connection]:
    """A connection of a role that was let in as the manual says."""
    url = make_url(world.url)
    owner = create_engine(url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        for statement in grants(role, paths, database=url.database or ""):
            connection.exec_driver_sql(statement)
    owner.dispose()
    theirs = create_engine(url.set(username=role))
    try:
        with theirs.connect() as connection:
            yield connection
    finally:
        theirs.dispose()


def seen(connection: Connection, view: str) -> set[Any]:
    return {row[0] for row in connection.execute(text(f"select equipment from {view}"))}


OF_EQUIPMENT = [name for name, view in VIEWS.items() if "equipment" in view.columns]


@pytest.mark.parametrize("view", OF_EQUIPMENT)
def test_a_role_sees_what_lies_below_its_paths(postgres_world: World, view: str) -> None:
    everything = {row.equipment for row in postgres_world.rows(f"select equipment from {view}")}
    with reading_as(postgres_world, "bi_filler", "acme/line/filler") as connection:
        assert seen(connection, view) == everything & {"acme/line/filler"}
    with reading_as(postgres_world, "bi_line", "acme/line") as connection:
        assert seen(connection, view) == {one for one in everything if one.startswith("acme/line")}
    with reading_as(postgres_world, "bi_half", "acme/lin") as connection:  # half a name is nobody's path
        assert seen(connection, view) == set()
    with reading_as(postgres_world, "bi_whole") as connection:
        assert seen(connection, view) == everything


def test_a_role_reads_the_views_and_nothing_else_and_changes_nothing(postgres_world: World) -> None:
    for statement in (
        "select * from slice",
        "select * from person",
        "select * from audit",
        "select * from bi_reader",
        "insert into bi_reader values ('bi_filler', '')",
        "create table mine (n int)",
    ):
        with reading_as(postgres_world, "bi_filler", "acme/line/filler") as connection:
            connection.execute(text("set default_transaction_read_only = off"))
            connection.commit()
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(statement))


def test_a_role_nobody_gave_a_path_sees_no_equipment(postgres_world: World) -> None:
    with reading_as(postgres_world, "bi_nobody") as connection:
        with postgres_world.database.write(postgres_world.plant.everyone.actor) as uow:
            uow.connection.execute(text("delete from bi_reader where role_name = 'bi_nobody'"))
        assert seen(connection, "bi_equipment") == set()


@pytest.mark.parametrize(
    "role, paths", [("Grafana", []), ("a; drop table slice", []), ("", []), ("ok", ["acme'); --"]), ("ok", ["a\nb"])]
)
def test_names_that_are_none_are_refused(role: str, paths: list[str]) -> None:
    with pytest.raises(InvalidError) as refused:
        grants(role, paths, database="dovetail")
    assert refused.value.code == "bi-role"


def test_the_command_line_prints_what_the_manual_says() -> None:
    done = CliRunner().invoke(app, ["db", "bi-role", "grafana", "--at", "acme/brno", "--database", "plant"])
    assert done.exit_code == 0
    assert done.output.splitlines() == grants("grafana", ["acme/brno"], database="plant")
