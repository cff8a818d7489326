"""A thread that reads a frame source: the newest frame of a live one, every frame of a file."""

import threading
from collections import deque
from collections.abc import Callable

import structlog

from scanner.facts import Fact
from scanner.qr.frame import Frame
from scanner.scanning.errors import CameraAway, CameraError
from scanner.scanning.scan_source import FrameSource, SourceState, SourceStatus

RETRY_SECONDS = 0.5
"""Between two tries to open a camera that is away: it is back well within 2 s of its return."""

WAITING_FRAMES = 8
"""The bound of the queue: with this many frames of a file undecoded, reading waits."""

STOP_SECONDS = 2.0
"""How long to wait for a read in progress; the thread of a camera that hangs is abandoned."""

SourceOpener = Callable[[], FrameSource]

_log = structlog.get_logger(__name__)


class CameraThread:
    """Reads frames in a thread of its own, and opens a lost camera again.

    Args:
        opener: opens the source; called again after a `CameraAway`.
        retry_seconds: how long to wait between two tries.
    """

    def __init__(self, opener: SourceOpener, retry_seconds: float = RETRY_SECONDS) -> None:
        self._opener = opener
        self._retry_seconds = retry_seconds
        self._frames: deque[Frame] = deque()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._ended = False
        self._read = 0
        self._state = SourceState(running=True, fact=Fact(SourceStatus.STARTING))
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    def start(self) -> None:
        """Start reading; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading and close the source."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(STOP_SECONDS)

    def next(self, timeout: float) -> Frame | None:
        """Return the oldest queued frame; None after `timeout` seconds or at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._frames or self._over, timeout)
            if not self._frames:
                return None
            frame = self._frames.popleft()
            self._changed.notify_all()
            return frame

    @property
    def exhausted(self) -> bool:
        """Whether no frame is queued and none will come."""
        with self._changed:
            return self._over and not self._frames

    @property
    def frames_read(self) -> int:
        """How many frames came from the source."""
        return self._read

    def state(self) -> SourceState:
        """Return whether frames are coming."""
        return self._state

    @property
    def _over(self) -> bool:
        return self._ended or self._stopping.is_set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read_all()
                break
            except CameraAway as away:
                self._show(running=False, fact=away.fact)
                self._stopping.wait(self._retry_seconds)
            except CameraError as error:
                self._show(running=False, fact=error.fact)
                break
            except Exception:  # noqa: BLE001 - a gate without a camera goes on with typed serials
                _log.exception("camera failed")
                self._show(running=False, fact=Fact(SourceStatus.CAMERA_FAILED))
                break
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read_all(self) -> None:
        """Read until the source ends or fails, or `stop` is called."""
        source = self._opener()
        try:
            self._show(running=True, fact=Fact(SourceStatus.LOOKING, {"name": source.name}))
            while not self._stopping.is_set():
                frame = source.read()
                if frame is None:
                    self._show(running=False, fact=Fact(SourceStatus.ENDED, {"name": source.name}))
                    return
                self._read += 1
                self._keep(frame, live=source.live)
        finally:
            source.close()

    def _keep(self, frame: Frame, *, live: bool) -> None:
        with self._changed:
            if live:
                self._frames.clear()
            else:
                self._changed.wait_for(lambda: len(self._frames) < WAITING_FRAMES or self._over)
            self._frames.append(frame)
            self._changed.notify_all()

    def _show(self, *, running: bool, fact: Fact) -> None:
        state = SourceState(running, fact)
        if state != self._state:
            _log.info("camera", running=running, fact=str(fact))
        self._state = state
