"""Seeded data: the same arguments give the same event, tickets, codes and keys."""

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanner.mock import forms
from scanner.mock.call import dump
from scanner.mock.resources import catalogue, tokens
from scanner.mock.resources.accounts import account_body
from scanner.mock.resources.tickets import UNUSED
from scanner.mock.state import create_indexes, create_tables, keep_setting

_GIVEN = (
    "Amara", "Anaïs", "Andre", "Aisha", "Bea", "Björn", "Carlos", "Chidi", "Chloé", "Dana",
    "Devon", "Elif", "Émile", "Fatima", "Fiona", "Gabriel", "Grace", "Hana", "Hugo", "Imani",
    "Ines", "Ivo", "Jada", "Jamal", "Jonas", "Kofi", "Keisha", "Lena", "Liam", "Łukasz",
    "Malik", "Marisol", "Mei", "Nadia", "Niamh", "Noor", "Omar", "Oluchi", "Petra", "Priya",
    "Quentin", "Rafael", "Renée", "Rohan", "Sade", "Søren", "Tamsin", "Tomás", "Uma", "Victor",
    "Wanjiru", "Xavier", "Yara", "Yuki", "Zainab", "Zoë",
)  # fmt: skip

_FAMILY = (
    "Abbott", "Adeyemi", "Ahmed", "Alvarez", "Baptiste", "Bergström", "Bianchi", "Browne",
    "Carty", "Charles", "Chen", "Cruz", "Daniel", "Diallo", "Dupont", "Edwards", "Farrell",
    "Fernández", "Francis", "Gomes", "Greenaway", "Haddad", "Henry", "Hughes", "Ibrahim",
    "Jansen", "Jarvis", "Joseph", "Kamau", "Khan", "Kowalski", "Lake", "Laurent", "Lewis",
    "Martin", "Mensah", "Müller", "Nakamura", "Nibbs", "Novak", "O'Brien", "Okafor", "Osei",
    "Patel", "Peters", "Quinn", "Richards", "Rossi", "Samuel", "Santos", "Silva", "Simon",
    "Thomas", "Tonge", "Usman", "van Dijk", "Warner", "Williams", "Yilmaz", "Zhang",
)  # fmt: skip

_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Dr", "")

_TOWNS = (
    ("Antigua and Barbuda", "Saint John", "St. John's", "Market Street"),
    ("Antigua and Barbuda", "Saint Mary", "Jennings", "New Extension"),
    ("Antigua and Barbuda", "Saint Paul", "English Harbour", "Dockyard Drive"),
    ("Barbados", "Saint Michael", "Bridgetown", "Bay Street"),
    ("Dominica", "Saint George", "Roseau", "Cork Street"),
    ("Grenada", "Saint George", "St. George's", "Wharf Road"),
    ("Saint Lucia", "Castries", "Castries", "Jeremie Street"),
    ("Trinidad and Tobago", "Port of Spain", "Port of Spain", "Ariapita Avenue"),
)

_SECTIONS = (
    "General", "Balcony", "VIP", "Backstage", "Terrace", "Lawn", "Stalls", "Gallery",
    "Mezzanine", "Press", "Family", "Crew",
)  # fmt: skip

ADMINISTRATOR = "admin"
"""User name of the only seeded account that can start a session."""

ADMINISTRATOR_EMAIL = "admin@example.com"
ADMINISTRATOR_PASSWORD = "box-office"  # noqa: S105 - printed here on purpose: it guards nothing

TITLE = "Dawn at the Pier"
FIRST_SALE = datetime(2024, 1, 8, 9, tzinfo=UTC)
SALES_DAYS = 30
START = datetime(2036, 6, 7, 20, tzinfo=UTC)
END = START + timedelta(hours=6)

HOLDINGS = (1, 1, 1, 1, 2, 2, 2, 3, 4, 6)
"""Tickets per account; one of these is drawn, each equally likely."""


@dataclass(frozen=True)
class Wanted:
    """The size of the data, and the seed."""

    tickets: int
    sections: int
    seed: int


def fill(world: sqlite3.Connection, wanted: Wanted, api_key: str | None) -> None:
    """Create and fill all tables in one transaction; without `api_key`, one is generated."""
    rng = random.Random(f"world {wanted.seed}")  # noqa: S311 - the same seed, the same world
    world.execute("BEGIN IMMEDIATE")
    create_tables(world)
    administrator = _administrator(world, rng)
    made_up = forms.api_key(rng)
    add_integration_key(world, administrator, api_key or made_up)
    event = _event(world, administrator)
    sections = _sections(world, event, wanted)
    _tokens(world, rng, event, sections)
    _tickets(world, rng, event, sections, wanted.tickets)
    create_indexes(world)
    world.execute("COMMIT")


def add_integration_key(world: sqlite3.Connection, account: int, key: str) -> None:
    """Add a key for an account; it is the one printed at the start."""
    world.execute("INSERT OR IGNORE INTO api_key (key, account) VALUES (?, ?)", (key, account))
    keep_setting(world, "api_key", key)


def administrator_id(world: sqlite3.Connection) -> int:
    """Return the account that integration keys belong to."""
    row = world.execute("SELECT min(id) AS id FROM account WHERE administrator").fetchone()
    return int(row["id"])


def _administrator(world: sqlite3.Connection, rng: random.Random) -> int:
    number = forms.account_number(rng)
    details = {"firstName": "Ada", "lastName": "Minister", "title": "Ms"}
    body = account_body(number, ADMINISTRATOR, ADMINISTRATOR_EMAIL, details, administrator=True)
    digest = forms.password_digest(number, ADMINISTRATOR_PASSWORD)
    cursor = world.execute(
        "INSERT INTO account (number, username, email, administrator, password, body)"
        " VALUES (?, ?, ?, 1, ?, ?)",
        (number, ADMINISTRATOR, ADMINISTRATOR_EMAIL, digest, dump(body)),
    )
    return int(cursor.lastrowid or 0)


