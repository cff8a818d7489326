"""Why the demo can't go on."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "demo.server_not_started": "The demo's server did not start; try again.",
    "demo.gate_ended": "The demo's gate ended by itself; run the demo again.",
    "demo.gate_not_running": "The demo's gate is not running.",
    "demo.gate_answer": "The demo's gate gave an answer that nobody asked for: {said}",
}
