"""The first start of `scanner gate`: the wizard, set into the real world."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from scanner.errors import ScannerError

if TYPE_CHECKING:
    from scanner.app.assembly import Readers
    from scanner.app.sound import Sounds
    from scanner.config import Config
    from scanner.desk.device_setup import EventsFound
    from scanner.keystore import KeyStore
    from scanner.pin import Pin
    from scanner.platform.access import Request
    from scanner.platform.protocol import Provider
    from scanner.pretix.choices import Choices, EventChoice
    from scanner.qr.frame import Frame
    from scanner.scanning.scan_source import FrameSource, Name
    from scanner.store.writer import Writer
    from scanner.sync.opening import Opened
    from scanner.tui.ports import ScanSource
    from scanner.tui.wizard.answers import Answers, OnFrame, Place

_REMEMBERED = "first start"
"""The secret's name in the key store."""

_SEARCH_SECONDS = 2.0
"""To look for a venue; the first steps take longer."""

_SEED = 1
"""Of the made-up house; the same every time."""


def needs_first_start(writer: "Writer") -> bool:
    """Tell whether no session was ever opened on this gate."""
    from scanner.store.sessions import read_session

    return writer.submit(read_session).result() is None


def forget_start(keys: "KeyStore") -> None:
    """Forget what was entered in a first start: a gate is open."""
    keys.delete(_REMEMBERED)


def first_start(
    config: "Config", writer: "Writer", keys: "KeyStore", device: str
) -> "Answers | None":
    """Ask for everything and open the gate, or show a made-up one.

    Returns:
        Nothing where somebody left early, or has left the made-up one.

    Args:
        config: what is set already, and so proposed.
        writer: where the session is kept.
        keys: where its key is kept.
        device: the name to propose for this device.
    """
    from scanner.scanning import keyboard_layouts
    from scanner.tui.wizard.answers import Answers
    from scanner.tui.wizard.app import WizardApp

    house = House(config, writer, keys)
    camera = house.chosen_camera()
    proposed = Answers(api=config.api, name=config.name or "", device=device, camera=camera)
    known, place = house.remembered(proposed)
    app = WizardApp(house, known, keyboard_layouts.load(config.home).correct, place)
    answers = app.run()
    if app.wants_made_up:
        from scanner.tui.gate.demo import show

        show(_SEED, config.language)
    return answers


