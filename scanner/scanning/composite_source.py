"""Several eyes as one: a camera and hand scanners."""

from scanner.scanning.scan_source import OnNotice, OnPayload, ScanSource
from scanner.scanning.source_state import SourceState
from scanner.scanning.view import View


class CompositeSource:
    """Looks with all of them; the first one's state counts while all are well."""

    def __init__(self, *eyes: ScanSource) -> None:
        self._eyes = eyes

    @property
    def pictured(self) -> bool:
        """Whether one of them ever has a picture."""
        return any(eyes.pictured for eyes in self._eyes)

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:
        """Begin to look with each; returns at once."""
        for eyes in self._eyes:
            eyes.start(on_payload, on_notice)

    def stop(self) -> None:
        """Stop each, even where one fails to."""
        failed: Exception | None = None
        for eyes in self._eyes:
            try:
                eyes.stop()
            except Exception as error:  # noqa: BLE001 - raised below, after the others stopped
                failed = error
        if failed:
            raise failed

    def state(self) -> SourceState:
        """Return the state of the first that isn't well, else the first's."""
        states = [eyes.state() for eyes in self._eyes]
        return next((state for state in states if not state.running), states[0])

    def view(self) -> View | None:
        """Return the picture of the first that has one."""
        views = (eyes.view() for eyes in self._eyes)
        return next((view for view in views if view is not None), None)


def together(*eyes: ScanSource | None) -> ScanSource | None:
    """Put together those that there are."""
    there = [each for each in eyes if each is not None]
    if len(there) > 1:
        return CompositeSource(*there)
    return there[0] if there else None
