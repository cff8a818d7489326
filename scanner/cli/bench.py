"""`scanner bench`: what this program reads and how fast it is, measured on this machine."""

import typer

from scanner.cli import bench_decode, bench_ledger, bench_screen

app = typer.Typer()


def register(to: typer.Typer) -> None:
    """Add the commands."""
    bench_ledger.register(app)
    bench_decode.register(app)
    bench_screen.register(app)
    to.add_typer(app, name="bench", epilog="Example: scanner bench gate")
