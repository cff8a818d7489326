"""A gate's app put together from the settings: judge, background work, eyes, sounds, records."""

import gc

from scanner.app.preferences import preferences
from scanner.app.records import Records
from scanner.app.sound import Loudspeaker, find_player
from scanner.config import Config
from scanner.config_file import save_setting
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.pin import Pin
from scanner.priority import Priority
from scanner.scanning.composite_source import together
from scanner.scanning.hand_scanners import hand_scanners
from scanner.scanning.keyboard_layouts import DIRECT_FILE
from scanner.scanning.keyboard_layouts import load as load_layout
from scanner.scanning.scan_source import ScanSource
from scanner.store.writer import Writer
from scanner.sync.background_thread import BackgroundThread
from scanner.sync.clock import utc_now
from scanner.sync.factory import make_background, make_gate
from scanner.tui.gate.app import GateApp


def assemble(
    config: Config, writer: Writer, keys: KeyStore, camera: ScanSource | None, *, network: bool
) -> tuple[GateApp, Gate]:
    """Make the app and the gate that it shows; nothing runs before the app does."""
    # What was imported stays: a search through it would hold up a key by 50 ms. Later the same of
    # what the screen and the background work are made of, by 10 ms or more.
    gc.freeze()
    priority = Priority()
    background = make_background(config, writer, keys, priority, network=network)
    gate = make_gate(config, writer, background, priority)
    app = GateApp(
        gate,
        BackgroundThread(background),
        together(
            camera, hand_scanners(config.scanner, load_layout(config.home, DIRECT_FILE).correct)
        ),
        clock=utc_now,
        sounds=Loudspeaker(find_player()),
        preferences=preferences(config),
        keep=save_setting,
        correct=None if config.scanner == "none" else load_layout(config.home).correct,
        records=Records(writer.file, gate, Pin(keys, utc_now), utc_now),
        claim=priority.claim,
        settled=gc.freeze,
    )
    return app, gate
