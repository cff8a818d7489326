import os
import pty
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.kiosk import turnstile
from scanner.kiosk.turnstile import (
    TOO_LATE_SECONDS,
    WAITING,
    Turnstile,
    TurnstileError,
    TurnstileFault,
)
from scanner.wording.sentences import in_english
from tests.tui.ports import NOW, SERIAL, VERDICTS

LIMIT_SECONDS = 10


SHOWN = VERDICTS | {Kind.REENTRY: Verdict(Reason.REENTRY, SERIAL, "Floor")}


def judged(kind: Kind = Kind.ADMITTED) -> Judged:
    return Judged(7, SERIAL, "wedge", NOW, SHOWN[kind])


def python(code: str, seconds: float = LIMIT_SECONDS) -> turnstile.Command:
    return turnstile.Command((sys.executable, "-c", code), seconds)


@dataclass
class FakeOpener:
    """Opens when it is let."""

    error: Exception | None = None
    may: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    done: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    opened: list[int] = field(default_factory=list)

    def open(self, judged: Judged) -> None:
        self.begun.release()
        assert self.may.wait(LIMIT_SECONDS)
        self.done.release()
        if self.error:
            raise self.error
        self.opened.append(judged.scan)


def until(condition: object, seconds: float = LIMIT_SECONDS) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("kind", Kind)
def test_it_opens_on_green_and_for_who_leaves_only(kind: Kind) -> None:
    opener = FakeOpener()
    opener.may.set()
    with Turnstile(opener) as gate:
        gate.on_verdict(judged(kind))
    passes = kind in (Kind.ADMITTED, Kind.REENTRY, Kind.EXITED)
    assert opener.opened == ([7] if passes else [])


def test_a_turnstile_that_hangs_holds_nobody_up_and_is_told_of() -> None:
    opener = FakeOpener()
    with Turnstile(opener) as gate:
        gate.on_verdict(judged())
        assert opener.begun.acquire(timeout=LIMIT_SECONDS)
        began = time.monotonic()
        for _ in range(WAITING + 1):
            gate.on_verdict(judged())
        assert time.monotonic() - began < 1
        assert gate.failure() == Fact(TurnstileFault.TOO_SLOW)
        opener.may.set()


def test_an_opening_that_comes_too_late_is_left_out() -> None:
    now = [100.0]
    opener = FakeOpener()
    with Turnstile(opener, clock=lambda: now[0]) as gate:
        gate.on_verdict(judged())
        assert opener.begun.acquire(timeout=LIMIT_SECONDS)
        gate.on_verdict(judged()._replace(scan=8))
        now[0] += TOO_LATE_SECONDS + 1
        opener.may.set()
        until(lambda: gate.failure() == Fact(TurnstileFault.TOO_LATE))
    assert opener.opened == [7]


def test_an_opening_is_told_of_and_a_failed_one_is_not() -> None:
    opener = FakeOpener(TurnstileError(TurnstileFault.EXIT_CODE, number=3))
    opened: list[Judged] = []
    opener.may.set()
    with Turnstile(opener, opened.append) as gate:
        gate.on_verdict(judged())
        until(gate.failure)
        opener.error = None
        gate.on_verdict(judged()._replace(scan=8))
        until(lambda: opened)
    assert [each.scan for each in opened] == [8]


@pytest.mark.parametrize(
    "error", [TurnstileError(TurnstileFault.EXIT_CODE, number=3), RuntimeError("a fault")]
)
def test_a_failure_is_said_until_it_opens_again(error: Exception) -> None:
    opener = FakeOpener(error)
    opener.may.set()
    with Turnstile(opener) as gate:
        gate.on_verdict(judged())
        until(gate.failure)
        opener.error = None
        gate.on_verdict(judged())
        until(lambda: gate.failure() is None)
    assert opener.opened == [7]


def test_a_command_learns_who_passes_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_API_KEY", "0f1e2d")
    target = tmp_path / "environment"
    code = f"import os, pathlib; pathlib.Path({str(target)!r}).write_text(repr(dict(os.environ)))"
    python(code).open(judged())
    said = target.read_text()
    assert f"'TURNSTILE_SERIAL': '{SERIAL}'" in said
    assert "'TURNSTILE_SECTION': 'Floor'" in said
    assert "'TURNSTILE_SCAN': '7'" in said
    assert "0f1e2d" not in said


def test_a_section_from_the_server_is_never_run_by_a_shell(tmp_path: Path) -> None:
    verdict = Verdict(Reason.VALID, SERIAL, f"$(touch {tmp_path}/x)\0; touch {tmp_path}/y")
    words = turnstile.command(f"{sys.executable} -c 'import sys' ; touch {tmp_path}/z")
    words.open(judged()._replace(verdict=verdict))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("opener", "fact"),
    [
        (
            turnstile.Command(("/nowhere/turnstile",)),
            Fact(
                TurnstileFault.NOT_STARTED,
                {"command": "/nowhere/turnstile", "why": "No such file or directory"},
            ),
        ),
        (python("raise SystemExit(3)"), Fact(TurnstileFault.EXIT_CODE, {"number": 3})),
        (
            python("import time; time.sleep(60)", 0.3),
            Fact(TurnstileFault.TIMED_OUT, {"seconds": 0.3}),
        ),
        (turnstile.SerialLine("/dev/nowhere"), Fact(TurnstileFault.PORT, {"port": "/dev/nowhere"})),
    ],
)
def test_a_turnstile_that_does_not_open_says_why_and_that_the_patron_is_let_in_by_hand(
    opener: turnstile.Opener, fact: Fact
) -> None:
    began = time.monotonic()
    with pytest.raises(TurnstileError) as raised:
        opener.open(judged())
    assert time.monotonic() - began < LIMIT_SECONDS
    assert raised.value.fact == fact
    assert "by hand" in in_english(fact)


def test_a_serial_port_gets_its_line() -> None:
    master, slave = pty.openpty()
    try:
        turnstile.serial_line(os.ttyname(slave), r"OUT1\x02\r").open(judged())
        assert os.read(master, 100) == b"OUT1\x02\r"
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize("text", ["", "  ", "open 'door"])
def test_a_command_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(TurnstileError):
        turnstile.command(text)


@pytest.mark.parametrize("line", ["öffne", "\\x", "\\u1234"])
def test_a_line_that_cannot_be_sent_is_refused(line: str) -> None:
    with pytest.raises(TurnstileError):
        turnstile.serial_line("/dev/ttyS0", line)
