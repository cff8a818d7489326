"""The gate's app on an assembled gate."""

import gc
from functools import partial

from scanner.admission.ticket import Unclaimed
from scanner.app.assembly import Assembly
from scanner.app.preferences import Preferences, Value, preferences
from scanner.config import save_setting
from scanner.scanning.scan_source import BROWSER
from scanner.sync.clock import utc_now
from scanner.tui.gate.app import GateApp
from scanner.tui.ports import Network


def gate_app(parts: Assembly, *, only_exit: bool = False) -> GateApp:
    """Make the guard's app; nothing runs before it does. It may be of a door that only lets out."""
    # What is imported is never garbage. Without this, each full collection during a pull looks at
    # it all again, and keys are answered 46 ms later at p95 (`scanner bench screen`, on 2 cores).
    gc.freeze()
    return GateApp(
        parts.gate,
        parts.background,
        parts.source,
        clock=utc_now,
        correct=parts.correct,
        tickets=parts.tickets,
        scanner=parts.config.scanner,
        sounds=parts.sounds,
        preferences=preferences(parts.config),
        keep=partial(_keep, parts),
        records=parts.records,
        open_with=parts.open_with,
        # A browser's gate reads with that browser, and none of its choices is another gate's.
        readers=None if parts.config.camera == BROWSER else parts.readers,
        claim=parts.priority.claim,
        only_exit=only_exit,
    )


def _keep(parts: Assembly, name: str, value: Value) -> None:
    """Save a setting; what the venue goes by counts at once."""
    save_setting(name, value)
    if name == "unclaimed" and parts.venue:
        parts.venue.policy = Unclaimed(str(value))


def demo_app(parts: Assembly, network: Network) -> GateApp:
    """Make the demo's app: `network` cuts and restores it, and no setting is saved."""
    return GateApp(
        parts.gate,
        parts.background,
        parts.source,
        clock=utc_now,
        network=network,
        demo=True,
        correct=parts.correct,
        tickets=parts.tickets,
        sounds=parts.sounds,
        preferences=Preferences(language=parts.config.language),
        records=parts.records,
        claim=parts.priority.claim,
    )
