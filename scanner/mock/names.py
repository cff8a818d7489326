"""Fictional people and places for the seeded data."""

GIVEN = (
    "Amara", "Anaïs", "Andre", "Aisha", "Bea", "Björn", "Carlos", "Chidi", "Chloé", "Dana",
    "Devon", "Elif", "Émile", "Fatima", "Fiona", "Gabriel", "Grace", "Hana", "Hugo", "Imani",
    "Ines", "Ivo", "Jada", "Jamal", "Jonas", "Kofi", "Keisha", "Lena", "Liam", "Łukasz",
    "Malik", "Marisol", "Mei", "Nadia", "Niamh", "Noor", "Omar", "Oluchi", "Petra", "Priya",
    "Quentin", "Rafael", "Renée", "Rohan", "Sade", "Søren", "Tamsin", "Tomás", "Uma", "Victor",
    "Wanjiru", "Xavier", "Yara", "Yuki", "Zainab", "Zoë",
)  # fmt: skip

FAMILY = (
    "Abbott", "Adeyemi", "Ahmed", "Alvarez", "Baptiste", "Bergström", "Bianchi", "Browne",
    "Carty", "Charles", "Chen", "Cruz", "Daniel", "Diallo", "Dupont", "Edwards", "Farrell",
    "Fernández", "Francis", "Gomes", "Greenaway", "Haddad", "Henry", "Hughes", "Ibrahim",
    "Jansen", "Jarvis", "Joseph", "Kamau", "Khan", "Kowalski", "Lake", "Laurent", "Lewis",
    "Martin", "Mensah", "Müller", "Nakamura", "Nibbs", "Novak", "O'Brien", "Okafor", "Osei",
    "Patel", "Peters", "Quinn", "Richards", "Rossi", "Samuel", "Santos", "Silva", "Simon",
    "Thomas", "Tonge", "Usman", "van Dijk", "Warner", "Williams", "Yilmaz", "Zhang",
)  # fmt: skip

TITLES = ("Mr", "Mrs", "Ms", "Miss", "Dr", "")

TOWNS = (
    ("Antigua and Barbuda", "Saint John", "St. John's", "Market Street"),
    ("Antigua and Barbuda", "Saint Mary", "Jennings", "New Extension"),
    ("Antigua and Barbuda", "Saint Paul", "English Harbour", "Dockyard Drive"),
    ("Barbados", "Saint Michael", "Bridgetown", "Bay Street"),
    ("Dominica", "Saint George", "Roseau", "Cork Street"),
    ("Grenada", "Saint George", "St. George's", "Wharf Road"),
    ("Saint Lucia", "Castries", "Castries", "Jeremie Street"),
    ("Trinidad and Tobago", "Port of Spain", "Port of Spain", "Ariapita Avenue"),
)

SECTIONS = (
    "General", "Balcony", "VIP", "Backstage", "Terrace", "Lawn", "Stalls", "Gallery",
    "Mezzanine", "Press", "Family", "Crew",
)  # fmt: skip
