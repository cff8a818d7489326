"""OpenCV's video capture, with its logging off: it would write over the screen."""

import os
from pathlib import Path

from scanner.scanning.errors import NoPictures, PictureFault

_SETTINGS = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",  # AV_LOG_QUIET in libavutil/log.h
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "1",  # seconds a read waits; 10 would be a long blackout
}
for _name, _value in _SETTINGS.items():
    os.environ.setdefault(_name, _value)

import cv2  # noqa: E402 - reads its settings when it is loaded

# Where another module loaded it first, the settings came too late for the log.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def open_device(number: int) -> cv2.VideoCapture:
    """Open a webcam by its number; `isOpened` says whether that worked."""
    return cv2.VideoCapture(number, cv2.CAP_V4L2)


def open_file(file: Path) -> cv2.VideoCapture:
    """Open a video file; `isOpened` says whether that worked.

    Raises:
        NoPictures: its name isn't UTF-8; OpenCV would end the program.
    """
    try:
        name = str(file).encode().decode()
    except UnicodeEncodeError as error:
        raise NoPictures(PictureFault.NAME_NOT_UTF8, file=file) from error
    # OpenCV's own AVI reader, one of CAP_ANY, complains on the terminal.
    ffmpeg = cv2.videoio_registry.hasBackend(cv2.CAP_FFMPEG)
    return cv2.VideoCapture(name, cv2.CAP_FFMPEG if ffmpeg else cv2.CAP_ANY)
