"""A gate put together from its settings, with all that works beside it.

The guard's screen, the kiosk, standard input, the demo, training and the benches all use
`assembled`. They differ in what they pass in and in which parts they use.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.app.joined_venue import carry, joined_venue
from scanner.app.platforms import provider_of
from scanner.app.records import Records
from scanner.app.reopening import Reopening
from scanner.app.session_codes import session_codes
from scanner.app.sound import Loudspeaker, Sounds, find_player
from scanner.config import Config, Confirmation
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.keystore import KeyStore
from scanner.kiosk.turnstile import Opener, Turnstile
from scanner.paths import search_file
from scanner.pin import Pin
from scanner.platform.access import GateCredentials
from scanner.platform.protocol import Platform
from scanner.priority import Priority
from scanner.scanning import devices
from scanner.scanning.hand_scanners import hand_scanners
from scanner.scanning.keyboard_layouts import FILES, load
from scanner.scanning.scan_source import BROWSER, ScanSource, SourceName, together
from scanner.scanning.ticket_codes import TicketCodes
from scanner.store.anchor import keyed
from scanner.store.names import keep_names
from scanner.store.search import TicketSearch
from scanner.store.sessions import read_session
from scanner.store.writer import Writer
from scanner.sync.background_thread import BackgroundThread
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
from scanner.sync.server_first import ServerFirst
from scanner.sync.status import OfflineEngine
from scanner.wording.sentences import sentence, shown

if TYPE_CHECKING:
    from scanner.qr.decoded import Symbology
    from scanner.scanning.camera_source import CameraSource
    from scanner.venue.venue import Venue


@dataclass(frozen=True, slots=True)
class Assembly:
    """A gate and what works beside it; made by `assembled`.

    Attributes:
        config: the settings that it was made from.
        gate: judges and records.
        engine: pulls and replays; or, without a network, follows the database.
        background: runs the engine in its own thread. Nothing runs before it is started.
        priority: lets a person go before the engine.
        source: reads codes; nothing where there is neither camera nor hand scanner.
        correct: undoes what was learned of a scanner that types into the terminal.
        sounds: plays the verdicts' sounds.
        pin: the supervisor's.
        records: reads cache and ledger for a screen.
        turnstile: opens after an admission, where there is one.
        open_with: opens the gate with another token, list or device, for the same guard.
        readers: what can read codes, to be changed while the gate is open.
        tickets: tells the codes of the session's tickets.
        venue: what the gate has of its venue, where it joined one.
    """

    config: Config
    gate: Gate
    engine: Engine | OfflineEngine
    background: BackgroundThread
    priority: Priority
    source: ScanSource | None
    correct: Callable[[str], str]
    sounds: Sounds
    pin: Pin
    records: Records
    turnstile: Turnstile | None
    open_with: Reopening
    readers: "Readers"
    tickets: TicketCodes
    venue: "Venue | None" = None

    def play_verdict(self, judged: Judged) -> None:
        """Play a verdict's sound as loud as the settings say; a subscriber for the gate."""
        if not self.config.muted:
            self.sounds.play(judged.verdict.light.value, self.config.volume)

    async def sync_once(self) -> None:
        """Pull and replay once, in a thread of its own; not while `background` runs.

        Raises:
            SyncError, TicketingError: what stood in the way; nothing is lost by it.
        """
        if isinstance(self.engine, Engine):
            await asyncio.to_thread(asyncio.run, _sync_once(self.engine))


@contextmanager
def assembled(
    config: Config,
    writer: Writer,
    keys: KeyStore,
    *,
    network: bool = True,
    source: ScanSource | None = None,
    opener: Opener | None = None,
) -> Iterator[Assembly]:
    """Put a gate together; what was started of it has ended afterwards.

    Args:
        config: the settings.
        writer: of the open database; the caller closes it.
        keys: holds the session's secrets and the supervisor's PIN.
        network: false: neither pull nor replay.
        source: reads codes, see `scan_source`.
        opener: opens the turnstile.
    """
    priority, tickets = Priority(), session_codes(writer.file)
    apply_names(config, writer)
    engine = make_engine(config, writer, keys, priority) if network else OfflineEngine(writer.file)
    joined = joined_venue(config, writer)
    background = BackgroundThread(engine, joined.status)
    claims = joined.claims
    gate = Gate(writer, _confirmation(config, engine, writer), priority, claims)
    gate.subscribe(engine.on_verdict)
    pin = Pin(keys, utc_now)
    with ExitStack() as stack:
        stack.enter_context(keyed(writer, keys, utc_now))  # before the venue's notes
        if venue := joined.venue:
            if isinstance(engine, Engine):
                carry(venue, engine, writer)
            gate.subscribe(venue.on_verdict)
            stack.callback(venue.stop)
            venue.start()
        turnstile = stack.enter_context(Turnstile(opener, gate.note_shown)) if opener else None
        if turnstile:
            gate.subscribe(turnstile.on_verdict)
        if source:
            stack.callback(source.stop)
        stack.callback(background.stop)
        yield Assembly(
            config,
            gate,
            engine,
            background,
            priority,
            source,
            load(config.home).correct,
            Loudspeaker(find_player()),
            pin,
            Records(writer, gate, pin, utc_now),
            turnstile,
            Reopening(config, writer, keys),
            Readers(config, tickets),
            tickets,
            joined.venue,
        )


