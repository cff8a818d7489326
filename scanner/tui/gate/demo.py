"""The demo on the gate's own screen: a crowd before a synthetic camera, and a cable to pull."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scanner.app.assembly import assembled
from scanner.config import Config, Language
from scanner.demo.cable import Cable
from scanner.demo.crowd import Crowd
from scanner.demo.world import DIFFICULTY, open_home, stage_for, world
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.scanning.camera_source import CameraSource
from scanner.scanning.frame_processor import create_decoder
from scanner.stage.synthetic import SyntheticCamera
from scanner.store.writer import Writer
from scanner.tui.gate.app import GateApp
from scanner.tui.gate.start import demo_app

_TICKETS = 2000
_FRAMES_A_SECOND = 20.0
_SYNC_SECONDS = 3


def show(seed: int, language: Language) -> None:
    """Play until the guard quits; nothing of it is kept."""
    with staged(seed, language) as on_stage:
        on_stage.app.run()


@dataclass(frozen=True, slots=True)
class Stage:
    """The gate's app with everything around it, and the gate that judges."""

    app: GateApp
    gate: Gate


@contextmanager
def staged(seed: int, language: Language = "auto") -> Iterator[Stage]:
    """Set everything up around the gate's app, and take it down afterwards."""
    with (
        world(_TICKETS, seed) as there,
        Cable(there.port) as cable,
        tempfile.TemporaryDirectory(prefix="scanner-demo-") as folder,
    ):
        home = Path(folder)
        permitted, tickets, elsewhere = stage_for(there, seed)
        open_home(home, there, cable)
        patrons = Crowd(tickets, permitted, elsewhere, seed).endless()
        source = CameraSource(_camera(lambda: next(patrons).payload, seed), create_decoder())
        config = Config(home=home, sync_seconds=_SYNC_SECONDS, language=language)
        keys = KeyStore(home, file_only=True)
        with (
            Writer(database_file(home)) as writer,
            assembled(config, writer, keys, source=source) as parts,
        ):
            yield Stage(demo_app(parts, cable.toggle), parts.gate)


def _camera(next_payload: Callable[[], str], seed: int) -> Callable[[], SyntheticCamera]:
    return lambda: SyntheticCamera(
        next_payload, seed=seed, frames_per_second=_FRAMES_A_SECOND, difficulty=DIFFICULTY
    )
