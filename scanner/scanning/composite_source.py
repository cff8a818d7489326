"""Several scan sources as one: a camera and hand scanners."""

from scanner.scanning.scan_source import OnNotice, OnPayload, ScanSource, SourceState, View


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
