"""What codes come from: a camera, hand scanners, a file or the demo; its state and its picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from scanner.facts import Code, Fact
from scanner.qr.decoded import Corners

if TYPE_CHECKING:
    from scanner.qr.frame import Frame, Pixels  # numpy, which a gate without a camera does without

BROWSER = "browser"
"""Stands for the camera of the browser that the gate is shown in, where a camera is named."""

FRAMES_SOCKET = "SCANNER_FRAMES_SOCKET"
"""In the environment of a browser's gate: the file number of the socket that the browser's frames
come by. Each is its length, 4 bytes with the first the highest, and a JPEG; each is answered by one
byte when it is taken."""

LARGEST_FRAME = 256 * 1024
"""Bytes that a browser's JPEG stays below; 1280 x 720 pixels have 40 to 200 thousand."""

Name = str | Fact
"""What a person calls a device: its maker's name, or a `SourceName` where it has none."""

OnPayload = Callable[[str, str], None]
"""Called with each reading's payload and what read it: at a presentation's beginning, and now and
then while a camera sees the code. `Presentations` tells the one from the other."""

OnNotice = Callable[[Fact], None]
"""Called with a fact that is worth a line on the screen for a moment."""


class SourceName(Code):
    """What a source is called that has no name of its own."""

    CAMERA = "scanning.camera"
    BROWSER = "scanning.browser"
    PICTURE = "scanning.picture"
    FOLDER = "scanning.folder"
    VIDEO = "scanning.video"
    HAND_SCANNER = "scanning.hand_scanner"
    HAND_SCANNER_AT = "scanning.hand_scanner_at"


class SourceStatus(Code):
    """How a source is doing, where that is no fault of its device."""

    STARTING = "scanning.starting"
    LOOKING = "scanning.looking"
    READY = "scanning.ready"
    SCANNERS_READY = "scanning.scanners_ready"
    OFF = "scanning.off"
    ENDED = "scanning.ended"
    NO_FRAMES = "scanning.no_frames"
    CAMERA_FAILED = "scanning.camera_failed"
    FRAME_FAILED = "scanning.frame_failed"
    TWO_CODES = "scanning.two_codes"
    BESIDE_TICKET = "scanning.beside_ticket"
    OTHER_KIND = "scanning.other_kind"
    NO_TICKETS_FORM = "scanning.no_tickets_form"
    CUT_OFF = "scanning.cut_off"


@dataclass(frozen=True, slots=True)
class SourceState:
    """Whether frames or scans are coming, and what the guard should know.

    Attributes:
        running: whether frames or scans are coming.
        fact: what is seen, or what is wrong; None where there is nothing to say.
        by_hand: whether it is a hand scanner's state, and not a camera's.
    """

    running: bool
    fact: Fact | None
    by_hand: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One frame that was decoded, and where codes were read in it or shortly before.

    Attributes:
        pixels: the frame's; nobody changes them.
        outlines: the codes' corners, in pixels of the frame.
    """

    pixels: "Pixels"
    outlines: tuple[Corners, ...] = ()


class FrameSource(Protocol):
    """Where frames come from: a camera, a file, a folder, the demo's stage."""

    @property
    def name(self) -> Name:
        """What a person calls it, fit to begin a sentence: "Camera 0"."""
        ...

    @property
    def live(self) -> bool:
        """Whether the world sets the pace, so that only the newest frame is decoded."""
        ...

    def read(self) -> "Frame | None":
        """Wait for the next frame; None when there will be no more.

        Raises:
            CameraAway: the camera stopped giving pictures.
        """
        ...

    def close(self) -> None:
        """Release the device or the file; may be called twice."""
        ...


class ScanSource(Protocol):
    """Delivers payloads: a camera, hand scanners, a file of pictures, the demo's crowd."""

    @property
    def pictured(self) -> bool:
        """Whether it can ever show a picture: a hand scanner can't."""
        ...

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:
        """Start scanning; returns at once.

        Both are called from a thread of the source's. `on_payload(payload, by)` is called for each
        reading; `by` names what read it. `on_notice(fact)` is for a moment's line.
        """
        ...

    def stop(self) -> None:
        """Stop scanning and release the device; may be called when it isn't running."""
        ...

    def state(self) -> SourceState:
        """Return the latest known state; cheap enough for the event loop."""
        ...

    def view(self) -> View | None:
        """Return the newest decoded frame; None where there is none. As cheap."""
        ...


class CompositeSource:
    """Scans with each source; the first one's state counts while all are running."""

    def __init__(self, *sources: ScanSource) -> None:
        self._sources = sources

    @property
    def pictured(self) -> bool:
        """Whether one of them can ever show a picture."""
        return any(source.pictured for source in self._sources)

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:
        """Start each; returns at once."""
        for source in self._sources:
            source.start(on_payload, on_notice)

    def stop(self) -> None:
        """Stop each, even where one fails to."""
        failed: Exception | None = None
        for source in self._sources:
            try:
                source.stop()
            except Exception as error:  # noqa: BLE001 - raised below, after the others stopped
                failed = error
        if failed:
            raise failed

    def state(self) -> SourceState:
        """Return the state of the first that isn't running, else the first's."""
        states = [source.state() for source in self._sources]
        return next((state for state in states if not state.running), states[0])

    def view(self) -> View | None:
        """Return the picture of the first that has one."""
        views = (source.view() for source in self._sources)
        return next((view for view in views if view is not None), None)


def together(*sources: ScanSource | None) -> ScanSource | None:
    """Combine the sources that there are; None where there is none."""
    there = [each for each in sources if each is not None]
    if len(there) > 1:
        return CompositeSource(*there)
    return there[0] if there else None
