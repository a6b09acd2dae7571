"""`serve` and `demo`: the installation as a process of its own."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer


def serve(
    data: Annotated[Path | None, typer.Option(help="The data folder (default .dovetail).")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; other than loopback needs TLS.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (default 8700).")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="PostgreSQL for records and samples; default SQLite.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key, PEM.")] = None,
    behind_proxy: Annotated[str | None, typer.Option(help="Address of a TLS-terminating proxy in front of us.")] = None,
    name: Annotated[list[str] | None, typer.Option(help="A further host name to answer to; may be repeated.")] = None,
    nats: Annotated[
        str | None, typer.Option(help="NATS servers over which what is collected goes to ingest workers.")
    ] = None,
) -> None:
    """Run the installation: collect, store, compute and serve."""
    gc.disable()  # till it is ready: nearly all that a start makes stays, and looking it over is a fifth of its work
    from dovetail.app.server import run
    from dovetail.ownership.settings import from_environment

    run(
        from_environment(
            data=data,
            host=host,
            port=port,
            database_url=database_url,
            tls_cert=tls_cert,
            tls_key=tls_key,
            behind_proxy=behind_proxy,
            names=tuple(one.lower() for one in name) if name else None,
            nats=nats,
        )
    )


def demo(
    data: Annotated[Path, typer.Option(help="The demo's data folder.")] = Path(".demo"),
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8700,
    seed: Annotated[int, typer.Option(help="The virtual line's seed: the same seed lives the same fortnight.")] = 1,
    days: Annotated[int, typer.Option(help="Days of history to import below the live values.")] = 14,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser where there is one.")] = True,
) -> None:
    """Start a virtual bottling line on real OPC UA and Modbus, watch it live, and jam a machine."""
    gc.disable()  # as for `serve`
    from dovetail.demo.run import run_demo

    run_demo(data=data, port=port, seed=seed, days=days, open_browser=browser)


def register(app: typer.Typer) -> None:
    """Add the verbs that run an installation."""
    app.command()(serve)
    app.command()(demo)
