"""Hand scanners that type into a gate's and a lane's real terminal, each in its own way."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

from scanner.mock.seed import TITLE
from scanner.paths import database_file
from scanner.scanning.code_framing import SETTLE_SECONDS
from tests.cli.program import Program
from tests.cli.terminal import Terminal, terminal
from tests.mock.api import Api
from tests.mock.server import Ready

Typed = tuple[str, float]
"""What is typed, with `#` for the serial and `~` for a pause of 0.7 s, and seconds between keys."""

AT_A_GATE: dict[str, Typed] = {
    "start and end of text": ("\x02#\x03\r", 0.004),
    "end of transmission": ("\x02#\x04", 0.02),
    "an AIM identifier, framed": ("\x02]Q3#\x03\r\n", 0.004),
    "a group separator": ("#\x1dHALL B\r", 0.01),
    "separators of records and units": ("#\x1eRow 9\x1f12\n", 0.03),
    "tabulators": ("Floor\t#\tRow 9\r", 0.004),
    "lines": ("Quiz show\r\n#\r\nSeat qmst\r\n", 0.006),
    "slow": ("#\r", 0.06),
    "an address, slow, with a pause": ("https://q.example/f?o=~#\r", 0.045),
    "a pause inside": ("DAW~#\r", 0.004),
    "no end": ("#", 0.008),
    "a mark that the terminal takes for Alt": ("m\x1bqq.example/#\r", 0.004),
    "quit, as a device control": ("\x11#\x13\r", 0.01),
}


AT_A_LANE: dict[str, Typed] = {
    "start and end of text": ("\x02#\x03\r", 0.004),
    "fields and lines, slow": ("Quiz show\r\n#\tRow 9\r\n", 0.04),
    "a pause, and no end": ("DAW~#", 0.02),
}


def type_into(running: Terminal, typed: Typed, serial: str) -> None:
    text, gap = typed
    text = text.replace("DAW~#", f"{serial[:3]}~{serial[3:]}").replace("#", serial)
    for key in re.findall("\x1b.|.", text, re.DOTALL):
        if key != "~":
            running.press(key.encode())
        _wait(running, 0.7 if key == "~" else gap)


def _wait(running: Terminal, seconds: float) -> None:
    due = time.monotonic() + seconds
    while (left := due - time.monotonic()) > 0:
        running._read(left)


def readings(program: Program) -> list[str | None]:
    with closing(sqlite3.connect(database_file(program.home))) as conn:
        rows = conn.execute("SELECT serial FROM journal WHERE source = 'wedge' ORDER BY id")
        return [serial for (serial,) in rows]


def serials(server: Ready) -> Iterator[str]:
    gate = Api(server.url, server.api_key).gate(server.tokens[-1].code)
    listed = gate.entries(f"{server.event}/tickets", records=90)
    return iter([each["serial"] for each in listed])


def each_is_read_once(
    program: Program, running: Terminal, scanners: dict[str, Typed], shown: Iterator[str]
) -> None:
    wanted: list[str] = []

    def as_wanted() -> bool:
        return readings(program) == wanted

    for name, typed in scanners.items():
        wanted.append(next(shown))
        type_into(running, typed, wanted[-1])
        running.wait_until(as_wanted, 5, name)
        type_into(running, ("#\r", 0.004), wanted[-1])  # again: the same presentation
        _wait(running, SETTLE_SECONDS + 0.1)
        wanted.append(next(shown))
        type_into(running, ("#\r", 0.004), wanted[-1])
        running.wait_until(as_wanted, 5, name)
        assert not running.ended(), name


def test_what_a_scanner_types_at_a_gate_is_read_once_and_commands_nothing(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    words = ("gate", "--camera", "none", "--no-network")
    with terminal(program, *words, rows=30, columns=100, SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("No ticket was shown yet.")
        gate.settle()
        each_is_read_once(program, gate, AT_A_GATE, serials(server))
        assert b"Sound off" not in gate.seen
        _wait(gate, 0.2)  # a person's key
        gate.press(b"m")
        gate.wait_for("Sound off")
        gate.quit()
    assert "muted = true" in (program.home / "config.toml").read_text()


def test_what_a_scanner_types_at_a_lane_is_read_once(program: Program, server: Ready) -> None:
    program.open_at(server)
    program.says("pin", given=b"471182\n")
    with terminal(program, "kiosk", "--no-network", SCANNER_LANGUAGE="en") as kiosk:
        kiosk.wait_for(TITLE)
        kiosk.settle()
        each_is_read_once(program, kiosk, AT_A_LANE, serials(server))


def test_where_no_scanner_is_taken_what_one_types_is_dropped_and_that_is_said(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    words = ("gate", "--camera", "none", "--scanner", "none", "--no-network")
    with terminal(program, *words, rows=30, columns=100, SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("No ticket was shown yet.")
        gate.settle()
        type_into(gate, ("q/mf?#\x11\r", 0.03), next(serials(server)))
        gate.wait_for("this gate takes no hand scanner")
        assert not gate.ended()
    assert readings(program) == []
