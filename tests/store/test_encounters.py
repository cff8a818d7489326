from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.admission.ticket import EarlierAdmission
from scanner.store import encounters
from scanner.store.database import transaction
from scanner.store.encounters import Encounter, EncounterKind
from scanner.store.installation import current_tag, draw_tag
from scanner.store.ticket_writes import write_others
from tests.store.worlds import EVENT, NOW, SERIALS, SESSION, filled

A, B = SERIALS[:2]


def others(*devices: str | None) -> list[tuple[str, EarlierAdmission]]:
    return [(A, EarlierAdmission(NOW, "Sam", device)) for device in devices]


def kinds(found: list[Encounter]) -> list[EncounterKind]:
    return [each.kind for each in found]


@pytest.mark.parametrize(
    "device", ["door-1", " DOOR-1", "8x2m door-1", "8X2M  Door-1 ", "8x2m_door-1"]
)
def test_another_gate_of_this_name_is_a_namesake(tmp_path: Path, device: str) -> None:
    with closing(filled(tmp_path / "gate.sqlite3")) as conn:
        with transaction(conn):
            draw_tag(conn)
        assert kinds(encounters.among(conn, SESSION, others(device))) == [EncounterKind.NAMESAKE]


@pytest.mark.parametrize(
    "device", ["8x2m North Entrance", "8x2m north entrance ha", "north entrance hall"]
)
def test_a_name_that_the_server_has_cut_with_its_tag_is_a_namesakes(
    tmp_path: Path, device: str
) -> None:
    session = replace(SESSION, device="North entrance hall B")
    with closing(filled(tmp_path / "gate.sqlite3")) as conn:
        assert kinds(encounters.among(conn, session, others(device))) == [EncounterKind.NAMESAKE]
        assert encounters.among(conn, session, others("8x2m north", "8x2m south entrance h")) == []


def test_gates_of_other_names_are_none(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "gate.sqlite3")) as conn:
        assert encounters.among(conn, SESSION, others("door-2", "8x2m door-10", None, "")) == []


def test_a_copy_makes_the_gate_draw_another_tag_and_is_told(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "gate.sqlite3")) as conn:
        with transaction(conn):
            tag = draw_tag(conn)
        found = encounters.among(conn, SESSION, others(f"{tag.upper()} door-1"))
        assert kinds(found) == [EncounterKind.COPY]
        assert not encounters.copies(conn, f"{tag} door-1")
        with transaction(conn):
            encounters.write(conn, found)
        again = current_tag(conn)
        assert again not in (None, tag)
        assert encounters.copies(conn, f"{tag} door-1")
        assert not encounters.copies(conn, f"{again} door-1")
        assert not encounters.copies(conn, "door-1")
        with transaction(conn):  # heard of again, under the tag that is in force no more
            encounters.write(conn, found)
        assert current_tag(conn) == again
        assert encounters.current(conn) == found


def test_a_notice_lasts_as_long_as_it_concerns_the_session(tmp_path: Path) -> None:
    copy = Encounter(EncounterKind.COPY, EVENT, "8x2m door-1", "Lee", A)
    namesake = Encounter(EncounterKind.NAMESAKE, EVENT, "9x2m door-1", "Kim", B)
    elsewhere = Encounter(EncounterKind.NAMESAKE, "/events/2", "9x2m door-1", "Kim", B)
    renamed = Encounter(EncounterKind.NAMESAKE, EVENT, "9x2m door-7", "Kim", B)
    with closing(filled(tmp_path / "gate.sqlite3")) as conn:
        with transaction(conn):
            encounters.write(conn, [copy, elsewhere, renamed, namesake])
        assert encounters.current(conn) == [copy, namesake]
        with transaction(conn):
            conn.execute("UPDATE session SET opened = ?", ((NOW + timedelta(1)).isoformat(),))
        assert encounters.current(conn) == [namesake]


def test_those_that_the_cache_has_are_found_as_a_session_opens(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "gate.sqlite3")) as conn:
        with transaction(conn):
            write_others(conn, [(A, EarlierAdmission(NOW, "Sam", "8x2m door-1"))])
            write_others(conn, [(B, EarlierAdmission(NOW, "Kim", "8x2m door-2"))])
        (found,) = encounters.cached(conn, SESSION)
    assert found == Encounter(EncounterKind.NAMESAKE, EVENT, "8x2m door-1", "Sam", A)
