import errno
import os
import subprocess
import sys
from io import StringIO
from threading import Event

import pytest

from scanner.tui.terminal.driver import Outlet, Receipt


class Gone(StringIO):
    """A terminal whose other end is closed."""

    asked = 0

    def write(self, _: str) -> int:
        self.asked += 1
        raise OSError(errno.EIO, "Input/output error")

    def flush(self) -> None:
        raise OSError(errno.EIO, "Input/output error")


def test_what_is_written_comes_to_the_terminal() -> None:
    file, gone = StringIO(), Event()
    outlet = Outlet(file, gone)
    assert outlet.write("abc") == 3
    outlet.flush()
    assert file.getvalue() == "abc"
    assert not gone.is_set()


def test_a_terminal_that_is_gone_is_noted_and_not_written_to_again() -> None:
    file, gone = Gone(), Event()
    outlet = Outlet(file, gone)
    assert outlet.write("abc") == 3
    assert gone.is_set()
    assert outlet.write("abc") == 3
    outlet.flush()
    assert file.asked == 1


def test_a_terminal_that_is_gone_is_noted_when_it_is_flushed_too() -> None:
    gone = Event()
    Outlet(Gone(), gone).flush()
    assert gone.is_set()


def _receipt(called: list[str], before: StringIO) -> Receipt:
    receipt = Receipt()
    receipt.call = lambda: called.append(before.getvalue())
    return receipt


def test_a_receipt_comes_after_what_was_written_before_it() -> None:
    file, called = StringIO(), list[str]()
    outlet = Outlet(file, Event())
    outlet.write("green")
    assert outlet.write(_receipt(called, file)) == 0
    outlet.write("later")
    assert called == ["green"]


def test_a_terminal_that_is_gone_gives_no_receipt() -> None:
    file, called = Gone(), list[str]()
    outlet = Outlet(file, Event())
    outlet.write("green")
    outlet.write(_receipt(called, file))
    assert called == []


def test_a_terminal_that_goes_as_it_is_flushed_gives_no_receipt() -> None:
    file, called = Gone(), list[str]()
    Outlet(file, Event()).write(_receipt(called, file))
    assert called == []


@pytest.mark.parametrize(("last", "code"), [("let_go(1)", 0), ("pass", 120)])
def test_what_a_gone_terminal_did_not_take_is_no_failure_at_the_end(last: str, code: int) -> None:
    ours, theirs = os.openpty()
    os.close(ours)
    begin = "import sys\nfrom scanner.tui.terminal.driver import let_go\n"
    program = f"{begin}sys.stdout.write('left')\n{last}"
    held_back = {**os.environ, "PYTHONUNBUFFERED": ""}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, stdout=theirs, env=held_back, check=False)
    os.close(theirs)
    assert done.returncode == code
