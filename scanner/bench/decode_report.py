"""One run of all decoders on the same pictures, as tables and as JSON."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scanner.bench.contestants import ZXING, contestants
from scanner.bench.decode import Photo, Score, empty_ms, measure, read_photos
from scanner.bench.gate_frames import empty_frames, gate_frames

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """One decoder's scores; None for a set that was not measured.

    Attributes:
        photos: on the photographs.
        frames: on the synthetic gate frames.
        empty: on frames without a code, where every read is wrong.
        empty_ms: its mean time for a frame without a code, in milliseconds.
    """

    photos: Score | None
    frames: Score | None
    empty: Score | None
    empty_ms: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The line of each decoder by its name, this program's first."""

    lines: dict[str, Line]

    def facts(self) -> dict[str, Any]:
        """Return it as JSON objects."""
        return {
            name: {
                "photos": _facts(line.photos),
                "frames": _facts(line.frames),
                "false_reads": line.empty.wrong if line.empty else 0,
                "empty_ms": None if line.empty_ms is None else round(line.empty_ms, 2),
            }
            for name, line in self.lines.items()
        }

    def tables(self) -> "list[Table]":
        """Return it as tables for a terminal."""
        sets = {
            "Photographs": {name: line.photos for name, line in self.lines.items()},
            "Gate frames": {name: line.frames for name, line in self.lines.items()},
        }
        named = (
            (title, {name: score for name, score in scores.items() if score})
            for title, scores in sets.items()
        )
        tables = [_table(title, scores) for title, scores in named if scores]
        return (
            [*tables, self._empty()] if any(line.empty for line in self.lines.values()) else tables
        )

    def _empty(self) -> "Table":
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        table = Table(
            title="Frames without a code: a second of video of each kind",
            title_justify="left",
            box=SIMPLE_HEAD,
        )
        table.add_column("decoder", no_wrap=True)
        for name in ("looked at", "false reads", "ms a frame", "times zxing's"):
            table.add_column(name, justify="right", no_wrap=True)
        first = self.lines[ZXING].empty_ms if ZXING in self.lines else None
        for name, line in self.lines.items():
            if line.empty and line.empty_ms is not None:
                times = f"{line.empty_ms / first:.2f}" if first else ""
                counts = (str(line.empty.looked_at), str(line.empty.wrong))
                table.add_row(name, *counts, f"{line.empty_ms:.1f}", times)
        return table


def run(folder: Path | None, frames: int, empties: int, seed: int) -> Report:
    """Measure all decoders on photographs and on synthetic frames with and without a code.

    Args:
        folder: where the photographs are; None for none.
        frames: how many synthetic gate frames to render.
        empties: how many frames without a code to render.
        seed: decides the synthetic frames.

    Raises:
        NoPictures: the folder holds no photographs with their texts.
    """
    found = contestants()
    photos = _mixed(read_photos(folder), seed) if folder else []
    sets = (photos, list(gate_frames(frames, seed)), list(empty_frames(empties, seed)))
    scores = [measure(found, pictures) if pictures else {} for pictures in sets]
    spent = empty_ms(found, seed) if empties else {}
    photographed, framed, emptied = scores
    return Report(
        {
            name: Line(photographed.get(name), framed.get(name), emptied.get(name), spent.get(name))
            for name in (each.name for each in found)
        }
    )


def _mixed(photos: list[Photo], seed: int) -> list[Photo]:
    """Shuffle the photographs, so that the first ones are from all folders."""
    order = np.random.default_rng([seed, 74]).permutation(len(photos))
    return [photos[number] for number in order]


def _facts(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    facts = asdict(score)
    del facts["decoder"]
    times = {name: round(facts[name], 2) for name in ("p50_ms", "p95_ms", "easy_ms", "easy_ratio")}
    return {**facts, **times, "rate": round(score.rate, 4)}


def _table(title: str, scores: dict[str, Score]) -> "Table":
    """Return the table of one set; it fits into 80 columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    codes = max(score.codes for score in scores.values())
    levels = sorted({level for score in scores.values() for level in score.levels})
    at = "; at each level of difficulty" if levels else ""
    table = Table(
        title=f"{title}: {codes} codes{at}",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 0),
        caption="easy: the time by zxing's for what that reads at once; the median\n"
        "(n): saw the first n only",
        caption_justify="left",
    )
    table.add_column("decoder", no_wrap=True)
    for name in ("read", *map(str, levels), "wrong", "p50 ms", "p95 ms", "easy"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, score in scores.items():
        seen = f"{name} ({score.codes})" if score.codes < codes else name
        shares = [f"{score.levels[level]:.0%}" if level in score.levels else "" for level in levels]
        times = [_short(score.p50_ms), _short(score.p95_ms), f"{score.easy_ratio:.2f}"]
        table.add_row(seen, f"{score.rate:.1%}", *shares, str(score.wrong), *times)
    return table


def _short(ms: float) -> str:
    """Format milliseconds with three digits."""
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.3g}"  # noqa: PLR2004 - three digits
