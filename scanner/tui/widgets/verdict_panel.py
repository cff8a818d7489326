"""The verdict, as large as its panel allows, or in a band where there is no more room.

What the guard is told of the ticket stands above it, and what is left of the room is the verdict's.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from scanner.tui.drawing.faces import READY
from scanner.tui.drawing.poster import Poster
from scanner.tui.drawing.poster_layout import Line, arrange

SAID_FOR = timedelta(seconds=4)
"""How long a sentence said in passing stays."""

_BLANK = Line("")
_BOLD = Style(bold=True)
_URGENT = Style(bold=True, color="#000000", bgcolor="#ffd60a")
_TOLD = Style(bold=True, color="#ffffff", bgcolor="#000000")
_SIGN = "▲"
_MOST_TOLD = 0.5  # of the panel's height; the rest is for the verdict
_ROOMY = 20  # rows; with as many, letters in black do not touch what is told on black


class VerdictPanel(Widget):
    """Shows one poster, lettered to fill the space that the panel has."""

    DEFAULT_CSS: ClassVar[str] = """
    VerdictPanel {
        height: 1fr;
        min-height: 3;
        & > Static {
            dock: bottom;
            display: none;
            height: auto;
            max-height: 2;
            padding: 0 1;
            text-align: center;
            background: #000000;
            color: #ffffff;
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.poster = Poster(READY, "")
        self._hushing: Timer | None = None
        self._lines: Sequence[Line] = ()
        self._covered = 0
        self._told: Sequence[str] = ()
        self._set_for: tuple[Poster, Size, int] | None = None
        self._colour()

    def compose(self) -> ComposeResult:
        """Keep a line, or two, over the lowest rows for what is said in passing."""
        yield Static("", markup=False)

    def say(self, sentence: str) -> None:
        """Show a sentence for a moment; a new one takes the old one's place."""
        if self._hushing:
            self._hushing.stop()
        self._hushing = self.set_timer(SAID_FOR.total_seconds(), self.hush)
        line = self.query_one(Static)
        line.update(Content(sentence))
        line.display = True

    def hush(self) -> None:
        """Take the sentence away."""
        self.query_one(Static).display = False

    def show(self, poster: Poster) -> None:
        """Replace what is shown."""
        if poster == self.poster:
            return
        self.poster = poster
        self._colour()
        self.refresh()

    def give_way(self, rows: int) -> None:
        """Leave the lowest rows to what covers them."""
        if rows != self._covered:
            self._covered = rows
            self.refresh()

    def _colour(self) -> None:
        self.styles.background = self.poster.face.paper
        self.styles.color = self.poster.face.ink

    def render_line(self, y: int) -> Strip:
        """Return one row of the poster, set for the present size."""
        lines = self._set()
        style = self.rich_style
        if y < len(self._told):
            told = _URGENT if self.poster.urgent else _TOLD
            shown = Segment(self._told[y], style + told)
            return Strip([shown]).adjust_cell_length(self.size.width, style + told)
        y -= len(self._told)
        line = lines[y] if y < len(lines) else _BLANK
        shown = Segment(line.text, style + _BOLD if line.bold else style)
        return Strip([shown]).adjust_cell_length(self.size.width, style)

    def _set(self) -> Sequence[Line]:
        """Lay the poster out again where it or the size has changed."""
        now = (self.poster, self.size, self._covered)
        if now != self._set_for:
            wide, high = self.size
            self._told = told_rows(self.poster.notice, wide, int(high * _MOST_TOLD))
            room = high - self._covered - len(self._told)
            apart = 1 if self._told and not self.poster.urgent and room >= _ROOMY else 0
            lines = arrange(self.poster, wide, room - apart)
            self._lines, self._set_for = (*[_BLANK] * apart, *lines), now
        return self._lines


def told_rows(notice: Sequence[str], columns: int, most: int) -> list[str]:
    """Set what is told beside a verdict: each line begins with a sign, none is left out.

    In `most` rows; what they don't hold of a line ends in an ellipsis.
    """
    rows: list[str] = []
    for place, text in enumerate(notice):
        room = max(1, columns - 2 * (len(_SIGN) + 1) - 1)
        broken = [each.plain.rstrip() for each in Content(text).wrap(room)]
        left = max(1, most - len(rows) - (len(notice) - place - 1))
        if len(broken) > left:
            rest = Content(" ".join(broken[left - 1 :]))
            broken = [*broken[: left - 1], rest.truncate(room, ellipsis=True).plain]
        first, *others = broken
        rows += [f" {_SIGN} {first}", *(f"   {each}" for each in others)]
    return rows


class VerdictBand(Widget):
    """Shape, words and reason of the last verdict, in its colours; three rows."""

    DEFAULT_CSS: ClassVar[str] = """
    VerdictBand {
        dock: top;
        height: 3;
        padding: 0 1;
        content-align: center middle;
        text-align: center;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, poster: Poster | None = None) -> None:
        super().__init__()
        self.poster = poster or Poster(READY, "")
        self.show(self.poster)

    def show(self, poster: Poster) -> None:
        """Replace what is shown."""
        self.poster = poster
        self.styles.background = poster.face.paper
        self.styles.color = poster.face.ink
        self.refresh()

    def render(self) -> Content:
        """Set face, reason and what to do on two lines."""
        face = self.poster.face
        title = f"{face.symbol}  {self.poster.title}  {face.symbol}"
        small = "  ".join(part for part in (self.poster.sentence, self.poster.advice) if part)
        rows = [Content.styled(title, "bold"), Content(small)]
        if self.poster.notice:
            style = "bold #000000 on #ffd60a" if self.poster.urgent else "bold #ffffff on #000000"
            told = f" {_SIGN} {'  '.join(self.poster.notice)} {_SIGN} "
            rows.append(Content.styled(told, style))
        return Content("\n").join(rows)
