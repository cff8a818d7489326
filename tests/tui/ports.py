"""Feeds that a test holds in its hand."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from scanner.admission.door import Notice
from scanner.admission.rules import SupervisorsWord, Word, remedy
from scanner.admission.serial import LooksLike
from scanner.admission.ticket import EarlierAdmission, Knowledge, TicketStatus
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.app.preferences import Preferences, Value
from scanner.app.reopening import GateChoice
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.pin import PinCheck
from scanner.platform.errors import ApiFault, UpgradeRequired
from scanner.store.acknowledged import DOUBLE, Acknowledged
from scanner.store.differences import Difference
from scanner.store.double_entries import DoubleEntry
from scanner.store.journal import JournalNote
from scanner.store.ledger import Admission, State
from scanner.store.search import Found, TicketView, Typed
from scanner.store.sessions import StoredSession
from scanner.store.statistics import Admitted, Evening
from scanner.sync.link import Link, LinkState
from scanner.sync.opening import Opened
from scanner.sync.status import Status
from scanner.tui.gate.app import GateApp
from scanner.tui.ports import Readers
from tests.tui import evening
from tests.tui.sources import FakeSounds, FakeSource, in_thread
from tests.tui.ways import FakeWays

NOW = evening.NOW
SERIAL = "DAWIER-BACK75580348"

VERDICTS: dict[Kind, Verdict] = {
    Kind.ADMITTED: Verdict(Reason.VALID, SERIAL, "Floor"),
    Kind.ALREADY_ADMITTED: Verdict(
        Reason.ADMITTED_ELSEWHERE,
        SERIAL,
        "Floor",
        EarlierAdmission(NOW - timedelta(minutes=12), "Sam", "Gate B"),
    ),
    Kind.WRONG_SECTION: Verdict(Reason.OTHER_SECTION, SERIAL, "VIP Lounge"),
    Kind.OTHER_EVENT: Verdict(Reason.OTHER_EVENT, "QWERTY-BACK75580348"),
    Kind.UNKNOWN: Verdict(Reason.NOT_ON_LIST, SERIAL),
    Kind.WITHDRAWN: Verdict(Reason.TRANSFERRED, SERIAL, "Floor"),
    Kind.NOT_A_TICKET: Verdict(Reason.NOT_A_TICKET, looks_like=LooksLike.WEB_ADDRESS),
    Kind.GATE_CLOSED: Verdict(Reason.TOKEN_INVALID),
    Kind.EXITED: Verdict(Reason.EXITED, SERIAL, "Floor"),
}

UNREACHABLE = Fact(ApiFault.NOT_CONNECTED, {"host": "api.example"})
OUTDATED = UpgradeRequired(status=412).fact
STATUS = Status(
    title="Harbour Lights 2026 · Friday",
    name="Mo Ek",
    device="gate-a",
    sections=("Floor", "Balcony"),
    tickets=99_812,
    synced=NOW - timedelta(seconds=12),
    counts={
        State.QUEUED: 2,
        State.SENDING: 1,
        State.CONFIRMED: 1_203,
        State.CONFLICT: 0,
        State.REFUSED: 0,
    },
    link=Link(LinkState.ONLINE),
    admitted=Admitted(here=1_206, everywhere=4_410),
    by_minute={
        NOW.replace(second=0) - timedelta(minutes=back): count
        for back, count in enumerate((3, 18, 21, 17, 12, 9, 9, 6, 2, 1))
    },
)


SESSION = StoredSession("https://api.example/v3/", "/events/1", "Night", "Mo Ek", "gate-a", NOW)


@dataclass
class FakeJudge:
    """Answers with what it was told to, from a thread of its own, as the ledger does."""

    verdict: Verdict = VERDICTS[Kind.ADMITTED]
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notice: Notice | None = None
    error: BaseException | None = None
    holding: bool = False
    presented: list[tuple[str, str]] = field(default_factory=list)
    subscribers: list[Callable[[Judged], None]] = field(default_factory=list)
    held: list[Callable[[], None]] = field(default_factory=list)
    words: list[Word | None] = field(default_factory=list)
    shown: list[Judged] = field(default_factory=list)

    def present(
        self, payload: str, at: datetime, source: str, word: Word | None = None, /
    ) -> "Future[Judged]":
        self.words.append(word)
        self.presented.append((payload, source))
        future: Future[Judged] = Future()
        verdict = self.verdicts.get(payload, self.verdict)
        can = remedy(verdict, Knowledge())
        judged = Judged(len(self.presented), payload, source, at, verdict, can, self.notice)
        if self.holding:
            self.held.append(lambda: self._answer(future, judged))
        else:
            in_thread(lambda: self._answer(future, judged))
        return future

    def subscribe(self, subscriber: Callable[[Judged], None], /) -> None:
        self.subscribers.append(subscriber)

    def note_shown(self, judged: Judged, /) -> None:
        self.shown.append(judged)

    def release(self) -> None:
        for answer in self.held:
            in_thread(answer)
        self.held.clear()

    def _answer(self, future: "Future[Judged]", judged: Judged) -> None:
        if self.error:
            future.set_exception(self.error)
            return
        for subscriber in self.subscribers:
            subscriber(judged)
        future.set_result(judged)


@dataclass
class FakeBackground:
    """Stands as it was told to."""

    now: Status = STATUS
    error: Exception | None = None
    running: int = 0
    started: int = 0
    woken: int = 0

    async def run(self) -> None:
        self.started += 1
        self.running += 1
        try:
            if self.error:
                raise self.error
            await asyncio.Event().wait()
        finally:
            self.running -= 1

    def status(self) -> Status:
        return self.now

    def wake(self) -> None:
        self.woken += 1


ADMISSIONS = [
    Admission(
        f"DAWIER-BACK7558{number:04}",
        number,
        "/events/1",
        "/events/1/sections/2",
        "Mo Ek",
        "gate-a",
        NOW - timedelta(seconds=7 * number),
        state,
        attempts,
        None,
        answered=True,
        faults=0,
        reason=Fact("text", {"text": reason}) if reason else None,
        outstanding=None,
    )
    for number, (state, attempts, reason) in enumerate(
        [
            (State.QUEUED, 0, None),
            (State.SENDING, 1, None),
            (State.CONFLICT, 1, "Also admitted at Gate B by Sam at 20:58."),
            (State.REFUSED, 2, "The API grants this ticket no admission."),
            *[(State.CONFIRMED, 1, None)] * 40,
        ]
    )
]


SCANS = [
    Judged(9 - number, SERIAL, "camera", NOW - timedelta(minutes=number), VERDICTS[kind])
    for number, kind in enumerate(
        (Kind.ADMITTED, Kind.WRONG_SECTION, Kind.NOT_A_TICKET, Kind.ADMITTED)
    )
] + [Judged(1, SERIAL, "hand", NOW - timedelta(days=1), VERDICTS[Kind.UNKNOWN])]
"""Of an earlier start, newest first; the last is another day's."""


