"""From a position's check-ins to admissions: who let the ticket in first, and who left last."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from scanner.platform.resources import Admission
from scanner.pretix.resources import Devices, EventData, Movement, Moves

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def admissions_of(
    secret: str, item: int | None, moves: Moves, data: EventData, devices: Devices
) -> tuple[Admission, ...]:
    """Return what is known of a ticket's admission at the gate's check-in list.

    Args:
        secret: the ticket's.
        item: its product, where it is known.
        moves: its position's.
        data: the gate's event.
        devices: how devices are called.

    Returns:
        The admission that stands last: this gate's, else the newest one. Where it is this
        gate's, there come before it those that contradict it, another device's while the patron
        was inside and what other gates have noted of theirs; and the newest of those that do not,
        another device's before or after. Nothing where nobody went in.
    """
    here = _in_order(each for each in moves.movements if each.place == data.path.number)
    entries = [each for each in here if not each.leaves]
    if not entries:
        return ()
    own = [each for each in entries if devices.is_own(each.device)]
    standing = own[0] if own else entries[-1]
    section = data.path.section_uri(item) if item is not None else None

    def admission(
        number: object, name: str | None, at: datetime | None, *, is_own: bool = False
    ) -> Admission:
        return Admission(
            secret,
            None,
            name,
            at,
            f"{moves.position}/{number}",
            section=section,
            section_name=data.name_of(item) if item is not None else None,
            own=is_own,
        )

    def entry(each: Movement) -> Admission:
        is_own = devices.is_own(each.device)
        return admission(each.number, devices.called(each.device), each.at, is_own=is_own)

    beside: list[Admission] = []
    if own:
        several = data.place.door.multiple_entries
        stay = [standing] if several else _stay_of(standing, here)
        beside += [entry(each) for each in stay if not devices.is_own(each.device)]
        beside += [
            admission(f"noted by {each.device}", each.name, each.admitted)
            for each in moves.conflicts
            if not devices.is_own(each.device) and each.place in (None, data.path.number)
        ]
        others = [each for each in entries if each not in stay and not devices.is_own(each.device)]
        beside += [replace(entry(each), further=True) for each in others[-1:]]
    return (*beside, _left(entry(standing), here[-1], devices))


def newest_entry(moves: Moves, place: int) -> Movement | None:
    """Return who let a ticket in last at a check-in list."""
    entries = [each for each in moves.movements if each.place == place and not each.leaves]
    return _in_order(entries)[-1] if entries else None


def _in_order(moves: Iterable[Movement]) -> list[Movement]:
    return sorted(moves, key=lambda each: (each.at or _LONG_AGO, each.number))


def _stay_of(entry: Movement, moves: Sequence[Movement]) -> list[Movement]:
    """Return the entries between the exits before and after an entry."""
    stay: list[Movement] = []
    for each in moves:
        if not each.leaves:
            stay.append(each)
        elif entry in stay:
            return stay
        else:
            stay = []
    return stay


def _left(admission: Admission, last: Movement, devices: Devices) -> Admission:
    if not last.leaves:
        return admission
    return replace(admission, left=last.at, left_by=devices.called(last.device))
