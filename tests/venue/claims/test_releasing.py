import asyncio
from contextlib import closing, nullcontext
from io import StringIO
from pathlib import Path

import pytest

from scanner.admission.claim import Standing, Wish
from scanner.admission.verdict import Kind
from scanner.cli import venue_release
from scanner.errors import ScannerError
from scanner.keystore import KeyStore
from scanner.pin import Pin
from scanner.store import journal
from scanner.store.database import open_reader
from scanner.store.journal import JournalNote
from scanner.sync.clock import utc_now
from scanner.venue.claims.releasing import free
from scanner.venue.errors import VenueError, VenueFault
from scanner.venue.members import membership
from scanner.wording.sentences import sentence
from tests.store.worlds import SERIALS
from tests.venue.claims.test_claimant import asked, claimant
from tests.venue.made_up import MadeUpBucket
from tests.venue.nodes import Nodes
from tests.venue.whole_gates import venue_gate, wait_until

A, PIN = SERIALS[0], "47110815"


def test_a_freed_ticket_goes_to_the_next_gate_that_asks() -> None:
    async def go() -> None:
        bucket = MadeUpBucket()
        lost, next_one = asked(), asked("m4rx south")
        await claimant(bucket).ask(lost)
        assert await free(claimant(bucket), "S1", "S1") == lost.us
        assert (await claimant(bucket).ask(next_one)).standing is Standing.WON

    asyncio.run(go())


@pytest.mark.parametrize("left", [False, True])
def test_a_ticket_that_nobody_holds_is_not_freed(left: bool) -> None:
    async def go() -> None:
        bucket = MadeUpBucket()
        if left:
            await claimant(bucket).ask(asked(wish=Wish.LEAVE))
        with pytest.raises(VenueError) as refused:
            await free(claimant(bucket), "S1", "S1")
        assert refused.value.fact.code is VenueFault.NOT_HELD
        assert bucket.writes == int(left)

    asyncio.run(go())


def test_a_supervisor_frees_a_ticket_of_a_gate_that_is_gone_for_another_one(
    tmp_path: Path,
    one_node: Nodes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    south, home = one_node.membership("south"), tmp_path / "s"
    with venue_gate(tmp_path / "n", one_node.membership("north")) as gone:
        gone.wait_connected()
        assert gone.present(A).verdict.kind is Kind.ADMITTED
    with venue_gate(home, south) as gate:
        gate.wait_connected()
        assert gate.present(A).verdict.kind is Kind.ALREADY_ADMITTED
    monkeypatch.setenv("SCANNER_HOME", str(home))
    monkeypatch.setenv("SCANNER_KEYSTORE", "file")
    membership.write(home, south)
    Pin(KeyStore(home, file_only=True), utc_now).set(PIN, "Mo")
    for typed in ("1", PIN):
        monkeypatch.setattr("sys.stdin", StringIO(f"{typed}\n"))
        with nullcontext() if typed == PIN else pytest.raises(ScannerError):
            venue_release.release(code=A.lower())
    assert "Ana at door-1 had it" in capsys.readouterr().out
    with closing(open_reader(home / "gate.sqlite3")) as conn:
        ((_, freed),) = journal.notes(conn, JournalNote.CLAIM_RELEASED)
    assert sentence(freed) == f"Mo has freed {A}, which Ana had let in at door-1"
    with venue_gate(home, south) as gate:
        gate.wait_connected()
        wait_until(lambda: gate.present(A).verdict.kind is Kind.ADMITTED)
