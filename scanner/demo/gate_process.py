"""The demo's gate: a process of its own, with a synthetic camera.

It speaks JSON lines. Input: `{"payload": …}` shows the next patron; `{"finish": seconds}` delivers
the queue and ends. Output: `ready`; for each patron `shown`, then `verdict` or `unread`; at the end
`finished`. Every output line counts the frames decoded so far, and the frames read by each pass.
"""

import json
import sys
import time

import structlog

from scanner.app.assembly import assembled
from scanner.config import load_config
from scanner.demo.world import DIFFICULTY
from scanner.gate import Gate
from scanner.keystore import open_keystore
from scanner.log import open_log
from scanner.paths import database_file, log_file
from scanner.scanning.frame_processor import FrameProcessor, create_decoder
from scanner.scanning.presentation import Presentation
from scanner.stage.synthetic import SyntheticCamera
from scanner.store import ledger
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now

_LOOK_SECONDS = 0.05
_VERDICT_SECONDS = 30


def main() -> None:
    """Run until `finish` comes, or the input ends."""
    config = load_config()
    open_log(log_file(config.home))
    with (
        Writer(database_file(config.home)) as writer,
        assembled(config, writer, open_keystore(config.home)) as parts,
        parts.background as background,
    ):
        door = _Door(parts.gate, seed=int(sys.argv[1]))
        deadline = door.watch() + time.monotonic()
        while (waiting := _waiting(writer)) and background.is_running:
            if time.monotonic() > deadline:
                break
            time.sleep(_LOOK_SECONDS)
    door.tell("finished", waiting=waiting)


def _waiting(writer: Writer) -> int:
    counts = writer.submit(ledger.counts).result()
    return counts[State.QUEUED] + counts[State.SENDING]


class _Door:
    """Decodes frame after frame, and reports each patron's verdict."""

    def __init__(self, gate: Gate, seed: int) -> None:
        self._gate = gate
        self._watch = FrameProcessor(create_decoder())
        self._camera = SyntheticCamera(self._next_payload, seed=seed, difficulty=DIFFICULTY)
        self._in_view = False
        self._finish_seconds = 0.0

    def watch(self) -> float:
        """Decode until `finish` comes; return the seconds to wait for the delivery."""
        self.tell("ready")
        while frame := self._camera.read():
            for event in self._watch.process(frame):
                if isinstance(event, Presentation):
                    self._judge(event)
        return self._finish_seconds

    def tell(self, event: str, **facts: object) -> None:
        """Write one line."""
        counts = self._watch.counts()
        looked = {"frames": counts.frames_decoded, "reads_by": dict(counts.reads_by)}
        facts = {"event": event, **facts, **looked}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()

    def _judge(self, shown: Presentation) -> None:
        future = self._gate.present(shown.payload, utc_now(), f"camera:{shown.by}")
        judged = future.result(_VERDICT_SECONDS)
        self._in_view = False
        self.tell("verdict", verdict=judged.verdict.kind.value, scan=judged.scan)
        self._gate.note_shown(judged)

    def _next_payload(self) -> str | None:
        """Return the next patron's payload; called when the last one has left the view."""
        if self._in_view:
            self._in_view = False
            self.tell("unread")
        order = json.loads(sys.stdin.readline() or '{"finish": 0}')
        if "finish" in order:
            self._finish_seconds = float(order["finish"])
            return None
        self._in_view = True
        self.tell("shown")
        return str(order["payload"])


if __name__ == "__main__":
    try:
        main()
    except Exception:
        structlog.get_logger("demo").exception("the demo's gate failed")
        raise
