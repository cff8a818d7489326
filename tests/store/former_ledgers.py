"""Ledgers of an evening as earlier versions left them.

Versions 1 to 3 recorded reasons as English sentences, 4 to 6 as codes with parameters.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import sqlite_utils

from scanner.store import journal, ledger, migrate, schema
from scanner.store.database import transaction
from scanner.store.journal import Scan
from scanner.store.migrate import cache_file
from tests.store.worlds import API, BALCONY, EVENT, FLOOR, NOW, SERIALS, fill_cache, row, seconds

LEDGER_ID, CACHE_ID = 0x7363616E, 0x73636163
VERSIONS = {
    1: "v2_cache_apart",
    2: "v3_one_row",
    3: "v4_reason_codes",
    4: "v5_accountability",
    5: "v6_reentry",
    6: "v7_passages",
}
"""Each earlier version, and the migration that ends it."""

CACHE_VERSIONS = {1: "cache_v2_doubts", 2: "cache_v3_details"}
"""The same of the cache."""

A, B, C = SERIALS[:3]

BEFORE = "admitted before by Sam at door-2"
BEFORE_CODED = '{"code":"sync.admitted_before","params":{"guard":"Sam","gate":"door-2","at":null}}'
"""Why the first admission is a conflict, in either form."""

_ISSUED = '"status":"Issued"'
_CODED = [
    ("verdict.valid", f'{{"section":"Floor",{_ISSUED}}}'),
    (
        "verdict.admitted_here",
        f'{{"section":"Floor","first_at":"{NOW.isoformat()}","first_device":"door-1",'
        f'"first_redeemer":"Ana",{_ISSUED}}}',
    ),
    ("verdict.not_a_ticket", '{"looks_like":{"code":"verdict.web_address","params":{}}}'),
    ("verdict.other_section", f'{{"section":"Balcony",{_ISSUED}}}'),
    ("verdict.not_on_list", "{}"),
    ("verdict.overridden", f'{{"section":"Balcony",{_ISSUED},"note":"torn"}}'),
]
"""Code and parameters of each presentation's reason, as version 4 recorded them."""


