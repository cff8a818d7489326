"""One run of all decoders on the same pictures, and the table that says how they did."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.bench.contestants import contestants
from scanner.bench.decode import Score, empty_ms, false_reads, measure
from scanner.bench.empty_frames import empty_frames
from scanner.bench.gate_frames import gate_frames
from scanner.bench.photos import read_photos

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """One decoder in all sets; a set that wasn't asked for is nothing.

    Attributes:
        photos, frames: what it made of the photographs and of the drawn gate frames.
        false_reads: frames without a code in which it read something.
        empty_ms: its time for a frame without a code, averaged over seconds of video.
    """

    photos: Score | None
    frames: Score | None
    false_reads: int
    empty_ms: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """All decoders, each by its name, the product first."""

    lines: dict[str, Line]

    def facts(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            name: {
                "photos": _facts(line.photos),
                "frames": _facts(line.frames),
                "false_reads": line.false_reads,
                "empty_ms": None if line.empty_ms is None else round(line.empty_ms, 2),
            }
            for name, line in self.lines.items()
        }

    def tables(self) -> "list[Table]":
        """Return it for people."""
        sets = {
            "Photographs": {name: line.photos for name, line in self.lines.items()},
            "Gate frames": {name: line.frames for name, line in self.lines.items()},
        }
        named = (
            (title, {name: score for name, score in scores.items() if score})
            for title, scores in sets.items()
        )
        return [*(_table(title, scores) for title, scores in named if scores), self._empty()]

    def _empty(self) -> "Table":
        from rich.table import Table

        table = Table(title="Frames without a code", title_justify="left")
        table.add_column("decoder")
        for name in ("false reads", "ms a frame"):
            table.add_column(name, justify="right")
        for name, line in self.lines.items():
            took = "" if line.empty_ms is None else f"{line.empty_ms:.1f}"
            table.add_row(name, str(line.false_reads), took)
        return table


def run(folder: Path | None, frames: int, empties: int, seed: int) -> Report:
    """Measure all decoders on a folder's photographs and on drawn frames, with and without a code.

    Raises:
        NoPictures: the folder holds no photographs with their texts.
    """
    photos = read_photos(folder) if folder else []
    drawn = list(gate_frames(frames, seed))
    empty = list(empty_frames(empties, seed))
    return Report(
        {
            each.name: Line(
                measure(each, photos) if photos else None,
                measure(each, drawn) if drawn else None,
                false_reads(each, empty),
                empty_ms(each, seed) if empty else None,
            )
            for each in contestants()
        }
    )


def _facts(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    facts = asdict(score)
    del facts["decoder"]
    times = {name: round(facts[name], 2) for name in ("p50_ms", "p95_ms")}
    return {**facts, **times, "rate": round(score.rate, 4)}


def _table(title: str, scores: dict[str, Score]) -> "Table":
    from rich.table import Table

    codes = next(iter(scores.values())).codes
    table = Table(title=f"{title}: {codes} codes", title_justify="left")
    table.add_column("decoder")
    levels = list(next(iter(scores.values())).levels)
    names = ["read", *(f"at {level}" for level in levels), "wrong", "p50 ms", "p95 ms"]
    for name in names:
        table.add_column(name, justify="right")
    for name, score in scores.items():
        shares = [f"{score.levels[level]:.0%}" for level in levels]
        times = (f"{score.p50_ms:.1f}", f"{score.p95_ms:.1f}")
        table.add_row(name, f"{score.rate:.1%}", *shares, str(score.wrong), *times)
    return table
