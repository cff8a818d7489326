"""`scanner bench`: measures read rates, latency and load on this machine."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.output import print_json, print_line
from scanner.cli.settings import Json, pretix_access
from scanner.wording.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from scanner.bench.figure import Figure
    from scanner.bench.gate_way import GateWay

Folder = Annotated[
    Path | None,
    typer.Option(help="A folder on the disk to measure; without it, the gate's own."),
]

Pretix = Annotated[
    str | None,
    typer.Option(
        metavar="URL/ORGANIZER",
        help="Measure at a pretix, 1,000 of them if not told otherwise. It gets an event and two "
        "devices; SCANNER_PRETIX_TOKEN has the API token of a team that may make them.",
    ),
]

Seed = Annotated[int, typer.Option(help="The same seed draws the same frames.")]

_SIZES = (150_000, 1_000_000)
_SCANS = 3000
_FEW = 10
"""Of seconds or per cent: rounded to a whole one, it could hide a miss."""
_ADMISSIONS = 10_000
_AT_PRETIX = 1000
_SEARCHES = 100


app = typer.Typer()


def register(to: typer.Typer) -> None:
    """Add the commands."""
    app.callback(invoke_without_command=True)(everything)
    app.command(epilog="Example: scanner bench gate --tickets 150000")(gate)
    app.command(epilog="Example: scanner bench ingest --tickets 150000")(ingest)
    app.command(epilog="Example: scanner bench memory")(memory)
    app.command(epilog="Example: scanner bench replay --admissions 10000")(replay)
    app.command(epilog="Example: scanner bench training")(training)
    app.command(epilog="Example: scanner bench search --tickets 1000000")(search)
    app.command(epilog="Example: scanner bench screen --tickets 150000")(screen)
    app.command(epilog="Example: scanner bench decode --photos ~/photographs")(decode)
    app.command("gate-way", epilog="Example: scanner bench gate-way --frames 200")(gate_way)
    app.command(epilog="Example: scanner bench stream --streams 80")(stream)
    to.add_typer(app, name="bench", epilog="Example: scanner bench gate")


def everything(context: typer.Context, *, folder: Folder = None, as_json: Json = False) -> None:
    """Measure this program on this machine; all of the ledger's figures without a command."""
    if context.invoked_subcommand:
        return

    def measure(within: Path) -> "Iterator[Figure]":
        from scanner.bench import ingest, ledger, memory, replay, search

        for name in ("gate", "ingest", "memory", "replay", "search"):
            (within / name).mkdir()
        yield from ledger.measure(within / "gate", _SIZES, _SCANS)
        yield from ingest.measure(within / "ingest", _SIZES[0])
        yield from memory.measure(within / "memory", _SIZES[-1])
        yield from replay.measure(within / "replay", _ADMISSIONS)
        yield from search.measure(within / "search", _SIZES, _SEARCHES)

    report(folder, measure, as_json=as_json)


