"""The eyes of a gate: a camera's thread, a decoder's thread, and what they hand on."""

import threading
from dataclasses import replace

import structlog

from scanner.scanning.camera_thread import RETRY_SECONDS, STOP_SECONDS, CameraThread, SourceOpener
from scanner.scanning.frame_processor import Counts, FrameProcessor, Reads
from scanner.scanning.presentation import Event, Presentations, Presented
from scanner.scanning.scan_source import OnNotice, OnPayload
from scanner.scanning.source_state import SourceState
from scanner.scanning.view import View

_TICK_SECONDS = 0.1

_log = structlog.get_logger(__name__)


class CameraSource:
    """Looks through a source in threads of its own, from `start` to `stop`.

    Args:
        opener: opens the source; called again when a camera went away, and by the next `start`.
        decoder: reads codes; used by the pipeline's thread alone.
        presentations: tells one patron from the next.
        retry_seconds: how long to wait before a camera that is away is tried again.
    """

    pictured = True

    def __init__(
        self,
        opener: SourceOpener,
        decoder: Reads,
        presentations: Presentations | None = None,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._opener = opener
        self._watch = FrameProcessor(decoder, presentations)
        self._retry_seconds = retry_seconds
        self._camera: CameraThread | None = None
        self._decoding: threading.Thread | None = None
        self._frames_read = 0
        self._failure: str | None = None
        self._finished = threading.Event()

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:
        """Begin to look; returns at once. Both are called from the decoding thread."""
        self.stop()
        self._finished.clear()
        self._failure = None
        camera = CameraThread(self._opener, self._retry_seconds)
        self._camera = camera
        self._decoding = threading.Thread(
            target=self._decode, args=(camera, on_payload, on_notice), name="decoding", daemon=True
        )
        camera.start()
        self._decoding.start()

    def stop(self) -> None:
        """Stop looking and give the camera back; harmless when it isn't running."""
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
        if self._failure:
            return SourceState(running=False, sentence=self._failure)
        if camera is None:
            return SourceState(running=False, sentence="The camera is off.")
        state, advice = camera.state(), self._watch.advice
        return replace(state, sentence=advice.value) if state.running and advice else state

    def view(self) -> View | None:
        """Return the newest picture that was looked at, while pictures are coming."""
        camera = self._camera
        return self._watch.view if camera and camera.state().running else None

    def counts(self) -> Counts:
        """Return how much was looked at and read since the pipeline was made."""
        camera = self._camera
        now = camera.frames_read if camera else 0
        return replace(self._watch.counts(), frames_read=self._frames_read + now)

    def wait_finished(self, timeout: float | None = None) -> bool:
        """Wait until a file came to its end and all of it was looked at; whether it did."""
        return self._finished.wait(timeout)

    def _decode(self, camera: CameraThread, on_payload: OnPayload, on_notice: OnNotice) -> None:
        while not camera.exhausted:
            frame = camera.next(_TICK_SECONDS)
            if frame is None:
                continue
            try:
                before = self._watch.advice
                for event in self._watch.look(frame):
                    _hand_on(event, on_payload, on_notice)
                if (advice := self._watch.advice) and advice is not before:
                    on_notice(advice.value)
                self._failure = None
            except Exception:  # noqa: BLE001 - one bad frame must not blind the gate
                _log.exception("frame failed")
                self._failure = "A picture could not be read; if this stays, see the log."
        self._finished.set()


def _hand_on(event: Event, on_payload: OnPayload, on_notice: OnNotice) -> None:
    if isinstance(event, Presented):
        on_payload(event.payload, event.by or "")
    else:
        on_notice(event.sentence)
