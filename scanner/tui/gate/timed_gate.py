"""The gate's screen as `scanner gate` shows it, and a note of when each verdict stood recorded.

A process of its own: `python -m` this module, with the file for the notes.
"""

import json
import sys
from pathlib import Path
from time import monotonic

from scanner.app.assembly import assembled, scan_source
from scanner.config import load_config
from scanner.judging import Judged
from scanner.keystore import open_keystore
from scanner.log import open_log
from scanner.paths import database_file, log_file
from scanner.store.writer import Writer
from scanner.tui.gate.start import gate_app


def main() -> None:
    """Show the gate until it is quit, then write payload and time of every verdict."""
    config = load_config()
    open_log(log_file(config.home))
    recorded: list[tuple[str, float]] = []

    def note(judged: Judged) -> None:
        recorded.append((judged.payload, monotonic()))

    keys = open_keystore(config.home)
    with (
        Writer.verified(database_file(config.home)) as writer,
        assembled(config, writer, keys, source=scan_source(config, None)) as parts,
    ):
        parts.gate.subscribe(note)
        gate_app(parts).run()
    Path(sys.argv[1]).write_text(json.dumps(recorded), encoding="utf-8")


if __name__ == "__main__":
    main()
