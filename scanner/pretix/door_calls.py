"""What a gate tells pretix and asks it at the door: entries, exits, refused scans, conflicts."""

from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.platform.delivery import Outcome
from scanner.platform.errors import ApiError, BadRequest, ServerFault, TooManyRequests
from scanner.platform.tolerant_reader import FieldError
from scanner.pretix.client import Pretix, shaped
from scanner.pretix.errors import PretixRefusal, SetupError, SetupFault
from scanner.pretix.order_models import (
    CONFLICT_NOTE,
    MOVES,
    Verdict,
    find_moves,
    read_moves,
    read_verdict,
)
from scanner.pretix.resources import Devices, ListPath, Moves, read_list_path
from scanner.pretix.verdicts import SAME_MOMENT, Told, is_before, outcome, refusal, stands
from scanner.store.ledger import State
from scanner.store.passages import Passage
from scanner.store.refused_scans import RefusedScan

_CONFIRMED = Outcome(State.CONFIRMED)
_ENTRY, _EXIT = "entry", "exit"

_REASONS = {
    Reason.ADMITTED_HERE: "already_redeemed",
    Reason.ADMITTED_ELSEWHERE: "already_redeemed",
    Reason.OTHER_SECTION: "product",
    Reason.CANCELLED: "canceled",
    Reason.UNPAID: "unpaid",
    Reason.BLOCKED: "blocked",
    Reason.REVOKED: "revoked",
    Reason.FORMER_CODE: "revoked",
    Reason.UNAPPROVED: "unapproved",
    Reason.NOT_YET_VALID: "invalid_time",
    Reason.NO_LONGER_VALID: "invalid_time",
    Reason.NOT_ON_LIST: "invalid",
}
"""pretix's words for this gate's reasons; what it has none for is an `error` (2026.8)."""


def place_of(uri: str) -> ListPath:
    """Return the check-in list that a session is for.

    Raises:
        SetupError: its event is none.
    """
    path = read_list_path(uri)
    if path is None:
        raise SetupError(SetupFault.NO_LIST)
    return path