@dataclass(frozen=True, slots=True)
class Readers:
    """The cameras and hand scanners that a gate can read with; each method blocks."""

    config: Config
    tickets: TicketCodes = field(default_factory=TicketCodes)

    def cameras(self) -> dict[str, str]:
        """Return the cameras that are there, and the one of the settings: their names for a person.

        By what stands for each in the settings, and finds it again when its number is another.
        """
        if self.config.camera == BROWSER:
            return {BROWSER: sentence(Fact(SourceName.BROWSER))}
        cameras = devices.list_cameras()
        lasting = {devices.lasting_name(each, cameras): each for each in cameras}
        found = {name: f"{shown(each.name)} ({each.number})" for name, each in lasting.items()}
        chosen = self.camera(cameras)
        if Path(chosen).exists():  # a picture, a video or a folder of the settings
            found.setdefault(chosen, chosen)
        return found

    def camera(self, cameras: Sequence[devices.Camera] | None = None) -> str:
        """Return what stands for the camera of the settings."""
        cameras = devices.list_cameras() if cameras is None else cameras
        found = devices.find_camera(self.config.camera, cameras)
        return devices.lasting_name(found, cameras) if found else self.config.camera

    def scanners(self) -> dict[str, str]:
        """Return the hand scanners that are there: their names by their devices."""
        return {str(each.device): shown(each.name) for each in devices.list_scanners()}

    def source(self, camera: str, scanner: str) -> ScanSource | None:
        """Return what reads with a camera and a hand scanner, named as in the settings.

        Raises:
            ScannerError: the camera can't be read.
        """
        config = self.config.model_copy(update={"camera": camera, "scanner": scanner})
        looking = look_through(camera, config.codes, must_be_there=False, tickets=self.tickets)
        return scan_source(config, looking, self.tickets)


def look_through(
    spec: str,
    codes: "Collection[Symbology]",
    *,
    must_be_there: bool = True,
    tickets: TicketCodes | None = None,
) -> "CameraSource | None":
    """Return a source that reads a camera; nothing for `none`.

    Args:
        spec: what `scanner.scanning.frame_sources.open_source` takes, or `none`.
        codes: the symbologies to read; a code of another kind is named.
        must_be_there: open a file once, so that a missing one is reported before the screen opens.
            A camera is waited for in any case: hand scanners and typed serials work without it,
            and it may come back.
        tickets: tells the codes of tickets.

    Raises:
        NoPictures: it must be there, and can't be read.
        NoDecoder: no library that reads codes is installed.
    """
    if spec == "none":
        return None
    from scanner.scanning.camera_source import CameraSource
    from scanner.scanning.errors import CameraAway
    from scanner.scanning.frame_processor import create_decoder
    from scanner.scanning.frame_sources import open_source
    from scanner.scanning.symbologies import UnreadKinds

    if must_be_there:
        with suppress(CameraAway):
            open_source(spec).close()
    decoder, unread = create_decoder(codes=codes, tickets=tickets), UnreadKinds(codes)
    return CameraSource(lambda: open_source(spec), decoder, unread=unread, tickets=tickets)


def scan_source(
    config: Config, camera: ScanSource | None, tickets: TicketCodes | None = None
) -> ScanSource | None:
    """Return a source that reads a camera, if any, and the hand scanners of the settings."""
    corrections = {by: load(config.home, file).correct for by, file in FILES.items()}
    return together(camera, hand_scanners(config.scanner, corrections, tickets))


def apply_names(config: Config, writer: Writer) -> None:
    """Have owners' names kept, or forgotten, as the settings say; returns before it is done."""
    TicketSearch(search_file(writer.file)).forget_names(unless=config.names)
    writer.submit_to_cache(partial(keep_names, wanted=config.names))


def make_engine(config: Config, writer: Writer, keys: KeyStore, priority: Priority) -> Engine:
    """Make what pulls and replays; it gives way to those who claim `priority`."""
    pace = Pace(
        changes=config.sync_interval,
        whole=timedelta(seconds=config.full_sync_seconds),
        records=config.page_records,
        report_refused=config.report_refused,
    )

    def connect(held: GateCredentials, device: str) -> Platform:
        # Its client is imported now, in the background: a gate that stays offline never needs it.
        provider = provider_of(
            held.platform, timeout=config.timeout_seconds, pause=priority.step_aside
        )
        return provider.connect(held, device)

    return Engine(writer, keys, utc_now, connect, pace, priority=priority)


async def _sync_once(engine: Engine) -> None:
    try:
        await engine.pull()
        await engine.replay()
    finally:
        await engine.close()


def _confirmation(
    config: Config, engine: Engine | OfflineEngine, writer: Writer
) -> ServerFirst | None:
    """Return what asks the platform before a green light, where the settings or it want that."""
    always = config.confirmation is Confirmation.SERVER_FIRST
    session = writer.submit(read_session).result()
    if isinstance(engine, Engine) and (always or (session and session.passages)):
        return ServerFirst(engine, writer, always=always)
    return None
