"""The line above the gate: scenario, clock, queue, and the patience of the first patron."""

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.wording.catalogue import say, say_count

_MOST_HEADS = 12
_PATIENCE_CELLS = 8
_HURRY = 0.35


class QueueLine(Widget):
    """One row."""

    DEFAULT_CSS: ClassVar[str] = """
    QueueLine {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, title: str, patrons: int) -> None:
        super().__init__()
        self._title = title
        self._patrons = patrons
        self._shown: tuple[int, int, int, int | None] = (0, 0, 0, None)

    def show(self, seconds: float, waiting: int, gone: int, patience: float | None) -> None:
        """Show new values; `patience` is the remaining part, 0 to 1."""
        cells = None if patience is None else round(max(0.0, min(1.0, patience)) * _PATIENCE_CELLS)
        shown = (int(seconds), waiting, gone, cells)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render(self) -> Content:
        """Return the line."""
        seconds, waiting, gone, patience = self._shown
        heads = "●" * min(waiting, _MOST_HEADS) + ("+" if waiting > _MOST_HEADS else "")
        served = say("{gone} of {all} served", gone=gone, all=self._patrons)
        queue = say_count("{count} waiting", "{count} waiting", waiting)
        right = Content.assemble(
            (f"{seconds // 60:02}:{seconds % 60:02}", "bold"),
            f"   {served}   {queue} ",
            (heads, "$fair" if waiting > _MOST_HEADS // 2 else "$good"),
        )
        if patience is not None:
            hurry = patience <= _HURRY * _PATIENCE_CELLS
            bar = "▮" * patience + "▯" * (_PATIENCE_CELLS - patience)
            right = right.append(
                Content.assemble(f"   {say('patience')} ", (bar, "$bad" if hurry else ""))
            )
        room = max(0, self.size.width - right.cell_length - 2)
        title = Content.styled(self._title, "bold").truncate(room, ellipsis=True)
        return title.pad_right(room - title.cell_length + 2).append(right)