def gate(
    *,
    tickets: Annotated[
        list[int], typer.Option(min=100, help="Cached tickets; give it twice to compare sizes.")
    ] = list(_SIZES),  # noqa: B006 - typer reads it and nobody writes it
    scans: Annotated[int, typer.Option(min=25, help="Scans of each kind.")] = _SCANS,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Time durable verdicts: how much longer they take than a bare commit on the same disk."""

    def measure(within: Path) -> "list[Figure]":
        from scanner.bench import ledger

        return ledger.measure(within, tickets, scans)

    report(folder, measure, as_json=as_json)


def ingest(
    context: typer.Context,
    *,
    tickets: Annotated[int, typer.Option(min=1, help="Tickets to write.")] = _SIZES[0],
    pretix: Pretix = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Time a first sync's writes against bare SQLite, and scans while it writes."""

    def measure(within: Path) -> "list[Figure]":
        from scanner.bench import ingest

        if pretix:
            from scanner.bench.pretix import measure_ingest

            count = _at_pretix(context, "tickets", tickets)
            return measure_ingest(within, pretix_access(pretix), count)
        return ingest.measure(within, tickets)

    report(folder, measure, as_json=as_json)


def memory(
    *,
    tickets: Annotated[int, typer.Option(min=1, help="Tickets to sync and cache.")] = _SIZES[-1],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Measure the most memory that a first sync and a gate take."""

    def measure(within: Path) -> "list[Figure]":
        from scanner.bench import memory

        return memory.measure(within, tickets)

    report(folder, measure, as_json=as_json)


def replay(
    context: typer.Context,
    *,
    admissions: Annotated[int, typer.Option(min=1, help="Queued admissions.")] = _ADMISSIONS,
    pretix: Pretix = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Time the sending of a queue against a bare HTTP loop to the same kind of server."""

    def measure(within: Path) -> "list[Figure]":
        from scanner.bench import replay

        if pretix:
            from scanner.bench.pretix import measure_replay

            count = _at_pretix(context, "admissions", admissions)
            return measure_replay(within, pretix_access(pretix), count)
        return replay.measure(within, admissions)

    report(folder, measure, as_json=as_json)


def _at_pretix(context: typer.Context, name: str, given: int) -> int:
    """Return how many were asked for; without that, so many as a pretix makes within minutes."""
    source = context.get_parameter_source(name)
    return _AT_PRETIX if source is None or source.name == "DEFAULT" else given


def search(
    *,
    tickets: Annotated[
        list[int], typer.Option(min=100, help="Cached tickets; give it twice to compare sizes.")
    ] = list(_SIZES),  # noqa: B006 - typer reads it and nobody writes it
    searches: Annotated[int, typer.Option(min=1, help="Searches of each kind.")] = _SEARCHES,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Time the first results for a part of a serial or of a name, after a start too."""

    def measure(within: Path) -> "list[Figure]":
        from scanner.bench import search

        return search.measure(within, tickets, searches)

    report(folder, measure, as_json=as_json)


def training(
    *,
    scenario: Annotated[str, typer.Option(help="What is started and played.")] = "first-hour",
    starts: Annotated[int, typer.Option(min=1, help="Starts; their median counts.")] = 5,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Time the start of the training, and measure a session's memory, by robot and by keys."""

    def measure(within: Path) -> "list[Figure]":
        from scanner.bench import training

        return training.measure(within, scenario, starts)

    report(folder, measure, as_json=as_json)


def screen(
    *,
    tickets: Annotated[
        int, typer.Option(min=1000, help="Cached tickets at a start, and tickets to sync.")
    ] = 150_000,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Time start, keys, verdicts and rest of a running gate, in a terminal of its own."""

    def measure(within: Path) -> "Iterator[Figure]":
        from scanner.bench import screen

        return screen.measure(within, tickets)

    report(folder, measure, as_json=as_json)


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
    frames_without_code: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="COUNT",
            help="Look for every kind of code in so many frames without one, and do nothing else.",
        ),
    ] = 0,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Read photographs and drawn gate frames with this decoder, and with each library alone."""
    from scanner.bench.decode_report import run

    if frames_without_code:
        _print_false_reads(frames_without_code, seed, as_json=as_json)
        return
    report = run(photos.expanduser() if photos else None, frames, empties, seed)
    if as_json:
        print_json(report.facts())
    else:
        for table in report.tables():
            show(table)


def _print_false_reads(frames: int, seed: int, *, as_json: bool) -> None:
    from dataclasses import asdict

    from scanner.bench.decode import false_reads

    found = false_reads(frames, seed)
    if as_json:
        print_json(asdict(found))
        return
    read = ", ".join(f"{kind} {count}" for kind, count in found.read.items()) or "nothing"
    print_line(f"{found.frames} frames without a code, with every kind of code on")
    print_line(f"zxing-cpp read    {read}")
    print_line(f"wrong readings    {len(found.believed)}")
    for each in found.believed:
        print_line(f"  {plain(each)}")


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
        print_json(way.facts())
    else:
        _print_way(way)


def stream(
    *,
    streams: Annotated[int, typer.Option(min=1, help="How many drawn streams to show.")] = 16,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Time how long a code is in view before it is checked, and before zxing-cpp alone reads it."""
    from scanner.bench.stream import measure

    report = measure(streams, seed)
    if as_json:
        print_json(report.facts())
    else:
        show(report.table())


def report(
    folder: Path | None,
    measure: "Callable[[Path], Iterable[Figure]]",
    *,
    as_json: bool,
) -> None:
    """Measure in a temporary folder and print the figures; a missed limit is no error."""
    with workplace(folder) as within:
        figures = list(measure(within))
    if as_json:
        _print_json(figures)
    else:
        _print_figures(figures)


@contextmanager
def workplace(folder: Path | None) -> Iterator[Path]:
    """Make an empty folder on the disk to measure, for as long as the context lasts."""
    from tempfile import TemporaryDirectory

    from scanner.cli.errors import CliFault
    from scanner.cli.settings import load
    from scanner.errors import ScannerError

    home = folder or load().home
    try:
        home.mkdir(parents=True, exist_ok=True)
        workplace = TemporaryDirectory(prefix="bench-", dir=home)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ScannerError(CliFault.FOLDER_UNUSABLE, folder=home, why=why) from error
    with workplace as name:
        yield Path(name)


def _print_json(figures: "list[Figure]") -> None:
    from dataclasses import asdict

    for each in figures:
        facts = asdict(each) | {"counted": each.counted, "reached": each.reached}
        print_json(facts)


def show(table: "Table") -> None:
    """Print a table."""
    from rich.console import Console

    Console(highlight=False).print(table)


def _print_figures(figures: "list[Figure]") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("Measured")
    for name in ("Here", "Bare", "Against bare", "Wanted"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for each in figures:
        table.add_row(
            each.what,
            _number(each.measured, each.unit),
            _number(each.floor, each.unit) if each.floor else "",
            _against(each, each.counted) if each.floor else "",
            f"{'≥' if each.at_least else '≤'} {_against(each, each.limit)}",
            "reached" if each.reached else "MISSED",
        )
    show(table)


def _against(figure: "Figure", value: float) -> str:
    """Write what counts: a difference in its unit, a ratio, or the number itself."""
    if figure.above:
        return f"{value:+.2f} {figure.unit}"
    return f"{value:.2f}" if figure.floor else f"{value:g}"


def _number(value: float, unit: str) -> str:
    digits = 3 if unit == "ms" else 2 if value < _FEW else 0
    return f"{value:,.{digits}f} {unit}"


def _print_way(way: "GateWay") -> None:
    print_line(f"Frame to verdict  p50 {way.p50_ms:.1f} ms, p95 {way.p95_ms:.1f} ms, on one core")
    print_line(f"Verdicts          {way.verdicts} from {way.frames} frames of 1280 x 720")
    print_line(f"Nothing in view   {way.idle_share:.0%} of one core at 15 frames a second")