def begun(file: Path, version: int) -> sqlite3.Connection:
    """Open a file of an earlier version, without a row."""
    conn = sqlite3.connect(file, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute(f"PRAGMA application_id = {LEDGER_ID}")
    schema.migrations().apply(sqlite_utils.Database(conn), stop_before=VERSIONS[version])
    conn.isolation_level = None
    return conn


def evening(file: Path, version: int) -> None:
    """Write six presentations, two of them admissions; the first is confirmed."""
    if version == 2:
        with closing(sqlite3.connect(file)) as conn:
            conn.execute("PRAGMA page_size = 1024")
            conn.execute("VACUUM")
    if version > 1:
        migrate.make_cache(file)
    with closing(begun(file, version)) as conn:
        if version > 1:
            conn.execute("ATTACH ? AS cache", (str(cache_file(file)),))
            conn.execute(
                "INSERT INTO session (id, api, event, title, name, device, opened)"
                " VALUES (1, ?, ?, 'Night', 'Ana', 'door-1', ?)",
                (API, EVENT, NOW.isoformat()),
            )
            fill_cache(conn, [*map(row, SERIALS)])
        else:
            _fill_the_first(conn)
        with transaction(conn):
            digest = journal.FIRST
            for number, scan in enumerate(scans() if version < 4 else coded_scans(), 1):
                digest = _journal(conn, number, scan, digest, has_head=version < 3)
                if scan.kind == "admitted" and version < 3:
                    _admission(conn, number, scan)
            if version >= 3:
                ledger.enqueue(conn)
            if version >= 5:
                conn.execute("INSERT INTO shown (journal) SELECT journal FROM admission")
            conn.execute("UPDATE admission SET state = 'sending' WHERE serial = ?", (A,))
            conn.execute(
                "UPDATE admission SET state = 'conflict', settled = ?, reason = ? WHERE serial = ?",
                (NOW.isoformat(), BEFORE if version < 4 else BEFORE_CODED, A),
            )


def at_work(
    file: Path,
    version: int,
    *,
    event: str,
    serials: Sequence[str],
    sending: Sequence[str],
    at: datetime,
) -> None:
    """Write a ledger as it is while a gate is at work: its last admissions wait, some are sent.

    The first of these was answered, but the old program did not know its own name again.
    """
    if version > 1:
        migrate.make_cache(file)
    with closing(begun(file, version)) as conn, transaction(conn):
        digest = journal.FIRST
        for number, serial in enumerate(serials, 1):
            scan = _scan(0, serial, "admitted", "Valid ticket", _ticket(serial))
            scan = scan._replace(at=at, event=event)
            if version >= 4:
                scan = scan._replace(reason=_CODED[0][0], params=_CODED[0][1])
            digest = _journal(conn, number, scan, digest, has_head=version < 3)
            if version < 3:
                _admission(conn, number, scan)
        if version >= 3:
            ledger.enqueue(conn)
        conn.executemany(
            "UPDATE admission SET state = 'sending', attempts = 1, sent = ?1, last_sent = ?1,"
            " answered = ?2 WHERE serial = ?3",
            [(at.isoformat(), serial == sending[0], serial) for serial in sending],
        )


def _fill_the_first(conn: sqlite3.Connection) -> None:
    """Open a session and write tickets where they have no file of their own; a pull broke off."""
    conn.execute(
        "INSERT INTO session (id, api, event, title, name, device, opened, synced, watermark, pass)"
        " VALUES (1, ?, ?, 'Night', 'Ana', 'door-1', ?, ?, ?, 4)",
        (API, EVENT, *[NOW.isoformat()] * 3),
    )
    conn.executemany(
        "INSERT INTO section VALUES (?, ?, ?, ?, ?)",
        [(1, FLOOR, "Floor", 100, 1), (2, BALCONY, "Balcony", None, 0)],
    )
    conn.executemany(
        "INSERT INTO ticket (serial, section, status, pass) VALUES (?, 1, 'Issued', 4)",
        [(serial,) for serial in SERIALS],
    )
    conn.execute("INSERT INTO event_part VALUES ('DAWIER')")
    conn.execute("INSERT INTO pull VALUES (1, 5, 3, 500, 900, NULL)")


def scans() -> list[Scan]:
    """Return what was presented, as the versions 1 to 3 recorded it."""
    here = {"local": [NOW.isoformat(), "Ana", "door-1"]}
    barred = _ticket(B, BALCONY, "Balcony", permitted=False)
    return [
        _scan(0, A, "admitted", "Valid ticket", _ticket(A)),
        _scan(12, A, "already_admitted", "Already admitted here 12 s ago", _ticket(A) | here),
        _scan(20, None, "not_a_ticket", "This is a web address", {}),
        _scan(30, B, "wrong_section", "This ticket is for Balcony", barred),
        _scan(40, "DAWIER-NONE00000000", "unknown", "This ticket is not on the list", {}),
        _scan(50, B, "admitted", "Let in by the supervisor: torn", barred | {"override": "torn"}),
    ]


def coded_scans() -> list[Scan]:
    """Return the same presentations as version 4 recorded them."""
    coded = zip(scans(), _CODED, strict=True)
    return [scan._replace(reason=code, params=params) for scan, (code, params) in coded]


def _scan(
    second: int, serial: str | None, kind: str, reason: str, known: dict[str, object]
) -> Scan:
    reading = ["serial", serial] if serial else ["nothing", "a web address"]
    evidence = {"reading": reading} | ({"event_known": True} if serial else {}) | known
    payload = serial or "https://x.example/"
    at, inputs = seconds(second), json.dumps(evidence, separators=(",", ":"))
    return Scan(at, EVENT, "Ana", "door-1", "camera", payload, serial, kind, reason, inputs)


def _ticket(
    serial: str, section: str = FLOOR, name: str = "Floor", *, permitted: bool = True
) -> dict[str, object]:
    ticket = {"serial": serial, "section": [section, name], "status": "Issued", "redeemed": None}
    return {"ticket": ticket | {"listed": True, "former": False}, "permitted": permitted}


def _journal(
    conn: sqlite3.Connection, number: int, scan: Scan, before: bytes, *, has_head: bool
) -> bytes:
    digest = journal.chain_hash(before, number, scan)
    params = () if scan.params is None else (scan.params,)
    fields = (number, scan.at.isoformat(), *scan[1:-1], digest, *params)
    columns = [name for _, name, *_ in conn.execute("PRAGMA table_info(journal)")][: len(fields)]
    marks = ", ".join("?" * len(fields))
    conn.execute(f"INSERT INTO journal ({', '.join(columns)}) VALUES ({marks})", fields)
    if has_head:
        conn.execute("UPDATE journal_head SET id = ?, hash = ?", (number, digest))
    return digest


def _admission(conn: sqlite3.Connection, number: int, scan: Scan) -> None:
    section = json.loads(scan.evidence)["ticket"]["section"][0]
    conn.execute(
        "INSERT INTO admission (serial, journal, event, section, redeemer, device, at)"
        " VALUES (?, ?, ?, ?, 'Ana', 'door-1', ?)",
        (scan.serial, number, scan.event, section, scan.at.isoformat()),
    )