@dataclass
class FakeRecords:
    """Holds a small evening."""

    found: list[Found] = field(default_factory=list)
    answer: PinCheck = PinCheck.RIGHT
    error: ScannerError | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)
    judge: "FakeJudge | None" = None
    differing: list[Difference] = field(default_factory=list)
    views: list[TicketView] = field(default_factory=list)
    mistyped: dict[str, Typed] = field(default_factory=dict)
    end: Fact | None = None
    seen_to: dict[tuple[int, str], Acknowledged] = field(default_factory=dict)
    twice: tuple[DoubleEntry, ...] = ()
    pins: tuple[str, ...] = ("",)
    scanned: list[Judged] = field(default_factory=list)
    order: list[Found] = field(default_factory=list)

    def keep_names(self, wanted: bool, /) -> None:
        self.asked.append(("keep_names", str(wanted)))

    def prepare(self, *, names: bool) -> None:
        self.asked.append(("prepare", str(names)))

    def search(self, query: str, /, *, names: bool) -> list[Found]:
        self._fail()
        self.asked.append(("search", query))
        return [each for each in self.found if query.upper() in each.serial]

    def ticket(self, serial: str, /) -> TicketView | None:
        self._fail()
        return next((each for each in self.views if each.found.serial == serial), None)

    def party(self, serial: str, /) -> list[Found]:
        self._fail()
        came = {payload for payload, _ in self.judge.presented} if self.judge else set[str]()
        others = [each for each in self.order if each.serial not in came]
        return others if serial in {each.serial for each in self.order} else []

    def typed(self, text: str, /) -> Typed:
        self._fail()
        return self.mistyped.get(text, Typed(text, known=True))

    def note_end(self, why: JournalNote, waiting: int, /) -> None:
        self.asked.append(("note_end", why, str(waiting)))

    def end_run(self) -> None:
        """Nothing is marked."""

    def begin_run(self) -> Fact | None:
        end, self.end = self.end, None
        return end

    def admissions(self, state: State | None, most: int, /) -> list[Admission]:
        self._fail()
        return [each for each in ADMISSIONS if state in (None, each.state)][:most]

    def scans(self, kinds: Collection[Kind] | None, most: int, /) -> list[Judged]:
        self._fail()
        own = [each for each in self.scanned if kinds is None or each.verdict.light in kinds]
        return own[:most]

    def differences(self) -> list[Difference]:
        self._fail()
        return self.differing

    def doubles(self) -> tuple[DoubleEntry, ...]:
        self._fail()
        return self.twice

    def acknowledged(self) -> dict[tuple[int, str], Acknowledged]:
        self._fail()
        return dict(self.seen_to)

    def acknowledge(self, serial: str, note: str, /) -> None:
        self._fail()
        found = [each for each in ADMISSIONS if each.serial == serial]
        wrong = [(each.journal, each.state.value) for each in found]
        wrong += [(each.noted, DOUBLE) for each in self.twice if each.serial == serial]
        self.seen_to |= dict.fromkeys(wrong, Acknowledged(note, "Mo Ek"))

    def change_guard(self, name: str, /) -> None:
        self._fail()
        self.asked.append(("change_guard", name))

    def note_readers(self, camera: str, scanner: str, /) -> None:
        self.asked.append(("note_readers", camera, scanner))

    def supervisors(self) -> tuple[str, ...]:
        return () if self.answer is PinCheck.UNSET else self.pins

    def set_pin(self, old: str, new: str, name: str, /) -> PinCheck:
        self._fail()
        self.asked.append(("set_pin", old, new, name))
        return self.answer

    def evening(self) -> Evening:
        self._fail()
        return evening.EVENING

    def let_in(self, pin: str, payload: str, word: SupervisorsWord, /) -> PinCheck:
        self._fail()
        self.asked.append((type(word).__name__, pin, payload, word.note))
        if self.answer is PinCheck.RIGHT and self.judge:
            self.judge.present(payload, NOW, "override")
        return self.answer

    def open_put_back(self, pin: str, reason: str, /) -> PinCheck:
        self._fail()
        self.asked.append(("open_put_back", pin, reason))
        return self.answer

    def export(self, state: State | None, form: str, /) -> Path:
        self._fail()
        self.asked.append(("export", state.value if state else "all", form))
        return Path(f"/data/admissions.{form}")

    def _fail(self) -> None:
        if self.error:
            raise self.error


