"""Work that goes on for as long as its gate runs, whatever fails on the way."""

from collections.abc import Awaitable, Callable

import nats.errors
import structlog

from scanner.errors import ScannerError
from scanner.venue.cancelling import pause

PASSING = (nats.errors.Error, ScannerError, TimeoutError, OSError)
"""What an engine without a leader, a lost connection or a full disk makes of a call."""


async def keep_trying(work: Callable[[], Awaitable[None]], every: float) -> None:
    """Do a piece of work again and again, with so many seconds between; never returns."""
    log = structlog.get_logger("venue")
    while True:
        try:
            await work()
        except PASSING as error:
            log.info("to be tried again", why=repr(error))
        except Exception:
            log.exception("this should not have failed")
        await pause(every)
