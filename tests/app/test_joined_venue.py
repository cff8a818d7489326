from pathlib import Path

import pytest

from scanner.admission.ticket import Unclaimed
from scanner.admission.verdict import Reason
from scanner.app.assembly import assembled
from scanner.app.joined_venue import joined_venue
from scanner.config import Config
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.store.writer import Writer
from scanner.venue.members.membership import folder
from tests.store.worlds import SERIALS, filled, row, seconds

LIMIT = 10


@pytest.mark.parametrize(
    ("policy", "reason"),
    [(Unclaimed.ADMIT, Reason.VALID), (Unclaimed.REFUSE, Reason.NOT_CLAIMED)],
)
def test_a_gate_whose_membership_cant_be_read_goes_by_its_policy(
    policy: Unclaimed, reason: Reason, tmp_path: Path
) -> None:
    folder(tmp_path).mkdir()
    (folder(tmp_path) / "membership.json").write_text("{")
    file = database_file(tmp_path)
    filled(file, [row(SERIALS[0])]).close()
    config = Config(home=tmp_path, unclaimed=policy)
    with (
        Writer(file) as writer,
        assembled(config, writer, KeyStore(tmp_path, file_only=True), network=False) as parts,
    ):
        judged = parts.gate.present(SERIALS[0], seconds(0), "camera").result(LIMIT)
        status = joined_venue(config, writer).status()
    assert judged.verdict.reason is reason
    assert (judged.notice is not None and judged.notice.unclaimed) is (policy is Unclaimed.ADMIT)
    assert status
    assert status.problem


def test_a_gate_of_no_venue_asks_nobody(tmp_path: Path) -> None:
    filled(database_file(tmp_path), []).close()
    with Writer(database_file(tmp_path)) as writer:
        assert joined_venue(Config(home=tmp_path), writer).claims is None
