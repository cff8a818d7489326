"""`scanner demo`, an evening at the door, and `scanner mock`, the server that it is played on."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.wording.catalogue import say

if TYPE_CHECKING:
    from scanner.config import Language


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: scanner demo --headless --patrons 200 --seed 1")(demo)
    app.command(epilog="Example: scanner mock --tickets 5000 --port 8080")(mock)


def demo(
    *,
    headless: Annotated[
        bool,
        typer.Option(
            "--headless",
            help="Play scripted evenings without a screen, check every verdict and every "
            "admission, and print one JSON summary.",
        ),
    ] = False,
    patrons: Annotated[
        int, typer.Option(min=1, max=20_000, help="How many patrons come; with --headless.")
    ] = 200,
    seed: Annotated[int, typer.Option(help="The same seed makes the same evening.")] = 1,
    pretix: Annotated[
        str | None,
        typer.Option(
            metavar="URL/ORGANIZER",
            help="Play at a pretix on this computer, with --headless. It gets an event and two "
            "devices; SCANNER_PRETIX_TOKEN has the API token of a team that may make them.",
        ),
    ] = None,
    venue: Annotated[
        bool,
        typer.Option(
            "--venue",
            help="Show two gates of one venue side by side, without the internet: a ticket that "
            "one lets in is refused at the other. With --headless, check that.",
        ),
    ] = False,
) -> None:
    """Try the gate: a server, a crowd and a camera are made up.

    On the screen, n cuts the network and restores it. With --headless, the network is gone for
    the middle third and the gate is killed once. A quarter of the patrons then come to a gate
    whose server cuts pages and names, and answers one stray 404. Exit code 0 means that every
    verdict was the right one and that both servers hold exactly the gate's admissions.
    """
    from scanner.cli.errors import Usage, UsageError
    from scanner.cli.settings import load

    if pretix and not headless:
        raise UsageError(Usage.NEEDS, name="--pretix", other="--headless")
    if pretix and venue:
        raise UsageError(Usage.EXCLUDES, name="--pretix", other="--venue")
    config = load()
    if venue:
        _play_venue(seed, config.language, headless=headless)
    elif pretix:
        _play_at_pretix(pretix, patrons, seed)
    elif headless:
        _play(patrons, seed)
    else:
        _show(seed, config.language)


def _play(patrons: int, seed: int) -> None:
    from scanner.cli.output import bar, print_json
    from scanner.demo.evening import play_both

    with bar(say("Patrons")) as show:
        summary = play_both(patrons, seed, show)
    print_json(summary.as_dict())
    if not summary.ok:
        raise typer.Exit(1)


def _play_at_pretix(address: str, patrons: int, seed: int) -> None:
    from scanner.cli.output import bar, print_json
    from scanner.cli.settings import pretix_access
    from scanner.demo.pretix_evening import play

    access = pretix_access(address)
    with bar(say("Patrons")) as show:
        summary = play(access, patrons, seed, show)
    print_json(asdict(summary))
    if not summary.ok:
        raise typer.Exit(1)


def _play_venue(seed: int, language: "Language", *, headless: bool) -> None:
    from scanner.venue.extra import require

    require()
    if not headless:
        from scanner.tui.gate.venue_demo import show

        _need_terminal()
        show(seed, language)
        return
    from scanner.cli.output import bar, print_json
    from scanner.demo.venue_evening import play

    with bar(say("Patrons")) as progress:
        summary = play(seed, progress)
    print_json(summary.as_dict())
    if not summary.ok:
        raise typer.Exit(1)


def _show(seed: int, language: "Language") -> None:
    from scanner.tui.gate.demo import show

    _need_terminal()
    show(seed, language)


def _need_terminal() -> None:
    from scanner.cli.errors import CliFault
    from scanner.errors import ScannerError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ScannerError(CliFault.DEMO_NEEDS_TERMINAL)


def mock(
    *,
    tickets: Annotated[int, typer.Option(help="Tickets in a new world.")] = 1000,
    sections: Annotated[int, typer.Option(help="Sections in a new world.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 1,
    state: Annotated[
        Path | None, typer.Option(help="A file that keeps the world over a restart.")
    ] = None,
    port: Annotated[int, typer.Option(help="0 picks a free one.")] = 0,
    api_key: Annotated[
        str | None, typer.Option(help="An administrator's key; made up when not given.")
    ] = None,
) -> None:
    """Serve a stand-in for the TickeTing API on this machine, until stopped.

    Prints one JSON line when it is ready: its url, an event, an administrator's key, and the
    event's admission tokens.
    """
    from scanner.mock.server import run

    run(tickets, sections, seed, state, port, api_key)
