"""`dovetail order`: what is to run on a machine or a line, how much of it and from when."""

from __future__ import annotations

from typing import Annotated

import typer

from dovetail.terminal.asking import DataOption, Here, Where, do, house, id_of, taken_back_by

order_app = typer.Typer(help="Job orders: what is to run.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The order, as the ERP or the planner names it.")]


@order_app.command("plan")
def plan(
    where: Where,
    job_order: Name,
    product: Annotated[str, typer.Argument(help="What is made.")],
    quantity: Annotated[int | None, typer.Option(help="Good pieces to be made.")] = None,
    start: Annotated[str | None, typer.Option(help="Planned start, RFC 3339 with offset.")] = None,
    lot: Annotated[str | None, typer.Option(help="The lot.")] = None,
    rate: Annotated[float | None, typer.Option(help="Standard rate of this order, pieces per minute.")] = None,
    itself: Annotated[bool, typer.Option("--scheduled", help="It starts itself at its planned start.")] = False,
    data: DataOption = Here,
) -> None:
    """Plan an order, or change what it says."""
    given: dict[str, object] = {
        "job_order": job_order,
        "product": product,
        "quantity": quantity,
        "planned_start": start,
        "lot": lot,
    }
    given["start"] = "scheduled" if itself else "manual"
    with house(data) as control:
        done = do(
            control, "job_order.plan", {"equipment_id": id_of(control, where), "standard_rate_upm": rate, **given}
        )
    taken_back_by(done)


@order_app.command("start")
def start_order(where: Where, job_order: Name, data: DataOption = Here) -> None:
    """Start what an order says; what runs there ends."""
    with house(data) as control:
        done = do(control, "job_order.start", {"equipment_id": id_of(control, where), "job_order": job_order})
    taken_back_by(done)


@order_app.command("withdraw")
def withdraw(where: Where, job_order: Name, data: DataOption = Here) -> None:
    """Withdraw an order: it is not to run; what ran for it stays."""
    with house(data) as control:
        done = do(control, "job_order.withdraw", {"equipment_id": id_of(control, where), "job_order": job_order})
    taken_back_by(done)


@order_app.command("list")
def list_orders(where: Where, data: DataOption = Here) -> None:
    """List the orders of a machine or a line, by planned start."""
    with house(data) as control:
        path = f"/equipment/{id_of(control, where)}/job-orders"
        page = control.call("GET", path)
        found = list(page["items"])
        while page["next"]:
            page = control.call("GET", path, cursor=page["next"])
            found += page["items"]
    for one in found:
        quantity = "–" if one["quantity"] is None else str(one["quantity"])
        print(
            f"{one['job_order']:16} {one['product']:16} {quantity:>9}  {one['planned_start'] or '–'}  {one['status']}"
            + (f": {one['hindered']['text']}" if one["hindered"] else "")
        )


def register(app: typer.Typer) -> None:
    """Add the verbs of job orders."""
    app.add_typer(order_app, name="order")