class DoorCalls:
    """The calls of one gate; each raises a `TicketingError` where it fails.

    pretix takes the same nonce once, so whatever was told without an answer may be told again. But
    it looks at the ticket before the nonce: where it refuses an entry that it has already, since
    the ticket was cancelled after it, the position's check-ins tell.
    """

    def __init__(self, api: Pretix, devices: Devices) -> None:
        self._api = api
        self._devices = devices
        self._failed_notes: set[tuple[int, datetime]] = set()

    async def enter(
        self, event: str, serial: str, at: datetime, nonce: str, *, override: bool = False
    ) -> Outcome:
        """Tell of an admission; returns what became of it."""
        path = place_of(event)
        told = Told(at, path.number)
        verdict = await self._tell(path, serial, told, nonce, override)
        if isinstance(verdict, Outcome):
            return verdict
        return await self._tell_if_conflict(path, verdict, told)

    async def pass_through(self, passage: Passage) -> Outcome:
        """Tell of an exit or a further entry; returns what became of it."""
        path = place_of(passage.event)
        told = Told(passage.at, path.number, leaves=passage.kind is Kind.EXITED)
        # A note is a supervisor's, whatever else makes it a further entry.
        override = passage.override or bool(passage.verdict.params.get("note"))
        found = await self._tell(path, passage.serial, told, passage.nonce, override)
        if isinstance(found, Outcome):
            return found
        if passage.verdict.code == Reason.OTHER_DOOR:
            await self._tell_if_conflict(path, found, told)
        return Outcome(State.REFUSED, refusal(found, path.number, self._devices))

    async def would_refuse(self, path: ListPath, serial: str, at: datetime) -> Fact | None:
        """Ask what pretix would say to an entry; nothing is recorded."""
        asked = _redemption(path, serial, Told(at, path.number))
        asked |= {"simulate": True, "questions_supported": True}
        verdict = await self._redeem(path, asked)
        return None if verdict.granted else refusal(verdict, path.number, self._devices)

    async def report_refused(self, path: ListPath, scan: RefusedScan) -> None:
        """Tell of a ticket that was refused at the door."""
        reason = next((word for code, word in _REASONS.items() if code == scan.reason.code), None)
        await self._api.post(
            f"{path.uri}/failed_checkins/",
            {
                "raw_barcode": scan.serial,
                "error_reason": reason or "error",
                "nonce": scan.nonce,
                "datetime": _written(scan.at),
                "type": _EXIT if scan.leaving else _ENTRY,
            },
        )

    async def _moves_of(self, path: ListPath, serial: str) -> Moves | None:
        """Read who came in by a ticket; nothing where the event has none such.

        A check-in list hides a ticket that was cancelled alone; its order has it.
        """
        query = {"search": serial, "include": MOVES, "include_canceled_positions": "true"}
        for each in await self._api.entries(f"{path.event_uri}/orders/", query):
            if moves := shaped(partial(find_moves, serial), each):
                return moves
        return None

    async def _moves_at(self, path: ListPath, told: Told) -> Moves | None:
        """Find what was told among the newest check-ins of its list; nothing where it isn't there.

        That is for a ticket whose code pretix does not know: it may have a new one since, and a
        random code leaves no trace. No device makes two check-ins in the same microsecond.
        """
        query = {"has_checkin": "true", "ignore_status": "true", "ordering": "-last_checked_in"}
        async with aclosing(self._api.pages(f"{path.uri}/positions/", query)) as pages:
            async for page in pages:
                found = [moves for each in page if (moves := _readable(each))]
                for moves in found:
                    if stands(told, moves, self._devices, within=timedelta()):
                        return moves
                if found and all(is_before(told, moves) for moves in found):
                    return None
        return None

    async def _tell(
        self, path: ListPath, serial: str, told: Told, nonce: str, override: bool
    ) -> Outcome | Verdict:
        """Tell of an entry or an exit; returns the verdict where it stands refused."""
        body = {**_redemption(path, serial, told), "nonce": nonce, "force": override}
        try:
            verdict = await self._redeem(path, body)
        except BadRequest as error:
            if not error.said.startswith("secret:"):
                raise
            # The request is in order but for this one text, which can be no ticket.
            fact = Fact(PretixRefusal.NOT_TAKEN, {"said": error.said})
            return Outcome(State.REFUSED, fact)
        if verdict.granted:
            return _CONFIRMED
        moves = (
            verdict.moves or await self._moves_of(path, serial) or await self._moves_at(path, told)
        )
        return _CONFIRMED if stands(told, moves, self._devices) else verdict

    async def _redeem(self, path: ListPath, body: Mapping[str, Any]) -> Verdict:
        answer = await self._api.redeem(path.organizer, body)
        return shaped(read_verdict, answer.body)

    async def _tell_if_conflict(self, path: ListPath, verdict: Verdict, told: Told) -> Outcome:
        """Say what became of a ticket's first entry at a list that was refused, and tell of it."""
        found = outcome(verdict, told, self._devices)
        if found.state is State.CONFLICT and found.other and verdict.moves:
            await self._tell_conflict(path, verdict.moves, told.at, found.other)
        return found

    async def _tell_conflict(
        self, path: ListPath, moves: Moves, at: datetime, first: EarlierAdmission
    ) -> None:
        """Have the gate that was first hear that this one has let somebody in too.

        pretix shows other devices no refused entry, but what is noted at a position. Where it does
        not take the note, or fails on it a second time, that is logged.

        Raises:
            Unreachable, TooManyRequests, ServerFault: pretix did not answer, or not yet; told
                again, the admission comes here again.
        """
        noted = any(
            self._devices.is_own(each.device)
            and each.place in (None, path.number)
            and abs(each.admitted - at) <= SAME_MOMENT
            for each in moves.conflicts
        )
        if noted or first.device is None or first.device == self._devices.name:
            return
        note = {
            **CONFLICT_NOTE,
            "datetime": _written(at),
            "info": {
                "admitted": _written(at),
                "device": self._devices.name,
                "list": path.number,
            },
        }
        path_to = f"{path.event_uri}/orderpositions/{moves.position}/printlog/"
        try:
            await self._api.post(path_to, note)
        except TooManyRequests:
            raise
        except ApiError as error:
            if isinstance(error, ServerFault) and (moves.position, at) not in self._failed_notes:
                self._failed_notes.add((moves.position, at))
                raise
            structlog.get_logger("replay").warning("a conflict was not noted", reason=str(error))


def _readable(position: Any) -> Moves | None:
    try:
        return read_moves(position)
    except FieldError:
        return None


def _redemption(path: ListPath, serial: str, told: Told) -> dict[str, Any]:
    """Return the request for an entry or exit.

    Whom a guard has let in is inside: unanswered questions change nothing about that. Unpaid ones
    are taken only at a list that has them.
    """
    return {
        "secret": serial,
        "source_type": "barcode",
        "lists": [path.number],
        "type": _EXIT if told.leaves else _ENTRY,
        "datetime": _written(told.at),
        "ignore_unpaid": True,
        "questions_supported": False,
    }


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
