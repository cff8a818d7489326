"""`scanner bench decode` and `bench gate-way`: read rates, latency and load."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.settings import Json

if TYPE_CHECKING:
    from scanner.bench.decode_report import Report
    from scanner.bench.gate_way import GateWay

Seed = Annotated[int, typer.Option(help="The same seed draws the same frames.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `scanner bench`."""
    app.command(epilog="Example: scanner bench decode --photos ~/photographs")(decode)
    app.command("gate-way", epilog="Example: scanner bench gate-way --frames 200")(gate_way)


def decode(
    *,
    photos: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Photographs, each with its text in NAME.txt beside it; empty: no code.",
        ),
    ] = None,
    frames: Annotated[int, typer.Option(min=0, help="How many gate frames to draw.")] = 80,
    empties: Annotated[
        int, typer.Option(min=0, help="How many frames without a code to look at for false reads.")
    ] = 8,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Read photographs and drawn gate frames with this decoder, and with each library alone."""
    from scanner.bench.decode_report import run

    report = run(photos.expanduser() if photos else None, frames, empties, seed)
    if as_json:
        typer.echo(json.dumps(report.facts()))
    else:
        _print(report)


def gate_way(
    *,
    frames: Annotated[int, typer.Option(min=10, help="How many frames to send through.")] = 120,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Time a frame's way from its arrival to the published verdict, and an empty gate's load."""
    from scanner.bench.gate_way import measure

    way = measure(frames, seed)
    if as_json:
        typer.echo(json.dumps(way.facts()))
    else:
        _print_way(way)


def _print(report: "Report") -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for table in report.tables():
        console.print(table)


def _print_way(way: "GateWay") -> None:
    typer.echo(f"Frame to verdict  p50 {way.p50_ms:.1f} ms, p95 {way.p95_ms:.1f} ms, on one core")
    typer.echo(f"Verdicts          {way.verdicts} from {way.frames} frames of 1280 x 720")
    typer.echo(f"Nothing in view   {way.idle_share:.0%} of one core at 15 frames a second")
