"""What is used of Textual that is not in its documented interface; its version is pinned."""

import asyncio
import inspect
from io import StringIO

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste, Resize
from textual.geometry import Size
from textual.strip import Strip

from scanner.tui.terminal.driver import Receipt


def test_the_parser_turns_what_a_terminal_sends_into_events() -> None:
    parser = XTermParser(False)
    events = [*parser.feed("a\x1b[A"), *parser.feed("\x1b[200~pasted\x1b[201~"), *parser.tick()]
    keys = [event.key for event in events if isinstance(event, Key)]
    assert keys == ["a", "up"]
    assert [event.text for event in events if isinstance(event, Paste)] == ["pasted"]


def test_the_driver_has_what_the_programs_own_uses() -> None:
    made = inspect.getsource(LinuxDriver.__init__) + inspect.getsource(LinuxDriver.__mro__[1])
    for name in ("_app", "_debug", "_file", "_loop", "fileno", "exit_event"):
        assert f"self.{name} = " in made
    assert "self.run_input_thread" in inspect.getsource(LinuxDriver)
    assert "self._file" in inspect.getsource(LinuxDriver.start_application_mode)


def test_what_is_written_reaches_the_terminal_as_the_object_that_it_was() -> None:
    """A receipt among the texts is known by its class, and stays in its place."""
    written = list[str]()

    class File(StringIO):
        def write(self, text: str, /) -> int:
            written.append(text)
            return len(text)

    writer = WriterThread(File())
    writer.start()
    receipt = Receipt()
    for each in ("before", receipt, "after"):
        writer.write(each)
    writer.stop()
    assert written[1] is receipt
    assert [len(each) for each in written] == [6, 0, 5]
    assert "self._driver = " in inspect.getsource(App)


async def test_an_app_without_a_terminal_gives_its_lines_in_whatever_size() -> None:
    app = App[None]()
    async with app.run_test(size=(40, 5)) as pilot, asyncio.timeout(5):
        app.post_message(Resize(Size(30, 4), Size(30, 4)))
        while {each.cell_length for each in app.screen._compositor.render_strips()} != {30}:
            await pilot.pause()
        assert len(app.screen._compositor.render_strips()) == 4


def test_the_cache_of_drawn_styles_can_be_cleared() -> None:
    assert Strip.render_ansi.cache_info().maxsize == 16_384
    Strip.render_ansi.cache_clear()
    assert Strip.render_ansi.cache_info().currsize == 0
