"""A widget whose content is drawn for the room that it has."""

from collections.abc import Callable

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

Draw = Callable[[int, int], Content]
"""Draws for so many cells in width and height; what has its own height takes no notice of it."""


class Drawn(Widget):
    """Draws again for each size; of automatic height where its style says so."""

    DEFAULT_CSS = "Drawn { height: auto; text-wrap: nowrap; text-overflow: clip; }"

    def __init__(
        self,
        draw: Draw = lambda _width, _height: Content(""),
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._drawn: dict[tuple[int, int], Content] = {}

    def show(self, draw: Draw) -> None:
        """Replace what is drawn."""
        self._draw = draw
        self._drawn.clear()
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """Tell how many lines it has in that width."""
        return self._of(width, 0).plain.count("\n") + 1

    def render(self) -> Content:
        """Draw it."""
        return self._of(*self.size)

    def _of(self, width: int, height: int) -> Content:
        """Draw it once for each size: a layout asks several times."""
        if self.styles.height is not None and self.styles.height.is_auto:
            height = 0
        if (width, height) not in self._drawn:
            self._drawn[width, height] = self._draw(width, height)
        return self._drawn[width, height]
