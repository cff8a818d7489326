"""The verdict, as large as the panel allows."""

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.tui.arrangement import arrange
from scanner.tui.faces import READY
from scanner.tui.poster import Poster


class VerdictPanel(Widget):
    """Shows one poster, lettered to fill the space that the panel has."""

    DEFAULT_CSS: ClassVar[str] = """
    VerdictPanel {
        height: 1fr;
        min-height: 3;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.poster = Poster(READY)
        self._colour()

    def show(self, poster: Poster) -> None:
        """Replace what is shown."""
        if poster == self.poster:
            return
        self.poster = poster
        self._colour()
        self.refresh()

    def _colour(self) -> None:
        self.styles.background = self.poster.face.paper
        self.styles.color = self.poster.face.ink

    def render(self) -> Content:
        """Set the poster for the present size."""
        lines = arrange(self.poster, self.size.width, self.size.height)
        return Content("\n").join(
            Content.styled(line.text, "bold") if line.bold else Content(line.text) for line in lines
        )
