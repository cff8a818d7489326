"""The kiosk's app on an assembled gate."""

import gc

from scanner.app.assembly import Assembly
from scanner.kiosk.guardian import UNLOCKED
from scanner.kiosk.sd_notify import notify_alive
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.tui.kiosk.app import KioskApp


def kiosk_app(parts: Assembly, writer: Writer) -> KioskApp:
    """Make the kiosk's app; nothing runs before it does."""
    gc.freeze()  # as for the gate's screen: see `scanner.tui.gate.start`
    turnstile = parts.turnstile
    return KioskApp(
        parts.gate,
        parts.background,
        parts.source,
        parts.pin,
        clock=utc_now,
        trouble=turnstile.failure if turnstile else lambda: None,
        sign_of_life=lambda: notify_alive(writer),
        unlocked=UNLOCKED,
        correct=parts.correct,
    )
