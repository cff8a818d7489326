"""The verdict in a band, for screens that leave it no more room."""

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.tui.drawing.faces import READY
from scanner.tui.drawing.poster import Poster


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
        return Content("\n").join([Content.styled(title, "bold"), Content(small)])
