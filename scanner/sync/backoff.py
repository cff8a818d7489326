"""How long to wait before the next try: full jitter under a cap, and what the API asks for."""

from tenacity import RetryCallState, wait_random_exponential

from scanner.sync.errors import SyncError
from scanner.ticketing.errors import ApiError, ServerFault, TicketingError, TooManyRequests

_UNREACHABLE = wait_random_exponential(multiplier=0.25, max=1.0)
"""A network that comes back is used within two seconds."""

_FAULT = wait_random_exponential(multiplier=1, max=30)
"""An API that fails is given room; so is a local fault, such as a full disk."""

_HELD_SECONDS = 15.0
"""Nothing changes until somebody acts, who then wakes the work; or the API comes to its senses."""


def pause(state: RetryCallState) -> float:
    """Return the seconds to wait after a failed try."""
    error = state.outcome.exception() if state.outcome else None
    match error:
        case TooManyRequests(retry_after=float(seconds)):
            return seconds
        case TooManyRequests() | ServerFault():
            return _FAULT(state)
        case ApiError() | SyncError():
            return _HELD_SECONDS
        case TicketingError():
            return _UNREACHABLE(state)
        case _:
            return _FAULT(state)