FOUND = [
    Found(f"DAWIER-BACK7558{number:04}", name, "Floor", VERDICTS[kind])
    for number, (name, kind) in enumerate(
        [
            ("Ana Luz", Kind.ADMITTED),
            ("Jürgen Weiß", Kind.ALREADY_ADMITTED),
            ("Jo Doe", Kind.WRONG_SECTION),
            ("Zoë Jones", Kind.WITHDRAWN),
        ]
    )
]

VIEWS = [
    TicketView(FOUND[0], TicketStatus.ISSUED, listed=True),
    TicketView(
        FOUND[1],
        TicketStatus.REDEEMED,
        listed=True,
        own=EarlierAdmission(NOW - timedelta(minutes=12), "Mo Ek", "gate-a"),
        own_state=State.CONFIRMED,
        other=EarlierAdmission(NOW - timedelta(days=1), "Sam", "Gate B"),
        again=(NOW - timedelta(minutes=3),),
    ),
]


@dataclass
class Stand:
    """An app and all that it was built on."""

    judge: FakeJudge = field(default_factory=FakeJudge)
    background: FakeBackground = field(default_factory=FakeBackground)
    source: FakeSource = field(default_factory=FakeSource)
    sounds: FakeSounds = field(default_factory=FakeSounds)
    preferences: Preferences = field(default_factory=lambda: Preferences(language="en"))
    records: FakeRecords = field(default_factory=lambda: FakeRecords(FOUND, views=VIEWS))
    kept: list[tuple[str, Value]] = field(default_factory=list)
    open_with: Callable[[str, bool], Opened] | None = None
    lists: Sequence[GateChoice] | ScannerError | None = None
    earlier: Sequence[GateChoice] = ()
    readers: Readers | None = None
    only_exit: bool = False
    at: datetime = NOW

    def app(self, *, network: Callable[[], bool] | None = None, demo: bool = False) -> GateApp:
        return GateApp(
            self.judge,
            self.background,
            self.source,
            clock=lambda: self.at,
            network=network,
            demo=demo,
            sounds=self.sounds,
            preferences=self.preferences,
            records=self.records,
            open_with=FakeWays(self) if self.open_with else None,
            readers=self.readers,
            only_exit=self.only_exit,
            keep=lambda name, value: self.kept.append((name, value)),
        )
