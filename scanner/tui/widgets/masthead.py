"""The top line: which event, who stands here, where, and for what."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from scanner.sync.status import Status
from scanner.tui.drawing.poster import sections
from scanner.wording.catalogue import say
from scanner.wording.plain import plain


class Masthead(Horizontal):
    """Event, staff and device, sections."""

    DEFAULT_CSS: ClassVar[str] = """
    Masthead {
        height: 1;
        background: $panel;
        color: $foreground;
        padding: 0 1;
        & > Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #demo { width: auto; background: #ffd60a; color: #000000; text-style: bold; }
        & > #title { width: 1fr; padding: 0 1; text-style: bold; }
        & > #who { width: auto; max-width: 40%; padding: 0 2; }
        & > #sections { width: auto; max-width: 30%; }
    }
    """

    def __init__(self, *, demo: bool = False) -> None:
        super().__init__()
        self._demo = demo
        self._shown: tuple[str, str, str] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the three parts."""
        if self._demo:
            yield Static(" DEMO ", id="demo", markup=False)
        yield Static("", id="title", markup=False)
        yield Static("", id="who", markup=False)
        yield Static("", id="sections", markup=False)

    def show(self, status: Status) -> None:
        """Replace what is shown."""
        who = " @ ".join(
            part for part in (plain(status.name, 40), plain(status.device, 40)) if part
        )
        title = plain(status.title, 80) or say("No session")
        if self._shown == (title, who, sections(status)):
            return
        self._shown = (title, who, sections(status))
        for part, text in zip(("#title", "#who", "#sections"), self._shown, strict=True):
            self.query_one(part, Static).update(Content(text))
