"""What is used of Textual that is not in its documented interface; its version is pinned."""

import inspect

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste
from textual.strip import Strip


def test_the_parser_turns_what_a_terminal_sends_into_events() -> None:
    parser = XTermParser(False)
    events = [*parser.feed("a\x1b[A"), *parser.feed("\x1b[200~pasted\x1b[201~"), *parser.tick()]
    keys = [event.key for event in events if isinstance(event, Key)]
    assert keys == ["a", "up"]
    assert [event.text for event in events if isinstance(event, Paste)] == ["pasted"]


def test_the_driver_has_what_the_programs_own_uses() -> None:
    made = inspect.getsource(LinuxDriver.__init__) + inspect.getsource(LinuxDriver.__mro__[1])
    for name in ("_app", "_debug", "_file", "fileno", "exit_event"):
        assert f"self.{name} = " in made
    assert "self.run_input_thread" in inspect.getsource(LinuxDriver)
    assert "self._file" in inspect.getsource(LinuxDriver.start_application_mode)


def test_the_cache_of_drawn_styles_can_be_cleared() -> None:
    assert Strip.render_ansi.cache_info().maxsize == 16_384
    Strip.render_ansi.cache_clear()
    assert Strip.render_ansi.cache_info().currsize == 0
