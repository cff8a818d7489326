"""`scanner bench venue`: what the venue adds to a verdict, and what its nodes take."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli import bench
from scanner.cli.output import print_json
from scanner.cli.settings import Json
from scanner.wording.plain import plain

if TYPE_CHECKING:
    from scanner.bench.figure import Figure
    from scanner.bench.venue.block import Block


def register(_: typer.Typer) -> None:
    """Add the command to the others that measure."""
    bench.app.command(epilog="Example: scanner bench venue --seconds 60")(venue)


def venue(
    *,
    scans: Annotated[
        int, typer.Option(min=25, help="Admissions at one gate, with claims and without.")
    ] = 1000,
    gates: Annotated[
        int, typer.Option(min=2, help="Gates that patrons come to at the same time.")
    ] = 40,
    seconds: Annotated[
        int, typer.Option(min=1, help="How long, at one patron a second and gate.")
    ] = 60,
    claims: Annotated[
        int,
        typer.Option(
            min=0,
            help="Measure building blocks to plan with too, by so many claims kept; 0: none.",
        ),
    ] = 0,
    folder: bench.Folder = None,
    as_json: Json = False,
) -> None:
    """Time what a claim adds to a verdict, against a bare create at the same nodes.

    Real nodes run on this machine meanwhile: one, three, and with --claims five.
    """
    from scanner.venue.extra import require

    require()

    def measure(within: Path) -> "list[Figure]":
        from scanner.bench.venue import gates as many
        from scanner.bench.venue import verdicts

        figures = list(verdicts.measure(within / "verdicts", scans))
        return [*figures, *many.measure(within / "gates", gates, seconds)]

    bench.report(folder, measure, as_json=as_json)
    if claims:
        with bench.workplace(folder) as within:
            _blocks(within, claims, as_json=as_json)


def _blocks(within: Path, claims: int, *, as_json: bool) -> None:
    from dataclasses import asdict
    from itertools import chain

    from scanner.bench.venue import blocks, leaf, mirrors

    found = chain(
        blocks.measure(within / "blocks", claims),
        mirrors.measure(within / "mirrors", claims),
        leaf.measure(within / "leaf"),
    )
    if as_json:
        for each in found:
            print_json(asdict(each))
    else:
        _print(list(found))


def _print(found: "list[Block]") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("Building block")
    table.add_column("Here", justify="right", no_wrap=True)
    table.add_column("")
    for each in found:
        note = "extrapolated" if each.extrapolated else ""
        table.add_row(plain(each.what), f"{each.value:,.2f} {each.unit}", note)
    bench.show(table)
