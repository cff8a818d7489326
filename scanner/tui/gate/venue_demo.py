"""Two gates of one venue side by side in a terminal, each with its own screen as it is."""

import asyncio
from functools import partial
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from scanner.config import Language
from scanner.demo.venue_house import Door, House, house
from scanner.demo.world import DemoError, DemoFault
from scanner.errors import ScannerError
from scanner.judging import Judged
from scanner.tui.drawing.theme import NIGHT, THEMES
from scanner.tui.gate.app import GateApp
from scanner.tui.gate.start import demo_app
from scanner.wording.catalogue import choose_language, say

FRAMES_A_SECOND = 10
SCREENSHOT_AFTER_SECONDS = 2.0
NEXT_AFTER_SECONDS = 2.5

_VERDICT_SECONDS = 10.0


def show(seed: int, language: Language) -> None:
    """Play until somebody quits; nothing of it is kept.

    Raises:
        DemoError, VenueError: a part did not start or answer.
    """
    with house(seed, language) as made:
        app = TwoGates(made, language)
        app.run()
    if app.failure:
        raise app.failure


class GateView(Widget):
    """Shows another app's screen, which runs without a terminal of its own."""

    DEFAULT_CSS = "GateView { width: 1fr; height: 1fr; }"

    def __init__(self, app: GateApp) -> None:
        super().__init__()
        self._shown_app = app
        self._strips: list[Strip] = []
        self._begun = False
        self._ended = asyncio.Event()

    def on_mount(self) -> None:
        """Look at it many times a second."""
        self.set_interval(1 / FRAMES_A_SECOND, self.look)

    def on_resize(self, event: Resize) -> None:
        """Begin, or give the other app the size that there is now."""
        size, child = event.size, self._shown_app
        if not self._begun:
            self._begun = True
            self.run_worker(self._run(size))
        else:
            child.post_message(Resize(size, size))

    async def _run(self, size: Size) -> None:
        try:
            await self._shown_app.run_async(headless=True, size=(size.width, size.height))
        finally:
            self._ended.set()

    async def end(self) -> None:
        """End the other app, and wait until it has ended."""
        if self._begun and not self._ended.is_set():
            self._shown_app.exit()
            await self._ended.wait()

    def look(self) -> None:
        """Take what the other app shows now."""
        child = self._shown_app
        if child.is_running and child.screen_stack:
            self._strips = child.screen._compositor.render_strips()
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of it."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)


class TwoGates(App[None]):
    """Two gates, a ticket that comes to both, and the cable to the internet.

    Args:
        made: the house, set up.
        language: what is spoken.
    """

    CSS = """
    #between { width: 1; height: 1fr; background: $surface-lighten-2; }
    #story { height: auto; min-height: 3; padding: 0 1; background: $surface; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "network", "Network"),
        Binding("q,ctrl+q,ctrl+c", "leave", "Quit", priority=True),
    ]

    def __init__(self, made: House, language: Language = "auto") -> None:
        super().__init__()
        self._house = made
        self._language = language
        self._views = [GateView(demo_app(each.parts, made.cable.toggle)) for each in made.doors]
        self._verdicts: dict[str, asyncio.Queue[Judged]] = {}
        self._presenting = asyncio.Lock()
        self.refused = 0
        self.failure: ScannerError | None = None

    def compose(self) -> ComposeResult:
        """Lay the gates side by side, above what happens."""
        with Horizontal():
            yield self._views[0]
            yield Static(id="between")
            yield self._views[1]
        yield Static(id="story")

    def on_mount(self) -> None:
        """Begin with the internet cut."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = NIGHT.name
        choose_language(self._language)
        loop = asyncio.get_running_loop()
        for door in self._house.doors:
            heard = self._verdicts[door.name] = asyncio.Queue[Judged]()
            door.parts.gate.subscribe(partial(_pass_on, loop, heard))
        self._tell(say("Two gates of one venue, three nodes, no internet."))
        self.run_worker(self._play())

    async def _play(self) -> None:
        try:
            await asyncio.to_thread(self._house.begin)
            await self._patrons()
        except ScannerError as error:
            self.failure = error
            await self.action_leave()

    async def _patrons(self) -> None:
        """Have patrons come to one gate, and each one's friend to the other."""
        for number, ticket in enumerate(self._house.tickets):
            first, second = self._house.doors[:: -1 if number % 2 else 1]
            self._tell(say("{gate}: a patron comes with a ticket.", gate=first.name))
            judged = await self._present(first, ticket)
            await asyncio.sleep(SCREENSHOT_AFTER_SECONDS)
            self._tell(say("{gate}: a friend comes with a screenshot of it.", gate=second.name))
            again = await self._present(second, ticket)
            self.refused += judged.verdict.admits and not again.verdict.admits
            self._tell(say("{gate}: the screenshot is refused.", gate=second.name))
            await asyncio.sleep(NEXT_AFTER_SECONDS)

    async def _present(self, door: Door, ticket: str) -> Judged:
        heard = self._verdicts[door.name]
        async with self._presenting:
            door.reader.show(ticket)
            try:
                return await asyncio.wait_for(heard.get(), _VERDICT_SECONDS)
            except TimeoutError as error:
                raise DemoError(DemoFault.GATE_ENDED) from error

    def _tell(self, sentence: str) -> None:
        """Show what happens, and how it stands."""
        connected = self._house.cable.connected
        line = (
            say("The internet is there.")
            if connected
            else say("The internet is cut; the venue's nodes answer both gates.")
        )
        counted = say("Screenshots refused at the second gate: {count}", count=self.refused)
        keys = say("n cuts the internet and restores it, q quits.")
        self.query_one("#story", Static).update(f"{sentence}\n{line} {counted}\n{keys}")

    async def action_network(self) -> None:
        """Cut the internet, or restore it."""
        there = await asyncio.to_thread(self._house.cable.toggle)
        self._tell(say("The network is back.") if there else say("The network is cut."))

    async def action_leave(self) -> None:
        """End both gates, then this app; who is being judged has their verdict first."""
        await self._presenting.acquire()  # for good
        for each in self._views:
            await each.end()
        self.exit()


def _pass_on(
    loop: asyncio.AbstractEventLoop, heard: "asyncio.Queue[Judged]", judged: Judged
) -> None:
    """Have the loop hear of a verdict, which comes in a thread of the gate's."""
    loop.call_soon_threadsafe(heard.put_nowait, judged)