@dataclass(frozen=True, slots=True)
class House:
    """Cameras, sound, server and settings, as the wizard needs them."""

    config: "Config"
    writer: "Writer"
    keys: "KeyStore"

    def cameras(self) -> Sequence[tuple[str, str]]:
        """List the cameras that are there."""
        return list(self._readers().cameras().items())

    def chosen_camera(self) -> str:
        """Return what stands for the camera of the settings."""
        return self._readers().camera()

    def _readers(self) -> "Readers":
        from scanner.app.assembly import Readers

        return Readers(self.config)

    def look(self, spec: str, on_frame: "OnFrame") -> "ScanSource":
        """Return a source that shows its pictures to `on_frame`."""
        from scanner.scanning.camera_source import CameraSource
        from scanner.scanning.frame_processor import create_decoder
        from scanner.scanning.frame_sources import open_source
        from scanner.scanning.symbologies import UnreadKinds

        codes = self.config.codes
        return CameraSource(
            lambda: Shown(open_source(spec), on_frame),
            create_decoder(codes=codes),
            unread=UnreadKinds(codes),
        )

    def play(self, speaker: "Sounds | None") -> bool:
        """Play the sound of an admission, through this computer's loudspeaker if not another."""
        from scanner.app.sound import Loudspeaker, find_player

        speaker = speaker or Loudspeaker(find_player())
        speaker.play("admitted", self.config.volume)
        return speaker.audible

    def has_pin(self) -> bool:
        """Tell whether a supervisor has a PIN already."""
        return self._pin().is_set

    def set_pin(self, pin: str, name: str) -> None:
        """Set the first supervisor's PIN, noted in the journal; a later one needs the first.

        Raises:
            ScannerError: there is one already, it is no PIN, or it can't be kept.
        """
        from scanner.app.records import set_pin
        from scanner.cli.pin import PinRefusal
        from scanner.store.anchor import keyed
        from scanner.sync.clock import utc_now

        kept = self._pin()
        if kept.is_set:
            raise ScannerError(PinRefusal.SET_ALREADY)
        with keyed(self.writer, self.keys, utc_now):
            set_pin(self.writer, kept, pin, name, utc_now())

    def _pin(self) -> "Pin":
        from scanner.pin import Pin
        from scanner.sync.clock import utc_now

        return Pin(self.keys, utc_now)

    async def open(self, answers: "Answers", on_progress: Callable[[int, int], None]) -> "Opened":
        """Open the session with the first key that there is: typed, logged in with, or set."""
        from scanner.store.anchor import keyed
        from scanner.sync.clock import utc_now
        from scanner.sync.opening import open_gate

        request = self._request(answers)
        with keyed(self.writer, self.keys, utc_now, create=False):
            return await open_gate(
                request,
                self._provider(answers),
                self.writer,
                self.keys,
                utc_now,
                on_progress=on_progress,
            )

    def venues(self) -> Sequence[str]:
        """Return the names of the venues that are found here, where it may join one."""
        from scanner.venue.errors import VenueError
        from scanner.venue.extra import require
        from scanner.venue.members import membership

        try:
            require()
            if membership.read(self.config.home):
                return ()
        except VenueError:  # `scanner venue` says what is wrong
            return ()
        from scanner.venue.discovery import find_venues

        return tuple(dict.fromkeys(each.name for each in find_venues(_SEARCH_SECONDS)))

    def join_venue(self, given: str, gate: str) -> str:
        """Join the venue of an invitation's text or file; returns its name."""
        from scanner.venue.members.entering import enter, invited_by

        joined = enter(self.config.home, invited_by(given), gate, as_node=False)
        return joined.name

    async def check_server(self, answers: "Answers") -> None:
        """Ask the server whether it is one, and takes the key; at pretix, set the device up."""
        if not answers.at_pretix:
            await self._provider(answers).check_server(self._request(answers))
            return
        from scanner.desk.device_setup import kept_device, set_up
        from scanner.tui.wizard.answers import new_device

        if new := new_device(answers.new_device):
            await set_up(new, self.keys, timeout_seconds=self.config.timeout_seconds)
        else:
            kept_device(self.keys)

    async def events(self, _answers: "Answers") -> "EventsFound":
        """Ask pretix for the events that its device may be used at."""
        from scanner.desk.device_setup import EventsFound, kept_device
        from scanner.pretix.setup import profile_warning

        async with self._choices() as choices:
            events = await choices.events()
        return EventsFound(events, profile_warning(kept_device(self.keys)))

    async def lists_of(self, _answers: "Answers", event: "EventChoice") -> "EventChoice":
        """Ask pretix for an event's check-in lists."""
        async with self._choices() as choices:
            return await choices.lists_of(event)

    def _choices(self) -> "Choices":
        from scanner.desk.device_setup import kept_device
        from scanner.pretix.choices import Choices
        from scanner.wording.catalogue import language

        timeout = self.config.timeout_seconds
        return Choices(kept_device(self.keys), language(), timeout=timeout)

    async def check_token(self, answers: "Answers") -> None:
        """Ask the server whether it knows the token."""
        await self._provider(answers).authenticate(self._request(answers))

    async def check_names(self, answers: "Answers") -> None:
        """Look whether another gate of the event has the device's name.

        pretix tells its devices apart by their numbers.
        """
        if answers.at_pretix:
            return
        from scanner.store.installation import tags
        from scanner.sync.opening import check_name

        ours = await self.writer.run(tags)
        await check_name(self._request(answers), self._provider(answers), ours)

    def _provider(self, answers: "Answers") -> "Provider":
        from scanner.app.platforms import provider_of

        return provider_of(answers.platform, timeout=self.config.timeout_seconds)

    def _request(self, answers: "Answers") -> "Request":
        if answers.at_pretix:
            return self._request_at_pretix(answers)
        from scanner.desk.login import gate_key, key_at
        from scanner.platform.access import Request

        return Request(
            api=answers.api,
            code=answers.code,
            name=answers.name,
            device=answers.device,
            key=answers.key or key_at(answers.api, self.config, self.keys),
            application=answers.key or gate_key(answers.api, self.config, self.keys),
            timeout=self.config.timeout_seconds,
            records=self.config.page_records,
            names=self.config.names,
        )

    def _request_at_pretix(self, answers: "Answers") -> "Request":
        from scanner.desk.device_setup import kept_device, request_at
        from scanner.pretix.resources import ListPath

        device = kept_device(self.keys)
        event, _, number = answers.code.rpartition("/")
        uri = ListPath(device.organizer, event, int(number or 0)).at(device.url)
        return request_at(device, uri, self.config, name=answers.name, own_name=answers.device)

    def remembered(self, proposed: "Answers") -> "tuple[Answers, Place]":
        """Return the answers of a start that was left, and its step; or those proposed."""
        from dataclasses import replace

        from scanner.tui.wizard.answers import Place

        try:
            found = json.loads(self.keys.get(_REMEMBERED) or "{}")
            place = Place(found.pop("place", Place.SERVER))
            return replace(proposed, **{name: text for name, text in found.items() if text}), place
        except (ValueError, TypeError, AttributeError):  # written by another version
            return proposed, Place.SERVER

    def remember(self, answers: "Answers", place: "Place") -> None:
        """Keep the answers with the secrets: two of them are."""
        self.keys.set(_REMEMBERED, json.dumps({**asdict(answers), "place": place}))

    def keep(self, answers: "Answers") -> None:
        """Keep the camera, and forget the rest: it is the session's now."""
        from scanner.config import save_setting

        forget_start(self.keys)
        if answers.camera != self.config.camera:
            save_setting("camera", answers.camera)


@dataclass(slots=True)
class Shown:
    """A source whose pictures are shown to somebody else too."""

    source: "FrameSource"
    on_frame: "OnFrame"

    @property
    def name(self) -> "Name":
        """The source's own."""
        return self.source.name

    @property
    def live(self) -> bool:
        """The source's own."""
        return self.source.live

    def read(self) -> "Frame | None":
        """Read a frame and show it."""
        frame = self.source.read()
        if frame:
            self.on_frame(frame.pixels)
        return frame

    def close(self) -> None:
        """Close the source."""
        self.source.close()
