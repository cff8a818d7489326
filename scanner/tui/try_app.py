"""`scanner try`: what each decoder reads from a camera, live, to set it up at a gate."""

import threading
from collections.abc import Sequence
from typing import Any, ClassVar

import structlog
from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Footer, Static

from scanner.facts import Fact
from scanner.scanning.camera_thread import CameraThread, SourceOpener
from scanner.scanning.camera_trial import Inspection, Trial
from scanner.scanning.scan_source import SourceStatus
from scanner.tui.terminal.ascii_only import AsciiOnly
from scanner.tui.terminal.choice import terminal_driver
from scanner.tui.widgets.key_line import TranslatedScreen
from scanner.tui.widgets.picture_view import PictureView
from scanner.wording.catalogue import decimal, number, say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

_POLL_SECONDS = 0.2
_JOIN_SECONDS = 3.0
_LONGEST = 60
_FEW = 10.0
"""Frames a second, below which a tenth of one is told."""


class TryApp(App[None]):
    """A live view in numbers, words and pictures of a camera, a video or a folder.

    Args:
        opener: opens the source; called again when a camera was lost.
        trial: inspects the frames, in a thread of its own.
        in_ascii: draw with ASCII alone.
    """

    TITLE = "scanner try"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #advice { padding: 1 2; text-style: bold; }
    #camera, #view, #readers { padding: 0 2; }
    #readers { margin-top: 1; }
    PictureView { height: 1fr; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "quit", "Quit"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(self, opener: SourceOpener, trial: Trial, *, in_ascii: bool = False) -> None:
        super().__init__(driver_class=terminal_driver())
        self._filter = AsciiOnly(enabled=in_ascii)
        self._camera = CameraThread(opener)
        self._trial = trial
        self._stopping = threading.Event()
        self._latest: Inspection | None = None
        self._failed = False
        self._inspecting = threading.Thread(target=self._inspect, name="inspecting", daemon=True)

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen that everything is on."""
        return TranslatedScreen(id="_default")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what changes the drawn lines: to ASCII, where that is wanted."""
        return [*super().get_line_filters(), *([self._filter] if self._filter.enabled else [])]

    def compose(self) -> ComposeResult:
        """Lay out advice, camera, view, readers and the picture from top to bottom."""
        yield Static(id="advice")
        yield Static(id="camera")
        yield Static(id="view")
        yield Static(id="readers")
        yield PictureView(whole=True)
        yield Footer()

    def on_mount(self) -> None:
        """Start reading frames, and showing what was read."""
        self._camera.start()
        self._inspecting.start()
        self.set_interval(_POLL_SECONDS, self._show)

    def on_unmount(self) -> None:
        """Release the camera."""
        self._stopping.set()
        self._camera.stop()
        self._inspecting.join(_JOIN_SECONDS)

    @property
    def latest(self) -> Inspection | None:
        """The last frame, inspected."""
        return self._latest

    def _inspect(self) -> None:
        while not self._stopping.is_set() and not self._camera.exhausted:
            frame = self._camera.next(_POLL_SECONDS)
            if frame is None:
                continue
            try:
                self._latest, self._failed = self._trial.inspect(frame), False
            except Exception:  # noqa: BLE001 - one bad picture must not end the view
                structlog.get_logger("tui").exception("a picture failed")
                self._failed = True

    def _show(self) -> None:
        if not self.query("#camera"):  # the app is closing
            return
        state = self._camera.state()
        fact = Fact(SourceStatus.FRAME_FAILED) if self._failed else state.fact
        self.query_one("#camera", Static).update(Text(sentence(fact) if fact else ""))
        away = not (state.running or self._camera.exhausted)
        look = None if away or self._failed else self._latest
        advice = sentence(look.unread or Fact(look.quality.advice)) if look else ""
        self.query_one("#advice", Static).update(Text(advice))
        self.query_one("#view", Static).update(Text(describe(look) if look else ""))
        self.query_one("#readers", Static).update(_table(look) if look else "")
        view = look.view if look else None
        picture = self.query_one(PictureView)
        picture.show(view.pixels if view else None, outlines=view.outlines if view else ())


def describe(look: Inspection) -> str:
    """Return a frame's measures in one line."""
    found = look.quality
    few = look.rate is not None and look.rate < _FEW
    rate = (
        say("{rate} frames a second", rate=decimal(look.rate, 1 if few else 0))
        if look.rate
        else say("one frame")
    )
    parts = (
        f"{look.size[0]} x {look.size[1]}",
        rate,
        say("sharpness {measure}", measure=number(round(found.sharpness))),
        say("light {percent} %", percent=f"{100 * found.light / 255:.0f}"),
        say("glare {percent} %", percent=f"{100 * found.glare:.0f}"),
    )
    return " · ".join(parts)


def _table(look: Inspection) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(say("decoder"))
    table.add_column("ms", justify="right")
    table.add_column(say("sees"))
    for result in look.results:
        texts = ", ".join(plain(text, _LONGEST) or "·" for text in result.texts) or "-"
        table.add_row(result.by, decimal(result.ms, 1), Text(texts))
    return table