def _event(world: sqlite3.Connection, administrator: int) -> int:
    host = catalogue.add_document(
        world,
        "hosts",
        {"name": "Pier Nights", "contact": "Ada Minister", "email": "hello@example.com"},
    )
    category = catalogue.add_document(
        world, "categories", {"name": "Concert", "subcategories": ["Open Air", "Club"]}
    )
    region = catalogue.add_document(
        world, "regions", {"name": "Antigua", "country": "Antigua and Barbuda"}
    )
    venue = {
        "name": "The Old Pier",
        "region": region,
        "address": "1 Harbour Road, St. John's",
        "longitude": -61.8456,
        "latitude": 17.1274,
    }
    details = {
        "description": "Six hours of music by the sea.",
        "type": "Standard",
        "subcategory": "Open Air",
        "start": forms.ticket_time(START),
        "end": forms.ticket_time(END),
        "disclaimer": "",
        "public": True,
        "tags": ["music", "sea"],
    }
    world.execute(
        "INSERT INTO host_administrator (host, account) VALUES (?, ?)", (host, administrator)
    )
    cursor = world.execute(
        "INSERT INTO event (title, host, category, venue, status, published, popularity, body)"
        " VALUES (?, ?, ?, ?, 'Published', ?, 0, ?)",
        (
            TITLE,
            host,
            category,
            catalogue.add_document(world, "venues", venue),
            forms.ticket_time(FIRST_SALE),
            dump(details),
        ),
    )
    event = int(cursor.lastrowid or 0)
    keep_setting(world, "event", str(event))
    return event


def _sections(world: sqlite3.Connection, event: int, wanted: Wanted) -> list[tuple[int, str]]:
    made = []
    for place in range(wanted.sections):
        name = _SECTIONS[place] if place < len(_SECTIONS) else f"Block {place + 1}"
        sold = len(range(place, wanted.tickets, wanted.sections))
        cursor = world.execute(
            "INSERT INTO section (event, name, description, price, sales_start, sales_end,"
            " capacity, sold) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event,
                name,
                f"Admits to: {name}.",
                25 + 15 * (place % 5),
                forms.ticket_time(FIRST_SALE),
                forms.ticket_time(START),
                sold + 1000,
                sold,
            ),
        )
        made.append((int(cursor.lastrowid or 0), name))
    return made


def _tokens(
    world: sqlite3.Connection, rng: random.Random, event: int, sections: list[tuple[int, str]]
) -> None:
    numbers = [number for number, _ in sections]
    scopes = [[], *([number] for number in numbers)]
    if len(numbers) > 1:
        scopes.append(numbers[:-1])
    for scope in scopes:
        tokens.add_token(world, event, forms.token_code(rng), forms.api_key(rng), scope)


def _tickets(
    world: sqlite3.Connection,
    rng: random.Random,
    event: int,
    sections: list[tuple[int, str]],
    count: int,
) -> None:
    heads = [forms.serial_head(TITLE, name) for _, name in sections]
    holdings = list(_holdings(rng, count))
    first = administrator_id(world) + 1
    world.executemany(
        "INSERT INTO account (id, number, username, email, body) VALUES (?, ?, ?, ?, ?)",
        _patrons(rng, first, len(holdings)),
    )
    owners = (first + place for place, held in enumerate(holdings) for _ in range(held))
    digits = rng.sample(range(10**8), count)
    step = timedelta(days=SALES_DAYS) / max(1, count)

    def rows() -> Iterator[tuple[object, ...]]:
        for place, owner in enumerate(owners):
            section = place % len(sections)
            issued = FIRST_SALE + place * step
            serial = f"{heads[section]}{digits[place]:08}"
            changed, at = forms.microseconds(issued), forms.ticket_time(issued)
            yield event, sections[section][0], serial, owner, at, UNUSED, changed

    world.executemany(
        "INSERT INTO ticket (event, section, serial, owner, status, issued, redeemed, modified)"
        " VALUES (?, ?, ?, ?, 'Issued', ?, ?, ?)",
        rows(),
    )


def _holdings(rng: random.Random, count: int) -> Iterator[int]:
    while count > 0:
        held = min(count, rng.choice(HOLDINGS))
        count -= held
        yield held


def _patrons(rng: random.Random, first: int, count: int) -> Iterator[tuple[object, ...]]:
    used: set[str] = set()
    for place in range(count):
        number = forms.account_number(rng)
        while number in used:
            number = forms.account_number(rng)
        used.add(number)
        given, family = rng.choice(_GIVEN), rng.choice(_FAMILY)
        username = f"{given}.{family}.{place + 1}".casefold().replace(" ", "").replace("'", "")
        country, state, city, street = rng.choice(_TOWNS)
        born = datetime(1950, 1, 1, tzinfo=UTC) + timedelta(days=rng.randrange(20_000))
        details = {
            "firstName": given,
            "lastName": family,
            "title": rng.choice(_TITLES),
            "dateOfBirth": born.date().isoformat(),
            "phone": f"+1 (268) 555 {rng.randrange(10_000):04}",
            "country": country,
            "firstAddressLine": f"{rng.randrange(1, 200)} {street}",
            "city": city,
            "state": state,
        }
        email = f"patron{place + 1}@example.com"
        body = account_body(number, username, email, details)
        yield first + place, number, username, email, dump(body)
