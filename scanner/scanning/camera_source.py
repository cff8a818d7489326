"""A camera as a scan source: one thread reads frames, another decodes them."""

import threading
from dataclasses import replace

import structlog

from scanner.facts import Fact
from scanner.scanning.camera_thread import RETRY_SECONDS, STOP_SECONDS, CameraThread, SourceOpener
from scanner.scanning.frame_processor import Counts, FrameDecoder, FrameProcessor
from scanner.scanning.presentation import Beside, Debouncer, Event, InView, Presentation
from scanner.scanning.scan_source import OnNotice, OnPayload, SourceState, SourceStatus, View
from scanner.scanning.symbologies import UnreadKinds
from scanner.scanning.ticket_codes import TicketCodes

_POLL_SECONDS = 0.1

_log = structlog.get_logger(__name__)


class CameraSource:
    """Reads and decodes a frame source in threads of its own, from `start` to `stop`.

    Args:
        opener: opens the frame source; called again after a camera was lost, and by each `start`.
        decoder: reads codes; used by the decoding thread alone.
        debouncer: tells one presentation from the next.
        retry_seconds: between two tries to open a camera that is away.
        unread: names codes of kinds that the decoder isn't set to read; None to name none.
        tickets: tells the codes of tickets.
    """

    pictured = True

    def __init__(
        self,
        opener: SourceOpener,
        decoder: FrameDecoder,
        debouncer: Debouncer | None = None,
        retry_seconds: float = RETRY_SECONDS,
        unread: UnreadKinds | None = None,
        *,
        tickets: TicketCodes | None = None,
    ) -> None:
        self._opener = opener
        self._processor = FrameProcessor(decoder, debouncer, unread, tickets)
        self._retry_seconds = retry_seconds
        self._camera: CameraThread | None = None
        self._decoding: threading.Thread | None = None
        self._frames_read = 0
        self._frame_failed = False
        self._finished = threading.Event()

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:
        """Start both threads; returns at once. The decoding thread calls both functions."""
        self.stop()
        self._finished.clear()
        self._frame_failed = False
        camera = CameraThread(self._opener, self._retry_seconds)
        self._camera = camera
        self._decoding = threading.Thread(
            target=self._decode, args=(camera, on_payload, on_notice), name="decoding", daemon=True
        )
        camera.start()
        self._decoding.start()

    def stop(self) -> None:
        """Stop and release the camera; may be called when it isn't running."""
        if self._camera:
            self._camera.stop()
        if self._decoding and self._decoding is not threading.current_thread():
            self._decoding.join(STOP_SECONDS)
        if self._camera:
            self._frames_read += self._camera.frames_read
        self._camera = self._decoding = None

    def state(self) -> SourceState:
        """Return the latest known state; cheap."""
        camera = self._camera
        if self._frame_failed:
            return SourceState(running=False, fact=Fact(SourceStatus.FRAME_FAILED))
        if camera is None:
            return SourceState(running=False, fact=Fact(SourceStatus.OFF))
        state, fact = camera.state(), self._processor.fact
        return replace(state, fact=fact) if state.running and fact else state

    def view(self) -> View | None:
        """Return the newest decoded frame, while frames are coming."""
        camera = self._camera
        return self._processor.view if camera and camera.state().running else None

    def counts(self) -> Counts:
        """Return how much was read and decoded since this was made."""
        camera = self._camera
        now = camera.frames_read if camera else 0
        return replace(self._processor.counts(), frames_read=self._frames_read + now)

    def wait_finished(self, timeout: float | None = None) -> bool:
        """Wait until a file has ended and all its frames are decoded; tells whether that is so."""
        return self._finished.wait(timeout)

    def _decode(self, camera: CameraThread, on_payload: OnPayload, on_notice: OnNotice) -> None:
        while not camera.exhausted:
            frame = camera.next(_POLL_SECONDS)
            if frame is None:
                continue
            try:
                before = self._processor.fact
                for event in self._processor.process(frame):
                    _report(event, on_payload, on_notice)
                if (fact := self._processor.fact) and fact != before:
                    on_notice(fact)
                self._frame_failed = False
            except Exception:  # noqa: BLE001 - one bad frame must not stop the gate
                _log.exception("frame failed")
                self._frame_failed = True
        self._finished.set()


def _report(event: Event, on_payload: OnPayload, on_notice: OnNotice) -> None:
    match event:
        case Presentation(payload, by):
            on_payload(payload, by or "")
        case InView(payload):
            on_payload(payload, "")
        case Beside():
            on_notice(event.fact)
        case _:
            on_notice(Fact(SourceStatus.TWO_CODES))
